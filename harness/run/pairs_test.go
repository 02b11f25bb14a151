package run

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"congrad/harness/data"
	"congrad/harness/kind/sampling"
)

// givenPairs has the bench's first iteration begin with a file's pairs: so many in each language.
func (l *lab) givenPairs(t *testing.T, n int) {
	t.Helper()
	t.Chdir(t.TempDir())
	var text strings.Builder
	for i := range n {
		for _, code := range []string{"en", "de"} {
			fmt.Fprintf(&text, "{\"prompt\":\"%s %d?\",\"lang\":%q,\"chosen\":\"%d\",\"rejected\":\"no %d\"}\n", code, i, code, i, i)
		}
	}
	if err := os.WriteFile("pairs.jsonl", []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	var err error
	l.bench.Pairs, err = data.OpenPairs(data.PairSpec{
		Path: "pairs.jsonl", Columns: data.PairColumns{Prompt: "prompt", Chosen: "chosen", Rejected: "rejected", Language: "lang"}, Languages: []string{"en", "de"}, Table: l.languages,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// fromPairs are the keys of small that have it begin with pairs of a file.
var fromPairs = []string{"pairs.source=files", "pairs.path=pairs.jsonl"}

// The first iteration samples and judges nothing, and the second asks the prompts that the first would have asked.
func TestGivenPairsTakeTheFirstIteration(t *testing.T) {
	l := newLab(t)
	ownAnswers := l.plan(t, "iterations=2")
	l.givenPairs(t, 5)
	plan := l.plan(t, append(fromPairs, "iterations=2", "pairs.per_language=3")...)
	for _, r := range plan.rounds {
		if given := r.iteration == 1; given != (r.generated == nil) || given != (r.judged == nil) || given != (r.all.Kind == "given-pairs") {
			t.Errorf("iteration %d of %s: %s, sampled: %t", r.iteration, r.arm.Name, r.all.Kind, r.generated != nil)
		}
		if r.iteration == 1 && r.size != 6 {
			t.Errorf("%s: %d pairs are expected", r.arm.Name, r.size)
		}
	}
	first := ownAnswers.rounds[0].asked
	at := slices.IndexFunc(plan.rounds, func(r round) bool { return r.iteration == 2 })
	asked, err := l.bench.Prompts(plan.rounds[at].asked)
	if err != nil {
		t.Fatal(err)
	}
	want, err := l.bench.Prompts(first)
	if err != nil || !slices.Equal(asked, want) {
		t.Errorf("%v; the second iteration asks %+v, want %+v", err, asked, want)
	}
	// Their number, and what they say, is other work; their order in the file is not.
	key := func(sets ...string) string { return string(l.plan(t, append(fromPairs, sets...)...).rounds[0].all.Key) }
	whole := key()
	if key("pairs.per_language=2") == whole || key("seeds=[7]") == whole {
		t.Error("the number of pairs, or the seed, enters no key")
	}
	l.givenPairs(t, 4)
	if key() == whole {
		t.Error("the pairs enter no key")
	}
}

// What is drawn is the same for every number of pairs, and translations are drawn together.
func TestGivenPairsAreDrawn(t *testing.T) {
	l := newLab(t)
	l.givenPairs(t, 9)
	all := sampling.Given{Languages: []string{"de"}, Seed: 3}.Drawn(l.bench.Pairs)
	few := sampling.Given{Languages: []string{"de"}, Seed: 3, Per: 4}.Drawn(l.bench.Pairs)
	if len(all) != 9 || len(few) != 4 {
		t.Fatalf("%d and %d pairs", len(all), len(few))
	}
	for i, x := range few {
		if x.ID() != all[i].ID() {
			t.Errorf("pair %d is %s, want %s", i, x.ID(), all[i].ID())
		}
	}
}

// Pairs that do not fit into the model's context are reported, and nothing is cut.
func TestGivenPairsFit(t *testing.T) {
	l := newLab(t)
	l.givenPairs(t, 3)
	l.contextOf(6)
	if got := l.wontPlan(t, fromPairs...); !slices.ContainsFunc(got, func(line string) bool {
		return strings.HasPrefix(line, "pairs.jsonl:") && strings.HasSuffix(line, "the model's context has 6 (remove the pair)")
	}) {
		t.Errorf("got %q", got)
	}
}
