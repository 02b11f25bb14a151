package store

import "testing"

// A note lies beside an artefact, changes nothing of it, and goes with it.
func TestNotes(t *testing.T) {
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.PutNote("k", "n", nil); err == nil {
		t.Error("a note beside nothing was taken")
	}
	if err := s.Put("k", Meta{Kind: "x"}, map[string][]byte{"file": []byte("1")}); err != nil {
		t.Fatal(err)
	}
	if data, err := s.Note("k", "n"); data != nil || err != nil {
		t.Errorf("no note reads as %q, %v", data, err)
	}
	if err := s.PutNote("k", "n", []byte("2")); err != nil {
		t.Fatal(err)
	}
	a, err := s.Get("k")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Read("n"); err == nil || len(a.Meta.Files) != 1 {
		t.Error("a note became a file of the artefact")
	}
	if data, err := s.Note("k", "n"); string(data) != "2" || err != nil {
		t.Errorf("the note reads as %q, %v", data, err)
	}
	if err := s.Remove("k"); err != nil {
		t.Fatal(err)
	}
	if data, err := s.Note("k", "n"); data != nil || err != nil {
		t.Errorf("the note of a removed artefact reads as %q, %v", data, err)
	}
}
