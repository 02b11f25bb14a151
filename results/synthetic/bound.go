package synthetic

import (
	"congrad/harness/record"
	"congrad/harness/rng"
)

// Bound adds what bounds a study to the set: an arm that keeps the right pairs only and one with a model for each seen language. Both have the
// pairs and steps of the arm that trains on all pairs, and more exact answers. Prompts get kinds.
func Bound(set *record.Set) *record.Set {
	oracle, mono := trained("oracle", "the right pairs only", "oracle"), trained("mono", "a model for each language", "all")
	mono.Policy = "mono"
	seen := map[string]bool{}
	for _, l := range set.Study.Languages {
		if l.Seen {
			seen[l.Code] = true
			mono.Languages = append(mono.Languages, l.Code)
		}
	}
	kinds := map[string]string{}
	for i := range set.Prompts {
		p := &set.Prompts[i]
		p.Kind = []string{"date_long", "date_short", "number"}[i%3]
		kinds[p.ID] = p.Kind
	}
	for _, e := range set.Evaluations { // those to which no pair was made
		if _, there := kinds[e.Prompt]; !there {
			kinds[e.Prompt] = "number"
			set.Prompts = append(set.Prompts, record.Prompt{ID: e.Prompt, Lang: e.Lang, Kind: "number"})
		}
	}
	for _, a := range []record.Arm{oracle, mono} {
		set.Study.Arms = append(set.Study.Arms, a)
		in := func(lang string) bool { return a.Policy == "shared" || seen[lang] }
		set.Evaluations = append(set.Evaluations, copied(set.Evaluations, func(e *record.Evaluation) bool { return e.Arm == set.Study.Reference && in(e.Lang) }, func(e *record.Evaluation) {
			e.Arm = a.Name
			if r := rng.Stream(e.Seed, "synthetic bound", a.Name, e.Lang, e.Prompt); e.Known < 1 && r.Float64() < 0.3 {
				e.Known, e.Win = 1, 0.5+0.5*float64(1-right(e.Opponent))
			}
		})...)
		set.Choices = append(set.Choices, copied(set.Choices, func(c *record.Choice) bool { return c.Arm == set.Study.Reference && in(c.Lang) }, func(c *record.Choice) { c.Arm = a.Name })...)
		set.Passages = append(set.Passages, copied(set.Passages, func(c *record.Passage) bool { return c.Arm == set.Study.Reference && in(c.Lang) }, func(c *record.Passage) { c.Arm = a.Name })...)
		set.Pairs = append(set.Pairs, copied(set.Pairs, func(p *record.Pair) bool { return p.Arm == set.Study.Reference }, func(p *record.Pair) {
			p.Arm, p.Kept = a.Name, a.Select == "all" || p.KnownGap > 0
		})...)
		set.Steps = append(set.Steps, copied(set.Steps, func(x *record.Step) bool { return x.Arm == set.Study.Reference }, func(x *record.Step) { x.Arm = a.Name })...)
	}
	for i, seed := range set.Study.Seeds {
		set.Rates = append(set.Rates, record.Rate{
			Seed: seed, Arm: set.Study.Reference, Iteration: 1, Taken: i % 2, Tried: []record.Tried{{Rate: 3e-5, Known: 0.5}, {Rate: 1e-4, Known: 0.5 - 0.125 + 0.25*float64(i%2)}},
		})
	}
	return set
}

// copied are copies of some records, with changes.
func copied[T any](list []T, some func(*T) bool, change func(*T)) (made []T) {
	for i := range list {
		if some(&list[i]) {
			x := list[i]
			change(&x)
			made = append(made, x)
		}
	}
	return made
}
