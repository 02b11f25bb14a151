package method

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// spectrum is the part of a Gram matrix that rounding has not made up: its eigenvalues λ [r] above a share of the largest,
// ascending, and their eigenvectors V [K, r]. r is the number of independent gradients.
type spectrum struct {
	values  []float64
	vectors *mat.Dense
}

// negligible is that share. Inner products are squares, so it drops what is a millionth of the longest gradient or less:
// far above their rounding, far below what a direction that languages share would be.
const negligible = 1e-12

// spectrumOf decomposes g; nil where no gradient has a length.
func spectrumOf(g *mat.SymDense) *spectrum {
	scale := mat.Max(g)
	if scale <= 0 {
		return nil
	}
	relative, k := divided(g, scale), g.SymmetricDim()
	for i := range k {
		for j := i; j < k; j++ {
			if math.Abs(relative.At(i, j)) < negligible*negligible {
				relative.SetSym(i, j, 0) // eigenvectors can become NaN over numbers that are all but zero
			}
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(relative, true) {
		return nil // of a finite matrix the factorisation exists
	}
	values := eigen.Values(nil)
	first := 0
	for values[first] <= negligible*values[k-1] {
		first++
	}
	floats.Scale(scale, values)
	var all mat.Dense
	eigen.VectorsTo(&all)
	return &spectrum{values[first:], mat.DenseCopyOf(all.Slice(0, k, first, k))}
}

// apply returns V f(Λ) Vᵀ x [K].
func (s *spectrum) apply(f func(value float64) float64, x []float64) []float64 {
	k, r := s.vectors.Dims()
	y := make([]float64, k)
	for n := range r {
		along := 0.0
		for i, xi := range x {
			along += s.vectors.At(i, n) * xi
		}
		for i := range y {
			y[i] += s.vectors.At(i, n) * f(s.values[n]) * along
		}
	}
	return y
}

// divided is g/scale. Not g times 1/scale, which is infinite where the squares of lengths hardly are numbers.
func divided(g *mat.SymDense, scale float64) *mat.SymDense {
	k := g.SymmetricDim()
	d := mat.NewSymDense(k, nil)
	for i := range k {
		for j := i; j < k; j++ {
			d.SetSym(i, j, g.At(i, j)/scale)
		}
	}
	return d
}
