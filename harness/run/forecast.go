package run

import (
	"math"

	"congrad/eval/task"
	"congrad/harness/data"
	"congrad/harness/forecast"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/sketch"
)

// Lengths are what a plan cannot know and a forecast has to take: tokens of texts, counted on the study's own prompts. An answer is
// taken to be as long as the known right one in the mean, the longest to be cut at generate.max_tokens; every prompt is taken to make
// a pair.
type Lengths struct {
	Prompt, Answer, Judgement float64 // mean
	Longest, Judged           int     // prompt, judgement
	Known                     bool    // else answers are all taken to be cut
	Prompts                   int     // that were counted
	Buckets                   int     // padded lengths that they come to
}

// counted is how many prompts of a language are counted.
const counted = 50

// Lengths counts the tokens of a plan's prompts.
func (p *Plan) Lengths(e *Env) (Lengths, error) {
	x, l := p.Experiment, Lengths{Known: true}
	buckets := map[int]bool{}
	add := func(list []data.Prompt) {
		for _, q := range list {
			prompt, answer := len(e.Chat.Prompt(q.Text)), x.Generate.MaxTokens
			if q.Right != "" {
				answer = min(answer, len(e.Chat.Answer(q.Right)))
			}
			judged := len(e.Chat.Judgement(q.Text, q.Right))
			l.Known = l.Known && q.Right != ""
			l.Prompts++
			l.Prompt, l.Answer, l.Judgement = l.Prompt+float64(prompt), l.Answer+float64(answer), l.Judgement+float64(judged)
			l.Longest, l.Judged = max(l.Longest, prompt), max(l.Judged, judged)
			buckets[nn.Bucket(prompt)] = true
		}
	}
	for _, lang := range x.Languages.Seen {
		n := e.Source.PreferenceCount(lang)
		if x.Limit > 0 {
			n = min(n, x.Limit)
		}
		list, err := e.Source.Preference(x.Seeds[0], lang, 1, min(counted, n))
		if err != nil {
			return l, err
		}
		add(list)
	}
	for _, lang := range x.Languages.Unseen {
		list, err := e.Source.Held(x.Evaluate.Split, lang, counted)
		if err != nil {
			return l, err
		}
		add(list)
	}
	n := float64(max(1, l.Prompts))
	l.Prompt, l.Answer, l.Judgement, l.Buckets = l.Prompt/n, l.Answer/n, l.Judgement/n, len(buckets)
	return l, nil
}

// estimate turns a plan's stages into what a forecast reckons with.
type estimate struct {
	plan   *Plan
	env    *Env
	config model.Config // with its adapters
	l      Lengths
	list   []forecast.Stage
	seen   map[string]bool
}

// Forecast describes the stages of plans for a forecast, each once.
func Forecast(plans []*Plan, e *Env, c model.Config, l Lengths) []forecast.Stage {
	x := &estimate{env: e, config: c, l: l, seen: map[string]bool{}}
	for _, p := range plans {
		x.plan = p
		for _, s := range p.Stages {
			if s.Kind == "further" && x.new(s) {
				x.train(s, s.Size, 1, 0, 0)
			}
		}
		for i := range p.rounds {
			x.round(&p.rounds[i])
		}
		x.judge(p.givenJudged)
		for _, f := range p.finals {
			x.final(f)
		}
	}
	return x.list
}

// new reports whether a stage was not met before.
func (x *estimate) new(s *Stage) bool {
	if s == nil || x.seen[s.Key] {
		return false
	}
	x.seen[s.Key] = true
	return true
}

func (x *estimate) add(s forecast.Stage) {
	s.Passes, s.Policies = max(1, s.Passes), atHand
	x.list = append(x.list, s)
}

