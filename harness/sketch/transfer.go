package sketch

import (
	"congrad/harness/model"
	"congrad/harness/nn"
)

// Transfer moves sketches [numbers] from the subspace of some projections to that of others of the same sides, in place: each
// weight's C·G·Aᵀ is decoded to Cᵀ(C·G·Aᵀ)A, whose expectation is G, and projected again, to C'Cᵀ(C·G·Aᵀ)A·A'ᵀ. That is how
// FLORA carries its momentum over (Hao et al. 2024, algorithm 2). Nothing of a weight's size is made: C'Cᵀ and A·A'ᵀ are
// [rank, rank].
//
// It is unbiased and not exact: to G it adds what G has outside the old subspace, as noise. Of a compressed side of n entries and
// a rank of r about √(r/(r+n+1)) of the cosine with the gradient's own sketch is left, and the length grows by as much.
func Transfer(config model.Config, from, to []nn.Projection, sketches ...[]float32) {
	shapes := map[string]model.Shape{}
	for _, s := range config.Shapes() {
		shapes[s.Name] = s
	}
	offset := 0
	for i, p := range from {
		shape := shapes[p.Weight]
		out, in := p.Size(shape)
		c := overlap(to[i].C, p.C, out, shape.Dims[0])
		a := overlap(to[i].A, p.A, in, shape.Dims[1])
		parallel(len(sketches), func(k int) {
			part := sketches[k][offset : offset+out*in]
			moved := product(a, part, out, in)                                               // [out, in] of rows
			copy(part, transposed(product(c, transposed(moved, out, in), in, out), in, out)) // and of columns
		})
		offset += out * in
	}
}

// overlap is N·Oᵀ [rank, rank] of a new matrix N and an old one O, both [rank, side]; nil where the side is not compressed.
func overlap(n, o []float32, rank, side int) []float64 {
	if o == nil {
		return nil
	}
	m := make([]float64, rank*rank)
	parallel(rank, func(i int) {
		for j := range rank {
			for x := range side {
				m[i*rank+j] += float64(n[i*side+x]) * float64(o[j*side+x])
			}
		}
	})
	return m
}

// product is X·Mᵀ [rows, n] for X [rows, n] and M [n, n]; X itself where there is no M.
func product(m []float64, x []float32, rows, n int) []float32 {
	if m == nil {
		return x
	}
	y := make([]float32, rows*n)
	for r := range rows {
		row := x[r*n : (r+1)*n]
		for i := range n {
			y[r*n+i] = float32(dot(0, m[i*n:(i+1)*n], row))
		}
	}
	return y
}

// transposed is Xᵀ [n, rows] for X [rows, n].
func transposed(x []float32, rows, n int) []float32 {
	y := make([]float32, rows*n)
	for r := range rows {
		for i := range n {
			y[i*rows+r] = x[r*n+i]
		}
	}
	return y
}
