package store

import (
	"os"
	"path/filepath"
	"testing"
)

// Replies outlive the process that asked, one whose last line was cut included; servers are kept apart, and nothing that lists or
// removes artefacts knows of them.
func TestReplies(t *testing.T) {
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	put := func(server, key, value string) {
		t.Helper()
		r, err := s.Replies(server)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Put(key, value); err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	put("a", "1", "one")
	files, err := filepath.Glob(filepath.Join(s.root, "replies-*.jsonl"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	f, err := os.OpenFile(files[0], os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"key":"2","reply":"tw`); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	put("a", "3", "three")
	put("b", "1", "another")
	r, err := s.Replies("a")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got := map[string]string{}
	for _, key := range []string{"1", "2", "3"} {
		var value string
		if r.Get(key, &value) {
			got[key] = value
		}
	}
	if len(got) != 2 || got["1"] != "one" || got["3"] != "three" || r.Len() != 2 {
		t.Errorf("%v, %d", got, r.Len())
	}
	keys, err := s.Keys()
	size, err2 := s.RepliesSize()
	if err != nil || err2 != nil || len(keys) != 0 || size < 60 {
		t.Errorf("keys %v (%v), %d bytes (%v)", keys, err, size, err2)
	}
}
