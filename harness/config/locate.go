package config

import "strings"

// locate maps every key of a syntactically valid TOML file to its line, by dotted path; the n-th table of an array is
// path[n]. The parser knows these places too, but tells them only of its own errors.
func locate(source string) map[string]int {
	lines := map[string]int{}
	arrays := map[string]int{}
	table, closer := "", ""
	for i, raw := range strings.Split(source, "\n") {
		line := strings.TrimSpace(raw)
		if closer != "" { // inside a value that spans lines
			if strings.Contains(stripStrings(line, closer), closer) {
				closer = ""
			}
			continue
		}
		switch {
		case line == "" || line[0] == '#':
		case strings.HasPrefix(line, "[["):
			name := joinKey(strings.SplitN(line[2:], "]]", 2)[0])
			arrays[name]++
			table = arrayPath(name, arrays)
			lines[table] = i + 1
		case line[0] == '[':
			table = arrayPath(joinKey(strings.SplitN(line[1:], "]", 2)[0]), arrays)
			lines[table] = i + 1
		default:
			key, value, ok := strings.Cut(line, "=")
			if !ok {
				continue
			}
			path := joinKey(key)
			if table != "" {
				path = table + "." + path
			}
			lines[path] = i + 1
			closer = openEnd(strings.TrimSpace(value))
		}
	}
	return lines
}

// joinKey normalises a written key: spaces around dots and quotes are dropped.
func joinKey(written string) string {
	parts := strings.Split(written, ".")
	for i, p := range parts {
		parts[i] = strings.Trim(strings.TrimSpace(p), `"'`)
	}
	return strings.Join(parts, ".")
}

// arrayPath puts the index of the table that is open into every part of the path that is an array of tables.
func arrayPath(name string, arrays map[string]int) string {
	parts := strings.Split(name, ".")
	path, written := "", ""
	for i, p := range parts {
		if i > 0 {
			path, written = path+".", written+"."
		}
		path, written = path+p, written+p
		if n := arrays[written]; n > 0 {
			path += "[" + itoa(n-1) + "]"
		}
	}
	return path
}

// openEnd returns what ends a value that does not end on its line, or nothing.
func openEnd(value string) string {
	for _, quotes := range []string{`"""`, `'''`} {
		if strings.HasPrefix(value, quotes) && !strings.Contains(value[3:], quotes) {
			return quotes
		}
	}
	if strings.HasPrefix(value, "[") && !strings.Contains(stripStrings(value, "]"), "]") {
		return "]"
	}
	return ""
}

// stripStrings removes strings and comments from a line, unless a multi-line string is what is open.
func stripStrings(line, closer string) string {
	if closer != "]" {
		return line
	}
	var b strings.Builder
	quote := rune(0)
	for _, r := range line {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '#':
			return b.String()
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
