package device

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What was found out about a plugin holds for the same file in the same environment, and for no other.
func TestSite(t *testing.T) {
	if err := Supported(); err != nil {
		t.Skip(err)
	}
	t.Setenv("CONGRAD_CACHE", t.TempDir())
	t.Setenv("CONGRAD_PLUGIN", "")
	t.Setenv("PJRT_NPROC", "")
	t.Setenv("XLA_FLAGS", "")
	plugin := filepath.Join(t.TempDir(), "plugin.so")
	if err := os.WriteFile(plugin, []byte("a library"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, ok := Known(plugin); ok {
		t.Fatal("a plugin that was never started is known")
	}
	s, err := SiteOf(plugin)
	if err != nil {
		t.Fatal(err)
	}
	s.Save("started", started{Devices: 300})
	info, ok := Known(plugin)
	if !ok || !info.Processor || info.Threads != 300 || info.Plugin.SHA256 != s.Info.Plugin.SHA256 {
		t.Fatalf("%v %+v", ok, info)
	}
	for name, change := range map[string]func(t *testing.T){
		"flags":   func(t *testing.T) { t.Setenv("XLA_FLAGS", "--xla_cpu_enable_fast_math=true") },
		"threads": func(t *testing.T) { t.Setenv("PJRT_NPROC", "400") },
		"time":    func(*testing.T) { os.Chtimes(plugin, time.Unix(1, 0), time.Unix(1, 0)) },
		"content": func(*testing.T) { os.WriteFile(plugin, []byte("b library"), 0o755) },
	} {
		t.Run(name, func(t *testing.T) {
			stat, _ := os.Stat(plugin)
			change(t)
			if _, ok := Known(plugin); ok {
				t.Error("the plugin is still known")
			}
			os.WriteFile(plugin, []byte("a library"), 0o755)
			os.Chtimes(plugin, stat.ModTime(), stat.ModTime())
		})
		if _, ok := Known(plugin); !ok {
			t.Fatalf("%s: the plugin is not known again", name)
		}
	}
}

// What is known without starting a backend is what Open says.
func TestKnownIsWhatOpenSays(t *testing.T) {
	_, opened, err := Open("go")
	if info, ok := Known("go"); err != nil || !ok || info != opened {
		t.Errorf("%+v instead of %+v, %v", info, opened, err)
	}
	needXLA(t)
	_, opened, err = Open("xla")
	if err != nil {
		t.Fatal(err)
	}
	if info, ok := Known("xla"); ok != opened.Processor || ok && info != opened {
		t.Errorf("%v, %+v instead of %+v", ok, info, opened)
	}
}
