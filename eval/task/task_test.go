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
	if len(tasks) != 2 || tasks[0] != (Task{Name: "a", Title: "facts", Kind: Text, Source: Tiny}) || tasks[1] != (Task{Name: "b", Title: "facts", Kind: Choice, Source: Tiny}) {
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
		"syntax":           {"title = = 1", "tasks/x.toml:1: "},
		"type":             {"title = 1", "tasks/x.toml"},
		"two spellings":    {good + "Kind = \"text\"", `tasks/x.toml: Kind: no such key; did you mean "kind"?`},
		"another spelling": {strings.Replace(good, "title", "Title", 1), "tasks/x.toml: Title: no such key; did you mean \"title\"?"},
		"unknown key":      {good + "knid = 1", `tasks/x.toml: knid: no such key; did you mean "kind"?`},
		"empty":            {"", "tasks/x.toml: title is missing\ntasks/x.toml: kind is missing\ntasks/x.toml: source is missing"},
		"kind":             {strings.Replace(good, "choice", "chioce", 1), `tasks/x.toml: kind "chioce": want one of choice, text, generate; did you mean "choice"?`},
		"source":           {strings.Replace(good, "tiny", "web", 1), `tasks/x.toml: source "web": want one of tiny, files`},
	} {
		_, err := load(map[string]string{"x.toml": c.text, "y.toml": good})
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

const arc = `title = "a"
kind = "choice"
source = "files"
[data]
path = "x/{lang}.jsonl"
[prompt]
question = "Q: {question}\nA:"
[choice]
list = "choices.text"
right = "key"
by = "label"
labels = "choices.label"
`

// What a file does not give has a default; what it gives empty stays empty.
func TestDefaults(t *testing.T) {
	tasks, err := load(map[string]string{"x.toml": arc, "y.toml": strings.Replace(arc, "[choice]", "delimiter = \"\"\n[choice]", 1)})
	if err != nil {
		t.Fatal(err)
	}
	if s := tasks[0].Spec; s.Prompt.Delimiter != " " || s.Prompt.Layout != Plain || s.Shots.Separator != "\n\n" || s.Shots.Draw != "first" {
		t.Errorf("got %+v", s)
	}
	if s := tasks[1].Spec; s.Prompt.Delimiter != "" {
		t.Errorf("got %+v", s)
	}
}

// The settings of a task from files are checked against each other.
func TestSpecErrors(t *testing.T) {
	change := func(old, by string) string {
		if !strings.Contains(arc, old) {
			t.Fatalf("%q is not in the file", old)
		}
		return strings.Replace(arc, old, by, 1)
	}
	generate := strings.Replace(arc[:strings.Index(arc, "[choice]")], "choice", "generate", 1)
	for name, c := range map[string]struct{ text, want string }{
		"unknown key":     {change("labels", "label"), "tasks/x.toml: choice.label: no such key; did you mean \"choice.labels\"?\ntasks/x.toml: choice.labels: is the column"},
		"no path":         {change("path =", "fetch ="), "tasks/x.toml: data.path: is missing"},
		"language":        {change("{lang}", "all"), "tasks/x.toml: data.language: is missing: all languages share a file"},
		"languages":       {change("[prompt]", "language = \"l\"\n[prompt]"), "tasks/x.toml: data.language: is not used"},
		"open brace":      {change("{question}", "{question"), "tasks/x.toml: prompt.question: has a { without a }"},
		"closed brace":    {change("{question}", "question}"), "tasks/x.toml: prompt.question: has a } without a {"},
		"no column":       {change("{question}", "{}"), "tasks/x.toml: prompt.question: has braces without a column name"},
		"filter":          {change("{question}", "{question|lower}"), `tasks/x.toml: prompt.question: {question|lower}: there is no filter "lower"; want capital or trim`},
		"no question":     {change("question = ", "description = "), "tasks/x.toml: prompt.question: is missing"},
		"layout":          {change("[choice]", "layout = \"chats\"\n[choice]"), `tasks/x.toml: prompt.layout: "chats": want one of plain, chat; did you mean "chat"?`},
		"by":              {change("by = \"label\"", "by = \"lable\""), `tasks/x.toml: choice.by: "lable": want one of index, index_from_0, index_from_1, letter, text, label, flags; did you mean "label"?`},
		"labels":          {change("by = \"label\"", "by = \"index\""), `tasks/x.toml: choice.labels: is the column that lists the labels: give it with by = "label", and only then`},
		"right":           {change("right = \"key\"\n", ""), "tasks/x.toml: choice.right: is missing"},
		"both":            {change("list =", "options = [\"{a}\", \"{b}\"]\nlist ="), "tasks/x.toml: choice.options: want either the options' templates here, or in choice.list"},
		"one option":      {change("list = \"choices.text\"", "options = [\"{a}\"]"), "tasks/x.toml: choice.options: want two or more"},
		"kind":            {change("\"choice\"", "\"text\""), `tasks/x.toml: choice: only tasks of kind "choice" read it`},
		"tiny":            {change("\"files\"", "\"tiny\""), `tasks/x.toml: data: only tasks with source = "files" read it`},
		"shots":           {arc + "[shots]\nnumber = -1", "tasks/x.toml: shots.number: -1: want 0 to 1000"},
		"shots' files":    {arc + "[shots]\nnumber = 1\npath = \"dev.jsonl\"", `tasks/x.toml: shots.path: "dev.jsonl": want a path with {lang} if, and only if, data.path has it`},
		"no answer":       {generate, "tasks/x.toml: answer.column: want either a template of the right answer"},
		"tokens":          {generate + "[answer]\ncolumn = \"{a}\"\nmax_tokens = 0", "tasks/x.toml: answer.max_tokens: 0: want 1 to 100000"},
		"until":           {generate + "[answer]\ncolumn = \"{a}\"\nuntil = [\"\"]", "tasks/x.toml: answer.until: has an empty text"},
		"generated, tiny": {strings.Replace(good, "choice", "generate", 1), `tasks/x.toml: kind "generate": the embedded world has no such task`},
	} {
		_, err := load(map[string]string{"x.toml": c.text})
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s:\ngot  %v\nwant %s", name, err, c.want)
		}
	}
}