// round describes the stages of a round.
func (x *estimate) round(r *round) {
	e := x.plan.Experiment
	if x.new(r.generated) {
		x.answers("generate", r.generated.Size, e.Generate.Samples)
	}
	if e.Judge.Kind == "self" {
		x.judge(r.judged)
	}
	prompts := r.generated.Size / max(1, e.Generate.Samples)
	pairs := prompts * len(r.languages) / max(1, len(r.settings.Languages))
	row, longest := x.l.Prompt+x.l.Answer-1, x.l.Longest+e.Generate.MaxTokens-1
	if x.new(r.reference) {
		x.read("reference", 2*pairs, 2, row, x.l.Answer, longest, e.Generate.MaxTokens)
	}
	if x.new(r.unprompted) {
		x.read("reference", pairs, 1, x.l.Answer, x.l.Answer, e.Generate.MaxTokens, e.Generate.MaxTokens)
	}
	if x.new(r.gradients) {
		x.gradients("gradients", r, pairs)
	}
	if x.new(r.fidelity) {
		x.gradients("fidelity", r, pairs+r.arm.ConGrad.FidelityPairs)
	}
	if r.arm.Trained() && x.new(r.train) {
		kept, languages, numbers := float64(pairs), 0, 0
		if r.arm.Ranks() && !r.arm.Keep.ByThreshold() {
			kept *= r.arm.Keep.Share
		}
		if of := e.FindArm(r.arm.Match); of != nil && of.Ranks() && !of.Keep.ByThreshold() {
			kept *= of.Keep.Share
		}
		if r.lang != "" && len(r.languages) > 1 {
			kept /= float64(len(r.languages))
		}
		if r.arm.Train.Surgery() {
			languages = len(r.languages)
		}
		if r.arm.Online() {
			kept, numbers = float64(pairs), sketch.Numbers(x.config, sketchOf(r.arm.ConGrad))
		}
		x.train(r.train, 2*int(math.Ceil(kept))*r.arm.Train.Epochs, 2*r.arm.Train.BatchPairs, languages, numbers)
	}
}

// judge adds a stage in which a model scores answers, where there is one.
func (x *estimate) judge(s *Stage) {
	if x.new(s) {
		x.read("judge", s.Size, 1, x.l.Judgement, 1, x.l.Judged+x.plan.Experiment.Generate.MaxTokens, 1)
	}
}

// final describes the evaluation of a model.
func (x *estimate) final(f final) {
	if x.new(f.answer) {
		x.answers("answer", f.answer.Size, 1)
	}
	x.judge(f.judged)
	e := x.plan.Experiment
	languages := e.Languages.All()
	per := e.Evaluate.TaskItems
	if e.Limit > 0 {
		per = min(per, e.Limit)
	}
	for i, s := range f.tasks {
		if !x.new(s) {
			continue
		}
		rows, tokens, answers, longest, span := 0, 0, 0, 0, 0
		t := x.plan.tasks[i]
		if t.Kind == task.Generate {
			x.ask(t, languages, per)
			continue
		}
		add := func(r nn.Row) {
			rows, tokens, answers = rows+1, tokens+r.Len(), answers+len(r.Answer)
			longest, span = max(longest, r.Len()), max(span, len(r.Answer))
		}
		for _, lang := range languages {
			if t.Kind == task.Text {
				for _, p := range x.env.items(t).Passages(lang, per) {
					add(x.env.passageRow(p))
				}
				continue
			}
			for _, c := range x.env.items(t).Choices(lang, per) {
				list, _ := x.env.optionRows(t, c) // what is wrong with an item is said when it is asked
				for _, row := range list {
					add(row)
				}
			}
		}
		if rows > 0 {
			x.read("task", rows, 1, float64(tokens)/float64(rows), float64(answers)/float64(rows), longest, span)
		}
	}
}

// ask adds a stage that answers a task's questions, counted with those of the held-out prompts. Answers are taken to be cut.
func (x *estimate) ask(t task.Task, languages []string, per int) {
	n, tokens, longest, most := 0, 0, 0, t.Spec.Answer.MaxTokens
	for _, lang := range languages {
		for _, q := range x.env.Exams[t.Name].Questions(lang, per) {
			prompt, _ := x.env.questionPrompt(t, q)
			n, tokens, longest = n+1, tokens+nn.Bucket(len(prompt)), max(longest, len(prompt))
		}
	}
	if n == 0 {
		return
	}
	rows := min(x.plan.Experiment.Batch.Rows, nn.Bucket(n))
	x.add(forecast.Stage{
		Kind: "answer", Tokens: tokens, Answers: n * most, Steps: (n + rows - 1) / rows * most, Answered: rows, Programs: 3,
		Largest: forecast.Block{Rows: rows, Seq: nn.Bucket(longest), Span: most},
	})
}

