package data

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"congrad/harness/lang"
)

// fileOf is the file of a language where each has its own: path with the language's code in the place, or, if there is none, the one file
// whose name has another name or tag of the language there ("por_Latn", "Portuguese").
func fileOf(path, code string, table lang.Table) (string, error) {
	name := strings.ReplaceAll(path, PlaceOfLanguage, code)
	if _, err := os.Stat(name); err == nil || strings.Count(path, PlaceOfLanguage) != 1 {
		return name, nil
	}
	var found []string
	for _, f := range filesOf(path) {
		if of, ok := table.Resolve(f.language); ok && of == code {
			found = append(found, f.name)
		}
	}
	slices.Sort(found)
	switch len(found) {
	case 0:
		return name, nil // whoever opens it says that it is not there
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("%s: these files are all of the language %s: %s; name one of them %s", path, code, strings.Join(found, ", "), name)
}

// languageFile is a file and what its name has in the place of the language.
type languageFile struct{ name, language string }

// filesOf lists the files that a path with one place of a language can mean.
func filesOf(path string) (list []languageFile) {
	before, after, _ := strings.Cut(path, PlaceOfLanguage)
	literal := strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`)
	names, _ := filepath.Glob(literal.Replace(before) + "*" + literal.Replace(after)) // the pattern is well formed
	for _, name := range names {
		if part, ok := strings.CutPrefix(name, before); ok && strings.HasSuffix(part, after) && len(part) > len(after) {
			list = append(list, languageFile{name, strings.TrimSuffix(part, after)})
		}
	}
	return list
}