func TestTemplate(t *testing.T) {
	x, err := ParseTemplate("{{{question|trim}}} {a b}{c.0}{q|capital}{c.1|capital}\n")
	if err != nil {
		t.Fatal(err)
	}
	row := map[string]string{"question": " {a b} \n", "a b": " 1", "c.0": "2", "q": "éTÉ [A]", "c.1": ""}
	if got := x.Fill(func(c string) string { return row[c] }); got != "{{a b}}  12Été [a]\n" {
		t.Errorf("got %q", got)
	}
	if got := strings.Join(x.Columns(), ","); got != "question,a b,c.0,q,c.1" {
		t.Errorf("columns %s", got)
	}
}

// What Python 3.11's str.capitalize makes of the same texts, with which lm-evaluation-harness 0.4.13 reads HellaSwag: Unicode's full mappings. (All
// 31,000 strings that differ by case in the first plane, and those around a sigma, were compared once.)
func TestCapital(t *testing.T) {
	for text, want := range map[string]string{
		"ev İSTANBUL": "Ev i\u0307stanbul", "ßab": "Ssab", "ΟΔΟΣ ΟΔΟΣ": "Οδος οδος", "ǆ ﬁX": "ǅ ﬁx", "ﬁX": "Fix", "ŉa": "ʼNa", "İI": "İi", "ıI": "Ii",
		"ΣΑΣ": "Σας", "Α'Σ'": "Α'ς'", "ΑΣ'Β": "Ασ'β", "Σ": "Σ", " ΑΣ.": " ας.", "ΐx": "\u0399\u0308\u0301x", "": "", "1AB": "1ab", "éTÉ": "Été",
	} {
		if got := capital(text); got != want {
			t.Errorf("%q: %q (%+q), want %q", text, got, got, want)
		}
	}
}

// What the function of lm-evaluation-harness makes of the same texts.
func TestUnmark(t *testing.T) {
	for text, want := range map[string]string{
		" Baking: [header] How to bake [title] Take flour. [step] Mix.  ": "Baking: How to bake. Take flour. Mix.",
		"a [title]b [x] c":     "a. b c",
		"no mark":              "no mark",
		"[a [b] c] d":          " c] d",
		"of two\nlines [x\ny]": "of two\nlines [x\ny]",
		"three   blanks":       "three  blanks",
	} {
		if got := Unmark(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// A template that is read has all of its text in its pieces: filled with its own places, it is itself.
func FuzzTemplate(f *testing.F) {
	f.Add("{{{question|trim}}} {a b}{c.0}\n")
	f.Add("}{")
	f.Fuzz(func(t *testing.T, s string) {
		x, err := ParseTemplate(s)
		if err != nil {
			return
		}
		double := strings.NewReplacer("{", "{{", "}", "}}")
		var again strings.Builder
		for _, p := range x.pieces {
			switch {
			case p.filter != "":
				again.WriteString("{" + p.text + "|" + p.filter + "}")
			case p.column:
				again.WriteString("{" + p.text + "}")
			default:
				again.WriteString(double.Replace(p.text))
			}
		}
		if again.String() != s {
			t.Errorf("%q came back as %q", s, again.String())
		}
	})
}

func FuzzLoad(f *testing.F) {
	f.Add(good)
	f.Add("[[title]]")
	f.Add("kind = \"text\"\n\x00")
	f.Add(arc)
	f.Fuzz(func(t *testing.T, text string) {
		tasks, err := load(map[string]string{"x.toml": text})
		if err == nil && (tasks[0].Title == "" || (tasks[0].Source == Files) != (tasks[0].Spec != nil) || tasks[0].Spec == nil && tasks[0].Kind == Generate) {
			t.Errorf("%q was read as %+v", text, tasks[0])
		}
	})
}