// block is the largest that train.Blocks makes of rows up to so long.
func (x *estimate) block(rows, each, longest, span int) forecast.Block {
	seq := nn.Bucket(longest)
	fit := max(1, x.plan.Experiment.Batch.Tokens/seq/each) * each
	return forecast.Block{Rows: min(fit, nn.Bucket(rows)), Seq: seq, Span: nn.Bucket(span)}
}

// read adds a stage that reads rows.
func (x *estimate) read(kind string, rows, each int, row, answer float64, longest, span int) {
	x.add(forecast.Stage{
		Kind: kind, Tokens: rows * nn.Bucket(int(row)), Answers: int(float64(rows) * answer),
		Largest: x.block(rows, each, longest, span), Programs: x.l.Buckets + 1,
	})
}

// gradients adds a stage that scores pairs.
func (x *estimate) gradients(kind string, r *round, pairs int) {
	e := x.plan.Experiment
	row, longest := x.l.Prompt+x.l.Answer-1, x.l.Longest+e.Generate.MaxTokens-1
	s := forecast.Stage{
		Kind: kind, Tokens: 2 * pairs * nn.Bucket(int(row)), Answers: int(2 * float64(pairs) * x.l.Answer),
		Largest: x.block(2*pairs, 2, longest, e.Generate.MaxTokens), Programs: x.l.Buckets + 1,
	}
	of := sketchOf(comparing(r.arm))
	if kind == "fidelity" || of.Kind == sketch.Exact {
		s.Languages, s.Passes = len(r.languages), 2
	} else {
		g := gradientSettings{Memory: 1e6 * e.Batch.SketchMB}
		numbers := sketch.Numbers(x.config, of)
		s.Pairs, s.Numbers, s.Passes = pairs, g.stretch(pairs, numbers), g.passes(pairs, numbers)
	}
	x.add(s)
}

// train adds a stage that trains on so many rows in all, so many in a step.
func (x *estimate) train(s *Stage, rows, inStep, languages, numbers int) {
	e := x.plan.Experiment
	longest := x.l.Longest + e.Generate.MaxTokens - 1
	b := x.block(inStep, 2, longest, e.Generate.MaxTokens)
	b.Rows = min(b.Rows, max(2, inStep))
	accumulated := 1
	if b.Rows < inStep {
		accumulated = 2
	}
	x.add(forecast.Stage{
		Kind: s.Kind, Tokens: rows * b.Seq, Answers: int(float64(rows) * x.l.Answer), Steps: (rows + inStep - 1) / max(1, inStep),
		Largest: b, Programs: 4, Languages: languages, Accumulated: accumulated, Pairs: min(1, numbers) * inStep / 2, Numbers: numbers,
	})
}

// answers adds a stage that makes n answers to each of its prompts. A block of answers goes on for as long as one of them does.
func (x *estimate) answers(kind string, answers, n int) {
	e := x.plan.Experiment
	side := max(1, e.Batch.Rows/n) // prompts at once
	if prompts := answers / n; prompts < side {
		side = min(side, nn.Bucket(prompts))
	}
	blocks := (answers/n + side - 1) / side
	x.add(forecast.Stage{
		Kind: kind, Tokens: answers / n * nn.Bucket(int(x.l.Prompt)), Answers: int(float64(answers) * x.l.Answer),
		Steps: blocks * e.Generate.MaxTokens, Answered: side, Programs: 3 * x.l.Buckets,
		Largest: forecast.Block{Rows: side * n, Seq: nn.Bucket(x.l.Longest), Span: e.Generate.MaxTokens},
	})
}
