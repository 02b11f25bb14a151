package data

import (
	"fmt"
	"maps"
	"slices"

	"congrad/harness/lang"
	"congrad/harness/record"
)

// namedBy returns what finds the code of a language, of those given, that a file names; empty for other languages and for names that the
// table does not know. A file with all languages of a data set has many of both.
func namedBy(table lang.Table, languages []string) func(name string) (code string) {
	seen := map[string]string{} // a name is looked up once, and not for each row
	return func(name string) string {
		code, there := seen[name]
		if !there {
			if resolved, known := table.Resolve(name); known && slices.Contains(languages, resolved) {
				code = resolved
			}
			seen[name] = code
		}
		return code
	}
}

// skipped counts the rows that codes gives no language, by their names.
func skipped(found map[string]int, codes func(name string) string) (list []record.SkippedRows) {
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if codes(name) == "" {
			list = append(list, record.SkippedRows{Language: name, Rows: found[name]})
		}
	}
	return list
}

// SkippedNote says which rows of a file were skipped; empty if none were.
func SkippedNote(f record.PromptFile) string {
	found := map[string]int{}
	for _, s := range f.Skipped {
		found[s.Language] = s.Rows
	}
	return noted("%s: skipped %d of %d rows, in languages that the experiment does not name: %s", f, found)
}

// UnusableNote says which rows of a file are no preference pairs; empty if all are.
func UnusableNote(f record.PromptFile) string {
	found := map[string]int{}
	for _, u := range f.Unusable {
		found[u.Why] = u.Rows
	}
	return noted("%s: %d of %d rows are no pairs: %s", f, found)
}

// noted is a sentence about rows of a file; empty if there are none.
func noted(sentence string, f record.PromptFile, found map[string]int) string {
	rows := 0
	for _, n := range found {
		rows += n
	}
	if rows == 0 {
		return ""
	}
	return fmt.Sprintf(sentence, f.Path, rows, f.Rows, counted(found))
}
