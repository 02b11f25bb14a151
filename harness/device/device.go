// Package device chooses the backend that runs the graphs, installs XLA plugins and probes them.
//
// XLA through a PJRT plugin is the default. A plugin is a shared library of some 200 MB; Setup puts one into the user's
// cache, and nothing is ever downloaded at run time. Without a plugin, or built without a C compiler, the pure-Go backend
// of GoMLX runs: slower by a factor of about fifteen, and bit-identical whatever the number of workers.
package device

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"
)

// Backend runs graphs. Only this package and nn know GoMLX; the others pass a Backend on.
type Backend = compute.Backend

// Info says what runs the graphs.
type Info struct {
	Name   string // "xla" or "go"
	Plugin Plugin // the zero Plugin on the pure-Go backend
	// Version is that of GoMLX where its pure-Go backend runs. The binary of a test does not tell it.
	Version string
	Flags   string // what the environment tells XLA about results
	// Processor is set where the processor computes and not an accelerator with a memory of its own.
	Processor bool
	// Threads is the size of XLA's pool of threads; 0 on the pure-Go backend and on an accelerator, where results do not
	// depend on it.
	Threads int
	// Why explains, in one line, why the pure-Go backend runs although nobody asked for it; else it is empty.
	Why string
}

// String is the line that reports print.
func (i Info) String() string {
	if i.Name == "go" && simd {
		return "pure Go, SIMD"
	}
	if i.Name == "go" {
		return "pure Go"
	}
	return "XLA, " + i.Plugin.Name
}

// Key is what of the device enters the keys of stages: another backend, plugin, number of threads and other flags round
// otherwise. XLA divides the inner dimension of a long product, such as a weight's gradient, among its threads.
func (i Info) Key() string {
	if i.Name == "go" && simd {
		instructions, _ := processor() // unknown, all processors count as the same one
		return fmt.Sprintf("go, gomlx %s, simd %.8x", i.Version, sha256.Sum256([]byte(instructions)))
	}
	if i.Name == "go" {
		return "go, gomlx " + i.Version
	}
	key := strings.TrimSpace("xla " + i.Plugin.SHA256 + " " + i.Flags)
	if i.Threads > 0 {
		key += threadsMark + strconv.Itoa(i.Threads)
	}
	return key
}

// Open starts the backend of the given choice: "auto" (the installed XLA plugin, else pure Go), "go", "xla" (the
// installed plugin, else an error) or the path of a plugin.
func Open(choice string) (Backend, Info, error) {
	info, err := resolve(choice)
	if err != nil {
		return nil, Info{}, err
	}
	if info.Name == "go" {
		b, err := openGo()
		return b, info, err
	}
	site := siteOf(info) // before XLA starts: on CUDA it sets variables of its own
	b, err := openXLA(info.Plugin)
	if err != nil {
		err = loadError(info.Plugin.Path, err)
		if choice == "auto" || choice == "xla" {
			return nil, Info{}, fmt.Errorf("starting XLA with %s: %w (congrad doctor)", info.Plugin.Path, err)
		}
		return nil, Info{}, fmt.Errorf("starting XLA with %s: %w", choice, err)
	}
	info = on(b, info)
	if was := (started{}); info.Processor && (!site.Load("started", &was) || was.Devices != int(b.NumDevices())) {
		site.Save("started", started{int(b.NumDevices())})
	}
	return keeping(b, info)
}

// resolve says what a choice would start.
func resolve(choice string) (Info, error) {
	path := strings.HasSuffix(choice, ".so") || strings.HasSuffix(choice, ".dylib")
	switch {
	case choice == "go":
		return goInfo(""), nil
	case choice != "auto" && choice != "xla" && !path:
		return Info{}, notDevice(choice)
	}
	var plugin Plugin
	err := Supported()
	switch {
	case err == nil && path:
		var file string
		if file, err = filepath.Abs(choice); err == nil {
			plugin, err = given(file)
		}
		if err != nil {
			return Info{}, fmt.Errorf("starting XLA with %s: %w", choice, err)
		}
	case err == nil:
		plugin, err = Installed()
	}
	switch {
	case err != nil && choice == "auto":
		return goInfo(err.Error()), nil
	case err != nil:
		return Info{}, fmt.Errorf("starting XLA: %w", err)
	}
	return xlaInfo(plugin), nil
}

// notDevice says why a choice is none, and what to write.
func notDevice(choice string) error {
	const want = "give auto, xla, go, or the path of a PJRT plugin (congrad doctor)"
	switch lower := strings.ToLower(choice); {
	case slices.Contains([]string{"auto", "xla", "go"}, lower):
		return fmt.Errorf("device %q: write %s", choice, lower)
	case strings.HasPrefix(lower, "cpu"):
		return fmt.Errorf("device %q: xla computes on the processor, and so does go, without a plugin; %s", choice, want)
	case slices.ContainsFunc([]string{"cuda", "gpu", "rocm", "tpu", "metal", "mps"}, func(name string) bool { return strings.HasPrefix(lower, name) }):
		return fmt.Errorf("device %q: an accelerator has no name of its own here: give the path of its PJRT plugin, a library that ends in .so or .dylib, such as the one in a jax plugin's wheel", choice)
	}
	if stat, err := os.Stat(choice); err == nil {
		what := "its name does not end in .so or .dylib, as a plugin's does"
		if stat.IsDir() {
			what = "it is a folder"
		}
		return fmt.Errorf("device %q: is not a PJRT plugin: %s; %s", choice, what, want)
	}
	return fmt.Errorf("device %q: no such device or file; %s", choice, want)
}

// on says whether XLA runs on the processor, which its devices tell in words of their own: "TFRT_CPU_0", "CpuDevice(id=0)".
func on(b Backend, i Info) Info {
	if i.Processor = strings.Contains(strings.ToLower(b.DeviceDescription(0)), "cpu"); i.Processor {
		i.Threads = threads(int(b.NumDevices()))
	}
	return i
}

// keeping has a backend keep its compiled programs in the user's cache, if there is one.
func keeping(b Backend, i Info) (Backend, Info, error) {
	if dir, err := programsDir(); err == nil {
		if k := newKept(dir, i, b.DeviceDescription(0)); k != nil {
			keep(b, k)
		}
	}
	return b, i, nil
}

// openGo starts the pure-Go backend. Its parallel executor deadlocks on training graphs, so operations run one after
// another (each may still use several cores).
func openGo() (Backend, error) {
	b, err := gobackend.New("ops_sequential")
	if err != nil {
		return nil, fmt.Errorf("starting the pure-Go backend: %w", err)
	}
	return b, nil
}

// goInfo describes the pure-Go backend. why says why it runs although nobody asked for it.
func goInfo(why string) Info { return Info{Name: "go", Version: goMLX(), Why: why, Processor: true} }

// goMLX is the version of GoMLX that the program is built with.
func goMLX() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			if d.Path == "github.com/gomlx/gomlx" {
				return d.Version
			}
		}
	}
	return ""
}

// xlaInfo describes XLA before it starts: on CUDA it adds flags of its own.
func xlaInfo(p Plugin) Info { return Info{Name: "xla", Plugin: p, Flags: flags()} }
