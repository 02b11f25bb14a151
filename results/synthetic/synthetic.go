// Package synthetic makes up record sets for tests: numbers of plausible size, texts in every script that the report has
// to carry. Nothing in it was measured.
package synthetic

import (
	"fmt"
	"math"
	"math/rand/v2"

	"congrad/harness/record"
	"congrad/harness/rng"
)

// Size says how much of everything to make up. Languages and arms beyond the tables below do not exist.
type Size struct {
	Seeds, Languages, Arms, Iterations int
	Prompts                            int // evaluation prompts per language
	Pairs                              int // per seed, arm, iteration and language
	Answers                            int // sampled per seed and language, in iteration 1
	Items                              int // of each tax task per language
	Steps                              int // per iteration of an arm that trains on all pairs
}

// Small is enough to see everything.
func Small() Size {
	return Size{Seeds: 3, Languages: 6, Arms: 4, Iterations: 2, Prompts: 12, Pairs: 10, Answers: 16, Items: 8, Steps: 12}
}

// Large is the size that a report has to be quick at.
func Large() Size {
	return Size{Seeds: 3, Languages: 15, Arms: 4, Iterations: 2, Prompts: 200, Pairs: 166, Answers: 1111, Items: 60, Steps: 150}
}

// Times is a size with so many times the prompts, pairs, answers, items and steps.
func (s Size) Times(x float64) Size {
	for _, n := range []*int{&s.Prompts, &s.Pairs, &s.Answers, &s.Items, &s.Steps} {
		*n = max(1, int(math.Round(x*float64(*n))))
	}
	return s
}

type language struct {
	code, name      string
	seen, scarce    bool
	family          int // languages of one family agree
	right, wrong    string
	gain, precision float64
}

var languages = []language{
	{"en", "English", true, false, 0, "27 May 2031", "May 27 2031 and so on | and on", 0.01, 0.9},
	{"ar", "Arabic", true, false, 4, "٢٧ مايو ٢٠٣١", "27 May 2031 (مايو)", 0.04, 0.7},
	{"ja", "Japanese", true, false, 3, "2031年5月27日", "５月２７日２０３１年", 0.05, 0.8},
	{"hi", "Hindi", false, false, 5, "27 मई 2031", "मई 27, 2031 <b>", 0.02, 0.7},
	{"th", "Thai", false, true, 6, "27 พฤษภาคม 2574", "พ.ค. 27\n\n2574", 0.0, 0.6},
	{"sw", "Swahili", false, true, 7, "27 Mei 2031", "Mei 27_2031*", -0.02, 0.6},
	{"es", "Spanish", true, false, 1, "27 de mayo de 2031", "mayo 27 2031", 0.03, 0.9},
	{"de", "German", true, false, 0, "27. Mai 2031", "Mai 27, 2031", 0.03, 0.9},
	{"fr", "French", true, false, 1, "27 mai 2031", "mai 27 & 2031", 0.02, 0.9},
	{"it", "Italian", true, false, 1, "27 maggio 2031", "maggio 27", 0.04, 0.9},
	{"ru", "Russian", true, false, 2, "27 мая 2031 г.", "Май 27, 2031", 0.03, 0.8},
	{"zh", "Chinese", true, false, 3, "2031年5月27日", "27/5/2031", 0.06, 0.8},
	{"ko", "Korean", true, true, 3, "2031년 5월 27일", "5월 27 2031", 0.05, 0.7},
	{"bn", "Bangla", false, true, 5, "২৭ মে, ২০৩১", "মে ২৭", -0.01, 0.6},
	{"tr", "Turkish", false, false, 2, "27 Mayıs 2031", "Mayıs 27 2031", 0.02, 0.8},
}

var arms = []struct {
	record.Arm
	effect, tax float64
	selects     bool
}{
	{untrained("baseline", "the base model, untrained"), 0, 0, false},
	{trained("joint", "all pairs, shuffled", "all"), 0.6, -0.03, false},
	{consensus("congrad", "pairs aligned with the consensus of the languages", "congrad", record.Sketch{Kind: "flora", Rank: 8, Numbers: 65536, Whole: 65536, Pairs: 30, Passes: 1, MB: 4096}), 1.3, -0.01, true},
	{matching("random", "as many pairs, drawn at random", "congrad"), 0.5, -0.02, true},
	{consensus("anti", "the least aligned pairs", "anti", record.Sketch{Kind: "exact", Numbers: 1 << 20, Whole: 1 << 20}), -0.8, -0.02, true},
	{ranking("own_language", "pairs aligned with their own language", "own_language"), 0.9, -0.02, true},
	{ranking("reward_margin", "pairs with the largest judge gap", "reward_margin"), 1.0, -0.04, true},
}

