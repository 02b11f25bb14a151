package stats

import (
	"math"
	"slices"
)

// Holm adjusts p-values for their number (Holm 1979): rejecting those that stay below alpha keeps the chance of even one
// false rejection at alpha, whatever the dependence between them. The order of p is kept.
func Holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	value := func(i int) float64 {
		if math.IsNaN(p[i]) {
			return 1
		}
		return p[i]
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case value(a) < value(b):
			return -1
		case value(a) > value(b):
			return 1
		}
		return 0
	})
	adjusted := make([]float64, len(p))
	largest := 0.0 // an adjusted value is never below that of a smaller p
	for rank, i := range order {
		largest = max(largest, min(1, value(i)*float64(len(p)-rank)))
		adjusted[i] = largest
	}
	return adjusted
}
