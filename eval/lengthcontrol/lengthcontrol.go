// Package lengthcontrol estimates the win rate that would have been if both sides' answers were equally long: a logistic
// regression of who wins on the difference of the lengths, read at no difference (Dubois et al. 2024, "Length-Controlled
// AlpacaEval", arXiv 2404.04475). Their term for how hard an instruction is has no place here: its values were estimated on
// English instructions, and other languages would borrow them by row number.
package lengthcontrol

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// Comparison is one prompt that both sides answered.
type Comparison struct {
	Win   float64 // 1, or 0, or 0.5 for a tie, which is half of either
	Extra float64 // length of the answer less that of the opponent's, in any unit
}

// Fit is logit P(win) = Constant + Slope tanh(Extra/Scale), by maximum likelihood.
type Fit struct {
	Constant, Slope float64
	Scale           float64 // standard deviation of Extra; 0 where it does not vary, and length can explain nothing
	// Ridge is the λ of a penalty λ/2 (Constant² + Slope²) on the log-likelihood's sum. It is zero unless lengths tell wins from
	// losses (nearly) without fault, where the likelihood has no maximum; then it is the least power of ten, from 1e-6 on,
	// that keeps both coefficients within Largest.
	Ridge float64
	Rate  float64 // the controlled win rate: P(win) at Extra = 0
	// Influence is, of each comparison, n times what it adds to the error of Rate, to first order and with Scale as given.
	// The values sum to zero, and Rate + Influence can be averaged, paired and clustered like wins themselves.
	Influence []float64
}

// Largest is the largest coefficient that a fit without a penalty may have: e^-10 is a chance of 1 in 20,000, less than any
// evaluation could tell from none.
const Largest = 10

// New fits the comparisons; false without any, and where a number is not finite, that of how far they lie apart included.
func New(comparisons []Comparison) (Fit, bool) {
	n := len(comparisons)
	wins, extra := make([]float64, n), make([]float64, n)
	for i, c := range comparisons {
		if !(c.Win >= 0 && c.Win <= 1) || math.IsNaN(c.Extra) || math.IsInf(c.Extra, 0) {
			return Fit{}, false
		}
		wins[i], extra[i] = c.Win, c.Extra
	}
	if n == 0 {
		return Fit{}, false
	}
	f := Fit{Influence: make([]float64, n)}
	if n > 1 {
		f.Scale = stat.StdDev(extra, nil)
	}
	if math.IsNaN(f.Scale) || math.IsInf(f.Scale, 0) {
		return Fit{}, false
	}
	if f.Scale == 0 {
		f.plain(wins)
		return f, true
	}
	d := newData(wins, extra, f.Scale)
	for !f.maximise(d) {
		f.Ridge = max(1e-6, 10*f.Ridge)
	}
	f.influence(d)
	return f, true
}

// data are the comparisons. Lengths are whole numbers, so that few differences of them are different: what is a function of a difference
// is computed once for each.
type data struct {
	wins []float64
	x    []float64 // tanh(Extra/Scale), of each different Extra
	at   []int     // of each comparison, its place in x
	of   []float64 // a function of each x, renewed by each
}

func newData(wins, extra []float64, scale float64) data {
	d := data{wins: wins, at: make([]int, len(extra))}
	place := map[float64]int{}
	for i, e := range extra {
		at, met := place[e]
		if !met {
			at = len(d.x)
			place[e] = at
			d.x = append(d.x, math.Tanh(e/scale))
		}
		d.at[i] = at
	}
	d.of = make([]float64, len(d.x))
	return d
}

// each computes a function of the fit's log-odds at each different x.
func (d data) each(f *Fit, of func(z float64) float64) []float64 {
	for k, x := range d.x {
		d.of[k] = of(f.Constant + f.Slope*x)
	}
	return d.of
}

