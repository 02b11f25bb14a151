package outcome

import (
	"testing"

	"congrad/results/synthetic"
)

func TestBetweenPairsTheSameItems(t *testing.T) {
	a, b := synthetic.Set(synthetic.Small()), synthetic.Set(synthetic.Small())
	sum, n := 0.0, 0
	kept := b.Evaluations[:0:0]
	for i, e := range b.Evaluations {
		if e.Arm == "joint" && i%7 == 0 {
			continue // an item that one study lacks counts in neither
		}
		if e.Arm == "joint" {
			if i%5 == 0 {
				sum += 1 - e.Win
				e.Win = 1
			}
			n++
		}
		kept = append(kept, e)
	}
	b.Evaluations = kept
	x := Between{study(t, a), study(t, b)}
	all := x.Groups()[len(x.Groups())-1]
	p := x.WinRate("joint", all)
	near(t, "difference", p.Difference.Mean, sum/float64(n))
	near(t, "of the rates", p.B.Mean-p.A.Mean, sum/float64(n))
	if p.A.N != n || p.B.N != n || p.Difference.N != n {
		t.Errorf("%d, %d and %d items, want %d", p.A.N, p.B.N, p.Difference.N, n)
	}
	if both, differ := x.Opponents(); both == 0 || differ != 0 || x.Tax(BitsPerByte(), "joint", all).Difference.Mean != 0 {
		t.Error("the rest is the same")
	}
}

func TestBetweenKnowsWhatCannotBePaired(t *testing.T) {
	a, b := synthetic.Set(synthetic.Small()), synthetic.Set(synthetic.Small())
	b.Study.Seeds = []uint64{2, 3, 9}
	b.Study.Languages[0].Seen = false // English
	b.Study.Arms[2].Name = "another"
	for i := range b.Evaluations {
		e := &b.Evaluations[i]
		if e.Seed == 1 {
			e.Seed = 9
		}
		if e.Arm == "congrad" {
			e.Arm = "another"
		}
		if e.Arm == "baseline" && e.Lang == "ja" {
			e.Text += "."
		}
	}
	b.Answers, b.Pairing, b.Pairs, b.Consensus, b.Steps, b.Choices, b.Passages, b.Fidelity = nil, nil, nil, nil, nil, nil, nil, nil
	x := Between{study(t, a), study(t, b)}
	if arms := x.Arms(); len(arms) != 3 || arms[1] != "joint" || arms[2] != "random" {
		t.Errorf("both have %v", arms)
	}
	if seeds := x.Seeds(); len(seeds) != 2 || seeds[0] != 2 {
		t.Errorf("both have the seeds %v", seeds)
	}
	seen := x.Groups()[0]
	if seen.Has("en") || !seen.Has("ja") {
		t.Errorf("seen in both are %v", seen.Codes)
	}
	if p := x.WinRate("joint", seen); p.Difference.Seeds != 2 || p.A.N == 0 {
		t.Errorf("%+v", p)
	}
	if both, differ := x.Opponents(); both != 2*6*12 || differ != 2*12 {
		t.Errorf("%d answers of the opponents, %d differ", both, differ)
	}
}

// Two files may give one id to different prompts: what is asked decides what is paired.
func TestBetweenPairsWhatIsAskedAlike(t *testing.T) {
	a, b := synthetic.Set(synthetic.Small()), synthetic.Set(synthetic.Small())
	other, left := map[string]bool{}, 0
	for i := range b.Prompts {
		if p := &b.Prompts[i]; i%5 == 0 {
			other[p.ID] = true
			p.Text += " Or not?"
		}
	}
	asked := map[string]bool{}
	for i := range b.Evaluations {
		e := &b.Evaluations[i]
		asked[e.Prompt] = true
		if other[e.Prompt] {
			e.Win, e.Known, e.Text = 1-e.Win, 0, "another"
		} else if e.Arm == "joint" {
			left++
		}
	}
	count := 0
	for id := range other {
		count += int(indicator(asked[id]))
	}
	x := Between{study(t, a), study(t, b)}
	all := x.Groups()[len(x.Groups())-1]
	for name, p := range map[string]Paired{"win rate": x.WinRate("joint", all), "exact": x.Exact("joint", all)} {
		if p.Difference.Mean != 0 || p.Difference.N != left || p.A.Mean != p.B.Mean {
			t.Errorf("%s: %+v, want no difference on %d answers", name, p.Difference, left)
		}
	}
	if both, differ := x.Opponents(); both == 0 || differ > 0 || count == 0 || x.Reworded() != count {
		t.Errorf("%d of %d answers of the opponents differ, %d prompts are left out, want %d", differ, both, x.Reworded(), count)
	}
}
