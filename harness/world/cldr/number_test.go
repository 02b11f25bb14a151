package cldr

import "testing"

func TestParseDecimal(t *testing.T) {
	for _, c := range []struct {
		text string
		want Decimal
		ok   bool
	}{
		{"1234567.80", Decimal{false, "1234567", "80"}, true},
		{"-0.5", Decimal{true, "0", "5"}, true},
		{"007", Decimal{false, "7", ""}, true},
		{"", Decimal{}, false},
		{".5", Decimal{}, false},
		{"5.", Decimal{}, false},
		{"1,5", Decimal{}, false},
		{"--1", Decimal{}, false},
		{"1e6", Decimal{}, false},
	} {
		if got, err := ParseDecimal(c.text); got != c.want || (err == nil) != c.ok {
			t.Errorf("ParseDecimal(%q) = %v, %v; want %v", c.text, got, err, c.want)
		}
	}
}

func TestFormatterRefusesWhatItCannotWrite(t *testing.T) {
	d := load(t)
	good := d.Locales["en"]
	for _, c := range []struct {
		want  string
		spoil func(*Numbers, *Calendar)
	}{
		{`numbering system "xxxx": its ten digits are not in the extract`, func(n *Numbers, _ *Calendar) { n.System = "xxxx" }},
		{`number pattern "": want a single run of # 0 , . without quotes`, func(n *Numbers, _ *Calendar) { n.Standard = "" }},
		{`number pattern "#,,##0": an empty group`, func(n *Numbers, _ *Calendar) { n.Percent = "#,,##0" }},
		{`number pattern "0.0,0": a separator after the point`, func(n *Numbers, _ *Calendar) { n.Currency = "0.0,0" }},
		{`date pattern "d 'de": an apostrophe is not closed`, func(_ *Numbers, c *Calendar) { c.Short = "d 'de" }},
		{`date pattern "EEEE d": field "EEEE" is not one of y yy M MM MMMM LLLL d dd G`, func(_ *Numbers, c *Calendar) { c.Long = "EEEE d" }},
		{`calendar: want 12 months, 12 months that stand alone and 7 weekdays, not 11, 12 and 7`, func(_ *Numbers, c *Calendar) { c.Months = c.Months[1:] }},
	} {
		numbers, calendar := good.Numbers, good.Calendar
		c.spoil(&numbers, &calendar)
		if _, err := d.Formatter(numbers, calendar); err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}
