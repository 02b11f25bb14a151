package loss

import "math"

// Number is what the formulas compute with: one number, or one for each pair or answer of a batch.
type Number[N any] interface {
	Add(N) N
	Sub(N) N
	Div(N) N
	Plus(float64) N
	Times(float64) N
	AtLeast(float64) N // the larger of the two
	OneMinus() N
	Neg() N
	Abs() N
	Square() N
	Exp() N
	Log1p() N // log(1 + x)
}

// Softplus is log(1 + exp(x)), which is -log σ(-x), without overflow.
func Softplus[N Number[N]](x N) N { return x.AtLeast(0).Add(x.Abs().Neg().Exp().Log1p()) }

// Float is the Number of the host.
type Float float64

// Add returns x + y.
func (x Float) Add(y Float) Float { return x + y }

// Sub returns x - y.
func (x Float) Sub(y Float) Float { return x - y }

// Div returns x / y.
func (x Float) Div(y Float) Float { return x / y }

// Plus returns x + c.
func (x Float) Plus(c float64) Float { return x + Float(c) }

// Times returns x · c.
func (x Float) Times(c float64) Float { return x * Float(c) }

// AtLeast returns the larger of x and c.
func (x Float) AtLeast(c float64) Float { return max(x, Float(c)) }

// OneMinus returns 1 - x.
func (x Float) OneMinus() Float { return 1 - x }

// Neg returns -x.
func (x Float) Neg() Float { return -x }

// Abs returns |x|.
func (x Float) Abs() Float { return Float(math.Abs(float64(x))) }

// Square returns x².
func (x Float) Square() Float { return x * x }

// Exp returns e to the power of x.
func (x Float) Exp() Float { return Float(math.Exp(float64(x))) }

// Log1p returns log(1 + x).
func (x Float) Log1p() Float { return Float(math.Log1p(float64(x))) }
