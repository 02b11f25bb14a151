package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"congrad/harness/suggest"
)

// Grid is an experiment that is run once for every pair of values of two of its keys: a file's table [grid]. Each cell is an
// experiment like any other.
type Grid struct {
	Rows, Columns Axis
	Cells         []Cell // row by row
}

// Axis is a key and the values that it takes.
type Axis struct {
	Key    string
	Values []any // numbers, words, true or false
}

// Cell is one pair of values, and the experiment that has them.
type Cell struct {
	Row, Column int
	Name        string // says the values: "shared_share-0.1-noise-0.3"
	Experiment  *Experiment
}

// Words are the axis' values as a file has them.
func (a Axis) Words() []string {
	words := make([]string, len(a.Values))
	for i, v := range a.Values {
		words[i] = fmt.Sprint(v)
	}
	return words
}

// noAxis are keys that a grid's cells have in common, with the reason.
var noAxis = map[string]string{
	"name":  "it is the grid's name",
	"title": "it is the title of the grid's report",
	"model": "all cells share one model",
	"bases": "all cells share their models",

	"evaluate.opponent":  "all cells share the opponent, or their win rates could not be compared",
	"evaluate.reference": "all cells share the arm that paired differences are relative to",

	"prompts.source": sharedPrompts, "prompts.kinds": sharedPrompts, "prompts.path": sharedPrompts, "prompts.held_out": sharedPrompts, "prompts.dev": sharedPrompts, "evaluate.path": sharedPrompts,
}

const sharedPrompts = "all cells share their prompts"

// takeGrid takes the table [grid] out of a file's keys. It returns nil where there is none, or where it is wrong.
func (b *binder) takeGrid(raw map[string]any) *Grid {
	given, has := raw["grid"]
	if !has {
		return nil
	}
	delete(raw, "grid")
	table, ok := given.(map[string]any)
	if !ok {
		b.report("grid", "is a table: write [grid] with rows and columns")
		return nil
	}
	before := len(b.wrong)
	b.unknown("grid", table, map[string]bool{"rows": true, "columns": true})
	g := &Grid{Rows: b.axis("grid.rows", table["rows"], raw), Columns: b.axis("grid.columns", table["columns"], raw)}
	if g.Rows.Key != "" && g.Rows.Key == g.Columns.Key {
		b.report("grid.columns", "%q is also the key of the rows; a grid varies two different keys", g.Columns.Key)
	}
	if len(b.wrong) > before {
		return nil
	}
	return g
}

// axis reads one axis; raw is the rest of the file, which must not give the axis' key.
func (b *binder) axis(at string, given any, raw map[string]any) (a Axis) {
	table, ok := given.(map[string]any)
	if !ok {
		b.report(at, `want a key and its values, as in { key = "judge.noise", values = [0.0, 0.3] }`)
		return a
	}
	b.unknown(at, table, map[string]bool{"key": true, "values": true})
	a.Key, _ = table["key"].(string)
	b.checkAxisKey(at+".key", a.Key, raw)
	values, ok := table["values"].([]any)
	if !ok || len(values) == 0 {
		b.report(at+".values", "want a list of at least one value")
		return a
	}
	a.Values = values
	for i, v := range values {
		switch v.(type) {
		case string, bool, int64, float64:
			if first := slices.IndexFunc(values, func(x any) bool { return fmt.Sprint(x) == fmt.Sprint(v) }); first < i {
				b.report(at+".values", "the %s entry, %v, is a duplicate", nth(i), v)
			}
		default:
			b.report(at+".values", "the %s entry is %s: want numbers, strings, or true and false", nth(i), describe(v))
		}
	}
	return a
}

