package device

import (
	"bytes"
	"os"
	"strings"
)

// tunable is the setting of glibc's allocator that XLA's buffers do well with: it asks for transparent huge pages. By default every step
// of training takes its buffers from the system page by page, tens of thousands of page faults, and gives them back. Thresholds of the
// allocator (mmap_max, mmap_threshold, trim_threshold) were measured too, with it and without: they gain nothing more.
const tunable = "glibc.malloc.hugetlb=1"

const (
	tunablesVariable = "GLIBC_TUNABLES"
	// restarted is the value of CONGRAD_ALLOCATOR in a process that was started again. The tunable alone is no mark of it: glibc drops
	// all of them where a program has more rights than its user.
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
	if name, _, _ := strings.Cut(tunable, "="); strings.Contains(os.Getenv(tunablesVariable), name+"=") {
		return tunablesVariable + " sets " + name
	}
	return ""
}

// tuned is an environment with the tunable and the mark of a process that was started again.
func tuned(environment []string) []string {
	set := tunable
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

// restore undoes tuned in this process, for the programs that it starts. glibc has read the tunable by now.
func restore() {
	os.Unsetenv("CONGRAD_ALLOCATOR")
	others, ok := strings.CutPrefix(os.Getenv(tunablesVariable), tunable)
	switch others = strings.TrimPrefix(others, ":"); {
	case !ok: // dropped by glibc
	case others == "":
		os.Unsetenv(tunablesVariable)
	default:
		os.Setenv(tunablesVariable, others)
	}
}

// atStart is a variable of the environment that the process was started with; later changes do not show, but glibc leaves a NUL instead of
// the first colon in its tunables.
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
