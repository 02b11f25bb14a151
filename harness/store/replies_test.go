package store

import (
	"os"
	"path/filepath"
	"strings"
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

// Whatever bit of kept replies changes, and wherever they are cut: a reply that is found is one that was kept.
func TestRepliesShowAllDamage(t *testing.T) {
	s := unflushed(t)
	r, err := s.Replies("a")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"1", "2", "3"} {
		if err := r.Put(key, "is "+key); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(s.root, "replies-*.jsonl"))
	damaged := 0
	tries := damages(t, files[0], func(what string) {
		r, err := s.Replies("a")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for key, text := range r.known {
			if string(text) != `"is `+key+`"` || key < "1" || key > "3" {
				t.Errorf("%s: the reply to %s is %s", what, key, text)
			}
		}
		if damaged += r.Damaged; r.Len() < 1 && what == "a changed bit" { // a changed end of a line costs two
			t.Errorf("%s: none is left", what)
		}
	})
	if tries < 500 || damaged < tries/2 {
		t.Errorf("%d tries, %d records damaged", tries, damaged)
	}
}

// Replies of an earlier version are kept, and sealed.
func TestRepliesOfEarlierVersions(t *testing.T) {
	s := open(t, t.TempDir())
	r, err := s.Replies("a")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(s.root, "replies-*.jsonl"))
	if err := os.WriteFile(files[0], []byte(`{"key":"1","reply":"one"}`+"\n"+`{"key":"2","reply":"two"}`+"\n"+`{"key":"3","re`), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		r, err := s.Replies("a")
		if err != nil {
			t.Fatal(err)
		}
		var one, two string
		if !r.Get("1", &one) || !r.Get("2", &two) || one != "one" || two != "two" || r.Len() != 2 || r.Damaged != 0 {
			t.Errorf("%q, %q, %d", one, two, r.Len())
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(files[0])
	if err != nil || strings.Contains(string(data), "\n{") || data[0] == '{' {
		t.Errorf("%s, %v", data, err)
	}
}
