package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"congrad/harness/suggest"

	"github.com/BurntSushi/toml"
)

// set applies one "key=value" of the command line. The value is TOML; a bare word is taken as a string, and words with commas as a
// list where the key is one. Keys of an arm begin with arms and its name: "arms.congrad.keep.share".
func (b *binder) set(raw map[string]any, assignment string) {
	fail := func(format string, args ...any) {
		b.wrong = append(b.wrong, problem{0, fmt.Sprintf("--set %s: ", assignment) + fmt.Sprintf(format, args...)})
	}
	key, text, ok := strings.Cut(assignment, "=")
	parts, err := keyParts(key)
	if !ok || err != nil {
		fail("want key=value, such as train.epochs=2")
		return
	}
	table, at, of := raw, "", reflect.TypeFor[Experiment]()
	switch parts[0] {
	case "published":
		fail("published numbers are given in the file, with their source, not from the command line")
		return
	case "claims":
		fail("claims are made in the file, before the run, not from the command line")
		return
	case "arms":
		i, arm, err := namedArm(raw["arms"], parts)
		if err != nil {
			fail("%v", err)
			return
		}
		table, at, of, parts = arm, "arms["+itoa(i)+"].", reflect.TypeFor[Arm](), parts[2:]
	}
	for i, part := range parts[:len(parts)-1] {
		next, ok := table[part].(map[string]any)
		if !ok {
			if _, there := table[part]; there {
				fail("%s is not a table", strings.Join(parts[:i+1], "."))
				return
			}
			next = map[string]any{}
			table[part] = next
		}
		table = next
	}
	kind := kindOf(of, parts)
	if kind == reflect.Struct {
		fail("is a table, whose keys are set one by one: %s.KEY=VALUE", strings.TrimSpace(key))
		return
	}
	table[parts[len(parts)-1]] = setValue(text, kind == reflect.Slice)
	b.sets[at+strings.Join(parts, ".")] = true
}

// keyParts are the parts of a dotted key, of which any may be in quotes.
func keyParts(key string) ([]string, error) {
	var parts []string
	for rest := strings.TrimSpace(key); ; {
		part, quoted := "", rest != "" && strings.ContainsRune(`"'`, rune(rest[0]))
		if quoted {
			end := strings.IndexByte(rest[1:], rest[0])
			if end < 0 {
				return nil, errors.New("a quote is not closed")
			}
			part, rest = rest[1:1+end], rest[end+2:]
		} else {
			end := strings.IndexByte(rest+".", '.')
			part, rest = rest[:end], rest[end:]
		}
		if part == "" {
			return nil, errors.New("a part is empty")
		}
		parts = append(parts, part)
		if rest == "" {
			return parts, nil
		}
		if rest[0] != '.' {
			return nil, errors.New("want a dot after a quote")
		}
		rest = rest[1:]
	}
}

// namedArm finds the arm that the parts of a key name, after "arms".
func namedArm(given any, parts []string) (int, map[string]any, error) {
	list, err := tables(given)
	if err != nil {
		return 0, nil, errors.New("arms is not a list of tables in the file")
	}
	var names []string
	for _, arm := range list {
		name, _ := arm["name"].(string)
		names = append(names, name)
	}
	if len(parts) == 1 {
		return 0, nil, errors.New("arms are listed in the file; to change one, write arms.NAME.key=value")
	}
	i := slices.Index(names, parts[1])
	if i < 0 && slices.Contains(keysOf("arms"), "arms."+parts[1]) || i < 0 && len(keysOf(parts[1])) > 0 {
		return 0, nil, fmt.Errorf("name the arm (%s), as in arms.%s.%s=VALUE", strings.Join(names, ", "), quotedPart(first(names)), strings.Join(parts[1:], "."))
	}
	if i < 0 {
		return 0, nil, fmt.Errorf("%q: no such arm%s (%s)", parts[1], suggest.DidYouMean(parts[1], names), strings.Join(names, ", "))
	}
	if len(parts) == 2 {
		return 0, nil, fmt.Errorf("name a key of the arm, as in arms.%s.keep.share=0.5", quotedPart(parts[1]))
	}
	return i, list[i], nil
}

func first(names []string) string {
	if len(names) == 0 {
		return "NAME"
	}
	return names[0]
}

// setValue reads a value: TOML, else words.
func setValue(text string, list bool) any {
	value, isTOML := readTOML(text)
	if !isTOML {
		value = strings.TrimSpace(text)
	}
	if _, already := value.([]any); !list || already {
		return value
	}
	inner := strings.TrimSpace(text)
	if strings.HasPrefix(inner, "[") && strings.HasSuffix(inner, "]") {
		inner = inner[1 : len(inner)-1]
	}
	var items []any
	for _, word := range strings.Split(inner, ",") {
		item, isTOML := readTOML(word)
		if !isTOML {
			item = strings.TrimSpace(word)
		}
		items = append(items, item)
	}
	return items
}

func readTOML(text string) (any, bool) {
	var value struct{ V any }
	if strings.ContainsAny(text, "\n\r") && !strings.HasPrefix(strings.TrimSpace(text), "[") || toml.Unmarshal([]byte("v = "+text), &value) != nil {
		return nil, false
	}
	return value.V, true
}

// kindOf is the kind of a key of a struct: a slice for a list of words or numbers, a struct for a table; invalid for no key.
func kindOf(of reflect.Type, parts []string) reflect.Kind {
	for _, part := range parts {
		if of.Kind() != reflect.Struct {
			return reflect.Invalid
		}
		found := false
		for i := range of.NumField() {
			if of.Field(i).Tag.Get("toml") == part {
				of, found = of.Field(i).Type, true
				break
			}
		}
		if !found {
			return reflect.Invalid
		}
	}
	return of.Kind()
}

// blame says of errors at lines of the file that are right by themselves which changes of the command line bring them about.
func blame(file string, source []byte, sets []string, world World, wrong []problem) []problem {
	if len(sets) == 0 || !slices.ContainsFunc(wrong, func(p problem) bool { return strings.HasPrefix(p.text, file+":") }) {
		return wrong
	}
	texts := func(sets []string) map[string]bool {
		_, list := loadCell(file, source, sets, world, nil)
		found := map[string]bool{}
		for _, p := range list {
			found[p.text] = true
		}
		return found
	}
	alone, but := texts(nil), make([]map[string]bool, len(sets))
	for i := range sets {
		but[i] = texts(slices.Delete(slices.Clone(sets), i, i+1))
	}
	for i, p := range wrong {
		if !strings.HasPrefix(p.text, file+":") || alone[p.text] {
			continue
		}
		var by []string // without which the error would not be there
		for j, set := range sets {
			if !but[j][p.text] {
				by = append(by, set)
			}
		}
		place, rest, _ := strings.Cut(p.text, ": ")
		wrong[i].text = fmt.Sprintf("%s (with %s): %s", flagsOf(by), place, rest)
	}
	return wrong
}

// flagsOf are changes as they were typed.
func flagsOf(sets []string) string {
	flags := make([]string, len(sets))
	for i, set := range sets {
		if !strings.HasPrefix(set, SeedsFlag) {
			set = "--set " + set
		}
		flags[i] = set
	}
	return strings.Join(flags, " ")
}
