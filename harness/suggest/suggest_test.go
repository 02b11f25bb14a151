package suggest

import "testing"

func TestNearest(t *testing.T) {
	codes := []string{"en", "de", "sw", "zh"}
	keys := []string{"endonym", "direction", "locale", "script"}
	for _, c := range []struct {
		word   string
		among  []string
		want   string
		ok     bool
		reason string
	}{
		{"sw-KE", codes, "sw", true, "a region tag points to its language"},
		{"SW", codes, "sw", true, "letter case is no difference"},
		{"dd", codes, "de", true, "one edit in a short word"},
		{"klingon", codes, "", false, "nothing is near"},
		{"direcion", keys, "direction", true, "a letter left out"},
		{"lcoale", keys, "locale", true, "two letters swapped are one edit"},
		{"", codes, "", false, "an empty word is a slip for nothing"},
		{"en", nil, "", false, "no members"},
	} {
		if got, ok := Nearest(c.word, c.among); ok != c.ok || ok && got != c.want {
			t.Errorf("Nearest(%q) = %q, %v; want %q, %v: %s", c.word, got, ok, c.want, c.ok, c.reason)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"kitten", "sitting", 3}, {"", "abc", 3}, {"мир", "мор", 1}, {"trian", "train", 1}} {
		if got := Distance(c.a, c.b); got != c.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
		if Distance(c.a, c.b) != Distance(c.b, c.a) {
			t.Errorf("Distance(%q, %q) is not symmetric", c.a, c.b)
		}
	}
}
