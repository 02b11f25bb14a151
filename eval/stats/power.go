package stats

import "gonum.org/v1/gonum/stat/distuv"

// MinimumDetectable is the true difference that a study with e's standard error and interval would detect with the given
// power (0.8 says: in four of five repetitions). It is half the interval, which a mean has to exceed in order to count
// as detected, plus the normal quantile of the power times the standard error; for many clusters and no seed effect
// that is the usual (1.96 + 0.84) SE. Zero when e has no interval.
func MinimumDetectable(e Estimate, power float64) float64 {
	if !e.Bounded() {
		return 0
	}
	return (e.High-e.Low)/2 + distuv.UnitNormal.Quantile(power)*e.SE
}
