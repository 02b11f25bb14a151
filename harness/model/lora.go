package model

import (
	"fmt"
	"slices"
	"strings"
)

// LoRA asks for adapters in place of full training: beside a projection W [out, in] stand A [rank, in] and B [out, rank], and
// y = a·Wᵀ + (alpha/rank)·(a·Aᵀ)·Bᵀ, where W is frozen (Hu et al. 2022, eq. 3). The zero value asks for none.
type LoRA struct {
	Rank   int
	Alpha  float64
	Layers string // which projections, a set of Projections
}

// The names of a projection's adapters.
func adapterA(projection string) string {
	return strings.TrimSuffix(projection, ".weight") + ".lora_A.weight"
}

func adapterB(projection string) string {
	return strings.TrimSuffix(projection, ".weight") + ".lora_B.weight"
}

// Adapters are the names of the adapters of a projection; false says that it has none.
func (c Config) Adapters(projection string) (a, b string, ok bool) {
	if c.LoRA.Rank == 0 {
		return "", "", false
	}
	s := Shape{Name: projection}
	return adapterA(projection), adapterB(projection), len(c.among([]Shape{s}, c.LoRA.Layers)) == 1
}

// adapters lists the weights that LoRA adds: all that is trained.
func (c Config) adapters() []Shape {
	var shapes []Shape
	for _, s := range c.among(c.base(), c.LoRA.Layers) {
		shapes = append(shapes,
			Shape{adapterA(s.Name), []int{c.LoRA.Rank, s.Dims[1]}},
			Shape{adapterB(s.Name), []int{s.Dims[0], c.LoRA.Rank}})
	}
	return shapes
}

// Scale is what an adapter's product is multiplied by.
func (l LoRA) Scale() float64 { return l.Alpha / float64(l.Rank) }

// Merge returns the model with the adapters merged into the frozen weights under them: W + (alpha/rank)·B·A.
func Merge(frozen, adapters *Weights) (*Weights, error) {
	c := adapters.Config
	if err := adapters.Check(); err != nil {
		return nil, fmt.Errorf("merging adapters: %w", err)
	}
	if c.LoRA.Rank == 0 || c.Base() != frozen.Config {
		return nil, fmt.Errorf("merging adapters: they do not belong to this model")
	}
	byName := map[string][]float32{}
	for i, s := range c.Shapes() {
		byName[s.Name] = adapters.Tensors[i]
	}
	merged := &Weights{Config: frozen.Config}
	for i, s := range frozen.Config.Shapes() {
		w := slices.Clone(frozen.Tensors[i])
		if nameA, nameB, ok := c.Adapters(s.Name); ok {
			addProduct(w, byName[nameB], byName[nameA], c.LoRA.Rank, c.LoRA.Scale())
		}
		merged.Tensors = append(merged.Tensors, w)
	}
	return merged, nil
}

// addProduct adds scale·B·A to w [out, in]; B is [out, rank], A is [rank, in].
func addProduct(w, b, a []float32, rank int, scale float64) {
	in := len(a) / rank
	row := make([]float64, in)
	for i := range len(w) / in {
		clear(row)
		for k := range rank {
			x := float64(b[i*rank+k])
			for j, y := range a[k*in : (k+1)*in] {
				row[j] += x * float64(y)
			}
		}
		for j, x := range row {
			w[i*in+j] = float32(float64(w[i*in+j]) + scale*x)
		}
	}
}
