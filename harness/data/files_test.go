package data

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"congrad/experiments"
	"congrad/harness/lang"
	"congrad/harness/record"
)

// spec asks for files in a new working folder; files are their contents by name.
func spec(t *testing.T, path string, c Columns, files map[string]string) Spec {
	t.Helper()
	table, err := lang.Load(experiments.Files, "languages")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if c.Prompt == "" {
		c.Prompt = "prompt"
	}
	if c.Language == "" {
		c.Language = "lang"
	}
	return Spec{Path: path, Columns: c, HeldColumns: c, HeldOut: 0.3, Seen: []string{"en", "de"}, Unseen: []string{"sw"}, Table: table}
}

// asked is n questions in some languages, one row each; what is asked in several has the same cluster.
func asked(n int, languages ...string) string {
	var b strings.Builder
	for i := range n {
		for _, code := range languages {
			fmt.Fprintf(&b, "{\"prompt\":\"%s asks %d\",\"lang\":%q,\"about\":\"fact %d\",\"key\":%d}\n", code, i, code, i, i)
		}
	}
	return b.String()
}

func from(t *testing.T, s Spec) *Files {
	t.Helper()
	f, err := FromFiles(s)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// No cluster is in two parts, in any language; together the parts have every row; a share is what it says.
func TestPartsShareNoCluster(t *testing.T) {
	s := spec(t, "all.jsonl", Columns{Cluster: "about"}, map[string]string{"all.jsonl": asked(1000, "en", "de", "sw")})
	s.Dev = 0.1
	f := from(t, s)
	of, sizes := map[string]string{}, map[string]int{}
	for part, languages := range f.parts {
		for code, list := range languages {
			sizes[part] += len(list)
			for _, p := range list {
				if there := of[p.Cluster]; there != "" && there != part {
					t.Errorf("%s is in %s and in %s", p.Cluster, there, part)
				}
				if of[p.Cluster] = part; p.Lang != code || !strings.HasPrefix(p.Text, code+" asks") || p.Cluster != "fact "+p.Text[len(code)+6:] {
					t.Errorf("%s has %+v", code, p)
				}
			}
		}
	}
	if eval, dev := sizes[PartEval]/3, sizes[PartDev]/3; len(of) != 1000 || eval < 255 || eval > 345 || dev < 70 || dev > 130 { // three deviations
		t.Errorf("%d clusters, %d held out, %d for dev", len(of), eval, dev)
	}
	// A share of another part moves none of these, nor do rows that are added.
	s.Dev = 0
	if err := os.WriteFile("all.jsonl", []byte(asked(1100, "en", "de", "sw")), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, p := range from(t, s).parts[PartEval]["de"] {
		if part := of[p.Cluster]; part != PartEval && part != "" {
			t.Errorf("%s was in %s", p.Cluster, part)
		}
	}
}

// What is held out in a file of its own is asked for no preference, by its cluster or by its text, in any language.
func TestHeldOutElsewhere(t *testing.T) {
	s := spec(t, "all.jsonl", Columns{Cluster: "about"}, map[string]string{
		"all.jsonl": asked(10, "en", "de"),
		"held.jsonl": `{"prompt":"anders","lang":"Deutsch","about":"fact 3"}
{"prompt":"de asks 5","lang":"de","about":"elsewhere"}
{"prompt":"de asks 6","lang":"en","about":"x"}
{"prompt":"swali","lang":"swh","about":"y"}`,
	})
	s.HeldPath = "held.jsonl"
	f := from(t, s)
	for _, code := range []string{"en", "de"} {
		var left []string
		for _, p := range f.parts[PartPreference][code] {
			left = append(left, strings.TrimPrefix(p.Cluster, "fact "))
		}
		if want := []string{"0", "1", "2", "4", "7", "8", "9"}; !slices.Equal(left, want) {
			t.Errorf("%s: facts %v are left, want %v", code, left, want)
		}
	}
	want := []record.PromptFile{
		{Path: "all.jsonl", Rows: 20, Languages: []record.FilePrompts{{Lang: "en", Rows: 10, Preference: 7}, {Lang: "de", Rows: 10, Preference: 7}}},
		{Path: "held.jsonl", Rows: 4, Languages: []record.FilePrompts{{Lang: "de", Rows: 2, Eval: 2}, {Lang: "en", Rows: 1, Eval: 1}, {Lang: "sw", Rows: 1, Eval: 1}}},
	}
	got := f.Files()
	for i := range got {
		if len(got[i].SHA256) != 64 {
			t.Errorf("%s has the hash %q", got[i].Path, got[i].SHA256)
		}
		got[i].SHA256 = ""
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for part, want := range map[string]string{PartPreference: "all.jsonl:2", PartEval: "held.jsonl:1"} {
		if place := f.Unanswered(part, "de"); place != want {
			t.Errorf("%s: no answer at %q, want %q", part, place, want)
		}
	}
}

// Rows without names: of files that are equally long those of one number ask the same, of others none do, nor of one file.
func TestClustersOfRowNumbers(t *testing.T) {
	clusters := func(path string, c Columns, files map[string]string) string {
		s := spec(t, path, c, files)
		s.HeldOut, s.Unseen = 0, nil
		var all []string
		for _, code := range []string{"en", "de"} {
			list, err := from(t, s).Preference(1, code, 1, 2)
			if err != nil {
				t.Fatal(err)
			}
			slices.SortFunc(list, func(a, b Prompt) int { return strings.Compare(a.ID, b.ID) })
			for _, p := range list {
				all = append(all, p.ID+"="+p.Cluster)
			}
		}
		return strings.Join(all, ", ")
	}
	two := map[string]string{"in/en.jsonl": asked(2, "en"), "in/de.jsonl": "\n" + asked(2, "de")}
	for name, c := range map[string]struct{ got, want string }{
		"parallel files": {clusters("in/{lang}.jsonl", Columns{}, two), "en/1=row 1, en/2=row 2, de/1=row 1, de/2=row 2"},
		"other files":    {clusters("{lang}.jsonl", Columns{}, map[string]string{"en.jsonl": asked(2, "en"), "de.jsonl": asked(3, "de")}), ""},
		"one file":       {clusters("x.jsonl", Columns{}, map[string]string{"x.jsonl": asked(2, "en", "de")}), "en/1=row 1, en/3=row 3, de/2=row 2, de/4=row 4"},
		"ids":            {clusters("{lang}.jsonl", Columns{ID: "key"}, map[string]string{"en.jsonl": asked(2, "en"), "de.jsonl": asked(2, "de")}), "en/0=0, en/1=1, de/0=0, de/1=1"},
		"both are told":  {clusters("x.jsonl", Columns{ID: "key", Cluster: "about"}, map[string]string{"x.jsonl": asked(2, "en", "de")}), "en/0=fact 0, en/1=fact 1, de/0=fact 0, de/1=fact 1"},
	} {
		if name == "other files" {
			for pair := range strings.SplitSeq(c.got, ", ") { // of German, two out of three
				if id, cluster, _ := strings.Cut(pair, "="); cluster != id[:2]+" row "+id[3:] {
					t.Errorf("%s: %s", name, c.got)
				}
			}
			continue
		}
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", name, c.got, c.want)
		}
	}
}

// Languages are asked alike in the order of a seed, iteration by iteration; another seed asks in another order.
func TestFilesAskAlike(t *testing.T) {
	s := spec(t, "x.jsonl", Columns{Cluster: "about"}, map[string]string{"x.jsonl": asked(60, "en", "de", "sw")})
	f := from(t, s)
	order := func(seed uint64, code string) (list []string) {
		for iteration := 1; iteration <= 2; iteration++ {
			prompts, err := f.Preference(seed, code, iteration, 15)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range prompts {
				list = append(list, p.Cluster)
			}
		}
		return list
	}
	en := order(1, "en")
	if !slices.Equal(en, order(1, "de")) || slices.Equal(en, order(2, "en")) || len(slices.Compact(slices.Sorted(slices.Values(en)))) != 30 {
		t.Errorf("asked in %v, %v, with another seed %v", en, order(1, "de"), order(2, "en"))
	}
	held, err := f.Held(PartEval, "sw", 5)
	if err != nil || len(held) != 5 {
		t.Errorf("%d held out, %v", len(held), err)
	}
	if _, err := f.Held("test", "sw", 5); err == nil {
		t.Error("an unknown part is handed out")
	}
	if n := f.PreferenceCount("en"); n < 30 {
		t.Errorf("%d prompts in English", n)
	} else if _, err := f.Preference(1, "en", 2, n); err == nil {
		t.Error("more than all prompts are handed out")
	}
}

// The three formats of one table give the same prompts, and every change of them another version.
func TestVersion(t *testing.T) {
	columns := Columns{Answer: "answer", ID: "id"}
	jsonl := `{"prompt":"one, \"two\"","lang":"en","answer":"a","id":7,"more":[1]}` + "\r\n" + `{"prompt":"eins","lang":"de","answer":null,"id":7}` + "\n" + `{"prompt":"moja","lang":"sw","answer":"x\n","id":"8"}`
	csv := "\ufefflang,id,prompt,more,answer\nen,7,\"one, \"\"two\"\"\",?,a\nde,7,eins,,\nsw,8,moja,,\"x\n\"\n"
	s := spec(t, "x.jsonl", columns, map[string]string{"x.jsonl": jsonl, "x.csv": csv})
	s.HeldOut = 0
	first := from(t, s)
	versions := map[string]string{"": first.Version()}
	s.Path = "x.csv"
	if second := from(t, s); second.Version() != first.Version() {
		t.Error(cmp.Diff(first.parts, second.parts, cmp.AllowUnexported(filed{})))
	}
	for name, change := range map[string][2]string{"text": {"eins", "Eins"}, "answer": {`"a"`, `"b"`}, "id": {`"8"`, `"9"`}} {
		s := spec(t, "x.jsonl", columns, map[string]string{"x.jsonl": strings.Replace(jsonl, change[0], change[1], 1)})
		s.HeldOut = 0
		versions[name] = from(t, s).Version()
	}
	seen := map[string]bool{}
	for name, v := range versions {
		if seen[v] || !strings.HasPrefix(v, "files ") {
			t.Errorf("changed in its %s the version is %s", name, v)
		}
		seen[v] = true
	}
}
