package config

import (
	"reflect"
	"slices"
	"strings"
)

// Loss is the preference loss. Parameters that its kind does not take are zero.
type Loss struct {
	Kind           string  `toml:"kind"`
	Beta           float64 `toml:"beta"`
	LengthPenalty  float64 `toml:"length_penalty"`
	LabelSmoothing float64 `toml:"label_smoothing"`
	TargetMargin   float64 `toml:"target_margin"`
	LDAlpha        float64 `toml:"ld_alpha"`
	NLLWeight      float64 `toml:"nll_weight"`
}

// lossKinds says what each kind of loss takes beside beta, and whether it compares log-probs per token instead of sums. The
// length penalty belongs to those that are functions of the difference of two rewards for whole answers.
var lossKinds = map[string]struct {
	takes    []string
	perToken bool
}{
	"dpo":      {takes: []string{"length_penalty"}},
	"cdpo":     {takes: []string{"length_penalty", "label_smoothing"}},
	"robust":   {takes: []string{"length_penalty", "label_smoothing"}},
	"hinge":    {takes: []string{"length_penalty"}},
	"ipo":      {perToken: true},
	"ipo_sum":  {},
	"dpo_norm": {perToken: true},
	"ld_dpo":   {takes: []string{"ld_alpha"}},
	"dpo_nll":  {takes: []string{"length_penalty", "nll_weight"}},
	"simpo":    {takes: []string{"target_margin"}, perToken: true},
}

// LossParameter is a parameter of a loss under its key in a file.
type LossParameter struct {
	Key   string
	Value float64
}

// Parameters lists what the loss takes beside beta, in the order of the resolved file.
func (l Loss) Parameters() []LossParameter {
	var list []LossParameter
	for _, p := range l.parameters() {
		if l.takes(p.key) {
			list = append(list, LossParameter{p.key, *p.value})
		}
	}
	return list
}

type lossParameter struct {
	key   string
	value *float64
}

// parameters are those of all kinds beside beta.
func (l *Loss) parameters() []lossParameter {
	return []lossParameter{
		{"length_penalty", &l.LengthPenalty},
		{"label_smoothing", &l.LabelSmoothing},
		{"target_margin", &l.TargetMargin},
		{"ld_alpha", &l.LDAlpha},
		{"nll_weight", &l.NLLWeight},
	}
}

func (l Loss) takes(key string) bool { return slices.Contains(lossKinds[l.Kind].takes, key) }

func (l Loss) perToken() bool { return lossKinds[l.Kind].perToken }

// settleLoss unsets the parameters that the kind does not take, so that they enter neither results nor keys. Where an arm's
// kind takes one that the experiment's does not, there is nothing to inherit and the default holds.
func (b *binder) settleLoss(table string, l *Loss) {
	for _, p := range l.parameters() {
		key := table + "." + p.key
		inForce := b.inForce("loss." + p.key)
		switch {
		case l.takes(p.key) && !inForce && !b.given[key]:
			b.fallback(key, "loss."+p.key, reflect.ValueOf(p.value).Elem())
		case !l.takes(p.key):
			*p.value = 0
			if inForce {
				b.unset(key, table+".kind")
			}
		}
	}
}

// checkLoss reports parameters that a table gives although its kind takes none such, and a kind whose beta was meant for
// another measure: a sum of log-probs is as many times a mean as the answer has tokens. inherited is the loss that beta
// comes from where the table does not give it.
func (b *binder) checkLoss(table string, l, inherited Loss) {
	for _, p := range l.parameters() {
		if key := table + "." + p.key; b.given[key] && !l.takes(p.key) {
			b.report(key, "a loss of kind %q has no such parameter; it has %s (docs/losses.md)", l.Kind, strings.Join(append([]string{"beta"}, lossKinds[l.Kind].takes...), ", "))
		}
	}
	if b.given[table+".beta"] || l.perToken() == inherited.perToken() {
		return
	}
	measure := map[bool]string{true: "log-probs per token", false: "summed log-probs"}
	b.report(table+".kind", "%q compares %s, and the beta of %g is one for %s: give beta beside it (docs/losses.md)", l.Kind, measure[l.perToken()], l.Beta, measure[inherited.perToken()])
}
