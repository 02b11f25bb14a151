package config

import (
	"reflect"
	"strings"

	"congrad/harness/method"
)

// settleOnline leaves leave_one_out out of force where pairs are picked while training: a pair is scored before it enters its
// language's gradient, so there is nothing to leave out. An arm that goes back to "offline" has the experiment's value.
func (b *binder) settleOnline(table string, c *ConGrad) {
	const general = "congrad.leave_one_out"
	key := table + ".leave_one_out"
	if b.given[key] {
		return
	}
	inForce := b.inForce(general)
	switch {
	case c.Mode == "online":
		if key != general {
			c.LeaveOneOut = false
		}
		if inForce {
			b.unset(key, table+".mode")
		}
	case key != general && !inForce:
		b.fallback(key, general, reflect.ValueOf(&c.LeaveOneOut).Elem())
	}
}

// checkOnline reports what an arm asks for that picking pairs while training cannot give. Keys that other arms may need are
// only held against the table that says "online", not against one that hands them down.
func (b *binder) checkOnline(i int, a Arm, e *Experiment) {
	if a.ConGrad.Mode != "online" {
		return
	}
	arm := "arms[" + itoa(i) + "]."
	if s := a.Selector(); s.Picks != method.PicksBestOnline {
		if b.given[arm+"congrad.mode"] {
			b.report(arm+"congrad.mode", "only select = %q selects pairs during training; %q ranks them all before it", strings.Join(selectors(picking(method.PicksBestOnline)), ", "), a.Select)
		} else if s.Reads.Gradients() {
			b.report(arm+"congrad.mode", "is \"online\" in [congrad], but %q ranks all pairs before training; set mode = \"offline\" in [arms.congrad]", a.Select)
		}
		return
	}
	if a.Train.Temperature != 1 {
		b.report(arm+"train.temperature", "with %g an arm sees some pairs several times or never, but an online arm must see each pair once per epoch; set it to 1", a.Train.Temperature)
	}
	if a.ConGrad.SketchNumbers != 0 {
		b.report(b.giving(arm, "congrad.sketch_numbers"), "%d: added-up sketches cannot be carried over when the sketch's matrices are drawn again; set it to 0, since arm %q is online", a.ConGrad.SketchNumbers, a.Name)
	}
	level := "" // of the table that says "online"
	if b.given[arm+"congrad.mode"] {
		level = arm
	}
	if a.ConGrad.LanguageGradient != "ema" {
		b.report(b.giving(arm, "congrad.language_gradient"), "%q: during training, language gradients are moving averages (\"ema\"), and arm %q is online", a.ConGrad.LanguageGradient, a.Name)
	}
	if key := level + "congrad.leave_one_out"; b.given[key] && (e.ConGrad.LeaveOneOut || level != "") {
		b.report(key, "a pair that is scored during training is not in the consensus yet; remove this key")
	}
	if key := level + "keep.quota"; b.given[key] && (a.Keep.Quota == "global" || level != "") {
		b.report(key, "during training the share is taken of each batch, over all languages; remove this key, or set it in the arms that rank all pairs")
	}
}
