package record

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestSetRoundTrip(t *testing.T) {
	want := &Set{
		Study:       Study{Name: "x", Seeds: []uint64{1}, Arms: []Arm{{Name: "joint", Trained: true}}},
		Prompts:     []Prompt{{ID: "ja/x", Text: "何?"}},
		Answers:     []Answer{{Lang: "ja", Text: "日本 <b> & \u2028", Known: -1}},
		Pairing:     []Pairing{{Lang: "ja", Ties: 2}},
		Pairs:       []Pair{{Kept: true, Score: 0.25}},
		Consensus:   []Consensus{{Gram: [][]float64{{1, 0.5}, {0.5, 1}}}},
		Steps:       []Step{{Loss: 0.69}},
		Evaluations: []Evaluation{{Win: 0.5}},
		Choices:     []Choice{{Picked: 3}},
		Passages:    []Passage{{Bits: 12.5, Bytes: 7}},
		Fidelity:    []Fidelity{{Exact: 0.1, Sketched: 0.2}},
		Replies:     []Reply{{Text: "x"}},
		Trials:      []Evaluation{{Sample: 2, Iteration: 1}},
		Drift:       []Drift{{Nats: 0.5, Tokens: 3}},
		Matched:     []Matched{{Arm: "congrad", Target: 0.5, Checks: []Check{{Step: 2, Drift: 0.25}}}},
		Rates:       []Rate{{Arm: "joint", Tried: []Tried{{Rate: 1e-4, Known: 0.5}}}},
	}
	files, err := want.Files()
	if err != nil {
		t.Fatal(err)
	}
	dir := fstest.MapFS{}
	for name, data := range files {
		dir[name] = &fstest.MapFile{Data: data}
	}
	got, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// denied is a folder in which the replies may not be read.
type denied struct{ fs.FS }

func (d denied) Open(name string) (fs.File, error) {
	if name == "replies.jsonl" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return d.FS.Open(name)
}

// Replies that are not there are none; those that cannot be read are an error.
func TestRepliesThatCannotBeRead(t *testing.T) {
	files, err := (&Set{Study: Study{Name: "x"}}).Files()
	if err != nil {
		t.Fatal(err)
	}
	dir := fstest.MapFS{}
	for name, data := range files {
		dir[name] = &fstest.MapFile{Data: data}
	}
	if _, err := Load(dir); err != nil {
		t.Error(err)
	}
	if _, err := Load(denied{dir}); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("%v", err)
	}
}

// A run's records of an earlier version are refused, with what makes them again; lists that stages keep are read.
func TestRecordsOfAnEarlierVersion(t *testing.T) {
	files, err := (&Set{Study: Study{Name: "x"}}).Files()
	if err != nil {
		t.Fatal(err)
	}
	dir := fstest.MapFS{}
	for name, data := range files {
		dir[name] = &fstest.MapFile{Data: bytes.Replace(data, []byte(`{"schema":2,`), []byte(`{"schema":1,`), 1)}
	}
	_, err = Load(dir)
	if err == nil || !strings.Contains(err.Error(), "study.jsonl:1: the records are from an earlier version of congrad (schema 1, this version reads 2)") {
		t.Errorf("%v", err)
	}
	if steps, err := Decode[Step]([]byte(`{"schema":1,"record":"steps"}`+"\n"+`{"loss":2}`), "steps.jsonl", "steps"); err != nil || len(steps) != 1 || steps[0].Loss != 2 {
		t.Errorf("%v, %v", steps, err)
	}
}

func TestDecodeSaysWhere(t *testing.T) {
	head := `{"schema":1,"record":"steps"}` + "\n"
	for name, c := range map[string]struct{ in, want string }{
		"empty":         {"", "steps.jsonl:1: want the line with the schema"},
		"empty line":    {"\n", "steps.jsonl:1: want the line with the schema"},
		"no head":       {"nonsense\n", "steps.jsonl:1: want the line with the schema"},
		"other schema":  {`{"schema":9,"record":"steps"}` + "\n", "steps.jsonl:1: holds \"steps\" records of schema 9"},
		"other kind":    {`{"schema":1,"record":"pairs"}` + "\n", "steps.jsonl:1: holds \"pairs\" records"},
		"unknown field": {head + `{"lozz":1}` + "\n", "steps.jsonl:2: not a record of kind \"steps\""},
		"rubbish":       {head + `{"loss":1}` + "\n]\n", "steps.jsonl:3: not a record of kind \"steps\""},
		"cut file":      {`{"schema":1,"record":"steps","count":2}` + "\n" + `{"loss":1}` + "\n", "steps.jsonl: has 1 records, but its first line says 2: it was cut or changed"},
		"cut line":      {head + `{"loss":1}` + "\n" + `{"loss":`, "steps.jsonl:3: not a record of kind \"steps\""},
	} {
		_, err := Decode[Step]([]byte(c.in), "steps.jsonl", "steps")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("{\"schema\":1,\"record\":\"steps\"}\n{\"loss\":1}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		records, err := Decode[Step](data, "f", "steps")
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := Encode(&b, "steps", records); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
	})
}
