package data

import (
	"slices"
	"strings"
	"testing"

	"congrad/experiments"
	"congrad/harness/world"
)

func open(t *testing.T) *World {
	t.Helper()
	w, err := world.Open(experiments.Files, world.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	return FromWorld(w)
}

// Iterations never share a prompt, no preference prompt shares a fact with a held-out one, and languages are asked alike.
func TestPromptsAreDisjoint(t *testing.T) {
	s := open(t)
	held := map[string]bool{}
	clusters := map[string]map[string]bool{}
	for _, lang := range []string{"en", "sw", "ja"} {
		for _, split := range []string{"eval", "dev"} {
			prompts, err := s.Held(split, lang, 1e6)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range prompts {
				held[p.Cluster] = true
			}
		}
	}
	for _, lang := range []string{"en", "sw", "ja"} {
		clusters[lang] = map[string]bool{}
		seen := map[string]bool{}
		for iteration := 1; iteration <= 3; iteration++ {
			prompts, err := s.Preference(5, lang, iteration, 200)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range prompts {
				if seen[p.ID] || p.Lang != lang || p.Text == "" || p.Right == "" {
					t.Errorf("%s, iteration %d: %+v was there before or is incomplete", lang, iteration, p)
				}
				if held[p.Cluster] {
					t.Errorf("%s: %s is asked for preferences and held out", lang, p.Cluster)
				}
				seen[p.ID] = true
				clusters[lang][p.Cluster] = true
			}
		}
	}
	shared := 0
	for c := range clusters["en"] {
		if clusters["ja"][c] {
			shared++
		}
	}
	if shared < 550 {
		t.Errorf("English and Japanese share only %d of 600 facts", shared)
	}
	other, err := s.Preference(6, "en", 1, 200)
	if err != nil {
		t.Fatal(err)
	}
	same := 0
	for _, p := range other {
		if clusters["en"][p.Cluster] {
			same++
		}
	}
	if same == 200 {
		t.Error("another seed asks the same")
	}
}

func TestAskingForTooMuch(t *testing.T) {
	s := open(t)
	all := s.PreferenceCount("en")
	if _, err := s.Preference(1, "en", 2, all/2); err != nil || all == 0 {
		t.Errorf("two halves of %d prompts: %v", all, err)
	}
	if _, err := s.Preference(1, "en", 2, all/2+1); err == nil {
		t.Errorf("more than all %d prompts are handed out", all)
	}
	if _, err := s.Preference(1, "en", 20, 200); err == nil {
		t.Error("prompts that do not exist are handed out")
	}
	if _, err := s.Held("test", "en", 5); err == nil {
		t.Error("an unknown split is accepted")
	}
}

func TestTaskItems(t *testing.T) {
	s := open(t)
	for _, lang := range []string{"en", "th"} {
		choices := s.Choices(lang, 50)
		if len(choices) != 50 {
			t.Errorf("%s: %d choices", lang, len(choices))
		}
		for _, c := range choices {
			if c.Right < 0 || c.Right >= len(c.Options) {
				t.Errorf("%s: the right option of %s is number %d of %d", lang, c.ID, c.Right, len(c.Options))
			}
		}
		if len(s.Passages(lang, 1000)) < 20 {
			t.Errorf("%s has %d passages", lang, len(s.Passages(lang, 1000)))
		}
	}
}

// Prompts of some kinds are the others left out, in every part and in the same order; the version says so, whatever order the kinds are
// given in, and the tax stays.
func TestKinds(t *testing.T) {
	all := open(t)
	some := all.Only([]string{"percent", "date_long"})
	if all.Only(nil) != all || some.Version() == all.Version() || some.Version() != all.Only([]string{"date_long", "percent"}).Version() || some.Version() == all.Only([]string{"percent"}).Version() {
		t.Errorf("versions %q and %q", all.Version(), some.Version())
	}
	n := some.PreferenceCount("sw")
	preferred, err := some.Preference(5, "sw", 1, n)
	if err != nil {
		t.Fatal(err)
	}
	everything, err := all.Preference(5, "sw", 1, all.PreferenceCount("sw"))
	if err != nil {
		t.Fatal(err)
	}
	dev, err := some.Held("dev", "sw", 1e6)
	if err != nil {
		t.Fatal(err)
	}
	everyDev, err := all.Held("dev", "sw", 1e6)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ got, from []Prompt }{{preferred, everything}, {dev, everyDev}} {
		want := slices.DeleteFunc(c.from, func(p Prompt) bool {
			return !strings.HasPrefix(p.Cluster, "percent/") && !strings.HasPrefix(p.Cluster, "date_long/")
		})
		if len(want) == 0 || !slices.Equal(c.got, want) {
			t.Errorf("%d prompts, want %d", len(c.got), len(want))
		}
	}
	if len(some.Choices("sw", 50)) != 50 {
		t.Error("the items of the alignment tax are left out")
	}
}
