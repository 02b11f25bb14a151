package method

import (
	"math"
	"strconv"
	"sync"
	"testing"

	"congrad/harness/rng"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// gradients is a case for every aggregator.
type gradients struct {
	name string
	j    *mat.Dense // [K, d]
}

// cases are K gradients of d entries, of full and of deficient rank, with and without a zero row, over twenty-five orders
// of magnitude; and the special positions below.
var cases = sync.OnceValue(func() (list []gradients) {
	for _, k := range []int{1, 2, 3, 5, 10, 20} {
		for _, d := range []int{1, 3, 30} {
			for _, scale := range []float64{0, 1e-10, 1, 1e15} {
				for _, zeroRow := range []bool{false, true} {
					name := strconv.Itoa(k) + "x" + strconv.Itoa(d) + " scale " + strconv.FormatFloat(scale, 'g', -1, 64)
					if zeroRow {
						name += " with a zero row"
					}
					j := random(k, d, name)
					j.Scale(scale, j)
					if zeroRow {
						j.SetRow(k-1, make([]float64, d))
					}
					list = append(list, gradients{name, j})
				}
			}
		}
	}
	for name, j := range positions() {
		list = append(list, gradients{name, j})
	}
	return list
})

// eachGram runs a test over all cases.
func eachGram(t *testing.T, test func(t *testing.T, j *mat.Dense, g *mat.SymDense)) {
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) { test(t, c.j, gramOf(c.j)) })
	}
}

// positions are gradients that random numbers do not fall into.
func positions() map[string]*mat.Dense {
	list := map[string]*mat.Dense{
		"opposite":        mat.NewDense(2, 2, []float64{1, 2, -1, -2}),
		"nearly opposite": mat.NewDense(3, 3, []float64{1, 0, 0, -1, 1e-5, 0, 0, 0, 1}),
		"in balance":      mat.NewDense(3, 2, []float64{1, 0, -0.5, math.Sqrt(0.75), -0.5, -math.Sqrt(0.75)}),
		"pairs in balance": mat.NewDense(4, 3, []float64{
			1, 0, 0,
			-2, 0, 0,
			0, 3, 1,
			1, 1, 0,
		}),
		"orthogonal": mat.NewDense(3, 3, []float64{1, 0, 0, 0, 10, 0, 0, 0, 0.1}),
		"equal":      mat.NewDense(4, 2, []float64{1, 2, 1, 2, 1, 2, 1, 2}),
		// components of the first that the others lack are shared out again when all are made equally long
		"agreeing, one of them hardly": mat.NewDense(3, 3, []float64{40, 20, 40, 0, 0.1, 0, 4, 0, 4}),
		// weights against each other, lengths chosen so that the weights of equal projections sum to less than zero
		"impartial and turned": mat.NewDense(3, 3, []float64{1, 0, 0.4, 0, 1, 0.4, 0.05, 0.05, 0.01}),
	}
	for _, k := range []int{2, 3, 5, 10, 20} {
		n := strconv.Itoa(k)
		agreeing := random(k, 6, "agreeing "+n)
		agreeing.Apply(func(_, _ int, x float64) float64 { return math.Abs(x) }, agreeing)
		list[n+" agreeing"] = agreeing
		lengths := random(k, 8, "lengths "+n)
		lengths.Apply(func(i, _ int, x float64) float64 { return x * math.Pow(10, float64(i%7-3)) }, lengths)
		list[n+" of many lengths"] = lengths
	}
	return list
}

// random is K gradients of d normal entries, a function of the name.
func random(k, d int, name string) *mat.Dense {
	r := rng.Stream(1, "gradients", name)
	j := mat.NewDense(k, d, nil)
	for i := range k {
		for l := range d {
			j.Set(i, l, r.NormFloat64())
		}
	}
	return j
}

func gramOf(j *mat.Dense) *mat.SymDense {
	k, _ := j.Dims()
	g := mat.NewSymDense(k, nil)
	for a := range k {
		for b := a; b < k; b++ {
			g.SetSym(a, b, mat.Dot(j.RowView(a), j.RowView(b)))
		}
	}
	return g
}

// direction is Σ w_k g_k.
func direction(j *mat.Dense, w []float64) []float64 {
	k, d := j.Dims()
	v := make([]float64, d)
	for i := range k {
		for l := range d {
			v[l] += w[i] * j.At(i, l)
		}
	}
	return v
}

