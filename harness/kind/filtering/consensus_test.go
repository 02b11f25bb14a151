package filtering

import (
	"testing"

	"congrad/harness/config"
	"congrad/harness/kind"
	"congrad/harness/method"
	"congrad/harness/rng"
	"congrad/harness/sketch"
)

// Selected by their cosine with a consensus, even gradients of pure noise seem to conflict less: why reports draw no
// conclusion from the Gram matrix over kept pairs.
func TestKeptNoiseSeemsToAgree(t *testing.T) {
	const pairs, numbers = 400, 64
	codes := []string{"a", "b", "c", "d"}
	g := Round{Languages: codes, LanguageGradient: "mean", Seed: 1, Iteration: 1}
	r := rng.Stream(1, "noise")
	sketches, language := make([][]float32, pairs), make([]int, pairs)
	for i := range sketches {
		language[i] = i % len(codes)
		for range numbers {
			sketches[i] = append(sketches[i], float32(r.NormFloat64()))
		}
	}
	round, err := sketch.Gather(sketches, language, codes, g.weights(), g.Seed, g.name())
	if err != nil {
		t.Fatal(err)
	}
	scores, err := ScoringOf(config.ConGrad{Normalise: "unit", Aggregator: "pcgrad", Similarity: "cosine", LeaveOneOut: true}).score(round, g)
	if err != nil {
		t.Fatal(err)
	}
	kept := make([]kind.Choice, pairs)
	for i, k := range (method.Keep{Share: 0.5}).Choose(language, scores) {
		kept[i].Kept = k.Kept
	}
	cosine := func(list []kind.Choice) float64 {
		sum := meanGram(list, language, codes)
		sum.Add(sketches)
		gram := rows(sum.Gram)
		mean, n := 0.0, 0
		for i := range gram {
			for j := range i {
				mean += method.Cosine(gram[i][j], gram[i][i], gram[j][j])
				n++
			}
		}
		return mean / float64(n)
	}
	if before, after := cosine(kind.All(pairs)), cosine(kept); before > 0.1 || after < before+0.1 {
		t.Errorf("the mean cosine of noise is %.3f over all pairs and %.3f over the kept ones", before, after)
	}
}
