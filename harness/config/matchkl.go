package config

import "congrad/harness/suggest"

// checkMatchKL reports an arm whose drift another cannot match, and arms that cannot match another's; names are those of the arms.
func (b *binder) checkMatchKL(i int, e *Experiment, names []string) {
	a, key := e.Arms[i], "arms["+itoa(i)+"].match_kl"
	if a.MatchKL == "" || !b.soundArm(i, "match_kl") || !b.soundArms(e, "name", "select", "policy", "match_steps", "match_kl", "train.epochs") || !b.soundArm(i, "congrad.mode") {
		return
	}
	switch other := e.FindArm(a.MatchKL); {
	case !a.Trained():
		b.report(key, "%q is not trained and does not drift", a.Name)
	case a.MatchSteps != "":
		b.report(key, "give only one of match_steps and match_kl")
	case a.Online():
		b.report(key, "an online arm's choices are those of its whole training, which cannot end early; remove this key")
	case a.Mono():
		b.report(key, "%q trains one model per language, and each would drift by itself; remove this key, or policy = \"mono\"", a.Name)
	case other == nil:
		b.report(key, "%q: no such arm%s", a.MatchKL, suggest.DidYouMean(a.MatchKL, names))
	case other.Name == a.Name:
		b.report(key, "%q cannot drift as far as itself; name another arm", a.Name)
	case !other.Trained():
		b.report(key, "%q is not trained and does not drift; name a trained arm, such as the one with select = \"all\"", a.MatchKL)
	case other.Mono():
		b.report(key, "%q trains one model per language, and each drifts by itself; name an arm with one model", a.MatchKL)
	case other.MatchKL != "":
		b.report(key, "%q drifts as far as %q; name that arm", a.MatchKL, other.MatchKL)
	}
}
