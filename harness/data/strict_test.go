package data

import (
	"strings"
	"testing"
)

// oneColumn reads a column of text.
func oneColumn(columns ...string) (list []wanted) {
	for _, name := range columns {
		list = append(list, wanted{name: name, key: "prompts.columns." + name, cell: func(r *row) *string { return &r.prompt }})
	}
	return list
}

// RFC 8259, section 8.2: a half of a surrogate pair has no agreed meaning; encoding/json makes all of them one text.
func TestHalfOfAPairIsAnError(t *testing.T) {
	for value, good := range map[string]bool{
		`a 😀`: true, `a \ud83d\ude00`: true, `\\ud83d`: true, `\\\\ud83d`: true, `\u00e9`: true, `\ufffd`: true, `\uD83D\uDE00\ud83d\ude00`: true,
		`a \ud83d`: false, `\ude00`: false, `\ud83d \ude00`: false, `\ud83d\\ude00`: false, `\ud83d\n`: false, `\ude00\ud83d`: false, `\ud83d\ud83d\ude00`: false, `\\\ud83d`: false,
	} {
		rows, err := readJSONL(strings.NewReader(`{"prompt":"p"}`+"\n"+`{"prompt":"`+value+`"}`), "f", oneColumn("prompt"))
		if good != (err == nil) || good && len(rows) != 2 {
			t.Errorf("%s: %v", value, err)
		}
		if !good && !strings.HasPrefix(err.Error(), `f:2: column "prompt": has half of a surrogate pair`) {
			t.Errorf("%s: %v", value, err)
		}
	}
	list := []wanted{{name: "options", list: func(r *row) *[]string { return new([]string) }}}
	if _, err := readJSONL(strings.NewReader(`{"options":["a","\ud83d"]}`), "f", list); err == nil || !strings.Contains(err.Error(), "half of a surrogate pair") {
		t.Errorf("in a list: %v", err)
	}
	// The case that was seen: two answers became the same.
	_, err := readJSONL(strings.NewReader(`{"lang":"en","prompt":"p","chosen":"a \ud83d","rejected":"a \ud83e"}`), "f", usual.wanted("pairs.columns"))
	if err == nil || !strings.HasPrefix(err.Error(), `f:1: column "chosen": has half of a surrogate pair`) {
		t.Errorf("a pair: %v", err)
	}
	if _, err := readJSONL(strings.NewReader(`{"prompt":"p","unread":"\ud83d"}`), "f", oneColumn("prompt")); err != nil {
		t.Errorf("in a key that is not read: %v", err)
	}
}

// Of a key that is given twice encoding/json takes the last value.
func TestKeysTwiceAreErrors(t *testing.T) {
	for line, want := range map[string]string{
		`{"prompt":"a","prompt":"b"}`:                                 `f:1: a key is given twice: "prompt"`,
		`{"prompt":"a","other":1,"other":1}`:                          `f:1: a key is given twice: "other"`,
		`{"prompt":"a","pr\u006fmpt":"b"}`:                            `f:1: a key is given twice: "prompt"`,
		`{"prompt":"a","p":{"x":"b","x":"c"}}`:                        "",
		`{"prompt":"a","q":{"prompt":"b"},"r":[{":":":"}],"s":"\":"}`: "",
		`{"prompt":"a","Prompt":"b"}`:                                 "",
	} {
		_, err := readJSONL(strings.NewReader(line), "f", oneColumn("prompt"))
		if got := text(err); got != want {
			t.Errorf("%s: got %q, want %q", line, got, want)
		}
	}
	_, err := readJSONL(strings.NewReader(`{"c":{"text":"a","text":"b"}}`), "f", oneColumn("c.text"))
	if got := text(err); got != `f:1: a key is given twice: "text"` {
		t.Errorf("on the way: %s", got)
	}
	_, err = readJSONL(strings.NewReader(`{"lang":"en","prompt":"p","chosen":"a","rejected":"b","chosen":"c"}`), "f", usual.wanted("pairs.columns"))
	if got := text(err); got != `f:1: a key is given twice: "chosen"` {
		t.Errorf("a pair: %s", got)
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// A quoted cell is what it is (RFC 4180, section 2); encoding/csv makes its CR LF a LF.
func TestQuotedLineEndsStay(t *testing.T) {
	for source, want := range map[string]string{
		"prompt\r\n\"a\r\nb\"\r\n":               "a\r\nb",
		"prompt\n\"a\r\nb\"":                     "a\r\nb",
		"prompt\r\n\"a\nb\"\r\n":                 "a\nb",
		"prompt\r\n\"a\rb\r\"\r\n":               "a\rb\r",
		"prompt\r\n\"a\r\r\n\r\nb\"\r\n":         "a\r\r\n\r\nb",
		"prompt\r\n\"\"\"a\"\"\r\n\"\"\"\r\n":    "\"a\"\r\n\"",
		"prompt,x\r\nplain,\"y\r\n\"\r\n":        "plain",
		"\ufeffx,prompt\r\n\"\r\n\",\"a\r\n\"\n": "a\r\n",
	} {
		rows, err := readCSV(strings.NewReader(source), "f", oneColumn("prompt"))
		if err != nil || len(rows) != 1 || rows[0].prompt != want {
			t.Errorf("%q: %+v, %v", source, rows, err)
		}
	}
	long := strings.Repeat("x\r\n", 5000)
	if rows, err := readCSV(strings.NewReader("prompt\n\""+long+"\"\n"), "f", oneColumn("prompt")); err != nil || rows[0].prompt != long {
		t.Errorf("over the ends of buffers: %v", err)
	}
}

// Spreadsheets of many countries write semicolons; a column that is missing for that reason is not a matter of its name.
func TestOtherDelimitersAreNamed(t *testing.T) {
	for source, want := range map[string]string{
		"id;prompt;lang\r\n1;a;en\r\n":            `f:1: its columns are separated by semicolons (";"); want commas: save the file as CSV with commas, or as .jsonl or .parquet`,
		"\ufeff\"id\";\"prompt\"\n1;a\n":          `f:1: its columns are separated by semicolons (";"); want commas: save the file as CSV with commas, or as .jsonl or .parquet`,
		"prompt\tlang\na\ten\n":                   `f:1: its columns are separated by tabs ("\t"); want commas: save the file as CSV with commas, or as .jsonl or .parquet`,
		"a|prompt\n":                              `f:1: its columns are separated by vertical bars ("|"); want commas: save the file as CSV with commas, or as .jsonl or .parquet`,
		"a;b\n":                                   `f:1: has no column "prompt" (prompts.columns.prompt): there are "a;b"`,
		"prompt,x,prompt\n":                       `f:1: has two columns "prompt" (prompts.columns.prompt): which one is meant?`,
		"x,x,prompt\n1,2,p\n":                     "",
		"\"a;prompt;b\",prompt\n\"1;2;3\",text\n": "",
	} {
		_, err := readCSV(strings.NewReader(source), "f", oneColumn("prompt"))
		if got := text(err); got != want {
			t.Errorf("%q: got %s, want %s", source, got, want)
		}
	}
}
