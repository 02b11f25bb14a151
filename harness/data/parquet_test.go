package data

import (
	"bytes"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// column reads one column of a file of parquet/testdata.
func column(t *testing.T, file string, w wanted) ([]string, error) {
	t.Helper()
	data, err := os.ReadFile("parquet/testdata/" + file + ".parquet")
	if err != nil {
		t.Fatal(err)
	}
	w.cell = func(r *row) *string { return &r.prompt }
	rows, err := readParquet(bytes.NewReader(data), int64(len(data)), "f", []wanted{w})
	texts := make([]string, len(rows))
	for i, r := range rows {
		texts[i] = r.prompt
	}
	return texts, err
}

// DuckDB's JSON columns hold source text with quotes; a prompt does not have them.
func TestParquetJSONIsDecoded(t *testing.T) {
	for _, file := range []string{"dd-v1", "dd-v2"} {
		want, err := column(t, file, wanted{name: "prompt"})
		if err != nil || len(want) != 40 {
			t.Fatal(len(want), err)
		}
		if got, err := column(t, file, wanted{name: "j"}); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v", file, got, err)
		}
		data, err := os.ReadFile("parquet/testdata/" + file + ".parquet")
		if err != nil {
			t.Fatal(err)
		}
		list := func(name string) [][]string {
			rows, err := readParquet(bytes.NewReader(data), int64(len(data)), "f", []wanted{{name: name, list: func(r *row) *[]string { r.lists = make([][]string, 1); return &r.lists[0] }}})
			if err != nil {
				t.Fatal(err)
			}
			texts := make([][]string, len(rows))
			for i, r := range rows {
				texts[i] = r.lists[0]
			}
			return texts
		}
		plain := list("choices")
		for _, name := range []string{"js", "whole.text"} { // a list of JSON, and a list in JSON
			if decoded := list(name); !slices.EqualFunc(plain, decoded, slices.Equal) || len(plain[4]) != 4 {
				t.Errorf("%s, %s: %q, want %q", file, name, decoded, plain)
			}
		}
		if got, err := column(t, file, wanted{name: "whole.label", number: true}); err != nil || got[2] != "512" {
			t.Errorf("%s: %q, %v", file, got, err)
		}
		if _, err := column(t, file, wanted{name: "whole.x"}); err == nil || !strings.HasPrefix(err.Error(), `f:1: column "whole": has no key "x"`) {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// A column without a value is blank, whatever its type; pandas makes whole numbers with a gap reals, of which 7.0 is 7.
func TestParquetTypes(t *testing.T) {
	for _, c := range []struct {
		file  string
		w     wanted
		first string
		err   string
	}{
		{"pa-null-1", wanted{name: "answer", blank: true}, "", ""},
		{"pa-null-2", wanted{name: "answer", blank: true}, "", ""},
		{"pl-null", wanted{name: "answer", blank: true}, "", ""},
		{"dd-v2", wanted{name: "answer", blank: true}, "", ""}, // of the type INT32
		{"pa-null-1", wanted{name: "answer"}, "", `f:1: column "answer": want a string, have null`},
		{"pl-null", wanted{name: "kind"}, "a", ""},
		{"dd-v2", wanted{name: "mood"}, "glad", ""},
		{"pa-encodings", wanted{name: "flag", flag: true, blank: true}, "1", ""},
		{"pa-encodings", wanted{name: "flag", number: true, blank: true}, "", `f: column "flag": want a string or a whole number, have true or false`},
		{"pa-encodings", wanted{name: "half", number: true}, "", `f:2: column "half": want a string or a whole number, have 0.5`},
		{"pa-encodings", wanted{name: "score"}, "", `f: column "score": want a string, have values of the type DOUBLE`},
		{"none", wanted{name: "when", number: true}, "", `f: column "when": want a string or a whole number, have values of the type TIMESTAMP(isAdjustedToUTC=false,unit=MICROS)`},
	} {
		got, err := column(t, c.file, c.w)
		if c.err != "" {
			if err == nil || !strings.HasPrefix(err.Error(), c.err) {
				t.Errorf("%s, %s: got %v, want %s", c.file, c.w.name, err, c.err)
			}
			continue
		}
		if err != nil || len(got) != 40 || got[0] != c.first {
			t.Errorf("%s, %s: %q, %v", c.file, c.w.name, got, err)
		}
	}
	for text, want := range map[string]string{"7": "7", "-7": "-7", "-0": "0", "0": "0", "9007199254740992": "9007199254740992", "9007199254740994": "", "7.5": "", "NaN": "", "+Inf": "", "100000000000000000000": ""} {
		if got, whole := wholeReal(text); got != want || whole != (want != "") {
			t.Errorf("wholeReal(%s) = %q, %v", text, got, whole)
		}
	}
}

// Booleans say which option is right, in JSON lines and in Parquet alike; they are not text for a prompt.
func TestFlagsMayBeBooleans(t *testing.T) {
	byFlags := replaced(t, examTask, "\"label\"", "\"flags\"", "labels = \"c.label\"\n", "", "\"k\"", "\"flags\"")
	data, err := os.ReadFile("parquet/testdata/pa-encodings.parquet")
	if err != nil {
		t.Fatal(err)
	}
	source := replaced(t, byFlags, "{lang}.jsonl", "{lang}.parquet", "{q}", "{prompt}", `list = "c.text"`, `options = ["a", "b", "c", "d"]`)
	x, err := exam(t, source, map[string]string{"x/en.parquet": string(data)}, "en")
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range x.items["en"] { // of row i, counted from 0, option i % 4 is right
		if number, err := strconv.Atoi(i.id); err != nil || i.right != (number-1)%4 {
			t.Errorf("%+v", i)
		}
	}
	y, err := exam(t, byFlags, map[string]string{"x/en.jsonl": `{"q":"one","c":{"text":["a","b"]},"flags":[false,true]}` + "\n"}, "en")
	if err != nil || y.items["en"][0].right != 1 {
		t.Errorf("%v", err)
	}
	shown := replaced(t, source, "{prompt}", "{flag}")
	if _, err := exam(t, shown, map[string]string{"x/en.parquet": string(data)}, "en"); err == nil || !strings.Contains(err.Error(), `x/en.parquet: column "flag": want a string or a whole number, have true or false`) {
		t.Errorf("%v", err)
	}
}
