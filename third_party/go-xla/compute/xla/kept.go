package xla

import (
	"github.com/gomlx/go-xla/pjrt"
	"k8s.io/klog/v2"
)

// Kept keeps compiled programs between processes. An executable is of use to the plugin, the processor and the flags that made it
// and to no others: a plugin may load another one's executable without an error and compute something else. So the keys of a Kept
// have to tell these apart. It may be called from several goroutines.
type Kept interface {
	// Load returns the executable that Save was given for the program, or nil.
	Load(program []byte) []byte
	// Save keeps an executable.
	Save(program, executable []byte)
}

// Keep sets what keeps compiled programs. Without it, every program is compiled. Call it before the first one.
func (backend *Backend) Keep(kept Kept) { backend.kept = kept }

// Loaded is how many programs were not compiled, since their executables were kept.
func (backend *Backend) Loaded() int { return int(backend.loaded.Load()) }

// loadOrCompile returns a kept executable of the program, else it compiles and keeps it. Programs for several devices are compiled
// always.
func (backend *Backend) loadOrCompile(program []byte, portable bool, compile *pjrt.CompileConfig) (*pjrt.LoadedExecutable, error) {
	if backend.kept == nil || !portable {
		return compile.Done()
	}
	if executable := backend.kept.Load(program); executable != nil {
		exec, err := backend.client.Load(executable)
		if err == nil {
			backend.loaded.Add(1)
			return exec, nil
		}
		klog.V(1).Infof("a kept executable does not load, the program is compiled: %v", err)
	}
	exec, err := compile.Done()
	if err != nil {
		return nil, err
	}
	if executable, err := exec.Serialize(); err == nil {
		backend.kept.Save(program, executable)
	} else {
		klog.V(1).Infof("the plugin does not serialize executables: %v", err)
	}
	return exec, nil
}
