package data

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"congrad/experiments"
	"congrad/harness/lang"
)

// downloaded leaves the files of a data set as a download leaves them.
func downloaded(t *testing.T, name string, files map[string]string) {
	t.Helper()
	const commit = "0123456789abcdef0123456789abcdef01234567"
	home := t.TempDir()
	t.Setenv("HF_HOME", home)
	t.Setenv("HF_HUB_CACHE", "")
	t.Setenv("HUGGINGFACE_HUB_CACHE", "")
	set := filepath.Join(home, "hub", "datasets--"+strings.ReplaceAll(name, "/", "--"))
	placed := map[string]string{"refs/main": commit}
	for name, text := range files {
		placed["snapshots/"+commit+"/"+name] = text
	}
	for name, text := range placed {
		path := filepath.Join(set, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// The shards of a table are one file, in the order of their names, and what errors and records name is the path as it was given.
func TestDataOfTheHub(t *testing.T) {
	table, err := lang.Load(experiments.Files, "languages")
	if err != nil {
		t.Fatal(err)
	}
	open := func(path string, columns Columns) (*Files, error) {
		return FromFiles(Spec{Path: path, Columns: columns, HeldOut: 0.3, Seen: []string{"de"}, Unseen: []string{"ko"}, Table: table})
	}
	prompt := Columns{Prompt: "prompt"}
	if _, err := open("hub:org/gone/{lang}.jsonl", prompt); err == nil || !strings.Contains(err.Error(), "the data set org/gone was not downloaded (congrad data download hub:org/gone/") {
		t.Error(err)
	}
	downloaded(t, "org/set", map[string]string{
		"deu_Latn/train-00000-of-00002.jsonl": `{"prompt": "a"}` + "\n" + `{"prompt": "b"}`, "deu_Latn/train-00001-of-00002.jsonl": `{"prompt": "c"}`,
		"kor_Hang/train-00000-of-00001.jsonl": `{"prompt": "d"}`, "kor_Hang/test-00000-of-00001.jsonl": `{"prompt": "e"}`,
	})
	f, err := open("hub:org/set/{lang}/train-*.jsonl", prompt)
	if err != nil {
		t.Fatal(err)
	}
	read := f.Files()
	if len(read) != 2 || read[0].Path != "hub:org/set/deu_Latn/train-*.jsonl" || read[0].Rows != 3 || read[1].Rows != 1 || len(read[0].SHA256) != 64 || read[0].SHA256 == read[1].SHA256 {
		t.Errorf("%+v", read)
	}
	if got := f.Place("de/3"); got != "hub:org/set/deu_Latn/train-*.jsonl:3" {
		t.Errorf("the third prompt is at %s", got)
	}
	if _, err := open("hub:org/set/{lang}/train-*.jsonl", Columns{Prompt: "promt"}); err == nil || !strings.HasPrefix(err.Error(), `hub:org/set/deu_Latn/train-00000-of-00002.jsonl:1: has no column "promt"`) {
		t.Error(err)
	}
	if _, err := open("hub:org/set/{lang}/valid-*.jsonl", prompt); err == nil || !strings.HasSuffix(err.Error(), "(congrad data download hub:org/set/{lang}/valid-*.jsonl)") {
		t.Error(err)
	}
}

// Of an experiment's languages the files are fetched, whatever they call them.
func TestWhatIsDownloaded(t *testing.T) {
	table, err := lang.Load(experiments.Files, "languages")
	if err != nil {
		t.Fatal(err)
	}
	id, match, err := Download("hub:org/set@v2/data/{lang}/test-*.parquet", []string{"de", "ko"}, table)
	if err != nil || id.String() != "org/set@v2" || !id.Data {
		t.Fatalf("%+v, %v", id, err)
	}
	for name, want := range map[string]bool{
		"data/de/test-0.parquet": true, "data/kor_Hang/test-0.parquet": true, "data/German/test-1.parquet": true, "data/fr/test-0.parquet": false, "data/de/dev-0.parquet": false,
		"data/de/x/test-0.parquet": false, "de/test-0.parquet": false, "data/de/test-0.parquet.md5": false,
	} {
		if match(name) != want {
			t.Errorf("%s: %t", name, !want)
		}
	}
	if _, match, _ = Download("hub:org/set/{lang}.jsonl", nil, table); !match("xx.jsonl") || match("a/b.jsonl") {
		t.Error("{lang} does not stand for every language")
	}
}
