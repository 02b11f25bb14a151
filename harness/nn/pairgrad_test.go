package nn

import (
	"math"
	"slices"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/loss"
	"congrad/harness/model"
	"congrad/harness/rng"
)

// projections makes one for every block weight of the tiny model, with matrices of that rank on the sides that are asked
// for; on neither, a sketch is the gradient.
func projections(config model.Config, a, c bool, rank int, seed uint64) []Projection {
	var list []Projection
	for _, s := range config.Shapes() {
		if !s.Projects() {
			continue
		}
		r := rng.Stream(seed, "projection", s.Name)
		draw := func(side int) (entries []float32) {
			for range rank * side {
				entries = append(entries, float32(r.NormFloat64()/math.Sqrt(float64(rank))))
			}
			return entries
		}
		p := Projection{Weight: s.Name}
		if a {
			p.A = draw(s.Dims[1])
		}
		if c {
			p.C = draw(s.Dims[0])
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
		p := Preference{Loss: loss.Loss{Kind: "dpo", Beta: 0.5, LengthPenalty: 0.1}, Reference: []float64{0.2, -0.3}}
		exact := pairGradients(t, e, host, tinyRows, p)
		for _, sides := range []struct{ a, c bool }{{}, {a: true}, {c: true}, {a: true, c: true}} {
			s := must(e.NewSketcher(projections(tiny, sides.a, sides.c, 2, 1)))(t)
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
		p := Preference{Loss: loss.Loss{Kind: "dpo", Beta: 0.5}, Reference: []float64{0.2, -0.3}}
		exact := pairGradients(t, e, host, tinyRows, p)
		all := projections(tiny, false, false, 0, 1)
		for _, weight := range []string{"model.layers.0.mlp.gate_proj.weight", "model.layers.1.mlp.up_proj.weight"} {
			at := slices.IndexFunc(all, func(p Projection) bool { return p.Weight == weight })
			s := must(e.NewSketcher(all[at : at+1]))(t)
			batch := must(NewBatch(tinyRows, 4, 6, 4))(t)
			sketches := must(s.Gradients(w, batch, p))(t)
			for i, g := range exact {
				want := g[indexOf(weight)]
				for j, x := range want {
					near(t, "gradient of "+weight, float64(sketches[i][j]), float64(x), single)
				}
			}
		}
	})
}

// project is C·G·Aᵀ written as loops.
func project(p Projection, s model.Shape, g []float32) []float64 {
	out, in := p.Size(s)
	sketch := make([]float64, out*in)
	entry := func(m []float32, side, row, column int) float64 {
		switch {
		case m != nil:
			return float64(m[row*side+column])
		case row == column:
			return 1
		}
		return 0
	}
	for o := range out {
		for i := range in {
			for row := range s.Dims[0] {
				for column := range s.Dims[1] {
					sketch[o*in+i] += entry(p.C, s.Dims[0], o, row) * float64(g[row*s.Dims[1]+column]) * entry(p.A, s.Dims[1], i, column)
				}
			}
		}
	}
	return sketch
}

func TestExactAlignments(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e, host := NewEngine(b, tiny), loud(tiny, 8)
		w := must(e.Upload(host))(t)
		p := Preference{Loss: loss.Loss{Kind: "dpo", Beta: 0.5}, Reference: []float64{0.2, -0.3}}
		directions := make([][][]float32, 3)
		for k := range directions {
			for _, shape := range projecting(tiny) {
				r := rng.Stream(uint64(k), "direction", shape.Name)
				data := make([]float32, shape.Size())
				for i := range data {
					data[i] = float32(r.NormFloat64())
				}
				directions[k] = append(directions[k], data)
			}
		}
		var ones, others [][]float32
		for _, v := range directions[0] {
			ones, others = append(ones, slices.Repeat([]float32{1}, len(v))), append(others, nil)
			for _, x := range v {
				others[len(others)-1] = append(others[len(others)-1], x*x)
			}
		}
		for name, scale := range map[string][][]float32{"": nil, "scaled ": others} {
			dots, squares, err := e.Alignments(w, projecting(tiny), directions, scale, must(NewBatch(tinyRows, 4, 6, 4))(t), p)
			if err != nil {
				t.Fatal(err)
			}
			by := scale
			if by == nil {
				by = ones
			}
			for i, g := range pairGradients(t, e, host, tinyRows, p) {
				for k, v := range directions {
					dot, square := 0.0, 0.0
					for l, shape := range projecting(tiny) {
						for j, x := range g[indexOf(shape.Name)] {
							scaled := float64(x) * float64(by[l][j])
							dot += scaled * float64(v[l][j])
							square += scaled * scaled
						}
					}
					near(t, name+"inner product", dots[i][k], dot, single)
					near(t, name+"squared norm", squares[i], square, single)
					if scale == nil {
						near(t, "finite difference along the direction", alongDirection(host, v, i, p), dot, 1e-2)
					}
				}
			}
		}
		// over one weight only; two of one shape are told apart
		for _, at := range []int{0, 1, 2} {
			over := projecting(tiny)[at : at+1]
			var one [][][]float32
			for _, v := range directions {
				one = append(one, v[at:at+1])
			}
			dots, _, err := e.Alignments(w, over, one, nil, must(NewBatch(tinyRows, 4, 6, 4))(t), p)
			if err != nil {
				t.Fatal(err)
			}
			for i, g := range pairGradients(t, e, host, tinyRows, p) {
				dot := 0.0
				for j, x := range g[indexOf(over[0].Name)] {
					dot += float64(x) * float64(one[0][0][j])
				}
				near(t, "inner product over "+over[0].Name, dots[i][0], dot, single)
			}
		}
	})
}

// projecting lists the weights that Projects.
func projecting(c model.Config) []model.Shape {
	return slices.DeleteFunc(c.Shapes(), func(s model.Shape) bool { return !s.Projects() })
}

// alongDirection is the derivative of pair i's loss along v, from forward passes only.
func alongDirection(host *model.Weights, v [][]float32, pair int, p Preference) float64 {
	loss := func(step float64) float64 {
		moved := &model.Weights{Config: host.Config}
		for _, data := range host.Tensors {
			moved.Tensors = append(moved.Tensors, append([]float32(nil), data...))
		}
		for k, shape := range projecting(host.Config) {
			for j := range v[k] {
				moved.Tensors[indexOf(shape.Name)][j] += float32(step * float64(v[k][j]))
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
			"an unknown weight":   {Weight: "nonsense", A: make([]float32, 4)},
			"a gain":              {Weight: "model.norm.weight", A: make([]float32, 4)},
			"the embedding":       {Weight: "model.embed_tokens.weight", A: make([]float32, 4)},
			"a matrix of no rank": {Weight: "model.layers.0.mlp.up_proj.weight", A: []float32{}},
			"a wrong size":        {Weight: "model.layers.0.mlp.up_proj.weight", A: make([]float32, 9)},
		} {
			if _, err := e.NewSketcher([]Projection{p}); err == nil {
				t.Errorf("%s is not refused", name)
			}
		}
	})
}
