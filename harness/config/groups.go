package config

import (
	"path"
	"slices"
	"strings"

	"congrad/harness/suggest"
)

// groups are the names under which reports sum up languages.
var groups = []string{"seen", "unseen", "under-represented", "strong", "weak", "all"}

// group are the languages of a group of reports; false where none has that name.
func (l Languages) group(name string) ([]string, bool) {
	scarce := func(code string) bool { return slices.Contains(l.UnderRepresented, code) }
	switch name {
	case "seen":
		return l.Seen, true
	case "unseen":
		return l.Unseen, true
	case "under-represented":
		return l.UnderRepresented, true
	case "strong":
		return slices.DeleteFunc(slices.Clone(l.Seen), scarce), true
	case "weak":
		return slices.DeleteFunc(slices.Clone(l.Seen), func(code string) bool { return !scarce(code) }), true
	case "all":
		return l.All(), true
	}
	return nil, false
}

// members are the languages of a group, or the one language of that code.
func (l Languages) members(name string) []string {
	if codes, isGroup := l.group(name); isGroup {
		return codes
	}
	return []string{name}
}

// checkGroup reports languages that are neither a group of the experiment nor one of its languages.
func (b *binder) checkGroup(key, name string, l Languages) {
	codes, isGroup := l.group(name)
	switch {
	case isGroup && len(codes) == 0:
		b.report(key, "%q: the experiment has no such languages", name)
	case !isGroup && !slices.Contains(l.All(), name):
		b.report(key, "%q: no such group or language in this experiment%s (%s, or a code)", name, suggest.DidYouMean(name, groups), strings.Join(groups, ", "))
	}
}

// taskNames are the names of the alignment tax' tasks, as reports have them.
func (e *Experiment) taskNames() (names []string) {
	for _, t := range e.Evaluate.Tasks {
		names = append(names, strings.TrimSuffix(path.Base(t), ".toml"))
	}
	return names
}

// taskMeasure is a measure of the alignment tax in a group of languages, of one task or, where that is empty, of all.
type taskMeasure struct{ languages, measure, task string }

// checkTaskMeasure reports measures that the task, or every task where none is named, has no numbers of in these languages.
func (b *binder) checkTaskMeasure(key string, m taskMeasure, tasks []string, l Languages, w World) {
	if m.task != "" {
		tasks = []string{m.task}
	}
	var why []string
	for _, name := range tasks {
		err := w.Measured(name, m.measure, l.members(m.languages))
		if err == nil {
			return
		}
		why = append(why, err.Error())
	}
	b.report(key+".measure", "%q in %s has nothing to be compared with: %s", m.measure, m.languages, strings.Join(why, "; "))
}
