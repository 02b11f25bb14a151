package config

import (
	"math"
	"slices"
	"strings"

	"congrad/harness/suggest"
)

// TrainsOnAll reports whether the arm trains one model on all pairs of all seen languages.
func (a Arm) TrainsOnAll() bool {
	return a.Select == "all" && a.Trained() && !a.Mono() && len(a.Without) == 0
}

// onAll lists the arms that train on all pairs, by name.
func (e *Experiment) onAll() []string {
	var names []string
	for _, a := range e.Arms {
		if a.TrainsOnAll() {
			names = append(names, a.Name)
		}
	}
	return names
}

// settleReference takes the one arm that trains on all pairs as the reference where the file names none.
func (b *binder) settleReference(e *Experiment) {
	if b.given["evaluate.reference"] {
		return
	}
	o := Origin{Key: "evaluate.reference", Value: math.NaN(), From: "no arm trains on all pairs"}
	switch names := e.onAll(); len(names) {
	case 0:
	case 1:
		e.Evaluate.Reference = names[0]
		o.Value, o.From = names[0], "default: the arm that trains on all pairs"
	default:
		return // an error, see checkReference
	}
	if i := slices.IndexFunc(b.origins, func(o Origin) bool { return o.Key == "evaluate.reference" }); i >= 0 {
		o.Doc, b.origins[i] = b.origins[i].Doc, o
	}
}

// checkReference reports a reference that is no trained arm, and several arms that could be it.
func (b *binder) checkReference(e *Experiment) {
	const key = "evaluate.reference"
	if !b.soundArms(e, "name", "select", "policy", "without", "train.epochs") {
		return
	}
	if !b.given[key] {
		if names := e.onAll(); len(names) > 1 {
			b.report(key, "is missing: %d arms train on all pairs (%s); name the one that paired differences are relative to", len(names), strings.Join(names, ", "))
		}
		return
	}
	var names []string
	for _, a := range e.Arms {
		names = append(names, a.Name)
	}
	switch a := e.FindArm(e.Evaluate.Reference); {
	case a == nil:
		b.report(key, "%q: no such arm%s", e.Evaluate.Reference, suggest.DidYouMean(e.Evaluate.Reference, names))
	case e.Trains() && !a.Trained(): // where none is, nothing is compared
		b.report(key, "%q is not trained; name a trained arm, usually the one with select = \"all\"", a.Name)
	}
}
