package device

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/google/renameio/v2"
)

// Site is a backend on this machine in this environment. What was once found out about it is kept in the user's cache, and holds while
// none of them changes: the plugin's file, the processor and its cores, and the variables that XLA reads.
type Site struct {
	Info Info   // before the backend starts: without Processor and Threads of XLA
	path string // of notes, without their ends; empty where nothing can be kept
}

// SiteOf is the site of a choice, as for Open. Nothing is started.
func SiteOf(choice string) (Site, error) {
	info, err := resolve(choice)
	return siteOf(info), err
}

func siteOf(i Info) Site {
	s := Site{Info: i}
	processor, err := processor()
	dir, err2 := cacheDir()
	if err != nil || err2 != nil {
		return s
	}
	file := runtime.Version() // of the pure-Go backend
	if i.Name != "go" {
		stat, err := os.Stat(i.Plugin.Path)
		if err != nil {
			return s
		}
		file = stat.ModTime().String()
	}
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %d %d %q", i.Key(), file, processor, runtime.NumCPU(), runtime.GOMAXPROCS(0), Environment())
	s.path = filepath.Join(dir, "sites", hex.EncodeToString(h.Sum(nil)[:16]))
	return s
}

// Load reads a note into a value and reports whether there is one.
func (s Site) Load(name string, into any) bool {
	if s.path == "" {
		return false
	}
	data, err := os.ReadFile(s.path + "-" + name + ".json")
	return err == nil && json.Unmarshal(data, into) == nil
}

// Save keeps a note. What cannot be kept is found out again the next time.
func (s Site) Save(name string, v any) {
	data, err := json.Marshal(v)
	if err == nil && s.path != "" && os.MkdirAll(filepath.Dir(s.path), 0o755) == nil {
		_ = renameio.WriteFile(s.path+"-"+name+".json", append(data, '\n'), 0o644)
	}
}

// started is what is kept about a backend that once started.
type started struct {
	Devices int `json:"devices"` // of a plugin that computes on the processor
}

// Known is the Info that Open would give, without starting XLA; false where the plugin was never started at this site, does not compute on
// the processor, or cannot be had.
func Known(choice string) (Info, bool) {
	s, err := SiteOf(choice)
	if err != nil || s.Info.Name == "go" {
		return s.Info, err == nil
	}
	var was started
	if !s.Load("started", &was) || was.Devices < 1 {
		return Info{}, false
	}
	s.Info.Processor, s.Info.Threads = true, threads(was.Devices)
	return s.Info, true
}
