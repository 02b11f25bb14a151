package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whatever the files of a run are, it is listed under its name.
func FuzzLook(f *testing.F) {
	f.Add(`{"outcome": "finished", "tags": ["x"]}`, "model = \"tiny\"\nseeds = [1]\n[[arms]]\nname = \"a\"\n", "claim,verdict\nx,supported\n")
	f.Add(`{`, "arms = 1\n", "\"")
	f.Add(`{"outcome": 1, "seconds": []}`, "seeds = [-1]\n", "verdict\n")
	dir := filepath.Join(f.TempDir(), "a-run")
	if err := os.MkdirAll(filepath.Join(dir, "tables"), 0o700); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, manifest, resolved, claims string) {
		for name, text := range map[string]string{"manifest.json": manifest, "resolved.toml": resolved, "tables/claims.csv": claims, "tables/main.csv": claims} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		l := look(dir)
		if l.Name != "a-run" || l.Bytes != int64(len(manifest)+len(resolved)+2*len(claims)) || strings.Contains(l.State, "json: cannot") {
			t.Fatalf("%+v", l)
		}
	})
}
