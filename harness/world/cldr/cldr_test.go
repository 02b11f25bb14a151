package cldr

import (
	"testing"

	"congrad/experiments"
)

// load reads the shipped extract.
func load(t testing.TB) *Data {
	t.Helper()
	file, err := experiments.Files.Open("tiny/cldr.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	d, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func formatter(t testing.TB, d *Data, code string) *Formatter {
	t.Helper()
	f, err := d.Formatter(d.Locales[code].Numbers, d.Locales[code].Calendar)
	if err != nil {
		t.Fatalf("%s: %v", code, err)
	}
	return f
}

func decimal(t testing.TB, s string) Decimal {
	t.Helper()
	n, err := ParseDecimal(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

const (
	nbsp   = "\u00a0"
	narrow = "\u202f"
)

// The expected forms follow from CLDR 48 by hand: the pattern and the symbols of each locale as its package lists them.
func TestKnownNumbers(t *testing.T) {
	d := load(t)
	for _, c := range []struct{ code, number, want, reason string }{
		{"en", "1234567.8", "1,234,567.8", "#,##0.### with comma and point"},
		{"de", "1234567.8", "1.234.567,8", "point and comma"},
		{"de", "1234", "1.234", "groups from four digits"},
		{"es", "1234.5", "1234,5", "minimumGroupingDigits 2"},
		{"es", "12345.5", "12.345,5", "minimumGroupingDigits 2 is met"},
		{"it", "1234", "1234", "minimumGroupingDigits 2 since CLDR 48"},
		{"fr", "1234567.8", "1" + narrow + "234" + narrow + "567,8", "narrow no-break space"},
		{"ru", "-1234567.8", "-1" + nbsp + "234" + nbsp + "567,8", "no-break space"},
		{"tr", "1234567.8", "1.234.567,8", "as German"},
		{"ar", "-1234.5", "-1,234.5", "European digits by default, the mark before the minus left out"},
		{"th", "1234.5", "1,234.5", "European digits by default"},
		{"hi", "1234567.8", "12,34,567.8", "Indian grouping #,##,##0.###"},
		{"bn", "1234567.8", "১২,৩৪,৫৬৭.৮", "Indian grouping in Bengali digits"},
		{"bn", "-0.25", "-০.২৫", "below one"},
		{"sw", "1234567", "1,234,567", "as English"},
		{"zh", "1234567.8", "1,234,567.8", "groups of three, not of four"},
		{"ja", "12345", "12,345", "groups of three"},
		{"ko", "12345", "12,345", "groups of three"},
	} {
		if got := formatter(t, d, c.code).Number(decimal(t, c.number)); got != c.want {
			t.Errorf("%s: %s is written %q, want %q: %s", c.code, c.number, got, c.want, c.reason)
		}
	}
}

func TestKnownPercents(t *testing.T) {
	d := load(t)
	for _, c := range []struct{ code, share, want string }{
		{"en", "0.125", "12.5%"},
		{"en", "0.05", "5%"},
		{"en", "0.003", "0.3%"},
		{"en", "12.5", "1,250%"},
		{"de", "0.125", "12,5" + nbsp + "%"},
		{"es", "0.125", "12,5" + nbsp + "%"},
		{"it", "0.125", "12,5%"},
		{"tr", "0.125", "%12,5"},
		{"ar", "0.125", "12.5%"},
		{"bn", "0.125", "১২.৫%"},
	} {
		if got := formatter(t, d, c.code).Percent(decimal(t, c.share)); got != c.want {
			t.Errorf("%s: %s is written %q, want %q", c.code, c.share, got, c.want)
		}
	}
}

func TestKnownAmounts(t *testing.T) {
	d := load(t)
	for _, c := range []struct{ code, amount, currency, want, reason string }{
		{"en", "1234.5", "EUR", "€1,234.50", "the pattern asks for two decimals"},
		{"de", "1234.50", "EUR", "1.234,50" + nbsp + "€", "symbol behind"},
		{"es", "1234.50", "EUR", "1234,50" + nbsp + "€", "minimumGroupingDigits 2"},
		{"fr", "1234.50", "USD", "1" + narrow + "234,50" + nbsp + "$US", "the symbol that French gives the US dollar"},
		{"tr", "1234.50", "USD", "$1.234,50", "symbol in front"},
		{"sw", "1234.50", "EUR", "€" + nbsp + "1,234.50", "space behind the symbol"},
		{"hi", "1234567.50", "GBP", "£12,34,567.50", "Indian grouping"},
		{"bn", "1234567.50", "EUR", "১২,৩৪,৫৬৭.৫০€", "no space before the symbol"},
		{"bn", "1.50", "USD", "১.৫০" + nbsp + "US$", "currencySpacing keeps letters off digits"},
		{"ar", "1234.50", "GBP", "1,234.50" + nbsp + "UK£", "marks left out"},
		{"zh", "1234.50", "USD", "US$1,234.50", "the dollar sign is no letter"},
		{"en", "1234.50", "XYZ", "XYZ" + nbsp + "1,234.50", "a currency without a symbol"},
	} {
		if got := formatter(t, d, c.code).Amount(decimal(t, c.amount), c.currency); got != c.want {
			t.Errorf("%s: %s %s is written %q, want %q: %s", c.code, c.amount, c.currency, got, c.want, c.reason)
		}
	}
}

func TestKnownDates(t *testing.T) {
	d := load(t)
	for _, c := range []struct{ code, short, long string }{
		{"en", "3/5/24", "March 5, 2024"},
		{"es", "5/3/24", "5 de marzo de 2024"},
		{"de", "05.03.24", "5. März 2024"},
		{"fr", "05/03/2024", "5 mars 2024"},
		{"it", "05/03/24", "5 marzo 2024"},
		{"ru", "05.03.2024", "5 марта 2024" + narrow + "г."},
		{"zh", "2024/3/5", "2024年3月5日"},
		{"ja", "2024/03/05", "2024年3月5日"},
		{"ko", "24. 3. 5.", "2024년 3월 5일"},
		{"ar", "5/3/2024", "5 مارس 2024"},
		{"th", "5/3/24", "5 มีนาคม ค.ศ. 2024"},
		{"bn", "৫/৩/২৪", "৫ মার্চ, ২০২৪"},
		{"sw", "05/03/2024", "5 Machi 2024"},
		{"tr", "5.03.2024", "5 Mart 2024"},
		{"hi", "5/3/24", "5 मार्च 2024"},
	} {
		on, err := ParseDate("2024-03-05")
		if err != nil {
			t.Fatal(err)
		}
		f := formatter(t, d, c.code)
		if got := f.DateShort(on); got != c.short {
			t.Errorf("%s: short date %q, want %q", c.code, got, c.short)
		}
		if got := f.DateLong(on); got != c.long {
			t.Errorf("%s: long date %q, want %q", c.code, got, c.long)
		}
	}
	if got, want := d.Locales["ru"].Calendar.MonthsSolo[2], "март"; got != want {
		t.Errorf("ru: March alone is %q, want %q", got, want)
	}
}

func TestKnownLists(t *testing.T) {
	d := load(t)
	for _, c := range []struct{ code, two, three string }{
		{"en", "B and D", "B, D, and K"},
		{"es", "B y D", "B, D y K"},
		{"ru", "B и D", "B, D и K"},
		{"zh", "B和D", "B、D和K"},
		{"ja", "B、D", "B、D、K"},
		{"ko", "B 및 D", "B, D 및 K"},
		{"ar", "B وD", "B وD وK"},
		{"th", "BและD", "B D และK"},
		{"hi", "B और D", "B, D, और K"},
		{"sw", "B na D", "B, D na K"},
	} {
		l := d.Locales[c.code].List
		if got := l.Join([]string{"B", "D"}); got != c.two {
			t.Errorf("%s: %q, want %q", c.code, got, c.two)
		}
		if got := l.Join([]string{"B", "D", "K"}); got != c.three {
			t.Errorf("%s: %q, want %q", c.code, got, c.three)
		}
	}
	if got, want := d.Locales["en"].List.Join([]string{"{1}", "b", "c", "d"}), "{1}, b, c, and d"; got != want {
		t.Errorf("four parts: %q, want %q", got, want)
	}
}
