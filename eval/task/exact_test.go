package task

import "testing"

func TestExact(t *testing.T) {
	for _, c := range []struct {
		answer string
		right  []string
		want   bool
	}{
		{" Paris.\n", []string{"paris"}, true},
		{"«STRASSE»", []string{"straße"}, true},
		{"１２", []string{"12"}, true},
		{"the  big\tone", []string{"x", "The big one!"}, true},
		{"パリ。", []string{"パリ"}, true},
		{"3.5", []string{"35"}, false},
		{"Paris, France", []string{"Paris"}, false},
		{"", []string{"Paris"}, false},
		{"e\u0301te\u0301", []string{"Été"}, true},
	} {
		if got := Exact(c.answer, c.right); got != c.want {
			t.Errorf("%q, %q: %v", c.answer, c.right, got)
		}
	}
	if got := Cut("a\n\nb#c", []string{"#", "\n"}); got != "a" {
		t.Errorf("cut to %q", got)
	}
}

// Normalising twice changes nothing: else two right answers could differ by how often.
func FuzzNormalise(f *testing.F) {
	f.Add(" «ǅ１２ ſ»… ")
	f.Fuzz(func(t *testing.T, s string) {
		once := Normalise(s)
		if twice := Normalise(once); twice != once {
			t.Errorf("%q becomes %q and then %q", s, once, twice)
		}
	})
}
