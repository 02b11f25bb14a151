package outcome

import (
	"slices"

	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/records"
)

// Between sets two studies side by side on what both of them did: arms of one name on the same items under the same seeds.
type Between struct{ A, B *Study }

// Arms are the arms of both, in the order of A.
func (x Between) Arms() []string {
	var names []string
	for _, a := range x.A.Arms {
		if x.B.Arm(a.Name) != nil {
			names = append(names, a.Name)
		}
	}
	return names
}

// Seeds are those of both.
func (x Between) Seeds() []uint64 {
	var seeds []uint64
	for _, s := range x.A.Seeds {
		if slices.Contains(x.B.Seeds, s) {
			seeds = append(seeds, s)
		}
	}
	return seeds
}

// Groups are the groups of languages, less languages that are not in both or not in the same group.
func (x Between) Groups() []records.Group {
	var groups []records.Group
	for _, g := range x.A.Groups() {
		other, ok := x.B.Group(g.Name)
		if !ok {
			continue
		}
		var codes []string
		for _, code := range g.Codes {
			if other.Has(code) {
				codes = append(codes, code)
			}
		}
		if len(codes) > 0 {
			groups = append(groups, records.NewGroup(g.Name, codes...))
		}
	}
	return groups
}

// Paired is an arm in both studies, on the items of both.
type Paired struct {
	A, B       stats.Estimate
	Difference stats.Estimate // B less A
}

// paired numbers the items of B as A does, and leaves out those of one study alone.
func (x Between) paired(a, b []outcome) Paired {
	for i := range b {
		at, ok := x.A.places.itemAt[x.B.places.items[b[i].item]]
		if !ok {
			at = -1
		}
		b[i].item = at
	}
	inA, inB := itemsOf(a), itemsOf(b)
	a = slices.DeleteFunc(a, func(o outcome) bool { _, ok := inB.at(o.seed, o.item); return !ok })
	b = slices.DeleteFunc(b, func(o outcome) bool { _, ok := inA.at(o.seed, o.item); return !ok })
	return Paired{stats.MeanWithin(x.A.samples(a), 0, 1, records.Level), stats.MeanWithin(x.B.samples(b), 0, 1, records.Level), stats.MeanWithin(x.B.minus(b, a, false), -1, 1, records.Level)}
}

// WinRate compares an arm's win rates, which means something where the opponents' answers are the same, and the judge is.
func (x Between) WinRate(arm string, in records.Group) Paired { return x.evaluated(arm, in, win) }

// Exact compares the shares of exact answers.
func (x Between) Exact(arm string, in records.Group) Paired { return x.evaluated(arm, in, exact) }

func (x Between) evaluated(arm string, in records.Group, value func(*record.Evaluation) (float64, bool)) Paired {
	same := func(s *Study) []outcome {
		return slices.DeleteFunc(s.evaluated(arm, in, value), func(o outcome) bool { return x.reworded(s.places.items[o.item].id) })
	}
	return x.paired(same(x.A), same(x.B))
}

// reworded reports whether an id is of another prompt in each study: files may number their prompts alike.
func (x Between) reworded(id string) bool {
	a, inA := x.A.Asked(id)
	b, inB := x.B.Asked(id)
	return inA && inB && a.Text != b.Text
}

// Reworded counts the prompts that are left out since only their ids are the same.
func (x Between) Reworded() int {
	ids := map[string]bool{}
	for i := range x.A.Set.Evaluations {
		if id := x.A.Set.Evaluations[i].Prompt; x.reworded(id) {
			ids[id] = true
		}
	}
	return len(ids)
}

// Tax compares an arm's own readings over all tasks, not their differences to a baseline.
func (x Between) Tax(m Measure, arm string, in records.Group) Paired {
	return x.paired(m.of(x.A, "", arm, in), m.of(x.B, "", arm, in))
}

// Opponents counts the answers of the opponents to the same prompts under the same seeds, and those of them that differ.
func (x Between) Opponents() (both, differ int) {
	if (x.A.Answers == nil) != (x.B.Answers == nil) {
		return 0, 0
	}
	a, b := x.A.Untouched(), x.B.Untouched()
	if a == nil || b == nil {
		return 0, 0
	}
	said := func(e evaluation) string {
		if x.A.Answers != nil {
			return e.OpponentText
		}
		return e.Text
	}
	type answered struct {
		seed         uint64
		lang, prompt string
	}
	key := func(e evaluation) answered { return answered{e.Seed, e.Lang, e.Prompt} }
	texts := map[answered]string{}
	for _, e := range x.A.evaluations[a.Name].records() {
		texts[key(e)] = said(e)
	}
	for _, e := range x.B.evaluations[b.Name].records() {
		text, ok := texts[key(e)]
		if !ok || x.reworded(e.Prompt) {
			continue
		}
		both++
		if text != said(e) {
			differ++
		}
	}
	return both, differ
}