// reach is Σ |w_k| |g_k|, what rounding in Σ w_k g_k is relative to; and, where the weights are themselves the rounding of
// zeros, a trifle of the gradients.
func reach(j *mat.Dense, w []float64) float64 {
	sum := 0.0
	for i, x := range w {
		sum += (math.Abs(x) + 1e-9) * mat.Norm(j.RowView(i), 2)
	}
	return sum
}

// tolerance for consensuses, relative to reach. Gram matrices are known to 1e-16, vectors with these inner products to
// the root of that.
const tolerance = 1e-6

// consensus is what an aggregator makes of gradients, and its reach.
func consensus(a Aggregator, j *mat.Dense) (v []float64, size float64) {
	w := a.Weights(gramOf(j), rng.Stream(7, "order")).Weights
	return direction(j, w), reach(j, w)
}

func apart(a, b []float64, size float64) bool {
	return floats.Distance(a, b, 2) > tolerance*size
}

// TestEveryAggregator holds what is true of all of them. A new one passes it by standing in the table.
func TestEveryAggregator(t *testing.T) {
	for _, a := range Aggregators {
		t.Run(a.Name, func(t *testing.T) {
			eachGram(t, func(t *testing.T, j *mat.Dense, g *mat.SymDense) {
				before := mat.NewSymDense(g.SymmetricDim(), nil)
				before.CopySym(g)
				w := a.Weights(g, rng.Stream(7, "order")).Weights
				k, _ := j.Dims()
				if len(w) != k {
					t.Fatalf("%d weights for %d gradients", len(w), k)
				}
				for _, x := range w {
					if math.IsNaN(x) || math.IsInf(x, 0) {
						t.Fatalf("weights %v are not finite", w)
					}
				}
				if !mat.Equal(before, g) {
					t.Error("the Gram matrix is not as it was")
				}
				if again := a.Weights(g, rng.Stream(7, "order")).Weights; !floats.Equal(w, again) {
					t.Errorf("the same stream gives %v and %v", w, again)
				}
				if k == 1 && math.Abs(w[0]-1) > 1e-12 {
					t.Errorf("one gradient is its own consensus, but its weight is %g", w[0])
				}
				v, size := direction(j, w), reach(j, w)
				scaled := mat.DenseCopyOf(j)
				scaled.Scale(1e-3, j)
				if u := direction(j, a.Weights(gramOf(scaled), rng.Stream(7, "order")).Weights); apart(u, v, size) {
					t.Errorf("the consensus goes from %v to %v times the scale when all gradients shrink alike", v, u)
				}
			})
		})
	}
}

// opposed is a gradient that the direction v points against, -1 if there is none.
func opposed(j *mat.Dense, v []float64, size float64) int {
	k, d := j.Dims()
	for i := range k {
		if mat.Dot(j.RowView(i), mat.NewVecDense(d, v)) < -tolerance*size*mat.Norm(j.RowView(i), 2) {
			return i
		}
	}
	return -1
}

// claims are the properties of the table, and how a case refutes them. What is claimed holds in every case; what is not
// claimed has a case against it, so that the table does not say too little either.
var claims = []struct {
	name    string
	claimed func(Properties) bool
	refuted func(a Aggregator, j *mat.Dense) bool
}{
	{
		"non-conflicting", func(p Properties) bool { return p.NonConflicting },
		func(a Aggregator, j *mat.Dense) bool {
			v, size := consensus(a, j)
			return opposed(j, v, size) >= 0
		},
	},
	{
		"true to gradients that agree", func(p Properties) bool { return !p.Contrary },
		func(a Aggregator, j *mat.Dense) bool {
			v, size := consensus(a, j)
			return mat.Min(gramOf(j)) >= 0 && opposed(j, v, size) >= 0
		},
	},
	{
		"linear", func(p Properties) bool { return p.Scaling == Linear },
		func(a Aggregator, j *mat.Dense) bool {
			once, again, both := lengthened(j, 1), lengthened(j, 2), mat.DenseCopyOf(j)
			both.Add(once, again)
			u, size := consensus(a, once)
			v, more := consensus(a, again)
			sum, most := consensus(a, both)
			floats.Add(u, v)
			return apart(u, sum, size+more+most)
		},
	},
	{
		"length-free", func(p Properties) bool { return p.Scaling == Free },
		func(a Aggregator, j *mat.Dense) bool {
			u, size := consensus(a, j)
			v, more := consensus(a, lengthened(j, 1))
			length, longer := floats.Norm(u, 2), floats.Norm(v, 2)
			if length <= tolerance*size || longer <= tolerance*more {
				return length > tolerance*size || longer > tolerance*more
			}
			floats.Scale(1/length, u)
			floats.Scale(1/longer, v)
			return apart(u, v, size/length+more/longer)
		},
	},
	{
		"unordered", func(p Properties) bool { return !p.Ordered && !p.Stochastic },
		func(a Aggregator, j *mat.Dense) bool {
			k, d := j.Dims()
			shuffled := mat.NewDense(k, d, nil)
			for to, from := range rng.Stream(3, "rows").Perm(k) {
				shuffled.SetRow(to, j.RawRowView(from))
			}
			u, size := consensus(a, j)
			v, _ := consensus(a, shuffled)
			return apart(u, v, size)
		},
	},
	{
		"drawing nothing", func(p Properties) bool { return !p.Stochastic },
		func(a Aggregator, j *mat.Dense) bool {
			g := gramOf(j)
			return !floats.Equal(a.Weights(g, rng.Stream(1, "order")).Weights, a.Weights(g, rng.Stream(2, "order")).Weights)
		},
	},
	{
		"remembering nothing", func(p Properties) bool { return !p.Stateful },
		func(a Aggregator, j *mat.Dense) bool {
			s, ok := a.(Stateful)
			if !ok {
				return a.Weights(gramOf(j), rng.Stream(1, "order")).State != nil
			}
			g := gramOf(j)
			first := a.Weights(g, rng.Stream(1, "order"))
			next, err := s.From(first.State, len(first.Weights))
			return err != nil || !floats.Equal(first.Weights, next.Weights(g, rng.Stream(1, "order")).Weights)
		},
	},
}

