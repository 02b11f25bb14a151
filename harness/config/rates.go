package config

import "slices"

// checkRates reports rates that an arm cannot choose from.
func (b *binder) checkRates(i int, a Arm) {
	rates := a.Train.Rates
	if len(rates) == 0 {
		return
	}
	arm := "arms[" + itoa(i) + "]."
	key := b.giving(arm, "train.rates")
	sorted := slices.Compact(slices.Sorted(slices.Values(rates)))
	switch {
	case len(rates) == 1:
		b.report(key, "one rate is no choice; write train.learning_rate = %g", rates[0])
	case len(sorted) < len(rates):
		b.report(key, "a rate is listed twice")
	case a.MatchKL != "":
		b.report(key, "match_kl ends the training of %q at a drift, whatever the rate; give only one of them", a.Name)
	case a.Online():
		b.report(key, "an online arm's choices are those of one training, and arm %q is online; set train.learning_rate", a.Name)
	case b.given[arm+"train.rates"] && b.given[arm+"train.learning_rate"]:
		b.report(key, "give only one of train.rates and train.learning_rate")
	}
}
