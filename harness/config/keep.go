package config

import (
	"math"
	"strings"

	"congrad/harness/method"
)

// rules are the keys of a keep table of which one rules.
var rules = []string{".share", ".threshold", ".band"}

// givenRules are those that a table gives.
func (b *binder) givenRules(table string) (given []string) {
	for _, key := range rules {
		if b.given[table+key] {
			given = append(given, table+key)
		}
	}
	return given
}

// oneRules leaves either the share, the threshold or the band in force: the one that its table gives unsets the others, which have a
// default or are inherited. A table that gives several is wrong, see checkKeep.
func (b *binder) oneRules(table string, k *Keep) {
	given := b.givenRules(table)
	if b.given[table+".band"] && (len(k.Band) != 2 || k.Band[0] >= k.Band[1]) && !b.bad[table+".band"] {
		b.report(table+".band", "want two numbers, the smaller first: [0.25, 0.75] keeps the middle half")
	}
	if len(given) == 1 {
		b.letRule(table, k, given[0])
	} else if len(k.Band) == 0 && b.inForce(table+".band") { // by default
		b.unset(table+".band", table+".share")
	}
}

// letRule unsets all but one of the keys.
func (b *binder) letRule(table string, k *Keep, one string) {
	for _, key := range rules {
		if key = table + key; key != one {
			b.unset(key, one)
		}
	}
	if one != table+".threshold" {
		k.Threshold = math.NaN()
	}
	if one != table+".band" {
		k.Band = nil
	}
}

// settleAtZero gives an arm whose selector keeps by the sign of its scores the threshold 0, unless its own table says otherwise: a
// share that [keep] has for other arms would keep pairs against the sign.
func (b *binder) settleAtZero(table string, a *Arm) {
	if a.Selector().Picks != method.PicksAtZero || len(b.givenRules(table)) > 0 {
		return
	}
	a.Keep.Threshold = 0
	f, _ := FindField("keep.threshold")
	b.origins = append(b.origins, Origin{table + ".threshold", 0.0, "default: select = " + literal(a.Select), f.Doc})
	b.letRule(table, &a.Keep, table+".threshold")
}

// checkKeep reports tables in which several keys rule.
func (b *binder) checkKeep(table string) {
	if given := b.givenRules(table); len(given) > 1 {
		b.report(given[1], "give only one of %s", strings.Join([]string{"share", "threshold", "band"}, ", "))
	}
}

// checkOracle reports a share or a band, for which the oracle might have to keep wrong pairs.
func (b *binder) checkOracle(table string, a Arm) {
	for _, key := range []string{table + ".share", table + ".band"} {
		if a.Selector().Reads == method.ReadsKnown && b.given[key] {
			b.report(key, "%q keeps the right pairs, however many there are; to keep as many as another arm set match to its name", a.Select)
		}
	}
}

// checkAction reports what rejected pairs cannot be used for.
func (b *binder) checkAction(arm string, a Arm) {
	key := b.giving(arm, "keep.action")
	switch picks := a.Selector(); {
	case a.Keep.Action == "drop" || !picks.Ranks() && picks.Picks != method.PicksMatching:
	case a.Online():
		b.report(key, "%q: pairs that are rejected during training are dropped, and arm %q is online; set action = \"drop\" in its table", a.Keep.Action, a.Name)
	case a.Keep.ByBand():
		b.report(key, "%q: a band rejects the best pairs too; set a share or a threshold in arm %q, or action = \"drop\"", a.Keep.Action, a.Name)
	}
}
