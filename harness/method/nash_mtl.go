package method

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// NashMTL is multi-task learning as a bargaining game (Navon et al. 2022, arXiv 2202.01017, algorithm 1): the direction that
// maximises Σ log <g_k, V>, which is Σ α_k g_k with G α = 1/α, entry by entry.
//
// The paper reaches α by a row of convex programmes, and public code stops after 20 of them, near it. But that α is where
// ½ αᵀGα - Σ log α_k has its minimum, a self-concordant function: Newton's method finds it from anywhere.
//
// G α = 1/α fixes the length |V| = √K, whatever the gradients' own (TorchJD then clips it to max_norm, 1). Here the weights
// are scaled to sum to 1, so that the consensus is as long as the gradients.
type NashMTL struct{}

// Weights is positive for every gradient that has a length; the rest takes no part. Where the gradients hold each other in
// balance no bargain exists (α grows without bound), and the ridge leaves the convex combination in which they cancel.
func (NashMTL) Weights(g *mat.SymDense, _ *rand.Rand) Weighting {
	present, index := nonZero(g)
	if len(index) == 0 {
		return Mean{}.Weights(g, nil)
	}
	unit, lengths := Unit(present)
	w, least := make([]float64, g.SymmetricDim()), slices.Min(lengths)
	for a, alpha := range bargain(unit) {
		w[index[a]] = alpha * least / lengths[a]
	}
	return Weighting{Weights: normalised(w)}
}

// bargain returns the α > 0 [K] with U α = 1/α, for a Gram matrix of directions. By Newton's method in the logarithm's
// scale: with A = diag(α), the step s of α (1 + s) solves (A U A + 1) s = 1 - A U α, a matrix no eigenvalue of which is
// below 1. Damped by 1/(1+λ) while the decrement λ = √(sᵀ (A U A + 1) s) is large, it cannot leave α > 0 and converges from
// anywhere (Nesterov & Nemirovskii 1994).
func bargain(unit *mat.SymDense) []float64 {
	k := unit.SymmetricDim()
	alpha := make([]float64, k)
	for i := range alpha {
		alpha[i] = 1 / math.Sqrt(float64(k))
	}
	right, newton := mat.NewVecDense(k, nil), mat.NewSymDense(k, nil)
	last := math.Inf(1)
	for range 1000 { // some 10 in practice, 100 where there is no bargain
		for i := range k {
			right.SetVec(i, 1-alpha[i]*(inner(unit, i, alpha)+ridge*alpha[i]))
			for j := i; j < k; j++ {
				newton.SetSym(i, j, alpha[i]*unit.At(i, j)*alpha[j])
			}
			newton.SetSym(i, i, newton.At(i, i)+ridge*alpha[i]*alpha[i]+1)
		}
		var root mat.Cholesky
		var step mat.VecDense
		if !root.Factorize(newton) || root.SolveVecTo(&step, right) != nil {
			break
		}
		decrement := math.Sqrt(max(0, mat.Dot(&step, right)))
		damp := 1.0
		if decrement > 0.25 {
			damp = 1 / (1 + decrement)
		}
		for i := range alpha {
			alpha[i] *= 1 + damp*step.AtVec(i)
		}
		if last <= 0.25 && decrement >= last/2 {
			break // so near, each step squares it; what does not even halve it is rounding
		}
		last = decrement
	}
	return alpha
}
