package method

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

// A share of n is the whole number next to the exact product, the upper one where two are equally near. The shares have up to four
// decimals; the oracle compares integers: |count·10⁴ - decimals·n| is at most half of 10⁴.
func TestCountIsTheNearest(t *testing.T) {
	check := func(decimals, n int64) {
		share, _ := big.NewRat(decimals, 10_000).Float64()
		got := int64(Count(share, int(n)))
		if twice := 2 * (got*10_000 - decimals*n); twice <= -10_000 || twice > 10_000 {
			t.Errorf("%d of %d in 10000ths: %d", n, decimals, got)
		}
	}
	for n := range int64(2001) {
		for _, decimals := range []int64{0, 1, 500, 1450, 2900, 3350, 5000, 9999, 10_000} {
			check(decimals, n)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		check(r.Int64N(10_001), r.Int64N(2001))
	}
}

// Products that floating point gets wrong: 0.29·100 is below 29 there, 0.29·50 below 14.5, and 1.15·100 below 115.
func TestCountIsOfTheDecimal(t *testing.T) {
	for _, c := range []struct {
		share   float64
		n, want int
	}{{0.29, 100, 29}, {0.29, 50, 15}, {0.145, 100, 15}, {1.15, 100, 115}, {0.5, 3, 2}, {0.5, 1, 1}, {0.3, 1, 0}, {1e-6, 499_999, 0}, {1e-6, 500_000, 1}, {1, 7, 7}} {
		if got := Count(c.share, c.n); got != c.want {
			t.Errorf("%g of %d: %d, want %d", c.share, c.n, got, c.want)
		}
	}
}
