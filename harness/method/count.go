package method

import (
	"math/big"
	"strconv"
)

// Count is how many of n things a share of them is: share·n rounded to the nearest whole number, halves up. The share is the decimal
// number that an experiment has, not the float64 next to it: 0.29 of 50 are 14.5, so 15, where the floating-point product is below 14.5.
// The share is finite and not negative; n is not negative.
func Count(share float64, n int) int {
	product, ok := new(big.Rat).SetString(strconv.FormatFloat(share, 'g', -1, 64))
	if !ok {
		return 0 // not finite, which no experiment has
	}
	product.Mul(product, new(big.Rat).SetInt64(int64(n)))
	product.Add(product, big.NewRat(1, 2))
	return int(new(big.Int).Div(product.Num(), product.Denom()).Int64()) // Div rounds down
}