// lengthened gives every gradient another length, by a factor up to four.
func lengthened(j *mat.Dense, n uint64) *mat.Dense {
	r := rng.Stream(n, "lengths")
	k, d := j.Dims()
	longer := mat.NewDense(k, d, nil)
	for i := range k {
		row := append([]float64(nil), j.RawRowView(i)...)
		floats.Scale(0.25+3.75*r.Float64(), row)
		longer.SetRow(i, row)
	}
	return longer
}

func TestPropertiesAreAsTheTableSays(t *testing.T) {
	for _, a := range Aggregators {
		for _, c := range claims {
			t.Run(a.Name+" is "+c.name, func(t *testing.T) {
				refuted := false
				for _, in := range cases() {
					if c.refuted(a.Aggregator, in.j) {
						refuted = true
						if c.claimed(a.Properties) {
							t.Errorf("not of %s", in.name)
						}
					}
				}
				if !refuted && !c.claimed(a.Properties) {
					t.Error("it always is; why does the table not say so?")
				}
			})
		}
	}
}

// Beyond what a model produces: lengths that differ by two hundred orders of magnitude, copies of a gradient up to any
// error, and inner products that are no gradients' at all. Weights stay numbers.
func TestWeightsStayNumbers(t *testing.T) {
	for n := range 60 {
		name := "extreme " + strconv.Itoa(n)
		r := rng.Stream(1, name)
		k := 1 + r.IntN(20)
		j := random(k, 1+r.IntN(25), name)
		for i := range k {
			row := j.RawRowView(i)
			switch n % 3 {
			case 0:
				floats.Scale(math.Pow(10, float64(r.IntN(200)-100)), row)
			case 1:
				if of := r.IntN(i + 1); of < i {
					floats.Scale(math.Pow(10, -float64(r.IntN(18))), row)
					floats.AddScaled(row, []float64{1, -1, 3, -1e-9}[r.IntN(4)], j.RawRowView(of))
				}
			}
		}
		g := gramOf(j)
		if n%3 == 2 {
			for i := range k {
				for l := i; l < k; l++ {
					g.SetSym(i, l, g.At(i, l)*(1+1e-6*r.NormFloat64()))
				}
			}
		}
		for _, a := range Aggregators {
			for _, unit := range []bool{false, true} {
				w, err := Consensus(a, g, unit, rng.Stream(1, "order"))
				if err != nil || floats.HasNaN(w.Weights) || math.IsInf(floats.Norm(w.Weights, 1), 0) {
					t.Errorf("%s, %s: weights %v (%v)", a.Name, name, w.Weights, err)
				}
			}
		}
	}
}

func TestPropertiesInWords(t *testing.T) {
	for want, p := range map[string]Properties{
		"":                        {},
		"non-conflicting, linear": {NonConflicting: true, Scaling: Linear},
		"length-free, ordered, stochastic, stateful": {Scaling: Free, Ordered: true, Stochastic: true, Stateful: true},
	} {
		if got := p.String(); got != want {
			t.Errorf("%+v reads %q, want %q", p, got, want)
		}
	}
}
