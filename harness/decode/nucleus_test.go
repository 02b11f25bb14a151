package decode

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"congrad/harness/rng"
)

// sorted draws a token as take does, with one stable sort of the whole vocabulary by comparison.
func sorted(logits []float32, s Settings, stream *rand.Rand) int {
	peak := slices.Max(logits)
	weight, order, total := make([]float64, len(logits)), make([]int, len(logits)), 0.0
	for id, x := range logits {
		weight[id], order[id] = math.Exp(float64(x-peak)/s.Temperature), id
		total += weight[id]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(weight[b], weight[a]) })
	mass, size := 0.0, 0
	for size < len(order) && mass < s.TopP*total {
		mass += weight[order[size]]
		size++
	}
	draw := stream.Float64() * mass
	for _, id := range order[:size] {
		if draw -= weight[id]; draw < 0 {
			return id
		}
	}
	return order[size-1]
}

// shapes are logits of kinds that a sampler meets, [n] each.
func shapes(n int) map[string][]float32 {
	r := rng.Stream(1, "shapes")
	make := func(f func(i int) float64) []float32 {
		logits := make([]float32, n)
		for i := range logits {
			logits[i] = float32(f(i))
		}
		return logits
	}
	return map[string][]float32{
		"flat":      make(func(int) float64 { return 0.1 * r.NormFloat64() }),
		"equal":     make(func(int) float64 { return 3 }),
		"tied":      make(func(int) float64 { return math.Round(2 * r.NormFloat64()) }),
		"peaked":    make(func(int) float64 { return 6 * r.NormFloat64() }),
		"one":       make(func(i int) float64 { return float64(40 * (i / (n - 1))) }),
		"tiny":      make(func(int) float64 { return 1e-17 * r.NormFloat64() }), // all weights round to 1
		"far apart": make(func(int) float64 { return 1e30 * r.NormFloat64() }),
	}
}

// The drawn token is that of a stable sort of the whole vocabulary, whatever the logits.
func TestDrawsAreThoseOfASort(t *testing.T) {
	for _, n := range []int{2, 40, 1000} { // few candidates, and many
		for name, logits := range shapes(n) {
			for _, temperature := range []float64{1, 0.7, 0.02, 5} {
				for _, p := range []float64{1, 0.9, 0.5, 1e-6} {
					s := Settings{Temperature: temperature, TopP: p}
					var tk taker
					got, want := rng.Stream(2, "draws"), rng.Stream(2, "draws")
					for draw := range 20 {
						if a, b := tk.take(logits, slices.Max(logits), s, got), sorted(logits, s, want); a != b {
							t.Fatalf("%s, %d logits, temperature %g, top_p %g, draw %d: token %d, a stable sort draws %d", name, n, temperature, p, draw, a, b)
						}
					}
				}
			}
		}
	}
}

// fixed is a source whose next number in [0, 1) is u.
type fixed struct{ u float64 }

func (f fixed) Uint64() uint64 { return uint64(f.u * (1 << 53)) }

// At borders between tokens rounding decides, so there the draw has to add up as the sort does.
func TestDrawsAtBordersAreThoseOfASort(t *testing.T) {
	const n = 1000
	for _, name := range []string{"equal", "tied", "flat"} {
		logits := shapes(n)[name]
		for _, p := range []float64{1, 0.9, 0.5} { // of equal logits a border too
			s := Settings{Temperature: 0.7, TopP: p}
			for _, k := range []int{0, 1, 7, 100, 333, 500, 899, 900, 999} {
				for _, off := range []float64{0, -0x1p-53, 0x1p-53} {
					u := fixed{max(0, float64(k)/n+off)}
					var tk taker
					if a, b := tk.take(logits, slices.Max(logits), s, rand.New(u)), sorted(logits, s, rand.New(u)); a != b {
						t.Errorf("%s, top_p %g, the number %g: token %d, a stable sort draws %d", name, p, u.u, a, b)
					}
				}
			}
		}
	}
}

func TestBoundsHoldTheSum(t *testing.T) {
	for _, n := range []int{2, 1000} {
		for name, logits := range shapes(n) {
			for _, temperature := range []float64{1, 0.7, 0.02, 5} {
				var tk taker
				sum := tk.weigh(logits, slices.Max(logits), temperature)
				least, most := bounds(logits, slices.Max(logits), temperature)
				if !(least <= sum && sum <= most && most <= 1.001*least) {
					t.Errorf("%s, %d logits, temperature %g: the sum %g, bounds %g and %g", name, n, temperature, sum, least, most)
				}
			}
		}
	}
}

func BenchmarkTake(b *testing.B) {
	s := Settings{Temperature: 0.7, TopP: 0.9}
	for _, n := range []int{2048, 49152, 256000} {
		for _, name := range []string{"flat", "peaked"} {
			logits := shapes(n)[name]
			largest := slices.Max(logits)
			for way, draw := range map[string]func(*rand.Rand) int{
				"sort": func(r *rand.Rand) int { return sorted(logits, s, r) },
				"take": func() func(*rand.Rand) int {
					var t taker
					return func(r *rand.Rand) int { return t.take(logits, largest, s, r) }
				}(),
			} {
				b.Run(fmt.Sprintf("%s/%d/%s", name, n, way), func(b *testing.B) {
					r := rng.Stream(3, "benchmark")
					for b.Loop() {
						draw(r)
					}
				})
			}
		}
	}
}
