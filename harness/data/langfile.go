package data

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"congrad/harness/lang"
)

// fileOf is the file of a language where each has its own: path with the language's code in the place, or, if there is none, the one file
// whose name has another name or tag of the language there ("por_Latn", "Portuguese").
func fileOf(path, code string, table lang.Table) (string, error) {
	name := strings.ReplaceAll(path, PlaceOfLanguage, code)
	if thereIs(name) || strings.Count(path, PlaceOfLanguage) != 1 {
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

// filesOf lists the files that a path with one place of a language can mean. Shards of a table are one file, named by the pattern.
func filesOf(path string) (list []languageFile) {
	disk, err := onDisk(path)
	if err != nil {
		return nil
	}
	before, after, _ := strings.Cut(disk, PlaceOfLanguage)
	literal := strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`)
	pattern := literal.Replace(after)
	if Hub(path) {
		pattern = after
	}
	names, _ := filepath.Glob(literal.Replace(before) + "*" + pattern)
	for _, name := range names {
		part, _ := strings.CutPrefix(name, before)
		language, found := cutFitting(part, after, Hub(path))
		if f := (languageFile{strings.ReplaceAll(path, PlaceOfLanguage, language), language}); found && !slices.Contains(list, f) {
			list = append(list, f)
		}
	}
	return list
}

// cutFitting takes from the end of a name what after says, as a pattern or as it is.
func cutFitting(name, after string, pattern bool) (language string, found bool) {
	if !pattern {
		language, found = strings.CutSuffix(name, after)
		return language, found && language != ""
	}
	for at := 1; at < len(name); at++ {
		if fits, err := filepath.Match(after, name[at:]); err == nil && fits && !strings.ContainsRune(name[:at], filepath.Separator) {
			return name[:at], true
		}
	}
	return "", false
}
