package nn

import (
	"fmt"

	"congrad/harness/device"
	"congrad/harness/model"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Trainer holds a model under training: float32 master weights and AdamW's moments on the device. One optimiser step is
// any number of Accumulate calls, whose gradients add up, and one Apply.
//
// Buffers are handed over to the device, so an error in the middle of a step leaves the trainer unusable; go on from the last
// checkpoint.
type Trainer struct {
	engine  *Engine
	adam    AdamW
	weights []*tensors.Tensor
	m, v    []*tensors.Tensor
	grads   []*tensors.Tensor // nil before the step's first Accumulate
	steps   int
}

// TrainerState is a trainer on the host, as a checkpoint keeps it.
type TrainerState struct {
	Weights *model.Weights
	M, V    [][]float32
	Steps   int // optimiser steps done

	// What a checkpoint keeps beside: tensors under names that are none of the model's, and text.
	Beside []model.NamedTensor
	Notes  map[string]string
}

// NewTrainer starts training from weights, with zero moments.
func (e *Engine) NewTrainer(w *model.Weights, adam AdamW) (*Trainer, error) {
	s := TrainerState{Weights: w}
	largest := 0
	for _, t := range w.Tensors {
		largest = max(largest, len(t))
	}
	zeros := make([]float32, largest) // those of all weights
	for _, t := range w.Tensors {
		s.M, s.V = append(s.M, zeros[:len(t)]), append(s.V, zeros[:len(t)])
	}
	return e.ResumeTrainer(s, adam)
}

// masters has everything of a trainer uploaded as float32.
func masters(model.Shape) uploader { return onDevice[float32] }

// ResumeTrainer goes on from a checkpoint.
func (e *Engine) ResumeTrainer(s TrainerState, adam AdamW) (*Trainer, error) {
	w, err := e.uploaded(s.Weights, masters)
	if err != nil {
		return nil, fmt.Errorf("starting training: %w", err)
	}
	for _, moments := range [][][]float32{s.M, s.V} {
		if err := (&model.Weights{Config: e.Config, Tensors: moments}).Check(); err != nil {
			return nil, fmt.Errorf("starting training: optimiser moments: %w", err)
		}
	}
	t := &Trainer{engine: e, adam: adam, steps: s.Steps, weights: w.tensors}
	if t.m, err = e.upload(s.M, masters); err == nil {
		t.v, err = e.upload(s.V, masters)
	}
	if err != nil {
		t.Free()
		return nil, fmt.Errorf("starting training: optimiser moments: %w", err)
	}
	return t, nil
}

// Unit is what one row or pair contributed to a step.
type Unit struct {
	Loss float64
	// Of the unit's rows, one for a row, chosen and rejected for a pair:
	LogP  []float64 // summed log-prob
	Score []float64 // what the objective makes of the log-probs, such as their mean per token
}

// Accumulate adds the gradient of the batch's weighted loss, Σ weight·loss over its units, to the step's gradient.
func (t *Trainer) Accumulate(b *Batch, targets Targets) ([]Unit, error) {
	extra, err := targets.inputs(b.Rows)
	if err != nil {
		return nil, fmt.Errorf("training on a batch: %w", err)
	}
	batch, err := t.engine.batch(b)
	if err != nil {
		return nil, fmt.Errorf("training on %d rows: %w", b.Rows, err)
	}
	side := append(batch, extra...)
	defer freeAll(side)
	given, n := t.engine.inputs(t.weights)
	objective, nSide := targets.objective(), len(side)
	inputs := donateTensors(appendTensors(given, side), t.grads)
	out, err := t.engine.run("gradient of "+objective.name(), inputs, func(in []*Node) []*Node {
		side, previous := in[n:n+nSide], in[n+nSide:]
		b := takeBatch(side)
		var made []*Node
		grads := t.engine.transformer(in[:n]).gradients(b, func(logp *Node) *Node {
			units, weight := objective.loss(logp, b.mask, side[batchInputs:])
			made = []*Node{units, graph.ReduceSum(logp, -1), objective.scores(logp, b.mask)}
			return graph.ReduceAllSum(graph.Mul(units, weight))
		})
		for i, p := range previous { // none in the step's first batch
			grads[i] = graph.Add(grads[i], p)
		}
		return append(grads, made...)
	})
	if err != nil {
		return nil, fmt.Errorf("training on %d rows of %d tokens: %w", b.Rows, b.Seq, err)
	}
	t.grads, out = out[:len(t.weights)], out[len(t.weights):]
	return readUnits(out[0], out[1], out[2])
}

// Shapes are those of the weights that are trained, in the order in which gradients have them.
func (t *Trainer) Shapes() []model.Shape { return t.engine.Config.Shapes() }

// gradients are those of all that is trained, of a loss of the answers' log-probs [rows, span].
func (t *transformer) gradients(b batchNodes, loss func(logp *Node) *Node) []*Node {
	var targets []*Node
	for _, s := range t.config.Shapes() {
		targets = append(targets, t.weights[s.Name])
	}
	return graph.Gradient(loss(t.answerLogProbs(b)), targets...)
}

func readUnits(losses, logps, scores *tensors.Tensor) ([]Unit, error) {
	loss, err := readFloat64(losses)
	if err != nil {
		return nil, err
	}
	logp, err := readFloat64(logps)
	if err != nil {
		return nil, err
	}
	score, err := readFloat64(scores)
	if err != nil {
		return nil, err
	}
	units, rows := make([]Unit, len(loss)), len(logp)/len(loss)
	for i := range units {
		units[i] = Unit{loss[i], logp[i*rows : (i+1)*rows], score[i*rows : (i+1)*rows]}
	}
	return units, nil
}

// TakeGradient copies the accumulated gradient to the host and begins a new one.
func (t *Trainer) TakeGradient() ([][]float32, error) {
	if t.grads == nil {
		return nil, fmt.Errorf("reading the gradient: none was accumulated")
	}
	gradient, err := download(t.grads)
	freeAll(t.grads)
	t.grads = nil
	return gradient, err
}

// Gradient copies the gradient that was accumulated so far to the host, and goes on with it.
func (t *Trainer) Gradient() ([][]float32, error) {
	if t.grads == nil {
		return nil, fmt.Errorf("reading the gradient: none was accumulated")
	}
	return download(t.grads)
}

// GoOn accumulates on a gradient that Gradient copied, in the place of the one at hand.
func (t *Trainer) GoOn(gradient [][]float32) error {
	list, err := t.engine.upload(gradient, masters)
	if err != nil {
		return fmt.Errorf("going on with a gradient: %w", err)
	}
	freeAll(t.grads)
	t.grads = list
	return nil
}

// Apply takes one AdamW step with the accumulated gradient at the given learning rate and returns the gradient's global
// norm before clipping.
func (t *Trainer) Apply(rate float64) (gradNorm float64, err error) {
	if t.grads == nil {
		return 0, fmt.Errorf("taking an optimiser step: no gradient was accumulated")
	}
	n := len(t.weights)
	var inputs []argument
	for _, group := range [][]*tensors.Tensor{t.weights, t.m, t.v, t.grads} {
		inputs = donateTensors(inputs, group)
	}
	t.steps++
	scalars := tensors.FromFlatDataAndDimensions(t.adam.scalars(rate, t.steps), adamScalars)
	defer scalars.FinalizeAll()
	out, err := t.engine.run("adamw "+t.adam.name(), append(inputs, argument{tensor: scalars}), func(in []*Node) []*Node {
		return t.adam.update(in[:n], in[n:2*n], in[2*n:3*n], in[3*n:4*n], in[4*n])
	})
	if err != nil {
		return 0, fmt.Errorf("optimiser step %d: %w", t.steps, err)
	}
	t.weights, t.m, t.v, t.grads = out[:n], out[n:2*n], out[2*n:3*n], nil
	// Four times the weights were handed over. Where that is much the next gradient's large array would not find room in what the
	// C library keeps of it; where it is little giving it back costs a step of the embedded model 7 %.
	if 4*4*t.engine.Config.Parameters() > 1<<26 {
		device.Trim()
	}
	norm, err := read(out[3*n])
	if err != nil {
		return 0, err
	}
	return float64(norm[0]), nil
}

// Weights are the current weights, for use between steps; the next step overwrites them.
func (t *Trainer) Weights() *Weights { return &Weights{t.weights} }

// Steps is the number of optimiser steps taken.
func (t *Trainer) Steps() int { return t.steps }

// State copies the trainer to the host.
func (t *Trainer) State() (s TrainerState, err error) {
	if s.Weights, err = t.engine.Download(t.Weights()); err != nil {
		return s, err
	}
	if s.M, err = download(t.m); err != nil {
		return s, err
	}
	s.V, err = download(t.v)
	s.Steps = t.steps
	return s, err
}

// Free releases the device's memory.
func (t *Trainer) Free() {
	for _, group := range [][]*tensors.Tensor{t.weights, t.m, t.v, t.grads} {
		freeAll(group)
	}
}