func untrained(name, caption string) record.Arm {
	return record.Arm{Name: name, Caption: caption, Select: "none", Policy: "shared"}
}

func trained(name, caption, selects string) record.Arm {
	l, t := loss(), train()
	return record.Arm{Name: name, Caption: caption, Select: selects, Policy: "shared", Trained: true, Loss: &l, Train: &t}
}

func matching(name, caption, match string) record.Arm {
	a := trained(name, caption, "random")
	a.Match = match
	return a
}

func ranking(name, caption, selects string) record.Arm {
	a := trained(name, caption, selects)
	a.Keep = &record.Keep{Share: 0.5, Quota: "language"}
	return a
}

func consensus(name, caption, selects string, sketch record.Sketch) record.Arm {
	a := ranking(name, caption, selects)
	if selects == "congrad" {
		a.Mode = "offline"
	}
	a.Sketch = &sketch
	a.Gradients = &record.Gradients{With: record.WithConsensus, Similarity: "cosine", LanguageGradient: "ema", EMADecay: 0.99, Normalise: "unit", Aggregator: "pcgrad", LeaveOneOut: true}
	return a
}

func loss() record.Loss {
	return record.Loss{Kind: "dpo", Title: "DPO", Beta: 0.1, Parameters: []record.Parameter{{Key: "length_penalty", Value: 0.01}}}
}

func train() record.Train {
	return record.Train{LearningRate: 1e-4, Schedule: "cosine", Warmup: 0.1, Epochs: 1, BatchPairs: 16, Clip: 1, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, Aggregator: "none", Temperature: 1}
}

// maker holds what the parts of a set share.
type maker struct {
	Size
	set   *record.Set
	langs []language
}

// Set makes up the records of a study of the given size; equal sizes give equal sets.
func Set(size Size) *record.Set {
	m := maker{size, &record.Set{}, languages[:size.Languages]}
	s := &m.set.Study
	*s = record.Study{
		Name: "tiny", Title: "Consensus filtering in a small multilingual world", Iterations: size.Iterations,
		Tasks: []record.Task{{Name: "capitals"}, {Name: "udhr"}}, Backend: "go", Baseline: "baseline", Opponent: "baseline",
		Model: record.Model{
			Name: "tiny", Parameters: 1_200_000, Layers: 4, Width: 128, Vocabulary: 2048, Weights: "1adc15e667e68a9a2b7d3f1c", Trained: 1_200_000, Precision: "float32",
		},
		Generate: record.Generate{PerLanguage: 40, Samples: 4, Temperature: 0.7, TopP: 0.9},
		Judge:    record.Judge{Kind: "self"}, Loss: loss(), Train: train(),
		Evaluate: record.Evaluate{Split: "eval", PerLanguage: size.Prompts, Judge: "reference"},
	}
	if size.Arms > 1 {
		s.Reference = "joint"
	}
	for i := range size.Seeds {
		s.Seeds = append(s.Seeds, uint64(i+1))
	}
	for _, a := range arms[:size.Arms] {
		a.Keep, a.Gradients, a.Sketch, a.Loss, a.Train = own(a.Keep), own(a.Gradients), own(a.Sketch), own(a.Loss), own(a.Train)
		s.Arms = append(s.Arms, a.Arm)
	}
	for _, l := range m.langs {
		s.Languages = append(s.Languages, record.Language{Code: l.code, Name: l.name, Direction: direction(l), Seen: l.seen, UnderRepresented: l.scarce})
		for i := range m.Pairs {
			m.set.Prompts = append(m.set.Prompts, record.Prompt{ID: fmt.Sprintf("%s-%04d", l.code, i), Lang: l.code, Text: l.wrong + "?", Right: l.right})
		}
	}
	for _, seed := range s.Seeds {
		m.sampling(seed)
		for at := range s.Arms {
			m.evaluation(seed, at)
			m.tax(seed, at)
			if s.Arms[at].Trained {
				m.training(seed, at)
			}
		}
	}
	return m.set
}

// own is a copy, so that sets may be changed.
func own[T any](of *T) *T {
	if of == nil {
		return nil
	}
	x := *of
	return &x
}

func direction(l language) string {
	if l.code == "ar" {
		return "rtl"
	}
	return "ltr"
}

func (m maker) stream(seed uint64, what string, at ...string) *rand.Rand {
	return rng.Stream(seed, "synthetic "+what, at...)
}

// shared is a normal number that every arm and seed sees alike.
func (m maker) shared(what string, at ...string) float64 {
	return m.stream(0, what, at...).NormFloat64()
}

