package outcome

import (
	"slices"
	"testing"

	"congrad/harness/record"
	"congrad/results/measure"
	"congrad/results/synthetic"
)

// An arm with a model for each seen language is measured where only those count. Its training is that of all its models.
func TestArmsWithAModelForEachLanguage(t *testing.T) {
	whole := synthetic.Set(synthetic.Small())
	set := synthetic.Set(synthetic.Small())
	seen := []string{"en", "ar", "ja"}
	other := func(arm, lang string) bool { return arm == "random" && !slices.Contains(seen, lang) }
	set.Study.Arms[3].Languages = seen
	set.Evaluations = slices.DeleteFunc(set.Evaluations, func(e record.Evaluation) bool { return other(e.Arm, e.Lang) })
	set.Choices = slices.DeleteFunc(set.Choices, func(c record.Choice) bool { return other(c.Arm, c.Lang) })
	set.Passages = slices.DeleteFunc(set.Passages, func(p record.Passage) bool { return other(p.Arm, p.Lang) })
	for i, c := range set.Choices { // as tasks from files would leave them
		set.Choices[i].CorrectChars = &set.Choices[i].Correct
		set.Replies = append(set.Replies, record.Reply{Seed: c.Seed, Arm: c.Arm, Task: "said", Lang: c.Lang, Item: c.Task + c.Item, Exact: c.Correct})
	}
	var steps []record.Step
	for _, s := range set.Steps {
		if s.Arm != "random" {
			steps = append(steps, s)
			continue
		}
		for k, lang := range seen { // three models whose losses differ, with a mean as before
			s := s
			s.Lang, s.Loss = lang, s.Loss+float64(k-1)
			steps = append(steps, s)
		}
	}
	slices.Reverse(steps)
	set.Steps = steps
	s, w := study(t, set), study(t, whole)
	for _, g := range s.Groups() {
		got, want := s.WinRate("random", g), w.WinRate("random", g)
		if g.Name != "seen" {
			want.N, want.Mean = 0, 0
		}
		if got.N != want.N {
			t.Errorf("%s: %d answers, want %d", g.Name, got.N, want.N)
		}
		near(t, "win rate, "+g.Name, got.Mean, want.Mean)
		for _, m := range Measures() {
			if tax := s.TaxMinus(m, "", "random", "baseline", g); (tax.N > 0) != (g.Name == "seen") {
				t.Errorf("%s: %s of %d items", g.Name, m.Name, tax.N)
			}
		}
		if s.WinRate("joint", g).N == 0 {
			t.Errorf("%s: joint is not measured", g.Name)
		}
	}
	if n := len(s.Contrasts("random", "joint")); n != 3 {
		t.Errorf("it is compared with joint in %d languages", n)
	}
	budgets := func(s *Study) (list []measure.Budget) {
		for _, b := range measure.Budgets(s.Study) {
			if b.Arm == "random" {
				list = append(list, b)
			}
		}
		return list
	}
	got, want := budgets(s), budgets(w)
	if len(got) != 2 || len(want) != 2 {
		t.Fatalf("%d iterations", len(got))
	}
	for i, b := range got {
		if b.Seeds != 3 || b.Steps != 3*want[i].Steps || b.Pairs != 3*want[i].Pairs || b.Tokens != 3*want[i].Tokens {
			t.Errorf("three models cost %+v, one %+v", b, want[i])
		}
		near(t, "first loss", b.LossFirst, want[i].LossFirst)
		near(t, "last loss", b.LossLast, want[i].LossLast)
	}
	loss := measure.Readings()[0]
	one, three := measure.Curves(w.Study, loss, 6), measure.Curves(s.Study, loss, 6)
	for i, c := range three {
		for k := range c.Mean {
			near(t, c.Arm+"'s curve", c.Mean[k], one[i].Mean[k])
			near(t, c.Arm+"'s band", c.High[k], one[i].High[k])
		}
	}
}
