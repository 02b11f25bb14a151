package run

import (
	"cmp"
	"slices"

	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/data"
	"congrad/harness/forecast"
	"congrad/harness/kind"
	"congrad/harness/nn"
)

// counted is how many prompts of a language are counted.
const counted = 50

// asked is the length of a prompt: without the turns around it where the model has no conversations, of which a run says why.
func asked(b *bench.Bench, instruction string) int {
	ids, err := b.Chat.Prompt(instruction)
	if err != nil {
		ids = b.Chat.Encode(instruction)
	}
	return len(ids)
}

// lengths counts the tokens of an experiment's prompts.
func lengths(e *config.Experiment, b *bench.Bench) (kind.Lengths, error) {
	l := kind.Lengths{Known: true, Most: e.Generate.MaxTokens}
	buckets := map[int]bool{}
	add := func(list []data.Prompt) {
		for _, q := range list {
			prompt, answer := asked(b, q.Text), l.Most
			if ids, err := b.Chat.Answer(q.Right); err == nil && q.Right != "" {
				answer = min(answer, len(ids))
			}
			judged := asked(b, q.Text) + len(b.Chat.Encode(q.Right))
			if ids, err := b.Chat.Judgement(q.Text, q.Right); err == nil {
				judged = len(ids)
			}
			l.Known = l.Known && q.Right != ""
			l.Prompts++
			l.Prompt, l.Answer, l.Judgement = l.Prompt+float64(prompt), l.Answer+float64(answer), l.Judgement+float64(judged)
			l.Longest, l.Judged = max(l.Longest, prompt), max(l.Judged, judged)
			buckets[nn.Bucket(prompt)] = true
		}
	}
	for _, lang := range e.Languages.Seen {
		n := b.Source.PreferenceCount(lang)
		if e.Limit > 0 {
			n = min(n, e.Limit)
		}
		list, err := b.Source.Preference(e.Seeds[0], lang, 1, min(counted, n))
		if err != nil {
			return l, err
		}
		add(list)
	}
	for _, lang := range e.Languages.Unseen {
		list, err := b.Source.Held(e.Evaluate.Split, lang, counted)
		if err != nil {
			return l, err
		}
		add(list)
	}
	if b.Pairs != nil {
		var given []data.Prompt
		for _, lang := range e.Languages.Seen {
			for _, x := range b.Pairs.Drawn(e.Seeds[0], lang, counted) {
				given = append(given, data.Prompt{Text: x.Prompt, Right: x.Chosen})
			}
		}
		add(given)
	}
	n := float64(max(1, l.Prompts))
	l.Prompt, l.Answer, l.Judgement, l.Buckets = l.Prompt/n, l.Answer/n, l.Judgement/n, len(buckets)
	return l, nil
}

// Model is what an experiment runs, as forecasts reckon with it.
func Model(e *config.Experiment, b *bench.Bench) forecast.Model {
	return forecast.Model{
		Config: b.Config, BFloat16: e.Precision == "bfloat16", Recompute: e.Batch.Recompute, Programs: nn.MostPrograms(b.Config.Layers), AtOnce: nn.MostLogits,
	}
}

// expected is what a stage will take, by itself: a plan does not depend on how many stages run at a time.
func expected(w kind.Work, size int, b *bench.Bench, l kind.Lengths) forecast.Stage {
	f := w.Forecast(size, b, l)
	f.Kind, f.Passes, f.Policies = cmp.Or(f.Kind, w.Kind().Name), max(1, f.Passes), bench.AtHand
	return f
}

// Reckon says of each stage how much memory it will need beside what all stages of a process share. Planning does without, since it
// counts the tokens of texts.
func (p *Plan) Reckon(b *bench.Bench) error {
	furnish(b, p.Experiment)
	l, err := lengths(p.Experiment, b)
	if err != nil {
		return err
	}
	m := Model(p.Experiment, b)
	for _, s := range p.Stages {
		w, err := workOf(s)
		if err != nil {
			return err
		}
		if f := expected(w, s.Size, b, l); f.Work != forecast.Nothing {
			s.Memory = int64(m.Own(f))
		}
	}
	return nil
}

// placeOf is a kind's place in the table. What several kinds are counted under, as the tasks, comes last.
func placeOf(kind string) int {
	if _, at, err := findKind(kind); err == nil {
		return at
	}
	return len(Kinds)
}

// Forecast describes the stages of plans for a forecast, each once, in the order of the table of kinds, and returns the lengths that
// it assumes: those of the first plan.
//
// answer is how many tokens an answer is taken to have in the mean; 0 for those of the reference answers.
func Forecast(plans []*Plan, b *bench.Bench, answer int) (list []forecast.Stage, l kind.Lengths, err error) {
	furnish(b, plans[0].Experiment)
	if l, err = lengths(plans[0].Experiment, b); err != nil {
		return nil, l, err
	}
	if answer > 0 {
		l.Judgement += float64(answer) - l.Answer
		l.Answer, l.Known = float64(min(answer, l.Most)), true
	}
	for _, s := range Union(plans) {
		w, err := workOf(s)
		if err != nil {
			return nil, l, err
		}
		if f := expected(w, s.Size, b, l); f.Work != forecast.Nothing {
			list = append(list, f)
		}
	}
	slices.SortStableFunc(list, func(x, y forecast.Stage) int {
		return cmp.Compare(placeOf(x.Kind), placeOf(y.Kind))
	})
	return list, l, nil
}
