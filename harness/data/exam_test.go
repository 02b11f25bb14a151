package data

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"congrad/eval/task"
)

const examTask = `title = "x"
kind = "choice"
source = "files"
[data]
path = "x/{lang}.jsonl"
fetch = "get it from the publisher"
[prompt]
question = "Q: {q}\nA:"
[choice]
list = "c.text"
right = "k"
by = "label"
labels = "c.label"
`

const examRows = `{"q":"one","c":{"text":["a","b"],"label":["A","B"]},"k":"B"}
{"q":"two","c":[{"text":"c","label":1},{"text":"d","label":2},{"text":"e","label":3}],"k":1}
`

// exam reads a task with its files in a new working folder.
func exam(t *testing.T, source string, files map[string]string, languages ...string) (*Exam, error) {
	t.Helper()
	s := spec(t, "", Columns{}, files)
	tasks, err := task.Load(fstest.MapFS{"t/x.toml": {Data: []byte(source)}}, "t")
	if err != nil {
		t.Fatal(err)
	}
	return FromTask(tasks[0], languages, s.Table)
}

func replaced(t *testing.T, s string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(s, pairs[i]) {
			t.Fatalf("%q does not contain %q", s, pairs[i])
		}
		s = strings.Replace(s, pairs[i], pairs[i+1], 1)
	}
	return s
}

