package sketch

import (
	"runtime"
	"sync"
)

// stretch is how many numbers of all vectors are in work at a time, so that they stay in the processor's cache.
const stretch = 1024

// products adds the inner products of rows [n, numbers] and columns [K, numbers] to sums [n, K]. Every sum takes its numbers in their
// order, one by one: eight of them advance together, which a processor does in the time of one or two, but each is that of a plain
// loop to the last bit, on any number of workers and however the numbers are cut.
func products[T float32 | float64](sums [][]float64, rows [][]T, columns [][]float64) {
	parallel((len(rows)+3)/4, func(at int) {
		at *= 4
		if at+4 > len(rows) {
			for i := at; i < len(rows); i++ {
				for k, c := range columns {
					sums[i][k] = dot(sums[i][k], c, rows[i])
				}
			}
			return
		}
		for from := 0; from < len(rows[at]); from += stretch {
			to := min(from+stretch, len(rows[at]))
			four := [4][]T{rows[at][from:to], rows[at+1][from:to], rows[at+2][from:to], rows[at+3][from:to]}
			for k := 0; k < len(columns); k += 2 {
				l := min(k+1, len(columns)-1) // the last of an odd number goes with itself
				tile((*[4][]float64)(sums[at:at+4]), k, l, four, columns[k][from:to], columns[l][from:to])
			}
		}
	})
}

// tile advances the sums of four rows and two columns.
func tile[T float32 | float64](sums *[4][]float64, k, l int, rows [4][]T, a, b []float64) {
	n := len(a)
	r0, r1, r2, r3, b := rows[0][:n], rows[1][:n], rows[2][:n], rows[3][:n], b[:n]
	s0, s1, s2, s3 := sums[0][k], sums[1][k], sums[2][k], sums[3][k]
	t0, t1, t2, t3 := sums[0][l], sums[1][l], sums[2][l], sums[3][l]
	for i, x := range a {
		y := b[i]
		v0, v1, v2, v3 := float64(r0[i]), float64(r1[i]), float64(r2[i]), float64(r3[i])
		s0 += x * v0
		s1 += x * v1
		s2 += x * v2
		s3 += x * v3
		t0 += y * v0
		t1 += y * v1
		t2 += y * v2
		t3 += y * v3
	}
	sums[0][l], sums[1][l], sums[2][l], sums[3][l] = t0, t1, t2, t3
	sums[0][k], sums[1][k], sums[2][k], sums[3][k] = s0, s1, s2, s3
}

// squares adds the squared lengths of rows [n, numbers] to sums [n], in the manner of products.
func squares(sums []float64, rows [][]float32) {
	parallel((len(rows)+3)/4, func(at int) {
		at *= 4
		if at+4 > len(rows) {
			for i := at; i < len(rows); i++ {
				for _, x := range rows[i] {
					sums[i] += float64(x) * float64(x)
				}
			}
			return
		}
		n := len(rows[at])
		r0, r1, r2, r3 := rows[at][:n], rows[at+1][:n], rows[at+2][:n], rows[at+3][:n]
		s0, s1, s2, s3 := sums[at], sums[at+1], sums[at+2], sums[at+3]
		for i := range r0 {
			v0, v1, v2, v3 := float64(r0[i]), float64(r1[i]), float64(r2[i]), float64(r3[i])
			s0 += v0 * v0
			s1 += v1 * v1
			s2 += v2 * v2
			s3 += v3 * v3
		}
		sums[at], sums[at+1], sums[at+2], sums[at+3] = s0, s1, s2, s3
	})
}

// combine adds Σ weight_i·row_i, over the rows [n, numbers] in their order, to sum [numbers], four of them at a time.
func combine(sum []float64, rows [][]float32, weights []float64) {
	n := len(sum)
	for len(rows) >= 4 {
		r0, r1, r2, r3 := rows[0][:n], rows[1][:n], rows[2][:n], rows[3][:n]
		w0, w1, w2, w3 := weights[0], weights[1], weights[2], weights[3]
		for j, s := range sum {
			s += w0 * float64(r0[j])
			s += w1 * float64(r1[j])
			s += w2 * float64(r2[j])
			s += w3 * float64(r3[j])
			sum[j] = s
		}
		rows, weights = rows[4:], weights[4:]
	}
	for i, r := range rows {
		for j, x := range r[:n] {
			sum[j] += weights[i] * float64(x)
		}
	}
}

// dot adds the inner product of a and b to sum, number by number.
func dot[T float32 | float64](sum float64, a []float64, b []T) float64 {
	for i, x := range b {
		sum += a[i] * float64(x)
	}
	return sum
}

// parallel runs f(0), ..., f(n-1) on all cores; each call writes to places of its own.
func parallel(n int, f func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	var wait sync.WaitGroup
	for worker := range workers {
		wait.Go(func() {
			for i := worker; i < n; i += workers {
				f(i)
			}
		})
	}
	wait.Wait()
}
