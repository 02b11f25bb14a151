package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// dataServer speaks the hub's protocol about one data set, org/set, with its shards in folders. asked gets the paths.
func dataServer(t *testing.T, files map[string]string, asked *[]string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked = append(*asked, r.URL.EscapedPath())
		name, file := strings.CutPrefix(r.URL.Path, "/datasets/org/set/resolve/"+commit+"/")
		switch {
		case strings.HasPrefix(r.URL.Path, "/api/datasets/org/set/revision/"):
			var siblings []map[string]any
			for name, content := range files {
				siblings = append(siblings, map[string]any{"rfilename": name, "size": len(content), "lfs": map[string]any{"sha256": sha(content), "size": len(content)}})
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"sha": commit, "siblings": siblings})
		case file && files[name] != "":
			fmt.Fprint(w, files[name])
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(server.Close)
	t.Setenv("HF_HOME", t.TempDir())
	t.Setenv("HF_HUB_CACHE", "")
	t.Setenv("HUGGINGFACE_HUB_CACHE", "")
	t.Setenv("HF_TOKEN", "")
	t.Setenv("HF_HUB_OFFLINE", "")
	t.Setenv("HF_ENDPOINT", server.URL)
}

func TestDownloadData(t *testing.T) {
	files := map[string]string{
		"README.md": "---\nlicense: cc-by-4.0\n---\n", "de/test-00000-of-00002.parquet": "one", "de/test-00001-of-00002.parquet": "two", "de/dev-00000-of-00001.parquet": "three",
		"fr/test-00000-of-00001.parquet": "four", "../../../evil.parquet": "five", "a b/c#d.jsonl": "six",
	}
	var asked []string
	dataServer(t, files, &asked)
	fetch := func(pattern string) (FetchedData, error) {
		p, err := ParseDataPath("hub:org/set/" + pattern)
		if err != nil {
			t.Fatal(err)
		}
		cache, err := CacheDir()
		if err != nil {
			t.Fatal(err)
		}
		c, err := NewClient()
		if err != nil {
			t.Fatal(err)
		}
		return c.DownloadData(context.Background(), cache, p.ID, func(name string) bool { fits, _ := path.Match(p.File, name); return fits }, func(string, int64, int64) {})
	}
	if _, err := Local("hub:org/set/de/test-*.parquet"); err == nil || err.Error() != "org/set was not downloaded" {
		t.Error(err)
	}
	got, err := fetch("de/test-*.parquet")
	slices.Sort(got.Files)
	if err != nil || got.Commit != commit || !slices.Equal(got.Files, []string{"de/test-00000-of-00002.parquet", "de/test-00001-of-00002.parquet"}) {
		t.Fatalf("%+v, %v", got, err)
	}
	where, err := Local("hub:org/set/de/test-*.parquet")
	if err != nil || where != filepath.Join(os.Getenv("HF_HOME"), "hub", "datasets--org--set", "snapshots", commit, "de", "test-*.parquet") {
		t.Errorf("%s, %v", where, err)
	}
	for _, name := range append(got.Files, cardFile) {
		text, err := os.ReadFile(filepath.Join(got.Folder, name))
		if err != nil || string(text) != files[name] {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	if _, err := os.Stat(filepath.Join(got.Folder, "fr")); err == nil {
		t.Error("another language was fetched, too")
	}
	// what is there is not fetched again, and a name may need escaping
	asked = nil
	if _, err := fetch("*/test-*.parquet"); err != nil || len(asked) != 2 {
		t.Errorf("%v, %q", err, asked)
	}
	if got, err := fetch("a b/*.jsonl"); err != nil || len(got.Files) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := fetch("es/*.parquet"); err == nil || !strings.HasPrefix(err.Error(), "org/set has no such file; it has ") {
		t.Error(err)
	}
	t.Setenv("HF_HUB_OFFLINE", "1")
	if _, err := NewClient(); err == nil || !strings.HasPrefix(err.Error(), "HF_HUB_OFFLINE is set") {
		t.Error(err)
	}
	if where, err := Local("hub:org/set@main/fr/test-*.parquet"); err != nil || !strings.HasPrefix(where, got.Folder) {
		t.Errorf("offline: %s, %v", where, err)
	}
}

func TestParseDataPath(t *testing.T) {
	got, err := ParseDataPath("hub:org/set@v1/data/{lang}/test-*.parquet")
	if want := (DataPath{ID{Org: "org", Name: "set", Revision: "v1", Data: true}, "data/{lang}/test-*.parquet"}); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	for _, s := range []string{"", "hub:", "hub:org/set", "hub:org/set/", "hub:org/set/../x", "hub:org/set//x", "hub:../set/x", "org/set/x", `hub:org/set/a\..\b`, "hub:org/set@/x"} {
		if got, err := ParseDataPath(s); err == nil {
			t.Errorf("%q: %+v", s, got)
		}
	}
}
