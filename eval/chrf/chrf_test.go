package chrf

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// The goldens are written by testdata/golden.py, which says how.
func TestScoreIsSacrebleu(t *testing.T) {
	raw, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Hypothesis, Reference string
		Score                 float64
	}
	if err := json.Unmarshal(raw, &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) < 80 {
		t.Fatalf("only %d goldens", len(rows))
	}
	for _, row := range rows {
		// both sum at most six ratios of small integers in float64, so only the last digits may differ
		if got := Score(row.Hypothesis, row.Reference); math.Abs(got-row.Score) > 1e-10 {
			t.Errorf("Score(%q, %q) = %v, sacreBLEU says %v", row.Hypothesis, row.Reference, got, row.Score)
		}
	}
}

func TestKnown(t *testing.T) {
	for _, c := range []struct {
		answer, right string
		want          float64
		reason        string
	}{
		{"Japan", "Japan", 1, "exact"},
		{" Japan\n", "Japan", 1, "trimmed"},
		{"Espan\u0303a", "España", 1, "the same in normal form C"},
		{"1 234", "1\u202f234", 0.99, "another white space is near, not exact"},
		{"xyz", "Japan", 0, "nothing in common"},
		{"", "Japan", 0, "no answer"},
	} {
		if got := Known(c.answer, c.right); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("Known(%q, %q) = %v, want %v: %s", c.answer, c.right, got, c.want, c.reason)
		}
	}
}

func FuzzScore(f *testing.F) {
	f.Add("1.234,5", "1,234.5")
	f.Fuzz(func(t *testing.T, a, b string) {
		if s := Score(a, b); !(s >= 0 && s <= 100+1e-9) {
			t.Errorf("Score(%q, %q) = %v", a, b, s)
		}
		if Known(a, b) > Known(b, b) {
			t.Errorf("Known(%q, %q) beats the right answer", a, b)
		}
	})
}
