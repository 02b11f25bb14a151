package cldr

import "fmt"

// Formatter writes numbers and dates as one locale does. Its patterns are read once, so writing cannot fail.
type Formatter struct {
	numbers                     Numbers
	calendar                    Calendar
	digits                      [10]rune
	standard, percent, currency numberPattern
	short, long                 datePattern
}

// Formatter returns the formatter of these conventions. They need not be those of one locale: the world also asks
// for one language's words in another's patterns.
func (d *Data) Formatter(numbers Numbers, calendar Calendar) (*Formatter, error) {
	f := &Formatter{numbers: numbers, calendar: calendar}
	digits := []rune(d.Digits[numbers.System])
	if len(digits) != len(f.digits) {
		return nil, fmt.Errorf("numbering system %q: its ten digits are not in the extract", numbers.System)
	}
	copy(f.digits[:], digits)
	if len(calendar.Months) != 12 || len(calendar.MonthsSolo) != 12 || len(calendar.Weekdays) != 7 {
		return nil, fmt.Errorf("calendar: want 12 months, 12 months that stand alone and 7 weekdays, not %d, %d and %d",
			len(calendar.Months), len(calendar.MonthsSolo), len(calendar.Weekdays))
	}
	var err error
	for _, p := range []struct {
		into *numberPattern
		from string
	}{{&f.standard, numbers.Standard}, {&f.percent, numbers.Percent}, {&f.currency, numbers.Currency}} {
		if *p.into, err = parseNumberPattern(p.from); err != nil {
			return nil, err
		}
	}
	if f.short, err = parseDatePattern(calendar.Short); err != nil {
		return nil, err
	}
	if f.long, err = parseDatePattern(calendar.Long); err != nil {
		return nil, err
	}
	return f, nil
}
