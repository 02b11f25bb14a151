package config

import (
	"reflect"
	"strings"

	"congrad/harness/loss"
)

// settleLoss unsets the parameters that the kind does not take, so that they enter neither results nor keys. Where an arm's
// kind takes one that the experiment's does not, there is nothing to inherit and the default holds.
func (b *binder) settleLoss(table string, l *loss.Loss) {
	for _, p := range l.Fields() {
		key := table + "." + p.Key
		inForce := b.inForce("loss." + p.Key)
		switch {
		case l.Takes(p.Key) && !inForce && !b.given[key]:
			b.fallback(key, "loss."+p.Key, reflect.ValueOf(p.Value).Elem())
		case !l.Takes(p.Key):
			*p.Value = 0
			if inForce {
				b.unset(key, table+".kind")
			}
		}
	}
}

// checkLoss reports parameters that a table gives although its kind takes none such, and a kind whose beta was meant for
// another measure: a sum of log-probs is as many times a mean as the answer has tokens. inherited is the loss that beta
// comes from where the table does not give it.
func (b *binder) checkLoss(table string, l, inherited loss.Loss) {
	takes := []string{"beta"}
	for _, p := range l.Parameters() {
		takes = append(takes, p.Key)
	}
	for _, p := range l.Fields() {
		if key := table + "." + p.Key; b.given[key] && !l.Takes(p.Key) {
			b.report(key, "the loss %q has no such parameter; it has %s (docs/losses.md)", l.Kind, strings.Join(takes, ", "))
		}
	}
	if b.given[table+".beta"] || l.PerToken() == inherited.PerToken() {
		return
	}
	measure := map[bool]string{true: "log-probs per token", false: "summed log-probs"}
	b.report(table+".kind", "%q compares %s, and the beta of %g is meant for %s; set beta too (docs/losses.md)", l.Kind, measure[l.PerToken()], l.Beta, measure[inherited.PerToken()])
}
