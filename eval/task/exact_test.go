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

// What is part of a value makes another answer; what only dresses it does not. Sources: in numbers a sign, a point, a percent sign
// and a power are part of the value (ISO 80000-1:2009, 7.3); Unicode Standard 17.0 for the minus sign (6.2), decimal digits (4.6) and
// invisible marks (23.2). SQuAD's exact match (v1.1, evaluate-v1.1.py) takes out all punctuation and gets these wrong.
func TestExactKeepsValues(t *testing.T) {
	for _, c := range []struct {
		answer, right string
		want          bool
	}{
		{"5", "-5", false},
		{"5", "−5", false},
		{"−5", "-5", true},
		{"–5", "-5", true},
		{"－5", "-5", true},
		{"− 5", "-5", true},
		{"-0.5", "0.5", false},
		{"-.5", ".5", false},
		{"5", ".5", false},
		{".5", ".5", true},
		{"5", "5.", true},
		{"5", ",5", false},
		{"-5.", "-5", true},
		{"(-5)", "-5", true},
		{"(−5).", "-5", true},
		{"**-5**", "-5", true},
		{"50", "50%", false},
		{"50 %", "50%", true},
		{"50٪", "50%", true},
		{"50‰", "50%", false},
		{"5‰", "5", false},
		{"50%.", "50%", true},
		{"50 ％", "50%", true},
		{"102", "10²", false},
		{"10^2", "10²", true},
		{"10-3", "10⁻³", false},
		{"10⁻³", "10^-3", true},
		{"x", "x²", false},
		{"1012", "101₂", false},
		{"log28", "log₂8", false},
		{"H2O", "H₂O", true},
		{"½", "1/2", true},
		{"1½", "11/2", false},
		{"1½", "1 1/2", true},
		{"1", "½", false},
		{"1⁄2", "1/2", true},
		{"C", "C#", false},
		{"C#", "c#", true},
		{"C#.", "C#", true},
		{"C", "C++", false},
		{"A", "A*", false},
		{"A", "A-", false},
		{"A-", "A+", false},
		{"NET", ".NET", false},
		{"F", "F#", false},
		{"3", "3'", false},
		{"3", "3″", false},
		{"3", `3"`, false},
		{"5", "$5", false},
		{"~5", "5", false},
		{"5", "+5", false},
		{"5", "±5", false},
		{"5", "5°", false},
		{"12€", "12", false},
		{"3.14", "(3.14)", true},
		{"(a) or (b)", "a) or (b", false},
		{"f(x)", "f(x", false},
		{"[1, 2]", "(1, 2)", false},
		{"[1, 2)", "(1, 2]", false},
		{"1,000", "1000", false},
		{"42", "٤٢", true},
		{"۴۲", "42", true},
		{"12", "১২", true},
		{"१२", "12", true},
		{"٣٫١٤", "3.14", true},
		{"-٥", "5", false},
		{"๕", "5", true},
		{"𝟙𝟚", "12", true},
		{"12.0", "12", false},
		{"012", "12", false},
		{"", "。", false},
		{"", "?", false},
		{"!", "?", false},
		{"?", "?", false},
		{"-", "-", false},
		{"**", "**", false},
		{"\u200b", "", false},
		{"%", "%", false},
		{"+", "+", true},
		{"**Paris**", "Paris", true},
		{"_Paris_", "Paris", true},
		{"„Paris“", "Paris", true},
		{"‘Paris’.", "Paris", true},
		{"“Paris.”", "Paris", true},
		{"「パリ」", "パリ", true},
		{"(Paris, France)", "Paris, France", true},
		{"- Paris", "Paris", true},
		{"• Paris", "Paris", true},
		{"# Paris", "Paris", true},
		{"...Paris", "Paris", true},
		{"¿Paris?", "Paris", true},
		{"a)", "A", true},
		{"Paris", "Paris!!!", true},
		{"পারিস।", "পারিস", true},
		{"Paris\u200f", "Paris", true},
		{"\u200bParis\ufeff", "Paris", true},
		{"\u2067باريس\u2069", "باريس", true},
		{"\u202aParis\u202c.", "Paris", true},
		{"Pa\u00adris", "Paris", true},
		{"\u200dParis\u200c", "Paris", true},
		{"(\u200e3.14\u200e)", "3.14", true},
		{"\u061c٥", "5", true},
		{"\u200e-5", "5", false},
		{"می\u200cخواهم", "میخواهم", false},
		{"❤️", "❤", true},
	} {
		if got := Exact(c.answer, []string{c.right}); got != c.want {
			t.Errorf("%q (%q), %q (%q): %v", c.answer, Normalise(c.answer), c.right, Normalise(c.right), got)
		}
		if got := Exact(c.right, []string{c.answer}); got != c.want {
			t.Errorf("%q, %q: %v the other way round", c.right, c.answer, got)
		}
	}
}

// Numbers of one value are equal only where the task says so.
func TestExactNumbers(t *testing.T) {
	for _, c := range []struct {
		answer, right string
		want          bool
	}{
		{"12.0", "12", true},
		{"+12", "12", true},
		{"012.50", "12.5", true},
		{".5", "0.5", true},
		{"−0", "0", true},
		{"12.", "12", true},
		{"১২", "12.0", true},
		{"100000000000000000001", "100000000000000000000", false},
		{"12", "-12", false},
		{"12.0%", "12", false},
		{"1,000", "1000", false},
		{"1e2", "100", false},
		{"12 0", "12", false},
		{"twelve", "12", false},
		{"1/2", "0.5", false},
		{"", "0", false},
	} {
		if got := (Answer{Numbers: true}).Exact(c.answer, []string{c.right}); got != c.want {
			t.Errorf("%q, %q: %v", c.answer, c.right, got)
		}
	}
}

// Normalising twice changes nothing: else two right answers could differ by how often.
func FuzzNormalise(f *testing.F) {
	f.Add(" «ǅ１２ ſ»… ")
	f.Add("(-\u200b . ⁻5₂½ %)*")
	f.Fuzz(func(t *testing.T, s string) {
		once := Normalise(s)
		if twice := Normalise(once); twice != once {
			t.Errorf("%q becomes %q and then %q", s, once, twice)
		}
	})
}
