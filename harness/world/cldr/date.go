package cldr

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Date is a day of the Gregorian calendar.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads an ISO 8601 calendar date.
func ParseDate(s string) (Date, error) {
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("date %q: want year-month-day such as 2024-03-05", s)
	}
	return Date{at.Year(), at.Month(), at.Day()}, nil
}

// datePattern is a pattern of LDML part 4, "Date Format Patterns": text and fields in turn.
type datePattern []datePart

type datePart struct {
	field bool
	text  string // literal text, or the name of a field: y yy M MM MMMM LLLL d dd G
}

var dateFields = map[string]bool{
	"y": true, "yy": true, "M": true, "MM": true, "MMMM": true, "LLLL": true, "d": true, "dd": true, "G": true,
}

func parseDatePattern(s string) (datePattern, error) {
	var p datePattern
	literal := func(text string) { p = append(p, datePart{text: text}) }
	for rest := s; rest != ""; {
		letter := rest[0]
		switch {
		case letter == '\'':
			quoted, after, closed := strings.Cut(rest[1:], "'")
			if !closed {
				return nil, fmt.Errorf("date pattern %q: an apostrophe is not closed", s)
			}
			if quoted == "" {
				quoted = "'" // two in a row mean one
			}
			literal(quoted)
			rest = after
		case letter >= 'A' && letter <= 'Z' || letter >= 'a' && letter <= 'z':
			name := rest[:len(rest)-len(strings.TrimLeft(rest, string(letter)))]
			if !dateFields[name] {
				return nil, fmt.Errorf("date pattern %q: field %q is not one of y yy M MM MMMM LLLL d dd G", s, name)
			}
			p = append(p, datePart{field: true, text: name})
			rest = rest[len(name):]
		default:
			literal(rest[:1])
			rest = rest[1:]
		}
	}
	return p, nil
}

// DateShort writes a date by the short pattern: 3/5/24, 5.03.24, ৫/৩/২৪.
func (f *Formatter) DateShort(on Date) string { return f.date(f.short, on) }

// DateLong writes a date by the long pattern, with the month's name: March 5, 2024, 5 марта 2024 г.
func (f *Formatter) DateLong(on Date) string { return f.date(f.long, on) }

func (f *Formatter) date(p datePattern, on Date) string {
	var out strings.Builder
	for _, part := range p {
		if part.field {
			out.WriteString(f.dateField(part.text, on))
		} else {
			out.WriteString(part.text)
		}
	}
	return f.InDigits(out.String())
}

func (f *Formatter) dateField(name string, on Date) string {
	switch name {
	case "y":
		return strconv.Itoa(on.Year)
	case "yy":
		return fmt.Sprintf("%02d", on.Year%100)
	case "M":
		return strconv.Itoa(int(on.Month))
	case "MM":
		return fmt.Sprintf("%02d", int(on.Month))
	case "MMMM":
		return f.calendar.Months[on.Month-1]
	case "LLLL":
		return f.calendar.MonthsSolo[on.Month-1]
	case "d":
		return strconv.Itoa(on.Day)
	case "dd":
		return fmt.Sprintf("%02d", on.Day)
	case "G":
		return f.calendar.Era
	}
	panic("cldr: date field " + name + " passed the parser but has no writer")
}
