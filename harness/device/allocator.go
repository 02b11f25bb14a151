package device

import (
	"bytes"
	"os"
	"strings"
)

// tunables are the settings of glibc's allocator that XLA's buffers do well with: huge pages, and memory that is kept for the next
// buffer instead of given back. By default every step of training takes its buffers from the system, page by page, and gives them back.
const tunables = "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=268435456"

const (
	tunablesVariable = "GLIBC_TUNABLES"
	// restarted is the value of CONGRAD_ALLOCATOR in a process that was started again. The tunables alone are no mark of it: glibc drops
	// them where a program has more rights than its user.
	restarted = "restarted"
)

// untuned says why the allocator is left as it is; it is empty if it is to be tuned. pages is the system's setting for transparent
// huge pages: "always [madvise] never".
func untuned(pages string) string {
	switch set := os.Getenv("CONGRAD_ALLOCATOR"); {
	case set != "":
		return "CONGRAD_ALLOCATOR is " + set
	case pages == "" || strings.Contains(pages, "[never]"):
		return "the system has no transparent huge pages"
	}
	for setting := range strings.SplitSeq(tunables, ":") {
		name, _, _ := strings.Cut(setting, "=")
		if strings.Contains(os.Getenv(tunablesVariable), name+"=") {
			return tunablesVariable + " sets " + name
		}
	}
	return ""
}

// tuned is an environment with the tunables and the mark of a process that was started again.
func tuned(environment []string) []string {
	set := tunables
	var list []string
	for _, e := range environment {
		if others, ok := strings.CutPrefix(e, tunablesVariable+"="); ok {
			set += ":" + others
		} else {
			list = append(list, e)
		}
	}
	return append(list, tunablesVariable+"="+set, "CONGRAD_ALLOCATOR="+restarted)
}

// restore undoes tuned in this process, for the programs that it starts. glibc has read the tunables by now.
func restore() {
	os.Unsetenv("CONGRAD_ALLOCATOR")
	others, ok := strings.CutPrefix(os.Getenv(tunablesVariable), tunables)
	switch others = strings.TrimPrefix(others, ":"); {
	case !ok: // dropped by glibc
	case others == "":
		os.Unsetenv(tunablesVariable)
	default:
		os.Setenv(tunablesVariable, others)
	}
}

// atStart is a variable of the environment that the process was started with; later changes do not show.
func atStart(name string) string {
	data, err := os.ReadFile("/proc/self/environ")
	if err != nil {
		return ""
	}
	for e := range bytes.SplitSeq(data, []byte{0}) {
		if value, ok := bytes.CutPrefix(e, []byte(name+"=")); ok {
			return string(value)
		}
	}
	return ""
}
