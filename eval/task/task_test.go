package task

import (
	"strings"
	"testing"
	"testing/fstest"

	"congrad/experiments"
)

const good = "title = \"facts\"\nkind = \"choice\"\nsource = \"tiny\"\n"

func load(files map[string]string) ([]Task, error) {
	dir := fstest.MapFS{}
	for name, text := range files {
		dir["tasks/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return Load(dir, "tasks")
}

func TestLoad(t *testing.T) {
	tasks, err := load(map[string]string{"b.toml": good, "a.toml": strings.Replace(good, "choice", "text", 1), "notes.md": "x"})
	if err != nil {
		t.Fatal(err)
	}
	if len(tasks) != 2 || tasks[0] != (Task{"a", "facts", Text, "tiny"}) || tasks[1] != (Task{"b", "facts", Choice, "tiny"}) {
		t.Errorf("got %+v", tasks)
	}
}

func TestShippedTasks(t *testing.T) {
	tasks, err := Load(experiments.Files, "tasks")
	if err != nil || len(tasks) < 2 {
		t.Errorf("%d tasks, error %v", len(tasks), err)
	}
}

// All that is wrong comes at once, in one order, each with its file.
func TestErrors(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"syntax":      {"title = = 1", "tasks/x.toml:1: "},
		"type":        {"title = 1", "tasks/x.toml"},
		"unknown key": {good + "knid = 1", `tasks/x.toml: knid: no such key; did you mean "kind"?`},
		"empty":       {"", "tasks/x.toml: title is missing\ntasks/x.toml: kind is missing\ntasks/x.toml: source is missing"},
		"kind":        {strings.Replace(good, "choice", "chioce", 1), `tasks/x.toml: kind "chioce": want one of choice, text; did you mean "choice"?`},
		"source":      {strings.Replace(good, "tiny", "web", 1), `tasks/x.toml: source "web": want tiny, the embedded world`},
	} {
		_, err := load(map[string]string{"x.toml": c.text, "y.toml": good})
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(good)
	f.Add("[[title]]")
	f.Add("kind = \"text\"\n\x00")
	f.Fuzz(func(t *testing.T, text string) {
		tasks, err := load(map[string]string{"x.toml": text})
		if err == nil && (tasks[0].Kind != Choice && tasks[0].Kind != Text || tasks[0].Title == "" || tasks[0].Source != "tiny") {
			t.Errorf("%q was read as %+v", text, tasks[0])
		}
	})
}
