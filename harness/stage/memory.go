package stage

import (
	"os"
	"strconv"
	"strings"
	"sync"
)

// memory follows how much memory the process holds at most, where Linux tells it: the resident set, files that are mapped
// included, and nothing of what a GPU holds. The kernel keeps one high-water mark, which is read and lowered whenever a stage
// begins or ends; each stage at work has then been there up to that mark.
type memory struct {
	mu    sync.Mutex
	most  int64         // up to the last reading, in bytes
	peaks map[Ref]int64 // of the stages at work; 0 where the mark cannot be lowered
}

// begin starts to follow a stage.
func (m *memory) begin(key Ref) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.read()
	if m.peaks == nil {
		m.peaks = map[Ref]int64{}
	}
	m.peaks[key] = 0
}

// end is the most since the stage's begin; 0 where that is not known.
func (m *memory) end(key Ref) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.read()
	defer delete(m.peaks, key)
	return m.peaks[key]
}

// read enters the mark into the peaks of the stages at work and has the kernel start again (5 to clear_refs, see proc(5)).
func (m *memory) read() {
	now := resident()
	m.most = max(m.most, now)
	if os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) != nil {
		clear(m.peaks)
		return
	}
	for key, peak := range m.peaks {
		m.peaks[key] = max(peak, now)
	}
}

// Peak is the most memory that the process has held, in bytes; 0 where that is not known.
func (x *Executor) Peak() int64 {
	x.memory.mu.Lock()
	defer x.memory.mu.Unlock()
	return max(x.memory.most, resident())
}

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
