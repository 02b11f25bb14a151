package config

import "congrad/harness/suggest"

// checkMatchSteps reports an arm whose number of steps another cannot take, and arms that cannot take another's; names are those of
// the arms.
func (b *binder) checkMatchSteps(i int, e *Experiment, names []string) {
	a, key := e.Arms[i], "arms["+itoa(i)+"]"
	if a.MatchSteps == "" || !b.soundArm(i, "match_steps") || !b.soundArms(e, "name", "select", "policy", "match_steps", "match_kl", "train.epochs") || !b.soundArm(i, "congrad.mode") {
		return
	}
	steps := key + ".match_steps"
	switch other := e.FindArm(a.MatchSteps); {
	case !a.Trained():
		b.report(steps, "%q is not trained and takes no steps", a.Name)
	case a.Online():
		b.report(steps, "an online arm must see each pair once per epoch, so it takes the steps of its own epochs; remove this key")
	case b.given[key+".train.epochs"]:
		b.report(key+".train.epochs", "give only one of match_steps and train.epochs")
	case other == nil:
		b.report(steps, "%q: no such arm%s", a.MatchSteps, suggest.DidYouMean(a.MatchSteps, names))
	case other.Name == a.Name:
		b.report(steps, "%q cannot take as many steps as itself; name another arm, such as the one with select = \"all\"", a.Name)
	case !other.Trained():
		b.report(steps, "%q is not trained and takes no steps; name a trained arm, such as the one with select = \"all\"", a.MatchSteps)
	case other.Mono():
		b.report(steps, "%q trains one model per language, and each takes its own number of steps; name an arm with one model", a.MatchSteps)
	case other.MatchSteps != "":
		b.report(steps, "%q takes as many steps as %q; name that arm", a.MatchSteps, other.MatchSteps)
	case other.MatchKL != "":
		b.report(steps, "%q ends where it has drifted as far as %q, which is not known beforehand; name another arm", a.MatchSteps, other.MatchKL)
	}
}
