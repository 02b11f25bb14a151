package device

import (
	"os"
	"path/filepath"
	"testing"
)

// Whatever plugin.json is, there is an error, or a plugin whose file has the size that is written.
func FuzzInstalled(f *testing.F) {
	f.Add(`{"name": "x", "path": "/bin/ls", "sha256": "", "size": 1}`)
	f.Add(`{"path": "", "size": -1}`)
	f.Add(`null`)
	cache := f.TempDir()
	f.Setenv("CONGRAD_CACHE", cache)
	f.Setenv("CONGRAD_PLUGIN", "")
	f.Fuzz(func(t *testing.T, record string) {
		if err := os.WriteFile(filepath.Join(cache, "plugin.json"), []byte(record), 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := Installed()
		if err != nil {
			return
		}
		if stat, err := os.Stat(p.Path); err != nil || stat.Size() != p.Size || !stat.Mode().IsRegular() {
			t.Fatalf("%q: read as %+v: %v", record, p, err)
		}
	})
}
