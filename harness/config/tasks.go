package config

import (
	"path"
	"slices"
	"strings"

	"congrad/harness/suggest"
)

// checkTasks reports tasks that are neither shipped nor files, and files that are wrong. Records know a task by its name, the
// file's without folder and ending, so no two may have one.
func (b *binder) checkTasks(e *Experiment, w World) {
	places := map[string]string{}
	for i, named := range e.Evaluate.Tasks {
		name, isFile := strings.CutSuffix(named, ".toml")
		switch name = path.Base(name); {
		case places[name] != "":
			b.report("evaluate.tasks", "the %s entry, %q, has the same name as another, %q; task names must differ", nth(i), named, places[name])
		case isFile:
			if err := w.TaskFile(named); err != nil {
				b.report("evaluate.tasks", "the %s entry: %v", nth(i), err)
			}
		case !slices.Contains(w.Tasks, named):
			b.report("evaluate.tasks", "the %s entry, %q: no such task%s (congrad ls tasks; a file of your own ends in .toml)", nth(i), named, suggest.DidYouMean(named, w.Tasks))
		}
		places[name] = named
	}
}