func (m maker) sampling(seed uint64) {
	for _, l := range m.langs {
		r := m.stream(seed, "sampling", l.code)
		p := record.Pairing{Seed: seed, Arm: "baseline", Iteration: 1, Lang: l.code, Prompts: m.Answers / 4, Answers: m.Answers}
		for i := range m.Answers {
			known := 1.0
			text := l.right
			if r.Float64() > 0.4*l.precision {
				known, text = 0.3, l.wrong
			} else {
				p.Exact++
			}
			m.set.Answers = append(m.set.Answers, record.Answer{
				Seed: seed, Arm: "baseline", Iteration: 1, Lang: l.code, Prompt: fmt.Sprintf("%s-%04d", l.code, i/4), Sample: i % 4,
				Text: text, Tokens: 6 + r.IntN(9), Finished: r.Float64() < 0.97, Score: math.Round(10 * known), Parsed: true, Known: known,
			})
		}
		if !l.seen {
			continue
		}
		p.Unparsed, p.Ties, p.Duplicates, p.Narrow = r.IntN(4), p.Prompts/8, p.Prompts/16, r.IntN(3)
		p.Pairs = p.Prompts - p.Ties - p.Duplicates - p.Narrow
		p.JudgeRight = int(float64(p.Prompts) * l.precision)
		p.JudgeWrong, p.JudgeTied = p.Prompts-p.JudgeRight, p.Prompts/10
		m.set.Pairing = append(m.set.Pairing, p)
	}
}

func (m maker) evaluation(seed uint64, at int) {
	a := arms[at]
	run := 0.004 * m.stream(seed, "run", a.Name).NormFloat64()
	for _, l := range m.langs {
		r := m.stream(seed, "evaluation", a.Name, l.code)
		for i := range m.Prompts {
			cluster := fmt.Sprintf("fact-%04d", i)
			base := 0.5*m.shared("fact", cluster) + 0.7*m.shared("prompt", l.code, cluster)
			e := record.Evaluation{
				Seed: seed, Arm: a.Name, Lang: l.code, Prompt: fmt.Sprintf("%s-%04d", l.code, i), Cluster: cluster,
				Text: fmt.Sprintf("%s %d", l.right, i), Tokens: 8, Finished: true, Known: chrf(base), Opponent: chrf(base), Win: 0.5,
			}
			if a.Trained {
				z := 0.25*m.shared("fact "+a.Name, cluster) + 0.9*r.NormFloat64() + a.effect*(l.gain+run)*6
				e.Known = chrf(base + 0.6*z)
				e.Tokens += r.IntN(4)
				switch {
				case e.Known > e.Opponent+0.02:
					e.Win = 1
				case e.Known < e.Opponent-0.02:
					e.Win, e.Text = 0, fmt.Sprintf("%s %d", l.wrong, i)
				}
			}
			m.set.Evaluations = append(m.set.Evaluations, e)
		}
	}
}

// chrf turns a normal number into a score: a good share of the answers is exact, the rest between 0 and 1.
func chrf(z float64) float64 {
	if z > 0.1 {
		return 1
	}
	return math.Round(1000*math.Exp(0.6*(z-0.1))) / 1000
}

func (m maker) tax(seed uint64, at int) {
	a := arms[at]
	for _, l := range m.langs {
		r := m.stream(seed, "tax", a.Name, l.code)
		for i := range m.Items {
			id := fmt.Sprintf("%s-%03d", l.code, i)
			cluster := fmt.Sprintf("capital-%03d", i)
			score := m.shared("capital", cluster) + m.shared("capital", l.code, cluster)
			if a.Trained {
				score += 0.3*r.NormFloat64() + a.tax*2
			}
			c := record.Choice{
				Seed: seed, Arm: a.Name, Task: "capitals", Lang: l.code, Item: id, Cluster: cluster,
				Right: i % 4, Options: 4, Correct: score > 0, CorrectNorm: score > -0.1,
			}
			if c.Picked = c.Right; !c.Correct {
				c.Picked = (c.Right + 1) % 4
			}
			m.set.Choices = append(m.set.Choices, c)
			length := 80 + 10*(i%7)
			bits := float64(length) * (1.8 + 0.2*m.shared("text", l.code, id))
			if a.Trained {
				bits *= 1 - a.tax/4 + 0.01*r.NormFloat64()
			}
			m.set.Passages = append(m.set.Passages, record.Passage{
				Seed: seed, Arm: a.Name, Task: "udhr", Lang: l.code, Item: id, Cluster: fmt.Sprint("article-", i), Bits: bits, Bytes: length,
			})
		}
	}
}

