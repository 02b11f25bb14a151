package cli

import (
	"bytes"
	"math"
	"os"
	"testing"

	"congrad/harness/method"
	"congrad/harness/rng"
	"congrad/results/figure"

	"gonum.org/v1/gonum/mat"
)

// example has five languages, of which some conflict: made-up pair gradients, and what the project's own code makes of them. Angles were
// chosen for a picture that is easy to read.
func example() (e figure.Example, language []int) {
	const each = 8
	e.Codes = []string{"en", "de", "ja", "ar", "sw"}
	for l, degrees := range []float64{5, 40, 78, 128, 172} {
		sin, cos := math.Sincos(degrees * math.Pi / 180)
		stream, mean := rng.Stream(7, "picture of the method", e.Codes[l]), figure.Vector{}
		for range each {
			g := figure.Vector{cos + 0.33*stream.NormFloat64(), sin + 0.33*stream.NormFloat64()}
			language, e.Pairs = append(language, l), append(e.Pairs, g)
			mean = figure.Vector{mean[0] + g[0]/each, mean[1] + g[1]/each}
		}
		e.Means = append(e.Means, mean)
	}
	gram := mat.NewSymDense(len(e.Means), nil)
	for i, a := range e.Means {
		for j, b := range e.Means {
			gram.SetSym(i, j, inner(a, b))
		}
	}
	w := method.PCGrad{}.Weights(gram, rng.Stream(7, "picture of the method", "consensus")).Weights
	for l, m := range e.Means {
		e.Consensus = figure.Vector{e.Consensus[0] + w[l]*m[0], e.Consensus[1] + w[l]*m[1]}
	}
	scores := make([]float64, len(e.Pairs))
	for i, g := range e.Pairs {
		scores[i] = method.Cosine(inner(g, e.Consensus), inner(g, g), inner(e.Consensus, e.Consensus))
	}
	for _, c := range (method.Keep{Share: 0.5, Threshold: math.NaN()}).Choose(language, scores) {
		e.Kept = append(e.Kept, c.Kept)
	}
	return e, language
}

func inner(a, b figure.Vector) float64 { return a[0]*b[0] + a[1]*b[1] }

// The picture in the README is what the project draws (go test ./harness/cli -run TestMethodPicture -update).
func TestMethodPicture(t *testing.T) {
	e, _ := example()
	for name, draw := range map[string]func(figure.Figure) ([]byte, error){"light": figure.Figure.SVG, "dark": figure.Figure.Dark} {
		got, err := draw(figure.Method(e))
		if err != nil {
			t.Fatal(err)
		}
		file := "../../docs/method-" + name + ".svg"
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the code draws (-update)", file)
		}
	}
}

// The example of the picture shows what its words say.
func TestPictureShowsItsWords(t *testing.T) {
	e, language := example()
	conflicts := 0
	for i, a := range e.Means {
		for _, b := range e.Means[:i] {
			if inner(a, b) < 0 {
				conflicts++
			}
		}
	}
	if conflicts == 0 {
		t.Error("no two languages conflict")
	}
	kept := make([]int, len(e.Codes))
	for i, k := range e.Kept {
		if k {
			kept[language[i]]++
		}
	}
	for l, n := range kept {
		if n != 4 {
			t.Errorf("%s keeps %d of 8 pairs, the picture says half", e.Codes[l], n)
		}
	}
}
