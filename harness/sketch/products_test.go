package sketch

import (
	"fmt"
	"math"
	"testing"

	"congrad/harness/rng"
)

// The sums are those of plain loops to the last bit, for any remainder of rows, columns and numbers.
func TestProductsAreThoseOfPlainLoops(t *testing.T) {
	r := rng.Stream(1, "products")
	for _, c := range [][3]int{{0, 2, 5}, {1, 1, 3}, {3, 2, 1025}, {4, 3, stretch}, {9, 1, 2*stretch + 7}, {13, 6, 700}} {
		n, languages, numbers := c[0], c[1], c[2]
		rows, columns := make([][]float32, n), make([][]float64, languages)
		for i := range rows {
			rows[i] = make([]float32, numbers)
			for j := range rows[i] {
				rows[i][j] = float32(r.NormFloat64())
			}
		}
		for k := range columns {
			columns[k] = make([]float64, numbers)
			for j := range columns[k] {
				columns[k][j] = r.NormFloat64()
			}
		}
		sums, lengths, sum, weights := make([][]float64, n), make([]float64, n), make([]float64, numbers), make([]float64, n)
		for i := range sums {
			sums[i], lengths[i], weights[i] = make([]float64, languages), r.NormFloat64(), r.NormFloat64()
			for k := range sums[i] {
				sums[i][k] = r.NormFloat64()
			}
		}
		want, wantLengths, wantSum := make([][]float64, n), make([]float64, n), make([]float64, numbers)
		for i, row := range rows {
			want[i], wantLengths[i] = append(want[i], sums[i]...), lengths[i]
			for j, x := range row {
				wantLengths[i] += float64(x) * float64(x)
				wantSum[j] += weights[i] * float64(x)
				for k := range columns {
					want[i][k] += columns[k][j] * float64(x)
				}
			}
		}
		products(sums, rows, columns)
		squares(lengths, rows)
		combine(sum, rows, weights)
		for i := range rows {
			if math.Float64bits(lengths[i]) != math.Float64bits(wantLengths[i]) {
				t.Errorf("%v: square %d is %v, want %v", c, i, lengths[i], wantLengths[i])
			}
			for k := range columns {
				if math.Float64bits(sums[i][k]) != math.Float64bits(want[i][k]) {
					t.Errorf("%v: product %d, %d is %v, want %v", c, i, k, sums[i][k], want[i][k])
				}
			}
		}
		for j := range sum {
			if math.Float64bits(sum[j]) != math.Float64bits(wantSum[j]) {
				t.Fatalf("%v: number %d of the sum is %v, want %v", c, j, sum[j], wantSum[j])
			}
		}
	}
}

// BenchmarkGather reduces 200 pairs with sketches of 49,152 numbers.
func BenchmarkGather(b *testing.B) {
	r := rng.Stream(1, "gather")
	sketches := make([][]float32, 200)
	for i := range sketches {
		sketches[i] = make([]float32, 49152)
		for j := range sketches[i] {
			sketches[i][j] = float32(r.NormFloat64())
		}
	}
	for _, languages := range []int{2, 10, 30} {
		codes, language := make([]string, languages), make([]int, len(sketches))
		for k := range codes {
			codes[k] = string(rune('A' + k))
		}
		for i := range language {
			language[i] = i % languages
		}
		b.Run(fmt.Sprint(languages, " languages"), func(b *testing.B) {
			for b.Loop() {
				if _, err := Gather(sketches, language, codes, EMA(0.99), 1, "1"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
