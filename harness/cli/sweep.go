package cli

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"congrad/harness/exit"
	"congrad/harness/open"
)

// mostRuns of a sweep: more are a slip in a list of values.
const mostRuns = 100

// swept is a key with the values that --sweep gives it.
type swept struct {
	key    string
	values []string
}

// readSweep reads KEY=A,B,C. Values are as for --set; a list of lists is written [[...], [...]].
func readSweep(text string) (s swept, err error) {
	key, list, ok := strings.Cut(text, "=")
	s.key = strings.TrimSpace(key)
	s.values = splitValues(list)
	switch {
	case !ok || s.key == "" || len(s.values) == 0:
		return s, fmt.Errorf("--sweep %s: want a key and its values, as in --sweep train.epochs=1,2,3", text)
	case len(s.values) == 1:
		return s, fmt.Errorf("--sweep %s: is one value; write --set %s, or several values with commas between", text, text)
	}
	for i, v := range s.values {
		if slices.Contains(s.values[:i], v) {
			return s, fmt.Errorf("--sweep %s: the value %s is a duplicate", text, v)
		}
	}
	return s, nil
}

// splitValues splits at the commas that are in no bracket and in no quotes. Brackets around all of it are taken off.
func splitValues(list string) (values []string) {
	list = strings.TrimSpace(list)
	depth, quote, from, whole := 0, rune(0), 0, strings.HasPrefix(list, "[") && strings.HasSuffix(list, "]")
	for i, r := range list {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '[' || r == '{':
			depth++
		case r == ']' || r == '}':
			if depth--; depth == 0 && i < len(list)-1 {
				whole = false
			}
		case r == ',' && depth == 0:
			values = append(values, strings.TrimSpace(list[from:i]))
			from, whole = i+1, false
		}
	}
	if whole {
		return splitValues(list[1 : len(list)-1])
	}
	if last := strings.TrimSpace(list[from:]); last != "" {
		values = append(values, last)
	}
	return slices.DeleteFunc(values, func(v string) bool { return v == "" })
}

// combinations are the changes of every run of several sweeps, the last one varying fastest.
func combinations(sweeps []swept) [][]string {
	runs := [][]string{nil}
	for _, s := range sweeps {
		var more [][]string
		for _, r := range runs {
			for _, v := range s.values {
				more = append(more, append(slices.Clone(r), s.key+"="+v))
			}
		}
		runs = more
	}
	return runs
}

// sweep runs an experiment once for every combination of values. All of them are checked before the first one runs.
func (a *app) sweep(ctx context.Context, arg string, o open.Options, how manner) error {
	var sweeps []swept
	size := 1
	for _, text := range how.sweeps {
		s, err := readSweep(text)
		if err != nil {
			return exit.With(exit.Config, err)
		}
		sweeps = append(sweeps, s)
		if size *= len(s.values); size > mostRuns {
			return exit.With(exit.Config, fmt.Errorf("--sweep: makes more than %d runs", mostRuns))
		}
	}
	how.sweeps = nil
	sets := combinations(sweeps)
	all, rows := make([]open.Options, len(sets)), [][]string{{"changes", "run"}}
	var wrong []error
	told := map[string]bool{}
	for i, set := range sets {
		all[i] = o
		all[i].Sets = append(slices.Clone(o.Sets), set...)
		if o.Name != "" {
			all[i].Name = o.Name + "-" + valuesOf(set)
		}
		e, _, err := a.experiment(arg, all[i])
		if err == nil {
			rows = append(rows, []string{strings.Join(set, ", "), string(a.folder(e))})
		} else if !told[err.Error()] {
			told[err.Error()] = true
			wrong = append(wrong, ofSweep(err, sweeps))
		}
	}
	if len(wrong) > 0 {
		return exit.With(exit.Config, errors.Join(wrong...))
	}
	for i, set := range sets {
		fmt.Fprintf(a.Err, "run %d of %d: %s\n", i+1, len(sets), strings.Join(set, ", "))
		if err := a.run(ctx, arg, all[i], how); err != nil {
			return err
		}
	}
	fmt.Fprintln(a.Out)
	return a.Columns(rows, false)
}

// ofSweep says of a wrong value that --sweep gave it.
func ofSweep(err error, sweeps []swept) error {
	text := err.Error()
	for _, s := range sweeps {
		text = strings.ReplaceAll(text, "--set: "+s.key+": ", "--sweep: "+s.key+": ")
		text = strings.ReplaceAll(text, "--set "+s.key+"=", "--sweep "+s.key+"=")
	}
	if text == err.Error() {
		return err
	}
	return errors.New(text)
}

// valuesOf are the values of changes as a part of a run's name.
func valuesOf(set []string) string {
	var words []string
	for _, s := range set {
		key, value, _ := strings.Cut(s, "=")
		words = append(words, key[strings.LastIndex(key, ".")+1:], value)
	}
	return strings.Trim(regexp.MustCompile(`[^\w.-]+`).ReplaceAllString(strings.Join(words, "-"), "_"), "_.-")
}
