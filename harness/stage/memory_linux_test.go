package stage

import (
	"os"
	"syscall"
	"testing"
)

// hold has the process hold so many bytes until the result is called.
func hold(t *testing.T, bytes int) (release func()) {
	t.Helper()
	block, err := syscall.Mmap(-1, 0, bytes, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(block); i += os.Getpagesize() {
		block[i] = 1
	}
	return func() {
		if err := syscall.Munmap(block); err != nil {
			t.Error(err)
		}
	}
}

// What the process holds at most is measured for each stage: what is held while several are at work is in the peak of each, what is
// let go before a stage begins is in none of its.
func TestPeaksOfStagesThatOverlap(t *testing.T) {
	if os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) != nil {
		t.Skip("this system does not measure it again")
	}
	const large = 200 << 20
	var x Executor
	m := &x.memory
	m.begin("before")
	without := m.end("before")
	m.begin("all")
	m.begin("during")
	hold(t, large)()
	during := m.end("during")
	hold(t, large)()
	m.begin("after")
	after, all := m.end("after"), m.end("all")
	if during < large || all < large {
		t.Errorf("peaks of %d and %d bytes with %d in use", during, all, large)
	}
	if after > without+large/2 {
		t.Errorf("a peak of %d bytes behind %d, and %d before", after, large, without)
	}
	if x.Peak() < large {
		t.Errorf("%d bytes in all", x.Peak())
	}
	if len(m.peaks) != 0 {
		t.Errorf("ended stages are followed: %v", m.peaks)
	}
}