// The right option is found in all the ways that a column may tell it, and questions read as the template says.
func TestItemsOfFiles(t *testing.T) {
	flat := "q,A,B,k,i,t,lang\n one ,x,y,b,1,y,English\ntwo,{q},w,A,0,{q},de\n"
	table := replaced(t, examTask, "x/{lang}.jsonl\"", "x.csv\"\nlanguage = \"lang\"", "{q}", "{q|trim}", "list = \"c.text\"", "options = [\"{A}\", \"{B}!\"]", "labels = \"c.label\"\n", "")
	for name, c := range map[string]struct {
		task, file, text string
		right            []int
		options          string
	}{
		"label":  {examTask, "x/en.jsonl", examRows, []int{1, 0}, "a b c d e"},
		"letter": {replaced(t, table, "\"label\"", "\"letter\""), "x.csv", flat, []int{1, 0}, "x y! {q} w!"},
		"index":  {replaced(t, table, "\"label\"", "\"index\"", "\"k\"", "\"i\""), "x.csv", flat, []int{1, 0}, "x y! {q} w!"},
		"text":   {replaced(t, table, "\"label\"", "\"text\"", "\"k\"", "\"t\"", "{B}!", "{B}"), "x.csv", flat, []int{1, 0}, "x y {q} w"},
		"flags":  {replaced(t, examTask, "\"label\"", "\"flags\"", "labels = \"c.label\"\n", "", "\"k\"", "\"f\""), "x/en.jsonl", replaced(t, examRows, "\"B\"}", "\"B\",\"f\":[0,1]}", "\"k\":1", "\"f\":[1,0,0]"), []int{1, 0}, "a b c d e"},
	} {
		languages := []string{"en"}
		if c.file == "x.csv" {
			languages = []string{"en", "de"}
		}
		x, err := exam(t, c.task, map[string]string{c.file: c.text}, languages...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var items []Choice
		for _, code := range languages {
			items = append(items, x.Choices(code, 9)...)
		}
		slices.SortFunc(items, func(a, b Choice) int { return strings.Compare(a.Text, b.Text) })
		var right []int
		var options []string
		for _, i := range items {
			right, options = append(right, i.Right), append(options, i.Options...)
		}
		if !slices.Equal(right, c.right) || strings.Join(options, " ") != c.options || len(items) != 2 || items[0].Text != "Q: one\nA:" {
			t.Errorf("%s: %+v", name, items)
		}
	}
}

// Numbers that count from 1 are read as such, and a file that never says 0 is read neither way without a word: with the wrong one every reference
// answer is the option next to the right one. (Belebele's correct_answer_num and WinoGrande's answer count from 1: their data set cards.)
func TestIndexOf(t *testing.T) {
	rows := func(numbers ...string) string {
		var b strings.Builder
		for _, n := range numbers {
			b.WriteString(`{"q":"q` + n + `","c":["a","b","c","d"],"k":"` + n + `"}` + "\n")
		}
		return b.String()
	}
	source := replaced(t, examTask, "c.text", "c", "labels = \"c.label\"\n", "", "\"label\"", "\"BY\"")
	for _, c := range []struct {
		by, rows string
		right    []int
		want     string
	}{
		{"index", rows("0", "3"), []int{0, 3}, ""},
		{"index", rows("1", "2", "3"), nil, `x/en.jsonl: column "k": its numbers are from 1 to 3 in 3 rows and never 0, so the first option may be number 0 or number 1; say which: choice.by = "index_from_0" or "index_from_1" (Belebele and WinoGrande count from 1)`},
		{"index", rows("1", "4"), nil, `x/en.jsonl:2: column "k": "4": want the right one of 4 options, counted from 0; if the file counts from 1, write choice.by = "index_from_1"`},
		{"index_from_0", rows("1", "3"), []int{1, 3}, ""},
		{"index_from_1", rows("1", "4"), []int{0, 3}, ""},
		{"index_from_1", rows("1", "0"), nil, `x/en.jsonl:2: column "k": "0": want the right one of 4 options, counted from 1`},
		{"index_from_1", rows("1", "5"), nil, `x/en.jsonl:2: column "k": "5": want the right one of 4 options, counted from 1`},
	} {
		x, err := exam(t, replaced(t, source, "BY", c.by), map[string]string{"x/en.jsonl": c.rows}, "en")
		if err != nil || c.want != "" {
			if got := strings.ReplaceAll(fmt.Sprint(err), "x/{lang}.jsonl", "x/en.jsonl"); got != c.want {
				t.Errorf("%s: %v\nwant %s", c.by, err, c.want)
			}
			continue
		}
		var right []int
		for _, i := range x.Choices("en", 9) {
			right = append(right, i.Right)
		}
		slices.Sort(right)
		if !slices.Equal(right, c.right) {
			t.Errorf("%s: %v, want %v", c.by, right, c.right)
		}
	}
}

// Solved items stand before the one asked: the first of the file, or drawn for each item alike in all languages, never itself.
func TestShots(t *testing.T) {
	var rows strings.Builder
	for _, q := range []string{"one", "two", "three", "four", "five"} {
		rows.WriteString(`{"id":"` + q + `","q":"` + q + `","c":{"text":["a","b"],"label":["A","B"]},"k":"B"}` + "\n")
	}
	backwards := strings.Split(strings.TrimSpace(rows.String()), "\n")
	slices.Reverse(backwards)
	files := map[string]string{"x/en.jsonl": rows.String(), "x/de.jsonl": strings.Join(backwards, "\n"), "dev/en.jsonl": replaced(t, examRows, "one", "zero")}
	source := replaced(t, examTask, "[prompt]", "id = \"id\"\n[prompt]\ndescription = \"D \"") + "[shots]\nnumber = 2\n"
	first, err := exam(t, source, files, "en")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, c := range first.Choices("en", 9) {
		texts[c.ID] = c.Text
	}
	if got, want := texts["en/one"], "D Q: two\nA: b\n\nQ: three\nA: b\n\nQ: one\nA:"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := texts["en/four"], "D Q: one\nA: b\n\nQ: two\nA: b\n\nQ: four\nA:"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	random, err := exam(t, source+"draw = \"random\"\n", files, "en", "de")
	if err != nil {
		t.Fatal(err)
	}
	var english, german []string
	for _, c := range random.Choices("en", 9) {
		english = append(english, c.Text)
		if asked := c.Text[strings.LastIndex(c.Text, "Q:"):]; strings.Count(c.Text, asked[:strings.Index(asked, "\n")+1]) != 1 || strings.Count(c.Text, "Q:") != 3 {
			t.Errorf("%q", c.Text)
		}
	}
	for _, c := range random.Choices("de", 9) {
		german = append(german, c.Text)
	}
	if !slices.Equal(english, german) {
		t.Errorf("drawn for English %q\nand for German %q", english, german)
	}
	if _, err := exam(t, replaced(t, source, "number = 2", "number = 5"), files, "en"); err == nil || err.Error() != "x/en.jsonl:1: shots.number of task x asks for 5 solved items before it; there are 4 in its language (en)" {
		t.Error(err)
	}
}

// No solved item asks the question of the item itself, whoever names it: a twin with another id, the same file as shots.path, or
// a spelling that differs in composition, case, width, spaces, quotes or invisible marks: the prompt would give the answer away.
// (lm-evaluation-harness 0.4, samplers.py, leaves out the tested document, but only if all of its fields are equal.)
func TestShotsNeverHoldTheOwnQuestion(t *testing.T) {
	row := func(id, q string) string {
		return `{"id":"` + id + `","q":"` + q + `","c":{"text":["a","b"],"label":["A","B"]},"k":"B"}` + "\n"
	}
	peru := []string{"Größe von “Peru”?", "Gro\u0308ße von 'Peru' ?", " GRÖSSE  von\u00a0\u200ePeru", "Ｇröße von Peru?\ufe0f"}
	rows := row("sum", "2+2?") + row("difference", "2-2?")
	for i, q := range peru {
		rows += row("peru"+string(rune('0'+i)), q)
	}
	files := map[string]string{"x/en.jsonl": rows, "dev/en.jsonl": strings.ReplaceAll(rows, `"id":"`, `"id":"other `)}
	for _, shots := range []string{"", "path = \"x/{lang}.jsonl\"\n", "path = \"dev/{lang}.jsonl\"\n"} {
		for _, draw := range []string{"first", "random"} {
			x, err := exam(t, replaced(t, examTask, "[prompt]", "id = \"id\"\n[prompt]")+"[shots]\nnumber = 1\ndraw = \""+draw+"\"\n"+shots, files, "en")
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range x.Choices("en", 9) {
				solved, asked, ok := strings.Cut(c.Text, "\n\n")
				for _, question := range []string{"peru", "2+2", "2-2"} {
					if !ok || strings.Contains(strings.ToLower(asked), question) && strings.Contains(strings.ToLower(solved), question) {
						t.Errorf("%q %s: %q", shots, draw, c.Text)
					}
				}
			}
		}
	}
	_, err := exam(t, replaced(t, examTask, "[prompt]", "id = \"id\"\n[prompt]")+"[shots]\nnumber = 3\n", files, "en")
	if err == nil || err.Error() != "x/en.jsonl:3: shots.number of task x asks for 3 solved items before it; there are 2 in its language (en), without the 3 that ask the same question" {
		t.Error(err)
	}
}

// Solved items can be those of the same subject only.
func TestShotsOfTheSameSubject(t *testing.T) {
	var rows strings.Builder
	for _, q := range []string{"1 law", "1 art", "2 art", "2 law", "3 law"} {
		rows.WriteString(`{"q":"` + q + `","s":"` + q[2:] + `","c":{"text":["a","b"],"label":["A","B"]},"k":"B"}` + "\n")
	}
	files := map[string]string{"x/en.jsonl": rows.String()}
	source := examTask + "[shots]\nnumber = 1\nmatch = \"s\"\n"
	for _, draw := range []string{"first", "random"} {
		x, err := exam(t, source+"draw = \""+draw+"\"\n", files, "en")
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range x.Choices("en", 9) {
			if art := strings.Count(c.Text, "art"); strings.Count(c.Text, "Q:") != 2 || art == 1 || draw == "first" && strings.HasPrefix(c.Text, "Q: 3") {
				t.Errorf("%s: %q", draw, c.Text)
			}
		}
	}
	if _, err := exam(t, replaced(t, source, "number = 1", "number = 2"), files, "en"); err == nil || err.Error() != `x/en.jsonl:2: shots.number of task x asks for 2 solved items before it; there are 1 in its language (en) with "art" in column "s"` {
		t.Error(err)
	}
}

// Every fault says where it stands; nothing is passed over.
func TestExamErrors(t *testing.T) {
	row := func(old, by string) map[string]string {
		return map[string]string{"x/en.jsonl": replaced(t, examRows, old, by)}
	}
	letter := replaced(t, examTask, "\"label\"", "\"letter\"", "labels = \"c.label\"\n", "")
	index := replaced(t, letter, "\"letter\"", "\"index\"")
	for name, c := range map[string]struct {
		task  string
		files map[string]string
		want  string
	}{
		"no file":        {examTask, map[string]string{"x/de.jsonl": examRows}, `x/en.jsonl: no such file, which task x wants for English (en), a language of the experiment (data.path is taken from the working folder); get it from the publisher`},
		"no rows":        {examTask, map[string]string{"x/en.jsonl": "\n"}, `task x: x/en.jsonl: has no rows`},
		"no column":      {examTask, row(`"q":"two"`, `"p":"two"`), `task x: x/en.jsonl:2: has no column "q" (prompt.question): there are "c", "k", "p"; did you mean "c"?`},
		"no path":        {examTask, row(`"text":"d",`, ``), `task x: x/en.jsonl:2: has no column "c.text" (choice.list): there are "c", "k", "q"`},
		"no list":        {examTask, row(`["a","b"]`, `"ab"`), `task x: x/en.jsonl:1: column "c.text": want a list of strings or whole numbers, have a string`},
		"a nested list":  {examTask, row(`["a","b"]`, `["a",["b"]]`), `task x: x/en.jsonl:1: column "c.text": want a list of strings or whole numbers, have a list with a list`},
		"null":           {examTask, row(`["a","b"]`, `null`), `task x: x/en.jsonl:1: column "c.text": want a list of strings or whole numbers, have null`},
		"empty option":   {examTask, row(`["a","b"]`, `["a"," "]`), `x/en.jsonl:1: option 2 of 2 is empty`},
		"one option":     {examTask, row(`["a","b"]`, `["a"]`), `x/en.jsonl:1: column "c.text": want two options or more, have 1`},
		"no question":    {replaced(t, examTask, "Q: {q}\\nA:", "{q}"), row(`"one"`, `null`), `x/en.jsonl:1: prompt.question is empty, since its columns are empty`},
		"no answer":      {examTask, row(`"k":"B"`, `"k":""`), `x/en.jsonl:1: column "k": is empty, so no option is known to be right; is this the part of the data that is published without answers?`},
		"unknown label":  {examTask, row(`"k":"B"`, `"k":"C"`), `x/en.jsonl:1: column "k": "C" is 0 times among the labels "A", "B"; want it exactly once`},
		"label twice":    {examTask, row(`["A","B"]`, `["B","B"]`), `x/en.jsonl:1: column "k": "B" is 2 times among the labels "B", "B"; want it exactly once`},
		"labels missing": {examTask, row(`["A","B"]`, `["B"]`), `x/en.jsonl:1: column "c.label": has 1 labels for 2 options`},
		"letter":         {letter, row(`"k":"B"`, `"k":"C"`), `x/en.jsonl:1: column "k": "C": want the letter of one of 2 options` + "\n" + `x/en.jsonl:2: column "k": "1": want the letter of one of 3 options`},
		"index":          {index, row(`"k":"B"`, `"k":-1`), `x/en.jsonl:1: column "k": "-1": want the right one of 2 options, counted from 0`},
		"flags":          {replaced(t, letter, "\"letter\"", "\"flags\"", "\"k\"", "\"c.label\""), map[string]string{"x/en.jsonl": examRows}, `x/en.jsonl:1: column "c.label": want one 1 and else 0 for 2 options, have [A B]` + "\n" + `x/en.jsonl:2: column "c.label": want one 1 and else 0 for 3 options, have [1 2 3]`},
		"ids":            {replaced(t, examTask, "[prompt]", "id = \"q\"\n[prompt]"), row(`"two"`, `"one"`), `x/en.jsonl:2: the id "one" is a duplicate of x/en.jsonl:1, in the same language (en)`},
		"empty id":       {replaced(t, examTask, "[prompt]", "id = \"q\"\n[prompt]"), row(`"two"`, `""`), `x/en.jsonl:2: column "q": is empty`},
		"a list in CSV":  {replaced(t, examTask, "{lang}.jsonl", "{lang}.csv"), map[string]string{"x/en.csv": "q,k,c.text,c.label\n1,2,3,4\n"}, `task x: x/en.csv:1: column "c.text": want a list of strings or whole numbers, have the text of CSV; lists are read from .jsonl and .parquet`},
		"languages":      {replaced(t, examTask, "[prompt]", "languages = [\"sw\"]\n[prompt]"), nil, `task x: data.languages has none of the experiment's languages`},
		"no language":    {replaced(t, examTask, "[prompt]", "languages = [\"xx\"]\n[prompt]"), nil, `task x: data.languages: "xx": no such language`},
		"unknown in it":  {replaced(t, examTask, "x/{lang}.jsonl\"", "x.jsonl\"\nlanguage = \"k\""), map[string]string{"x.jsonl": examRows}, `x.jsonl: has no items in English (en), a language of the experiment; column "k" has "1" (1), "B" (1) (data.languages of x names those that it is asked in)`},
	} {
		_, err := exam(t, c.task, c.files, "en")
		if err == nil || err.Error() != c.want {
			t.Errorf("%s:\ngot  %v\nwant %s", name, err, c.want)
		}
	}
}

// The version is that of what is asked: other names of files and other columns do not matter, all that a model reads does.
func TestExamVersion(t *testing.T) {
	version := func(source, rows string) string {
		x, err := exam(t, source, map[string]string{"x/en.jsonl": rows, "y/en.jsonl": rows}, "en")
		if err != nil {
			t.Fatal(err)
		}
		v, err := x.Version([]string{"en"})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	want := version(examTask, examRows)
	if got := version(replaced(t, examTask, "x/{lang}", "y/{lang}", "get it", "take it"), replaced(t, examRows, "{", `{"other":1,`)); got != want {
		t.Error("another file with the same items has another version")
	}
	seen := map[string]bool{want: true}
	for _, c := range []struct{ task, rows string }{
		{replaced(t, examTask, "Q:", "q:"), examRows},
		{replaced(t, examTask, "[choice]", "layout = \"chat\"\n[choice]"), examRows},
		{replaced(t, examTask, "[choice]", "delimiter = \"\"\n[choice]"), examRows},
		{examTask + "[shots]\nnumber = 1\n", examRows},
		{replaced(t, examTask, "Q:", "[a] Q:"), examRows},
		{examTask, replaced(t, examRows, `"k":"B"`, `"k":"A"`)},
		{examTask, replaced(t, examRows, `["a","b"]`, `["a","c"]`)},
	} {
		v := version(c.task, c.rows)
		if seen[v] {
			t.Errorf("%s\n%s: a version that another has", c.task, c.rows)
		}
		seen[v] = true
	}
}

// Whatever rows are, there is an error with their place, or items that can be asked.
func FuzzExam(f *testing.F) {
	f.Add(examRows)
	f.Add(`{"q":"","c":[[[{"text":1}]]],"k":{}}`)
	f.Add(`{"q":1,"c":{"text":[],"label":[]},"k":-1,"c.text":null}`)
	f.Fuzz(func(t *testing.T, rows string) {
		x, err := exam(t, examTask, map[string]string{"x/en.jsonl": rows}, "en")
		if err != nil {
			if !strings.Contains(err.Error(), "x/en.jsonl") {
				t.Fatalf("%q: %v", rows, err)
			}
			return
		}
		for _, c := range x.Choices("en", 1e6) {
			if len(c.Options) < 2 || c.Right < 0 || c.Right >= len(c.Options) || strings.TrimSpace(c.Text) == "" {
				t.Fatalf("%q: read as %+v", rows, c)
			}
		}
	})
}
