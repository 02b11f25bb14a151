package config

import (
	"slices"

	"congrad/harness/method"
)

// ReadsAnswers reports whether the arm's selector reads the reference answers.
func (a Arm) ReadsAnswers() bool {
	reads := a.Selector().Reads
	return reads == method.ReadsKnown || reads == method.ReadsTrust && len(a.ConGrad.Trust) == 0 && a.ConGrad.TrustPairs > 0
}

// checkTrust reports trusted languages whose pairs no arm meets.
func (b *binder) checkTrust(e *Experiment, w World) {
	if !b.sound("languages.seen") {
		return
	}
	told := map[string]bool{}
	for i, a := range e.Arms {
		key := b.giving("arms["+itoa(i)+"].", "congrad.trust")
		if told[key] || !b.soundArm(i, "congrad.trust") {
			continue
		}
		for at, code := range a.ConGrad.Trust {
			if !slices.Contains(e.Languages.Seen, code) {
				b.report(key, "the %s entry, %q: not a seen language%s; arms have pairs only of seen languages", nth(at), code, w.Languages.DidYouMean(code, e.Languages.Seen))
				told[key] = true
			}
		}
	}
}
