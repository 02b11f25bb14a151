package cli

import (
	"errors"
	"fmt"
	"math"

	"congrad/eval/stats"
	"congrad/harness/config"
	"congrad/harness/exit"
	"congrad/harness/run"
	"congrad/results/outcome"
	"congrad/results/table"
)

// power of the studies that are planned: four in five detect the difference.
const power = 0.8

// most seeds and prompts, in multiples of the experiment's, that are looked at.
const (
	mostSeeds   = 64
	mostPrompts = 64
)

// sized is an experiment whose seeds and prompts are planned from the records of an earlier run.
type sized struct {
	experiment *config.Experiment
	detect     float64
	pilot      int // prompts per language of the earlier run
	list       []outcome.Variation
}

// sizes prints how many seeds and prompts a difference takes.
func (a *app) sizes(arg string, o planning) error {
	if !(o.detect > 0) || math.IsInf(o.detect, 0) {
		return exit.With(exit.Config, fmt.Errorf("--detect %g: want a positive difference, such as 0.01", o.detect))
	}
	e, _, err := a.experiment(arg, o.Options)
	if err != nil {
		return err
	}
	if e.Grid != nil {
		return exit.With(exit.Config, fmt.Errorf("--detect: %s is a grid; plan one of its cells from that cell's run (--from)", e.Name))
	}
	folder, s, err := a.pilot(e, o.from)
	if err != nil {
		return err
	}
	x := sized{e, o.detect, s.Evaluate.PerLanguage, s.Variations(run.Claims(e))}
	if len(x.list) == 0 {
		return exit.With(exit.Data, fmt.Errorf("%s: no difference of two arms with two seeds and two prompts at least, so it does not tell how much seeds differ", folder))
	}
	fmt.Fprintf(a.Out, "%s: seeds and prompts that detect a difference of %g in %.0f %% of studies, at a two-sided level of 5 %%\nvariances: from the records of %s (%s, %s per language)\n",
		e.Name, x.detect, 100*power, folder, table.Counted(len(s.Seeds), "seed"), table.Counted(x.pilot, "prompt"))
	if len(s.Bases) > 1 {
		fmt.Fprintf(a.Out, "that run's seeds start from %d models, and runs from one model are not independent: seeds below are models, with as many seeds each\n", len(s.Bases))
	}
	if s.Partial != "" {
		fmt.Fprintf(a.Out, "that run is partial: %s\n", s.Partial)
	}
	for _, t := range []table.Table{x.needs(), x.detectable()} {
		text, err := t.Plain()
		if err != nil {
			return err
		}
		fmt.Fprintf(a.Out, "\n%s", text)
	}
	return nil
}

// pilot is the earlier run: of the experiment itself, or the one that is named.
func (a *app) pilot(e *config.Experiment, from string) (run.Folder, *outcome.Study, error) {
	name := from
	if name == "" {
		name = e.Name
	}
	folder, err := a.findRun(name)
	if err != nil {
		if from == "" {
			err = errors.Join(exit.With(exit.Config, fmt.Errorf("--detect needs the variances of an earlier run: run the experiment, or name a run of similar arms with --from RUN")), err)
		}
		return "", nil, err
	}
	a.noteChanged(folder)
	set, err := folder.Load()
	if err != nil {
		return "", nil, exit.With(exit.Data, err)
	}
	s, err := outcome.New(set)
	return folder, s, exit.With(exit.Data, err)
}

// clusters of a study with so many prompts per language: they grow together.
func (x sized) clusters(c stats.Components, prompts int) int {
	return max(2, int(math.Round(float64(c.Clusters)*float64(prompts)/float64(max(1, x.pilot)))))
}

// study is what a study of so many seeds and prompts per language can expect.
func (x sized) study(c stats.Components, seeds, prompts int) stats.Design {
	return c.Study(seeds, x.clusters(c, prompts))
}

// size is that of the experiment: seeds, and prompts per language.
func (x sized) size() (seeds, prompts int) {
	prompts = x.experiment.Evaluate.PerLanguage
	if limit := x.experiment.Limit; limit > 0 {
		prompts = min(prompts, limit)
	}
	return len(x.experiment.Seeds), prompts
}

