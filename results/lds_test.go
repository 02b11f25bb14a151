package results

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"congrad/harness/record"
	"congrad/results/records"
)

// linear makes up a validation in which a half's result is the sum of its pairs' effects: in English of one set of effects, in Swahili of
// another, independent one. Of the scores, "effect" is that of English, "against" its negative, "draw" is independent of both, "both" has
// the effects by language, and "flat" is the same for all pairs.
func linear(halves int) *record.LDS {
	stream := rand.New(rand.NewPCG(3, 1))
	x := &record.LDS{Study: record.LDSStudy{
		Name: "linear", Seeds: []uint64{1, 2}, Subsets: halves, Split: "eval",
		Languages: []record.Language{{Code: "en", Name: "English", Seen: true}, {Code: "sw", Name: "Swahili"}},
	}}
	const pairs = 60
	for _, seed := range x.Study.Seeds {
		var effects, others, draws [pairs]float64
		for i := range pairs {
			effects[i], others[i], draws[i] = stream.NormFloat64(), stream.NormFloat64(), stream.NormFloat64()
		}
		round := record.LDSRound{Seed: seed, Pairs: pairs, Half: pairs / 2}
		for _, name := range []string{"effect", "against", "flat", "draw"} {
			round.Scores = append(round.Scores, record.Rated{Score: name, Kind: record.ScoresBySelector, Pairs: pairs})
		}
		round.Scores = append(round.Scores, record.Rated{Score: "both", Kind: record.ScoresByAnswers, Pairs: pairs})
		x.Study.Rounds = append(x.Study.Rounds, round)
		for number := 1; number <= halves; number++ {
			var effect, other, draw float64
			for _, i := range stream.Perm(pairs)[:pairs/2] {
				effect, other, draw = effect+effects[i], other+others[i], draw+draws[i]
			}
			level := 100 * float64(seed) // which differs between seeds and must not count
			x.Subsets = append(x.Subsets, record.Subset{
				Seed: seed, Number: number,
				Sums: []record.Sum{
					{Score: "effect", Value: effect - level},
					{Score: "against", Value: level - effect},
					{Score: "flat", Value: pairs / 2},
					{Score: "draw", Value: draw},
					{Score: "both", Value: (effect + other) / 2, Languages: []float64{effect, other}},
				},
				Results: []record.Outcome{
					{Lang: "en", N: 10, LogProb: level + effect, Probability: math.Exp(effect / 10), Exact: 0.5},
					{Lang: "sw", N: 10, LogProb: level + other, Probability: math.Exp(other / 10), Exact: 0.5 + 0.1*float64(number%2)},
				},
			})
		}
	}
	return x
}

// In a linear world the effects themselves have the score 1 and their negative -1, whatever seeds differ in; what is independent of them
// has a score that may be 0, and what is constant, on either side, has none.
func TestLDSOfALinearWorld(t *testing.T) {
	x := linear(100)
	seen, unseen := records.NewGroup("seen", "en"), records.NewGroup("unseen", "sw")
	for _, c := range []struct {
		score    string
		in       records.Group
		measure  int
		want     float64
		constant bool
	}{
		{"effect", seen, 0, 1, false},
		{"effect", seen, 1, 1, false},
		{"effect", unseen, 0, 0, false},
		{"against", seen, 0, -1, false},
		{"draw", seen, 0, 0, false},
		{"draw", unseen, 0, 0, false},
		{"both", seen, 0, 1, false},
		{"both", unseen, 0, 1, false},
		{"flat", seen, 0, 0, true},
		{"effect", seen, 2, 0, true},
	} {
		e := ldsOf(x, c.score, c.in, c.measure)
		switch {
		case c.constant != (e.N == 0):
			t.Errorf("%s in %s by %s: %+v", c.score, c.in.Name, ldsMeasures[c.measure].name, e)
		case c.want != 0 && (math.Abs(e.Mean-c.want) > 1e-12 || e.Low > c.want || e.High < c.want):
			t.Errorf("%s in %s by %s: %+v, want %g", c.score, c.in.Name, ldsMeasures[c.measure].name, e, c.want)
		case c.want == 0 && !c.constant && (math.Abs(e.Mean) > 3.3*0.071 || e.High-e.Low > 0.35): // 0.071 is one over the root of 199
			t.Errorf("%s in %s by %s: %+v, want about 0", c.score, c.in.Name, ldsMeasures[c.measure].name, e)
		}
	}
}

// The tables say what the scores are, by group and by language.
func TestLDSTables(t *testing.T) {
	x := linear(40)
	x.Study.Partial = "--limit 3"
	x.Study.Rounds[0].Scores[3].Pairs = 50
	files, err := RenderLDS(x)
	if err != nil {
		t.Fatal(err)
	}
	byPath := map[string]string{}
	for _, f := range files {
		byPath[f.Path] = string(f.Data)
	}
	for _, name := range []string{"lds", "lds-languages"} {
		for _, form := range []string{"txt", "md", "csv", "tex"} {
			if byPath["tables/"+name+"."+form] == "" {
				t.Errorf("%s has no form %s", name, form)
			}
		}
	}
	found := map[string]map[string]string{}
	for _, row := range rows(t, []byte(byPath["tables/lds.csv"])) {
		found[row["score"]] = row
	}
	for at, want := range map[[2]string]string{
		{"effect", "seen log-prob"}: "1", {"effect", "seen log-prob mark"}: ">", {"against", "seen log-prob mark"}: "<",
		{"draw", "seen log-prob mark"}: "~", {"flat", "seen log-prob"}: "", {"effect", "seen exact"}: "", {"draw", "pairs"}: "110",
	} {
		if got := found[at[0]][at[1]]; got != want {
			t.Errorf("%s of %s is %q, want %q", at[1], at[0], got, want)
		}
	}
	for _, words := range []string{"PARTIAL: --limit 3", "2 seeds, 40 halves (30 of 60 pairs) each", "seen languages, mean over the halves (standard deviation): log-prob 1"} {
		if !strings.Contains(byPath["tables/lds.txt"], words) {
			t.Errorf("lds.txt does not say %q:\n%s", words, byPath["tables/lds.txt"])
		}
	}
	for _, row := range rows(t, []byte(byPath["tables/lds-languages.csv"])) {
		own, err := strconv.ParseFloat(row["effect"], 64)
		if err != nil || (own == 1) != (row["language"] == "en") || row["both"] != "1" || row["flat"] != "" {
			t.Errorf("%v", row)
		}
	}
	if all := fmt.Sprint(found); strings.Contains(all, "NaN") || strings.Contains(all, "Inf") {
		t.Error(all)
	}
}
