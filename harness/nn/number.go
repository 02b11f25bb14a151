package nn

import "github.com/gomlx/gomlx/core/graph"

// number is a node as the formulas of losses compute with it, one number for each answer or pair of a batch.
type number struct{ node *Node }

// Add returns x + y.
func (x number) Add(y number) number { return number{graph.Add(x.node, y.node)} }

// Sub returns x - y.
func (x number) Sub(y number) number { return number{graph.Sub(x.node, y.node)} }

// Div returns x / y.
func (x number) Div(y number) number { return number{graph.Div(x.node, y.node)} }

// Plus returns x + c.
func (x number) Plus(c float64) number { return number{graph.AddScalar(x.node, c)} }

// Times returns x · c.
func (x number) Times(c float64) number { return number{graph.MulScalar(x.node, c)} }

// AtLeast returns the larger of x and c.
func (x number) AtLeast(c float64) number {
	return number{graph.Max(x.node, graph.FillScalar(x.node.Graph(), x.node.Shape(), c))}
}

// OneMinus returns 1 - x.
func (x number) OneMinus() number { return number{graph.OneMinus(x.node)} }

// Neg returns -x.
func (x number) Neg() number { return number{graph.Neg(x.node)} }

// Abs returns |x|.
func (x number) Abs() number { return number{graph.Abs(x.node)} }

// Square returns x².
func (x number) Square() number { return number{graph.Square(x.node)} }

// Exp returns e to the power of x.
func (x number) Exp() number { return number{graph.Exp(x.node)} }

// Log1p returns log(1 + x).
func (x number) Log1p() number { return number{graph.Log1p(x.node)} }
