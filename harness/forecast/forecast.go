package forecast

import (
	"cmp"
	"math"
	"slices"
)

// Work is what the device does in a stage. Memory and time follow from it.
type Work int

// The kinds of work.
const (
	Nothing        Work = iota // next to nothing, or on the host
	Reads                      // log-probs of given tokens
	Decodes                    // answers, token by token
	Differentiates             // gradients of pairs
	Trains
)

// backward reports whether programs have a backward pass.
func (w Work) backward() bool { return w == Differentiates || w == Trains }

// Stage is a stage of a plan, as far as memory and time depend on it.
type Stage struct {
	Kind     string // names the row of a forecast that it is counted in
	Work     Work
	Tokens   int   // that the device reads, padding included; of prompts, where answers are made
	Answers  int   // tokens of answers that are predicted or made
	Steps    int   // tokens that answers get one after the other, summed over blocks; optimiser steps, where it trains
	Passes   int   // over all of it
	Largest  Block // that is worked on at once
	Programs int   // shapes that programs are compiled for

	Answered    int  // prompts that are answered side by side at most, Largest.Rows answers in all
	Policies    int  // uploaded
	Accumulated int  // gradients at once: of a step so far, and that of a block which is added
	Unsaved     bool // no checkpoint is written
	Pairs       int  // whose sketches stand in memory together
	Numbers     int  // of a pair's sketch there
	Languages   int  // whose exact gradients, or whose gradients of a step, are kept apart
}

// Parts are the parts of what a stage needs, in display order. The compiler's is what it has not let go when a program first runs; the
// step's is what an optimiser step, a checkpoint or a compilation needs beyond activations, logits and gradients, which are not there then.
var Parts = []string{"program", "host copy", "frozen", "policies", "optimiser", "gradients", "activations", "logits", "cache", "sketches", "compiler", "step"}

// Need is what stages of a kind need at most and take in all.
type Need struct {
	Kind    string
	Stages  int
	Tokens  int                // read and made
	Bytes   map[string]float64 // by part
	Seconds float64

	Host, Device float64 // peaks where the device has a memory of its own [bytes]
}

// Total is the peak [bytes].
func (n Need) Total() (sum float64) {
	for _, part := range Parts { // in their order: a sum in another one ends in other digits
		sum += n.Bytes[part]
	}
	return sum
}

// Forecast is what an experiment needs.
type Forecast struct {
	Needs []Need // by kind
}

// Of computes the forecast of stages. Its rows are in the order in which their kinds first occur.
func Of(m Model, stages []Stage, s Speed) (f Forecast) {
	at := map[string]int{}
	programs := map[string]int{} // the most shapes of a kind: stages of a kind share them
	compiling := map[string]float64{}
	for _, stage := range stages {
		programs[stage.Kind] = max(programs[stage.Kind], stage.Programs)
		compiling[stage.Kind] = max(compiling[stage.Kind], compilation(stage.Work))
	}
	compiled := m.compiled(programs)
	for _, stage := range stages {
		i, ok := at[stage.Kind]
		if !ok {
			i = len(f.Needs)
			at[stage.Kind], f.Needs = i, append(f.Needs, Need{Kind: stage.Kind})
		}
		n := &f.Needs[i]
		n.Stages++
		n.Tokens += stage.Passes * (stage.Tokens + stage.Answers)
		n.Seconds += m.seconds(stage, s)
		host, device := m.places(stage, compiled)
		n.Host, n.Device = math.Max(n.Host, host), math.Max(n.Device, device)
		if bytes := m.bytes(stage, compiled); n.Bytes == nil || sum(bytes) > n.Total() {
			n.Bytes = bytes
		}
	}
	for i, n := range f.Needs {
		f.Needs[i].Seconds += float64(programs[n.Kind]*m.Config.Layers) * compiling[n.Kind]
	}
	return f
}

// compiled is how many programs are in memory together, given how many each kind has.
func (m Model) compiled(programs map[string]int) (n int) {
	for _, of := range programs {
		n += of
	}
	if m.Programs > 0 {
		n = min(n, m.Programs)
	}
	return n
}

// Own is the peak of a stage in addition to what all stages of a process share: programs and the model under the adapters [bytes].
func (m Model) Own(stage Stage) float64 {
	parts := m.bytes(stage, 0)
	for _, shared := range []string{"program", "host copy", "frozen"} {
		delete(parts, shared)
	}
	return sum(parts)
}

// compilation is what compiling a program takes for each block of the model [s]: 16 s for the gradient of 30 blocks and 4 s for
// their forward pass, on two cores.
func compilation(w Work) float64 {
	if w.backward() {
		return 0.5
	}
	return 0.15
}

// Peak is the kind of stage that needs most.
func (f Forecast) Peak() Need {
	return slices.MaxFunc(f.Needs, func(a, b Need) int { return cmp.Compare(a.Total(), b.Total()) })
}

// PeakDevice is the kind of stage that needs most on a device with a memory of its own.
func (f Forecast) PeakDevice() Need {
	return slices.MaxFunc(f.Needs, func(a, b Need) int { return cmp.Compare(a.Device, b.Device) })
}

