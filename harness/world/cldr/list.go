package cldr

import "strings"

// Join makes a list of the parts: LDML part 2, "List Patterns".
func (l List) Join(parts []string) string {
	switch len(parts) {
	case 0:
		return ""
	case 1:
		return parts[0]
	case 2:
		return fill(l.Pair, parts[0], parts[1])
	}
	last := len(parts) - 1
	joined := fill(l.End, parts[last-1], parts[last])
	for i := last - 2; i > 0; i-- {
		joined = fill(l.Middle, parts[i], joined)
	}
	return fill(l.Start, parts[0], joined)
}

// fill puts values into {0} and {1}; a Replacer does not look into what it has put in.
func fill(pattern, zero, one string) string {
	return strings.NewReplacer("{0}", zero, "{1}", one).Replace(pattern)
}
