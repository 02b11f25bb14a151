package config

import "congrad/harness/method"

// settleAtZero gives an arm whose selector keeps by the sign of its scores the threshold 0, unless its own table says otherwise: a
// share that [keep] has for other arms would keep pairs against the sign.
func (b *binder) settleAtZero(table string, a *Arm) {
	if a.Selector().Picks != method.PicksAtZero || b.given[table+".share"] || b.given[table+".threshold"] {
		return
	}
	a.Keep.Threshold = 0
	f, _ := FindField("keep.threshold")
	b.origins = append(b.origins, Origin{table + ".threshold", 0.0, "default: select = " + literal(a.Select), f.Doc})
	b.unset(table+".share", table+".threshold")
}

// checkOracle reports a share, for which the oracle might have to keep wrong pairs.
func (b *binder) checkOracle(share string, a Arm) {
	if a.Selector().Reads == method.ReadsKnown && b.given[share] {
		b.report(share, "%q keeps the right pairs, however many there are; to keep as many as another arm set match to its name", a.Select)
	}
}