func (b *binder) checkAxisKey(at, key string, raw map[string]any) {
	var keys []string
	for _, f := range Fields {
		if !strings.HasPrefix(f.Key, "arms.") && !strings.HasPrefix(f.Key, "published.") && !strings.HasPrefix(f.Key, "claims.") {
			keys = append(keys, f.Key)
		}
	}
	table, _, _ := strings.Cut(key, ".")
	why := noAxis[key]
	switch {
	case strings.HasPrefix(key, "prompts.columns."), strings.HasPrefix(key, "evaluate.columns."):
		why = sharedPrompts
	case strings.HasPrefix(key, "languages."):
		why = "all cells share their languages"
	case strings.HasPrefix(key, "evaluate.answers."):
		why = noAxis["evaluate.opponent"]
	}
	switch {
	case key == "":
		b.report(at, `want a key of the experiment, such as "judge.noise"`)
	case table == "arms" || strings.HasPrefix(table, "arms["):
		b.report(at, "%q: a grid cannot vary a key of one arm; give a key that all arms share", key)
	case table == "published" || strings.HasPrefix(table, "published["):
		b.report(at, "%q: a published number changes no result; a grid varies keys of the experiment", key)
	case table == "claims" || strings.HasPrefix(table, "claims["):
		b.report(at, "%q: a claim changes no result; a grid varies keys of the experiment", key)
	case !slices.Contains(keys, key):
		b.report(at, "%q: no such key%s (congrad defaults lists all)", key, suggest.DidYouMean(key, keys))
	case why != "":
		b.report(at, "%q cannot be an axis: %s", key, why)
	case has(raw, key):
		b.report(key, "is an axis of the grid (%s), which sets its values; remove it here", b.place(at[:strings.LastIndex(at, ".")]))
	}
}

// has reports whether a file's tables hold a dotted key.
func has(raw map[string]any, key string) bool {
	parts := strings.Split(key, ".")
	for _, part := range parts[:len(parts)-1] {
		raw, _ = raw[part].(map[string]any)
	}
	_, there := raw[parts[len(parts)-1]]
	return there
}

// fill loads the experiment of every cell, and returns what is wrong with them.
func (g *Grid) fill(file string, source []byte, sets []string, world World) (wrong []problem) {
	for i, row := range g.Rows.Values {
		for j, column := range g.Columns.Values {
			values := []cellValue{{g.Rows.Key, row, "grid.rows"}, {g.Columns.Key, column, "grid.columns"}}
			name := cellName(values)
			if len(name) > longestName {
				wrong = append(wrong, problem{0, fmt.Sprintf("%s: grid: the cell %s... would have a folder name of %d characters; want at most %d: shorten the values", file, name[:40], len(name), longestName)})
				continue
			}
			if slices.ContainsFunc(g.Cells, func(c Cell) bool { return c.Name == name }) {
				wrong = append(wrong, problem{0, fmt.Sprintf("%s: grid: two cells would be called %s", file, name)})
			}
			e, more := loadCell(file, source, sets, world, values)
			wrong = append(wrong, more...)
			g.Cells = append(g.Cells, Cell{i, j, name, e})
		}
	}
	return wrong
}

// cellValue is what a grid gives a key in one cell.
type cellValue struct {
	key   string
	value any
	axis  string // where the file says so
}

// cellName is the name of a cell's folder: the last parts of its keys, with their values.
func cellName(cell []cellValue) string {
	var parts []string
	for _, v := range cell {
		parts = append(parts, v.key[strings.LastIndex(v.key, ".")+1:], regexp.MustCompile(`[^\w.-]`).ReplaceAllString(fmt.Sprint(v.value), "_"))
	}
	return strings.Join(parts, "-")
}

// put gives the keys of a file the values of a cell, and name and title what tells it from the others.
func (b *binder) put(raw map[string]any, cell []cellValue) {
	if len(cell) == 0 {
		return
	}
	var words []string
	for _, v := range cell {
		words = append(words, fmt.Sprintf("%s = %v", v.key, v.value))
		parts := strings.Split(v.key, ".")
		table := raw
		for _, part := range parts[:len(parts)-1] {
			next, ok := table[part].(map[string]any)
			if !ok {
				next = map[string]any{}
				table[part] = next
			}
			table = next
		}
		table[parts[len(parts)-1]] = v.value
		b.lines[v.key] = b.lines[v.axis]
	}
	raw["name"] = fmt.Sprintf("%v-%s", raw["name"], cellName(cell))
	title, _ := raw["title"].(string)
	raw["title"] = strings.TrimSpace(title + " (" + strings.Join(words, ", ") + ")")
}
