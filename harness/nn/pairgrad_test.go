package nn

import (
	"math"
	"slices"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/model"
	"congrad/harness/rng"
)

// projections makes one for every block weight of the tiny model; rank 0 stands for the identity, which compresses
// nothing.
func projections(config model.Config, rank int, seed uint64) []Projection {
	var list []Projection
	for _, s := range config.Shapes() {
		if len(s.Dims) != 2 || s.Name == "model.embed_tokens.weight" {
			continue
		}
		p := Projection{Weight: s.Name, Side: In, Rank: rank}
		side := s.Dims[1]
		if s.Dims[0] > s.Dims[1] {
			p.Side, side = Out, s.Dims[0]
		}
		if rank == 0 {
			p.Rank = side
			p.A = make([]float32, side*side)
			for i := range side {
				p.A[i*side+i] = 1
			}
		} else {
			r := rng.Stream(seed, "projection", s.Name)
			for range rank * side {
				p.A = append(p.A, float32(r.NormFloat64()/math.Sqrt(float64(rank))))
			}
		}
		list = append(list, p)
	}
	return list
}

// pairGradients are the exact gradients of each pair's loss, pair by pair, by training on it alone.
func pairGradients(t *testing.T, e *Engine, w *model.Weights, rows []Row, p Preference) (grads [][][]float32) {
	t.Helper()
	for i := 0; i < len(rows); i += 2 {
		trainer := must(e.NewTrainer(w, adam))(t)
		one := Preference{Loss: p.Loss, Reference: p.Reference[i/2 : i/2+1], Weight: []float64{1}}
		must(trainer.Accumulate(must(NewBatch(rows[i:i+2], 2, 6, 4))(t), one))(t)
		grads = append(grads, must(download(trainer.grads))(t))
		trainer.Free()
	}
	return grads
}

func TestSketchesAreThoseOfTheExactGradients(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e, host := NewEngine(b, tiny), loud(tiny, 8)
		w := must(e.Upload(host))(t)
		p := Preference{Loss: PreferenceLoss{Beta: 0.5, LengthPenalty: 0.1}, Reference: []float64{0.2, -0.3}}
		exact := pairGradients(t, e, host, tinyRows, p)
		for _, rank := range []int{0, 2} {
			s := must(e.NewSketcher(projections(tiny, rank, 1)))(t)
			// six rows: the last pair is padding
			sketches, err := s.Gradients(w, must(NewBatch(tinyRows, 6, 6, 4))(t), p)
			if err != nil {
				t.Fatal(err)
			}
			if len(sketches) != 3 || len(sketches[0]) != s.Numbers {
				t.Fatalf("%d sketches of %d numbers, want 3 and %d", len(sketches), len(sketches[0]), s.Numbers)
			}
			for i, g := range exact {
				offset := 0
				for _, p := range s.projections {
					want := project(p, shapeOf(p.Weight), g[indexOf(p.Weight)])
					for j, x := range want {
						near(t, "sketch of "+p.Weight, float64(sketches[i][offset+j]), x, single)
					}
					offset += len(want)
				}
			}
		}
	})
}

// Sketchers of other weights are other programs, even where all shapes are alike.
func TestSketchersOfOneShapeAreToldApart(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e, host := NewEngine(b, tiny), loud(tiny, 8)
		w := must(e.Upload(host))(t)
		p := Preference{Loss: PreferenceLoss{Beta: 0.5}, Reference: []float64{0.2, -0.3}}
		exact := pairGradients(t, e, host, tinyRows, p)
		all := projections(tiny, 0, 1) // each compresses nothing
		for _, weight := range []string{"model.layers.0.mlp.gate_proj.weight", "model.layers.1.mlp.up_proj.weight"} {
			at := slices.IndexFunc(all, func(p Projection) bool { return p.Weight == weight })
			s := must(e.NewSketcher(all[at : at+1]))(t)
			batch := must(NewBatch(tinyRows, 4, 6, 4))(t)
			sketches := must(s.Gradients(w, batch, p))(t)
			first := make([]float32, len(exact[0][indexOf(weight)])) // the direction that picks a gradient's first entry
			first[0] = 1
			dots, _, err := s.Alignments(w, [][][]float32{{first}}, batch, p)
			if err != nil {
				t.Fatal(err)
			}
			for i, g := range exact {
				want := g[indexOf(weight)]
				for j, x := range want {
					near(t, "gradient of "+weight, float64(sketches[i][j]), float64(x), single)
				}
				near(t, "alignment of "+weight, dots[i][0], float64(want[0]), single)
			}
		}
	})
}

