package cli

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"congrad/harness/config"
	"congrad/harness/forecast"
)

// remedies are settings that need less memory.
func remedies(e *config.Experiment) []string {
	var list []string
	if !e.Batch.Recompute {
		list = append(list, "batch.recompute=true")
	}
	if e.LoRA.Rank == 0 {
		list = append(list, "lora.rank=16")
	}
	if e.Precision != "bfloat16" {
		list = append(list, `precision="bfloat16"`)
	}
	for _, half := range []struct {
		key string
		now int
	}{{"batch.tokens", e.Batch.Tokens}, {"batch.rows", e.Batch.Rows}, {"batch.sketch_mb", e.Batch.SketchMB}} {
		list = append(list, half.key+"="+strconv.Itoa(max(1, half.now/2)))
	}
	return list
}

// remedy is what some settings make of a plan.
type remedy struct {
	sets        []string
	peak, saves float64 // [bytes]
	slower      float64 // times as long
}

// tried is what settings make of a plan; false where they do not go with the experiment, or save next to nothing.
func (a *app) tried(arg string, o planning, x *expectation, f forecast.Forecast, t target, sets []string) (remedy, bool) {
	y, err := a.changed(x, arg, o, sets)
	if err != nil {
		return remedy{}, false
	}
	g := y.forecast(t.speed)
	_, before := t.peak(f)
	_, after := t.peak(g)
	return remedy{sets, after, before - after, g.Seconds() / f.Seconds()}, before-after >= 0.005*before
}

// fits says which stage needs most and whether that is there, and if not, what would help.
func (a *app) fits(arg string, o planning, x *expectation, f forecast.Forecast, t target) error {
	kind, peak := t.peak(f)
	if t.separate() {
		fmt.Fprintf(a.Out, "\n%.1f GPU hours; peak on the host: %s", f.Seconds()/3600, gb(f.PeakHost().Host))
	}
	fmt.Fprintf(a.Out, "\npeak: %s, %s", kind, gb(peak))
	switch {
	case t.room == 0:
		_, err := fmt.Fprintln(a.Out, "; available memory unknown (pass --memory)")
		return err
	case peak <= t.room:
		_, err := fmt.Fprintf(a.Out, " of %s: it fits\n", gb(t.room))
		return err
	}
	fmt.Fprintf(a.Out, " of %s: it does not fit\n", gb(t.room))
	var alone []remedy
	for _, set := range remedies(x.experiment) {
		if r, helps := a.tried(arg, o, x, f, t, []string{set}); helps {
			alone = append(alone, r)
		}
	}
	if len(alone) == 0 {
		fmt.Fprintln(a.Out, "no setting helps; use a smaller model")
		return t.tooMuch(arg, peak)
	}
	fmt.Fprintln(a.Out, "each of these settings saves memory:")
	if err := a.Columns(remedyRows(alone, t), true); err != nil {
		return err
	}
	if !slices.ContainsFunc(alone, func(r remedy) bool { return r.peak <= t.room }) {
		if err := a.together(arg, o, x, f, t, alone); err != nil {
			return err
		}
	}
	return t.tooMuch(arg, peak)
}

// tooMuch is the error of an experiment that does not fit.
func (t target) tooMuch(arg string, peak float64) error {
	where := "(--memory)"
	if t.separate() {
		where = "on " + t.title
	}
	return fmt.Errorf("%s needs %s of memory, there are %s %s; the run would fail", arg, gb(peak), gb(t.room), where)
}

// together finds combinations of settings with which the plan fits: the smallest, the fastest of them first.
func (a *app) together(arg string, o planning, x *expectation, f forecast.Forecast, t target, alone []remedy) error {
	for size := 2; size <= len(alone); size++ {
		var fit []remedy
		for _, of := range subsets(len(alone), size) {
			var sets []string
			for _, i := range of {
				sets = append(sets, alone[i].sets...)
			}
			if r, helps := a.tried(arg, o, x, f, t, sets); helps && r.peak <= t.room {
				fit = append(fit, r)
			}
		}
		if len(fit) == 0 {
			continue
		}
		slices.SortStableFunc(fit, func(p, q remedy) int { return cmp.Compare(p.slower, q.slower) })
		fmt.Fprintln(a.Out, "together these fit:")
		return a.Columns(remedyRows(fit[:min(3, len(fit))], t), true)
	}
	_, err := fmt.Fprintln(a.Out, "all of them together do not make it fit; use a smaller model or a device with more memory")
	return err
}

// subsets are those of the given size of 0 to n-1, in their order.
func subsets(n, size int) (list [][]int) {
	var grow func(from int, have []int)
	grow = func(from int, have []int) {
		if len(have) == size {
			list = append(list, slices.Clone(have))
			return
		}
		for i := from; i < n; i++ {
			grow(i+1, append(have, i))
		}
	}
	grow(0, nil)
	return list
}

func remedyRows(list []remedy, t target) [][]string {
	rows := [][]string{{"setting", "saves", "peak", "time"}}
	for _, r := range list {
		verdict := "not enough"
		if r.peak <= t.room {
			verdict = "fits"
		}
		rows = append(rows, []string{
			"--set " + strings.Join(r.sets, " --set "), fmt.Sprintf("%.1f GB", r.saves/1e9), fmt.Sprintf("%.1f GB, %s", r.peak/1e9, verdict),
			"x" + strconv.FormatFloat(math.Round(10*r.slower)/10, 'f', -1, 64),
		})
	}
	return rows
}
