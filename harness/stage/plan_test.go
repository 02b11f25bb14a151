package stage

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// planned writes a plan.json.
func planned(t testing.TB, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// A plan is read as it was written, and its keys follow from what was read.
func TestPlansAreReadAsWritten(t *testing.T) {
	first, err := New("base", 3, map[string]any{"A": "<b> & \"c\"", "B": 0.1}, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	first.Label = "the base <model>"
	second, err := New("train", 1, struct{ Seed uint64 }{1 << 60}, "a device", []Ref{first.Key})
	if err != nil {
		t.Fatal(err)
	}
	second.Label, second.Size, second.Memory, second.Requests = "train", 7, 1<<40, 3
	want := Plan{Experiment: "name = \"x\"\n", Stages: []*Stage{first, second}}
	text, err := want.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadPlan(planned(t, text))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range got.Stages {
		again, err := New(s.Kind, s.Version, s.Settings, s.Device, s.Inputs)
		if err != nil || again.Key != s.Key {
			t.Errorf("%s has the key %s, by what was read %s (%v)", s.Label, s.Key, again.Key, err)
		}
		var b bytes.Buffer // the file is indented
		if err := json.Compact(&b, s.Settings); err != nil {
			t.Fatal(err)
		}
		s.Settings = b.Bytes()
	}
	want.Format = 2
	if d := cmp.Diff(want, *got); d != "" {
		t.Error(d)
	}
	if !strings.Contains(string(text), "the base <model>") {
		t.Errorf("the file is hard to read: %s", text)
	}
}

func TestPlansThatAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		`[{"stage": "base model", "key": "12"}]`: "has format 1, from another version of congrad; this version reads format 2 (congrad run writes it again, or remove the folder)",
		" \n[]":                                  "has format 1",
		`{"format": 3, "stages": []}`:            "has format 3",
		`{}`:                                     "has format 0",
		`null`:                                   "has format 0",
		``:                                       "is not a plan: ",
		`{"format": 2`:                           "is not a plan: ",
		`{"format": 2, "stages": 7}`:             "is not a plan: ",
		`{"format": 2, "stages": [null]}`:        "is not a plan: ",
		`{"format": 2, "stages": []} more`:       "is not a plan: ",
		"\x00\xff":                               "is not a plan: ",
	} {
		path := planned(t, []byte(text))
		_, err := ReadPlan(path)
		if err == nil {
			t.Errorf("%s is a plan", text)
		} else if said := err.Error(); !strings.HasPrefix(said, path) || !strings.Contains(said, want) || !strings.Contains(said, "congrad run") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := ReadPlan(filepath.Join(t.TempDir(), "plan.json")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no plan at all: %v", err)
	}
}

func TestFind(t *testing.T) {
	p := Plan{Stages: []*Stage{{Key: "abc1", Label: "one"}, {Key: "abd2", Label: "two"}, {Key: "b", Label: "three"}}}
	for key, want := range map[string]string{"abc1": "one", "abc": "one", "abd": "two", "b": "three"} {
		if s, err := p.Find(key); err != nil || s.Label != want {
			t.Errorf("%s finds %v, error %v", key, s, err)
		}
	}
	if _, err := p.Find("ab"); err == nil || err.Error() != `"ab" is the beginning of several keys: abc1 (one), abd2 (two)` {
		t.Errorf("an ambiguous key: %v", err)
	}
	for _, key := range []string{"", "c", "abc12"} {
		if _, err := p.Find(key); !errors.Is(err, ErrUnknown) {
			t.Errorf("%q: %v", key, err)
		}
	}
}

// Whatever a file holds, reading it is an error or a plan that can be used.
func FuzzReadPlan(f *testing.F) {
	s, err := New("base", 1, map[string]int{"A": 1}, "", nil)
	if err != nil {
		f.Fatal(err)
	}
	text, err := Plan{Experiment: "x", Stages: []*Stage{s}}.Marshal()
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		string(text), "[]", "{}", "null", "", `{"format":2,"stages":[null]}`, `{"format":2,"stages":[{"key":"a","settings":null}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ReadPlan(planned(t, data))
		if err != nil {
			return
		}
		if _, err := p.Find("a"); err == nil {
			for _, s := range p.Stages {
				_ = s.Key.Short() + s.Label
				if _, err := s.meta().Key(); err != nil {
					t.Errorf("a stage that was read has no key: %v", err)
				}
			}
		}
		again, err := p.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ReadPlan(planned(t, again)); err != nil {
			t.Errorf("what was read and written is refused: %v", err)
		}
	})
}
