package results

import (
	"strconv"
	"testing"

	"congrad/harness/record"
	"congrad/results/synthetic"
)

// The table has a row for every trained arm, once two of them change something.
func TestAblation(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	set.Study.Arms[1].Changed = []record.Setting{{Key: "keep.share", Value: "0.9"}}
	if rendered(t, set)["tables/ablation.csv"] != nil {
		t.Error("one changed arm makes a table")
	}
	set.Study.Arms[2].Changed = []record.Setting{{Key: "keep.share", Value: "0.1"}}
	found := rows(t, rendered(t, set)["tables/ablation.csv"])
	if len(found) != 3 {
		t.Fatalf("%d rows of three trained arms", len(found))
	}
	kept, met := 0, 0
	for _, p := range set.Pairs {
		if p.Arm == "congrad" {
			met++
			if p.Kept {
				kept++
			}
		}
	}
	row := found[1]
	if row["arm"] != "congrad" || row["changes"] != "share 0.1" || row["pairs kept"] != strconv.Itoa(kept) || row["pairs total"] != strconv.Itoa(met) || kept == met {
		t.Errorf("%v; %d of %d pairs are kept", row, kept, met)
	}
}
