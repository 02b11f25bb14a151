package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// bisected is p by bisection alone.
func (v parts) bisected(distance float64) float64 {
	low, high := 0.0, 1.0
	for range 40 {
		middle := (low + high) / 2
		if v.half(middle) > distance {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// P is what bisection finds, to the last bit, in fewer steps: near zero and near one too, and whichever part of the variance counts.
func TestPIsThatOfBisection(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 7))
	for range 40 {
		v := parts{s: r.ExpFloat64(), c: r.ExpFloat64(), sc: r.ExpFloat64() / 2, seeds: float64(1 + r.IntN(5)), columns: float64(2 + r.IntN(300))}
		if v.seeds == 1 {
			v.s, v.sc = 0, 0
		}
		if r.IntN(5) == 0 {
			v.c, v.sc, v.columns = 0, 0, 1
			v.seeds = max(2, v.seeds)
			v.s = r.ExpFloat64()
		}
		for _, times := range []float64{1e-9, 1e-3, 0.3, 1, 2, 4, 30, 1e4, 1e9} {
			distance := times * v.se() * (0.5 + r.Float64())
			if got, want := v.p(distance), v.bisected(distance); got != want {
				t.Fatalf("%+v at %g: %g, bisection finds %g (%g grains off)", v, distance, got, want, math.Abs(got-want)/grain)
			}
		}
	}
}

func BenchmarkP(b *testing.B) {
	v := parts{s: 1, c: 0.4, sc: 0.2, seeds: 3, columns: 200}
	for name, p := range map[string]func(float64) float64{"newton": v.p, "bisection": v.bisected} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				p(4)
			}
		})
	}
}