func (m maker) training(seed uint64, at int) {
	a := arms[at]
	for iteration := 1; iteration <= m.Iterations; iteration++ {
		for _, l := range m.langs {
			if l.seen {
				m.pairs(seed, at, iteration, l)
			}
		}
		steps := m.Steps
		if a.selects {
			steps = m.Steps / 2
			m.consensus(seed, at, iteration)
		}
		r := m.stream(seed, "steps", a.Name, fmt.Sprint(iteration))
		for step := range steps {
			done := float64(step) / float64(steps)
			m.set.Steps = append(m.set.Steps, record.Step{
				Seed: seed, Arm: a.Name, Iteration: iteration, Step: step + 1,
				Loss:     0.693 - 0.12*(1+a.effect/4)*(1-math.Exp(-3*done)) + 0.02*r.NormFloat64(),
				Accuracy: 0.5 + 0.2*done, Margin: 0.35*done*(1+a.effect/3) + 0.03*r.NormFloat64(),
				Chosen: -11 - 0.5*done + 0.3*r.NormFloat64(), Rejected: -13 - 2.5*done*(1+a.effect/4) + 0.3*r.NormFloat64(),
				GradNorm: 1.5, Rate: 1e-4 * (1 - done), Pairs: 16, Tokens: 420,
			})
		}
	}
}

func (m maker) pairs(seed uint64, at, iteration int, l language) {
	a := arms[at]
	shared := m.stream(seed, "pairs", l.code, fmt.Sprint(iteration))
	own := m.stream(seed, "alignment", a.Name, l.code, fmt.Sprint(iteration))
	scores := make([]float64, m.Pairs)
	first := len(m.set.Pairs)
	for i := range m.Pairs {
		p := record.Pair{
			Seed: seed, Arm: a.Name, Iteration: iteration, Lang: l.code, Prompt: fmt.Sprintf("%s-%04d", l.code, i),
			Chosen: l.right, Rejected: l.wrong, ChosenTokens: 7 + shared.IntN(5), RejectedTokens: 6 + shared.IntN(8),
			Gap: float64(1 + shared.IntN(6)), KnownGap: 0.7, Kept: true,
		}
		if shared.Float64() > l.precision {
			p.Chosen, p.Rejected, p.KnownGap = l.wrong, l.right, -0.7
		}
		if a.selects {
			scores[i] = 0.02 + 0.08*own.NormFloat64()
			if a.Select == "congrad" {
				scores[i] += 0.06 * p.KnownGap
			}
			p.Score = scores[i]
		}
		m.set.Pairs = append(m.set.Pairs, p)
	}
	if !a.selects {
		return
	}
	for i := range m.Pairs {
		rank := 1
		for j := range m.Pairs {
			if scores[j] > scores[i] {
				rank++
			}
		}
		p := &m.set.Pairs[first+i]
		p.Rank, p.Kept = rank, rank <= m.Pairs/2
		if a.Sketch != nil && i%5 == 0 {
			f := record.Fidelity{
				Seed: seed, Arm: a.Name, Iteration: iteration, Lang: l.code, Prompt: p.Prompt,
				Exact: scores[i], Sketched: scores[i] + 0.02*own.NormFloat64(), ExactKept: p.Kept,
			}
			f.SketchedKept = f.Sketched > 0.02
			m.set.Fidelity = append(m.set.Fidelity, f)
		}
	}
}

func (m maker) consensus(seed uint64, at, iteration int) {
	a := arms[at]
	if a.Keep == nil {
		return
	}
	c := record.Consensus{Seed: seed, Arm: a.Name, Iteration: iteration, Numbers: 65536, Bytes: 2 << 20}
	if a.Sketch != nil && a.Sketch.Kind == "exact" {
		c.Numbers *= 16
	}
	var seen []language
	for _, l := range m.langs {
		if l.seen {
			seen = append(seen, l)
			c.Languages = append(c.Languages, l.code)
			c.Weights = append(c.Weights, 1)
			c.Thresholds = append(c.Thresholds, 0.05)
		}
	}
	c.Gram, c.KeptGram = make([][]float64, len(seen)), make([][]float64, len(seen))
	c.MeanGram = c.Gram
	for i := range seen {
		c.Gram[i], c.KeptGram[i] = make([]float64, len(seen)), make([]float64, len(seen))
		for j := range seen {
			cosine := 0.12*m.shared("cosine", seen[min(i, j)].code, seen[max(i, j)].code) +
				0.02*m.stream(seed, "cosine", seen[min(i, j)].code, seen[max(i, j)].code).NormFloat64()
			if seen[i].family == seen[j].family {
				cosine += 0.3
			}
			if i == j {
				cosine = 1
			}
			scale := (1 + 0.3*float64(i%3)) * (1 + 0.3*float64(j%3))
			c.Gram[i][j] = scale * cosine
			kept := cosine
			if i != j {
				kept = math.Min(0.9, cosine+0.25)
			}
			c.KeptGram[i][j] = scale * kept
		}
	}
	m.set.Consensus = append(m.set.Consensus, c)
}