// plain is the raw win rate, for lengths that do not vary.
func (f *Fit) plain(wins []float64) {
	f.Rate = stat.Mean(wins, nil)
	f.Constant = max(-Largest, min(Largest, math.Log(f.Rate/(1-f.Rate))))
	for i, w := range wins {
		f.Influence[i] = w - f.Rate
	}
}

// maximise is Newton's method from zero; false where it ends outside of the coefficients that are let pass. The penalised
// log-likelihood is concave, so a step that overshoots is halved until it gains.
func (f *Fit) maximise(d data) bool {
	f.Constant, f.Slope = 0, 0
	at := f.objective(d)
	for range 100 {
		gradient, curvature := f.derivatives(d)
		step, ok := solve(curvature, gradient)
		if !ok {
			return false
		}
		if mat.Norm(step, math.Inf(1)) < 1e-8 { // the next one would be its square: below what the objective can tell
			f.Constant, f.Slope = f.Constant+step.AtVec(0), f.Slope+step.AtVec(1)
			return true
		}
		from, size := *f, 1.0
		for ; ; size /= 2 {
			f.Constant, f.Slope = from.Constant+size*step.AtVec(0), from.Slope+size*step.AtVec(1)
			if next := f.objective(d); next >= at || size < 1e-6 {
				at = next
				break
			}
		}
		if math.Abs(f.Constant) > Largest || math.Abs(f.Slope) > Largest {
			return false
		}
	}
	return false
}

func (f *Fit) objective(d data) float64 {
	sum := -f.Ridge / 2 * (f.Constant*f.Constant + f.Slope*f.Slope)
	most := d.each(f, softplus)
	for i, w := range d.wins {
		z := f.Constant + f.Slope*d.x[d.at[i]]
		sum += w*z - most[d.at[i]]
	}
	return sum
}

// derivatives are the gradient of the objective, and the negative of its second derivative.
func (f *Fit) derivatives(d data) (*mat.VecDense, *mat.SymDense) {
	g0, g1 := -f.Ridge*f.Constant, -f.Ridge*f.Slope
	h00, h01, h11 := f.Ridge, 0.0, f.Ridge
	share := d.each(f, sigmoid)
	for i, w := range d.wins {
		p, x := share[d.at[i]], d.x[d.at[i]]
		g0 += w - p
		g1 += (w - p) * x
		v := p * (1 - p)
		h00 += v
		h01 += v * x
		h11 += v * x * x
	}
	return mat.NewVecDense(2, []float64{g0, g1}), mat.NewSymDense(2, []float64{h00, h01, h01, h11})
}

// solve is false for a curvature that says nothing about some direction.
func solve(curvature *mat.SymDense, right *mat.VecDense) (*mat.VecDense, bool) {
	var factor mat.Cholesky
	if !factor.Factorize(curvature) {
		return nil, false
	}
	var v mat.VecDense
	return &v, factor.SolveVecTo(&v, right) == nil
}

// influence sets Rate and Influence: each comparison's score, through the inverse of the curvature and the slope of the
// logistic function at Constant.
func (f *Fit) influence(d data) {
	f.Rate = sigmoid(f.Constant)
	_, curvature := f.derivatives(d)
	row, ok := solve(curvature, mat.NewVecDense(2, []float64{1, 0})) // that of Constant, of a symmetric inverse
	if !ok {
		return
	}
	n := float64(len(d.wins))
	scale := n * f.Rate * (1 - f.Rate)
	share := d.each(f, sigmoid)
	mean := 0.0 // not zero under a penalty
	for i, w := range d.wins {
		f.Influence[i] = scale * (row.AtVec(0) + row.AtVec(1)*d.x[d.at[i]]) * (w - share[d.at[i]])
		mean += f.Influence[i] / n
	}
	for i := range f.Influence {
		f.Influence[i] -= mean
	}
}

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// softplus is log(1 + e^z) without overflow.
func softplus(z float64) float64 { return max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))) }