// PeakHost is the kind of stage that then needs most in the program's own memory.
func (f Forecast) PeakHost() Need {
	return slices.MaxFunc(f.Needs, func(a, b Need) int { return cmp.Compare(a.Host, b.Host) })
}

// Seconds are those of all stages.
func (f Forecast) Seconds() (sum float64) {
	for _, n := range f.Needs {
		sum += n.Seconds
	}
	return sum
}

func sum(parts map[string]float64) float64 { return Need{Bytes: parts}.Total() }

const (
	// started is the program with XLA's plugin before it has done anything [bytes].
	started = 95e6
	// data is the embedded world with its prompts, and what belongs to a run beside a model [bytes].
	data = 80e6
	// garbage is how large the program's own memory is beside what it holds in it: Go lets it double before it collects, and what was
	// measured (800 MB around a model of 538 MB, after four programs) lies between.
	garbage = 1.5
	// perProgram is what a compiled program keeps [bytes], whatever its size: from the embedded study with its 33 programs of 4 blocks.
	// The others are what it keeps beside for each block: of a model that is trained whole, and in addition with adapters (three products
	// where there was one), with recomputation and in bfloat16; from 4 programs of 30 blocks each.
	perProgram   = 10e6
	perBlock     = 1.2e6
	perAdapted   = 2.1e6
	perRecompute = 1.2e6
	perHalf      = 0.7e6
	// compiling is what the compiler needs for each block [bytes], before the program itself needs anything, and lingering what of
	// that is still there when the program runs first; on the same programs. XLA makes loops of its own of bfloat16 products.
	compiling     = 13e6
	compilingHalf = 45e6
	lingering     = 4e6
	lingeringHalf = 22e6
)

// compiler is what a program keeps, what its compilation takes and what of that is there when it first runs [bytes].
func (m Model) compiler() (keeps, takes, lingers float64) {
	block, compile, linger := perBlock, compiling, lingering
	if m.Config.LoRA.Rank > 0 {
		block += perAdapted
	}
	if m.Recompute {
		block += perRecompute
	}
	if m.BFloat16 {
		block, compile, linger = block+perHalf, compilingHalf, lingeringHalf
	}
	n := float64(m.Config.Layers)
	return perProgram + n*block, n * compile, n * linger
}

// bytes is the peak of a stage, with so many programs compiled.
func (m Model) bytes(stage Stage, programs int) map[string]float64 {
	keeps, takes, lingers := m.compiler()
	b := stage.Largest
	p := map[string]float64{
		"program": started + data + keeps*float64(programs), "host copy": garbage * m.Host(), "frozen": m.Frozen(),
		"policies": float64(stage.Policies) * m.Trained(), "sketches": float32Bytes * float64(stage.Pairs*stage.Numbers),
	}
	switch stage.Work {
	case Decodes:
		p["cache"] = m.Cache(b.Rows, b.Seq+b.Span)
		p["activations"] = m.Forward(Block{Rows: stage.Answered, Seq: b.Seq})
		p["logits"] = 2 * float32Bytes * float64(b.Rows*m.Config.Vocab) // on the device and on the host
	case Differentiates:
		p["activations"], p["logits"] = keptSketch*m.Activations(b), m.Logits(b)+m.Head()
		p["gradients"] = float64(stage.Languages) * m.Trained() * 2 // on the host and as inputs
	case Trains:
		p["activations"], p["logits"] = m.Activations(b), m.Logits(b)+m.Head()
		p["optimiser"], p["gradients"] = m.Optimiser(), m.Trained()*float64(stage.Accumulated+stage.Languages)
	case Reads:
		p["activations"], p["logits"] = m.Forward(b), m.Logits(b)
	}
	worked := p["activations"] + p["logits"] + p["cache"] + p["gradients"] + lingers
	peak := math.Max(worked, takes)
	if stage.Work == Trains {
		peak = math.Max(peak, math.Max(m.Step(), stage.checkpoint()*m.Trained()))
	}
	p["compiler"] = lingers
	p["step"] = peak - worked
	return p
}

// checkpoint is how many times the weights a checkpoint has in memory: they and both moments, as arrays and as a file.
func (s Stage) checkpoint() float64 {
	if s.Unsaved {
		return 0
	}
	return 6
}

// seconds is how long a stage takes.
func (m Model) seconds(stage Stage, s Speed) float64 {
	tokens, answers, slots := float64(stage.Tokens), float64(stage.Answers), float64(stage.Largest.Seq)
	passes := float64(max(1, stage.Passes))
	switch stage.Work {
	case Decodes:
		rows := answers / math.Max(1, float64(stage.Steps)) // that are still open, in the mean
		return m.read(tokens, slots, 0).on(m, s) + float64(stage.Steps)*m.decode(rows, slots+float64(stage.Largest.Span), s)
	case Differentiates:
		return m.differentiate(tokens, slots, answers).on(m, s) * passes
	case Trains:
		work := m.differentiate(tokens, slots, answers).plus(m.weightGradients(tokens, answers))
		return work.on(m, s) + float64(stage.Steps)*m.optimise(s)
	}
	return m.read(tokens, slots, answers).on(m, s) * passes // of nothing none
}
