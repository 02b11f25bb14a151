package run

import (
	"os"
	"strconv"
	"strings"
)

// memory follows how much memory the process holds at most, where Linux tells it: the resident set, files that are mapped
// included, and nothing of what a GPU holds.
type memory struct {
	most int64 // up to the last stage's begin or end, in bytes
	anew bool  // whether it is measured anew for each stage, which a system may forbid
}

// begin has the kernel measure anew (5 to clear_refs, see proc(5)).
func (m *memory) begin() {
	m.most = max(m.most, resident())
	m.anew = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) == nil
}

// end is the most since begin; 0 where that is not known.
func (m *memory) end() int64 {
	now := resident()
	m.most = max(m.most, now)
	if !m.anew {
		return 0
	}
	return now
}

// Peak is the most memory that the process has held, in bytes; 0 where that is not known.
func (e *Env) Peak() int64 { return max(e.memory.most, resident()) }

// resident is the high-water mark of the resident set.
func resident() int64 {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, line, _ := strings.Cut(string(data), "VmHWM:")
	line, _, _ = strings.Cut(line, "kB")
	kilobytes, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
	if err != nil {
		return 0
	}
	return 1024 * kilobytes
}
