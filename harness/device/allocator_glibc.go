//go:build cgo && linux

package device

// #include <stdlib.h>
// #ifdef __GLIBC__
// enum { glibc = 1 };
// #else
// enum { glibc = 0 };
// #endif
import "C"

import (
	"os"
	"strings"
	"syscall"
)

// TuneAllocator has the program start again, in the same process, with a setting of glibc's allocator, which glibc reads only then. It
// returns where that has been done, is not wanted or fails. It is to be called before anything else.
//
// Streams, arguments, signals and exit code are those of the process. Programs that it starts do not inherit the setting.
func TuneAllocator() {
	if os.Getenv("CONGRAD_ALLOCATOR") == restarted {
		restore()
		return
	}
	if C.glibc == 0 || untuned(hugePages()) != "" {
		return
	}
	if self, err := os.Executable(); err == nil {
		_ = syscall.Exec(self, os.Args, tuned(os.Environ())) // if it fails, the program is slower
	}
}

// Allocator says in a line how the C library's allocator is set.
func Allocator() string {
	if atStart("CONGRAD_ALLOCATOR") == restarted && strings.HasPrefix(atStart(tunablesVariable), tunable) {
		return tunable + " (CONGRAD_ALLOCATOR=system leaves it as it is)"
	}
	why := untuned(hugePages())
	switch {
	case C.glibc == 0:
		why = "the C library is not glibc"
	case why == "":
		why = "the program could not be started again"
	}
	return "as the system has it: " + why
}

// hugePages is the system's setting for transparent huge pages; empty where it has none.
func hugePages() string {
	set, err := os.ReadFile("/sys/kernel/mm/transparent_hugepage/enabled")
	if err != nil {
		return ""
	}
	return string(set)
}
