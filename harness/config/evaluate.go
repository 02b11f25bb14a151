package config

import "fmt"

// settleEvaluate takes the values of keys of [evaluate] that nothing reads.
func (b *binder) settleEvaluate(e *Experiment) {
	for _, x := range unreadOf(e.Evaluate) {
		if !b.given[x.key] { // what is given is an error, see checkEvaluate
			b.unset(x.key, x.because)
		}
	}
}

// unread is a key that nothing reads because of another.
type unread struct{ key, because, why string }

// unreadOf lists such keys of [evaluate].
func unreadOf(v Evaluate) (list []unread) {
	if v.Samples == 0 {
		for _, key := range []string{"evaluate.temperature", "evaluate.top_p"} {
			list = append(list, unread{key, "evaluate.samples", "is for sampled answers, but evaluate.samples is 0"})
		}
	}
	if v.Judge != "reference" {
		list = append(list, unread{"evaluate.decide", "evaluate.judge", fmt.Sprintf("is read only by evaluate.judge = \"reference\"; the judge is %q", v.Judge)})
	}
	return list
}

// checkEvaluate reports keys that are given and that nothing reads, and measures that lack what they are taken on.
func (b *binder) checkEvaluate(e *Experiment) {
	for _, x := range unreadOf(e.Evaluate) {
		if b.given[x.key] && b.sound(x.key, x.because) {
			b.report(x.key, "%s", x.why)
		}
	}
	for i, a := range e.Arms {
		key := "arms[" + itoa(i) + "].evaluate_temperature"
		switch {
		case !b.given[key] || !b.sound("evaluate.samples", "evaluate.opponent", key):
		case e.Evaluate.Samples == 0:
			b.report(key, "is for sampled answers, but evaluate.samples is 0; set it to 1 or more")
		case a.Name == e.Evaluate.Opponent:
			b.report(key, "%q is the opponent, whose answers are sampled at evaluate.temperature; add another arm with select = \"none\"", a.Name)
		}
	}
	if e.Evaluate.Drift && e.Evaluate.Samples == 0 && b.sound("evaluate.drift", "evaluate.samples") {
		b.report("evaluate.drift", "is measured on sampled answers, but evaluate.samples is 0; set it to 1 or more")
	}
}