// project is A·G or G·Aᵀ written as loops.
func project(p Projection, s model.Shape, g []float32) []float64 {
	out, in := s.Dims[0], s.Dims[1]
	var sketch []float64
	if p.Side == In {
		for o := range out {
			for r := range p.Rank {
				sum := 0.0
				for i := range in {
					sum += float64(g[o*in+i]) * float64(p.A[r*in+i])
				}
				sketch = append(sketch, sum)
			}
		}
		return sketch
	}
	for r := range p.Rank {
		for i := range in {
			sum := 0.0
			for o := range out {
				sum += float64(p.A[r*out+o]) * float64(g[o*in+i])
			}
			sketch = append(sketch, sum)
		}
	}
	return sketch
}

func TestExactAlignments(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e, host := NewEngine(b, tiny), loud(tiny, 8)
		w := must(e.Upload(host))(t)
		p := Preference{Loss: PreferenceLoss{Beta: 0.5}, Reference: []float64{0.2, -0.3}}
		s := must(e.NewSketcher(projections(tiny, 2, 1)))(t)
		directions := make([][][]float32, 3)
		for k := range directions {
			for _, shape := range s.shapes() {
				r := rng.Stream(uint64(k), "direction", shape.Name)
				data := make([]float32, shape.Size())
				for i := range data {
					data[i] = float32(r.NormFloat64())
				}
				directions[k] = append(directions[k], data)
			}
		}
		dots, squares, err := s.Alignments(w, directions, must(NewBatch(tinyRows, 4, 6, 4))(t), p)
		if err != nil {
			t.Fatal(err)
		}
		for i, g := range pairGradients(t, e, host, tinyRows, p) {
			for k, v := range directions {
				dot, square := 0.0, 0.0
				for l, q := range s.projections {
					for j, x := range g[indexOf(q.Weight)] {
						dot += float64(x) * float64(v[l][j])
						square += float64(x) * float64(x)
					}
				}
				near(t, "inner product", dots[i][k], dot, single)
				near(t, "squared norm", squares[i], square, single)
				near(t, "finite difference along the direction", alongDirection(t, e, host, s, v, i, p), dot, 1e-2)
			}
		}
	})
}

// alongDirection is the derivative of pair i's loss along v, from forward passes only.
func alongDirection(t *testing.T, e *Engine, host *model.Weights, s *Sketcher, v [][]float32, pair int, p Preference) float64 {
	t.Helper()
	loss := func(step float64) float64 {
		moved := &model.Weights{Config: host.Config}
		for _, data := range host.Tensors {
			moved.Tensors = append(moved.Tensors, append([]float32(nil), data...))
		}
		for k, q := range s.projections {
			for j := range v[k] {
				moved.Tensors[indexOf(q.Weight)][j] += float32(step * float64(v[k][j]))
			}
		}
		rows := tinyRows[2*pair : 2*pair+2]
		z := p.Loss.Beta * (referenceLogProb(moved, rows[0]) - referenceLogProb(moved, rows[1]) - p.Reference[pair])
		return math.Log1p(math.Exp(-z))
	}
	const h = 1e-3 // the weights are float32
	return (loss(h) - loss(-h)) / (2 * h)
}

func indexOf(name string) int {
	for i, s := range tiny.Shapes() {
		if s.Name == name {
			return i
		}
	}
	panic(name)
}

func shapeOf(name string) model.Shape { return tiny.Shapes()[indexOf(name)] }

func TestSketcherRefuses(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e := NewEngine(b, tiny)
		for name, p := range map[string]Projection{
			"an unknown weight":   {Weight: "nonsense", Rank: 1, A: make([]float32, 4)},
			"a gain":              {Weight: "model.norm.weight", Rank: 1, A: make([]float32, 4)},
			"the embedding":       {Weight: "model.embed_tokens.weight", Rank: 1, A: make([]float32, 4)},
			"a matrix of no rank": {Weight: "model.layers.0.mlp.up_proj.weight"},
			"a wrong size":        {Weight: "model.layers.0.mlp.up_proj.weight", Rank: 2, A: make([]float32, 9)},
		} {
			if _, err := e.NewSketcher([]Projection{p}); err == nil {
				t.Errorf("%s is not refused", name)
			}
		}
	})
}
