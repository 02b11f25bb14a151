package judge

import (
	"math"
	"testing"
)

func TestReference(t *testing.T) {
	scores, err := Reference{}.Scores([]Item{{"?", "Kenya", "Kenya"}, {"?", "Kenia", "Kenya"}, {"?", "xyz", "Kenya"}, {"?", "", "Kenya"}})
	if err != nil {
		t.Fatal(err)
	}
	if scores[0].Value != 1 || !(scores[1].Value < 1 && scores[1].Value > scores[2].Value) || scores[3].Value != 0 {
		t.Errorf("%v", scores)
	}
	if _, err := (Reference{}).Scores([]Item{{"?", "Kenya", ""}}); err == nil {
		t.Error("an answer was judged against nothing")
	}
}

func TestExpectedDigit(t *testing.T) {
	ids := []int{2, 3, 4, 5, 6} // of the digits 1 to 5
	low := float32(-30)
	for name, c := range map[string]struct {
		logits []float32
		want   Score
	}{
		"certain":                  {[]float32{low, low, low, low, low, low, 9}, Score{5, true}},
		"between two":              {[]float32{low, low, low, 1, 1, low, low}, Score{2.5, true}},
		"with other tokens beside": {[]float32{0.9, low, 1, low, low, low, 1}, Score{3, true}},
		"something else is said":   {[]float32{1.1, low, 1, low, low, low, 1}, Score{}},
	} {
		got := expected(c.logits, ids)
		if got.Parsed != c.want.Parsed || math.Abs(got.Value-c.want.Value) > 1e-6 {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