// needs has a row for each difference.
func (x sized) needs() table.Table {
	seeds, prompts := x.size()
	t := table.Table{
		Title: "What it takes",
		Note: fmt.Sprintf("seeds: what training runs add to the difference, standard deviation. prompts: standard error of the difference at %d prompts per language. detectable: at the experiment's %s and prompts. "+
			"seeds needed: at its prompts; cautious: if seeds differ as much as the upper 80 %% limit of their variance. prompts needed: per language, at its seeds.", prompts, table.Counted(seeds, "seed")),
		Columns: []table.Column{
			{Name: "measure"},
			{Name: "arm"},
			{Name: "minus"},
			{Name: "languages"},
			{Group: "differs by", Name: "seeds", Number: true},
			{Group: "differs by", Name: "prompts", Number: true},
			{Name: "detectable", Number: true},
			{Group: "seeds needed", Name: "estimated", Number: true},
			{Group: "seeds needed", Name: "cautious", Number: true},
			{Name: "prompts needed", Number: true},
		},
	}
	for _, v := range x.list {
		c := v.Components
		k := float64(x.clusters(c, prompts))
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{
			table.Text(v.Claim.Measure), table.Text(v.Claim.Arm), table.Text(v.Claim.Minus), table.Text(v.Claim.Group),
			table.Number(math.Sqrt(c.Seed), 4), table.Number(math.Sqrt(c.Cluster/k+c.Rest/(k*float64(max(1, seeds)))), 4), x.now(c, seeds, prompts),
			x.seedsNeeded(c, prompts), x.seedsNeeded(c.Cautious(), prompts), x.promptsNeeded(c, seeds, prompts),
		}})
	}
	return t
}

// now is the difference that the experiment as it is would detect; one seed tells nothing of others.
func (x sized) now(c stats.Components, seeds, prompts int) table.Cell {
	if seeds < 2 {
		return table.None(1)
	}
	return table.Number(x.study(c, seeds, prompts).Detectable(power), 4)
}

// seedsNeeded is the least number of seeds.
func (x sized) seedsNeeded(c stats.Components, prompts int) table.Cell {
	enough := func(n int) bool { return x.study(c, n, prompts).Power(x.detect) >= power }
	if !enough(mostSeeds) {
		return table.Text(fmt.Sprintf("over %d", mostSeeds))
	}
	return table.Count(least(1, mostSeeds, 0, enough))
}

// promptsNeeded is the least number of prompts per language, to one per cent; none if seeds alone leave too much.
func (x sized) promptsNeeded(c stats.Components, seeds, prompts int) table.Cell {
	enough := func(n int) bool { return x.study(c, seeds, n).Power(x.detect) >= power }
	most := mostPrompts * prompts
	if seeds < 2 || !enough(most) {
		return table.Text("none suffices")
	}
	return table.Count(least(0, most, 0.01, enough))
}

// least is the smallest number that is enough, between one that is not and one that is, to a share of itself.
func least(low, high int, share float64, enough func(int) bool) int {
	for high-low > max(1, int(share*float64(low))) {
		if middle := (low + high) / 2; enough(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}

// detectable has the differences that other numbers of seeds and prompts detect, the largest over the rows of needs.
func (x sized) detectable() table.Table {
	_, prompts := x.size()
	t := table.Table{
		Title:   "Difference that is detected",
		Note:    "By seeds and prompts per language; the largest over the differences above.",
		Columns: []table.Column{{Name: "seeds", Number: true}},
	}
	columns := []int{max(1, prompts/2), prompts, 2 * prompts, 4 * prompts}
	for _, n := range columns {
		t.Columns = append(t.Columns, table.Column{Group: "prompts", Name: fmt.Sprint(n), Number: true})
	}
	for _, seeds := range []int{2, 3, 4, 5, 6, 8, 10, 16} {
		r := table.Row{Cells: []table.Cell{table.Count(seeds)}}
		for _, n := range columns {
			most := 0.0
			for _, v := range x.list {
				most = max(most, x.study(v.Components, seeds, n).Detectable(power))
			}
			r.Cells = append(r.Cells, table.Number(most, 4))
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}
