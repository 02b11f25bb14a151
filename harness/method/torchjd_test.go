package method

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// pins is testdata/torchjd.json, which testdata/write_torchjd.py writes.
type pins struct {
	TorchJD string `json:"torchjd"` // its version
	Torch   string `json:"torch"`
	Cases   []struct {
		Name      string               `json:"name"`
		Gradients [][]float64          `json:"gradients"`
		Weights   map[string][]float64 `json:"weights"`
	} `json:"cases"`
	GradVac []struct {
		Gradients [][]float64 `json:"gradients"`
		Weights   []float64   `json:"weights"`
		Targets   []float64   `json:"targets"`
	} `json:"gradvac"` // rounds, each of which goes on from the one before
}

func readPins(t *testing.T) pins {
	t.Helper()
	text, err := os.ReadFile("testdata/torchjd.json")
	if err != nil {
		t.Fatal(err)
	}
	var p pins
	if err := json.Unmarshal(text, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func rowsOf(list [][]float64) *mat.Dense {
	j := mat.NewDense(len(list), len(list[0]), nil)
	for i, row := range list {
		j.SetRow(i, row)
	}
	return j
}

// inOrder is GradVac where every gradient meets the others from first to last.
type inOrder struct{ GradVac }

func (o inOrder) Weights(g *mat.SymDense, _ *rand.Rand) Weighting {
	k := g.SymmetricDim()
	w := Weighting{Weights: make([]float64, k), State: make([]float64, k*k)}
	copy(w.State, o.targets)
	for i := range k {
		floats.AddScaled(w.Weights, 1/float64(k), o.vaccinate(g, i, without(i, ascending(k)), w.State[i*k:(i+1)*k]))
	}
	return w
}

// How TorchJD's weights follow from ours, where the conventions differ.
var (
	same        = func(int) float64 { return 1 }
	sums        = func(k int) float64 { return float64(k) } // it adds up what we average
	anyLength   = func(int) float64 { return 0 }            // a length is not part of the method: directions are compared
	unshortened = func(c float64) func(int) float64 { return func(int) float64 { return 1 + c } }
)

// differing are the cases in which the two are not meant to agree.
var differing = map[string]string{
	"imtl_g: 4x6 of many lengths":  "its weights sum to 1, for which it turns V against every gradient; see TestIMTLGIsNotTurned",
	"imtl_g: impartial and turned": "the same",
	"imtl_g: 4x3, dependent":       "no equal projections exist, and its G⁺√diag(G), unlike U⁺1, weighs what is left by the lengths",
	"nash_mtl: 5x8":                "its solver stops where α_k (Gα)_k goes from -0.06 to 1.8 times the mean in place of 1",
}

func TestAgainstTorchJD(t *testing.T) {
	p := readPins(t)
	differ := map[string]bool{}
	for _, c := range []struct {
		pin       string
		ours      Aggregator
		factor    func(k int) float64
		tolerance float64 // of the consensus, relative to its terms
		why       string
	}{
		{"mean", Mean{}, same, 1e-15, "the same formula"},
		{"sum", Sum{}, same, 1e-15, "the same formula"},
		{"pcgrad", PCGrad{Fixed: true}, sums, 1e-13, "the same formula"},
		{"gradvac", inOrder{GradVac{Decay: 0.5}}, sums, 1e-8, "1e-8 in its denominators"},
		{"upgrad", UPGrad{}, same, 1e-8, "regularised by 1e-11 of the trace"},
		{"upgrad default", UPGrad{}, same, 1e-2, "regularised by 1e-4 of the trace, which is much for the shortest of many lengths"},
		{"dualproj", DualProj{}, same, 1e-9, "regularised by 1e-11 of the trace"},
		{"dualproj default", DualProj{}, same, 1e-3, "regularised by 1e-4 of the trace"},
		{"mgda", MGDA{}, same, 2e-4, "100 000 steps of Frank-Wolfe, which converges slowly"},
		{"mgda default", MGDA{}, same, 5e-2, "100 steps of Frank-Wolfe, or until one is below 1e-3"},
		{"cagrad", CAGrad{C: 0.5}, unshortened(0.5), 1e-4, "an interior-point solver's tolerance"},
		{"cagrad 1.5", CAGrad{C: 1.5}, unshortened(1.5), 1e-4, "an interior-point solver's tolerance"},
		{"imtl_g", IMTLG{}, anyLength, 1e-12, "the same formula; its weights sum to 1, those of ours without their signs"},
		{"aligned_mtl", AlignedMTL{}, same, 1e-12, "the same formula"},
		{"nash_mtl", NashMTL{}, anyLength, 1e-4, "20 convex programmes; its V is cut to length 1, our weights sum to 1"},
	} {
		for _, pinned := range p.Cases {
			j := rowsOf(pinned.Gradients)
			ours := c.ours.Weights(gramOf(j), nil).Weights
			theirs := pinned.Weights[c.pin]
			if theirs == nil {
				t.Fatalf("%s is not pinned", c.pin)
			}
			v, u := direction(j, ours), direction(j, theirs)
			size := reach(j, ours)
			if f := c.factor(len(ours)); f != 0 {
				floats.Scale(1/f, u)
			} else {
				floats.Scale(floats.Norm(v, 2)/floats.Norm(u, 2), u)
			}
			off, name := floats.Distance(u, v, 2)/size, c.pin+": "+pinned.Name
			if differing[name] != "" {
				differ[name] = off > 1e-3
			} else if off > c.tolerance {
				t.Errorf("%s: the consensus is %.2g off, more than %.2g (%s)", name, off, c.tolerance, c.why)
			}
		}
	}
	for name, why := range differing {
		if !differ[name] {
			t.Errorf("%s: agrees, although %s", name, why)
		}
	}
}

// Four rounds, each from the targets that the one before left.
func TestGradVacAgainstTorchJD(t *testing.T) {
	method := GradVac{Decay: 0.5}
	for n, round := range readPins(t).GradVac {
		k := len(round.Weights)
		w := inOrder{method}.Weights(gramOf(rowsOf(round.Gradients)), nil)
		floats.Scale(float64(k), w.Weights) // it adds up what we average
		if !floats.EqualApprox(w.Weights, round.Weights, 1e-6) {
			t.Errorf("round %d: weights %v, pinned %v", n+1, w.Weights, round.Weights)
		}
		if !floats.EqualApprox(w.State, round.Targets, 1e-6) {
			t.Errorf("round %d: targets %v, pinned %v", n+1, w.State, round.Targets)
		}
		next, err := method.From(w.State, k)
		if err != nil {
			t.Fatal(err)
		}
		method = next.(GradVac)
	}
}
