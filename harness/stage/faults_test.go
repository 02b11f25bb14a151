package stage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"congrad/harness/disk"
	"congrad/harness/disk/faulty"
	"congrad/harness/store"
)

// study is a small study whose stages keep what they have done in every way that stages do: a stage of units, one of checkpoints and
// files, one that asks a server; and then files of a run.
type study struct {
	*rig
	finished []string // labels of stages that were reported finished
}

func (s *study) Begin(st *Stage, number, total int) Line { return studyLine{s, st} }
func (s *study) Reused(st *Stage)                        { s.reused = append(s.reused, st.Label) }

type studyLine struct {
	*study
	stage *Stage
}

func (studyLine) Expect(int)       {}
func (studyLine) Advance(int, int) {}
func (studyLine) Loss(float64)     {}
func (studyLine) Note(string)      {}
func (l studyLine) End(finished bool, _ time.Duration) {
	if finished {
		l.finished = append(l.finished, l.stage.Label)
	}
}

// conduct does the study in a folder, as far as the disk lets it. results is what a run would report.
func (s *study) conduct(t *testing.T, f disk.FS, root string) (results string, err error) {
	st, err := store.OpenOn(f, filepath.Join(root, ".store"))
	if err != nil {
		return "", err
	}
	defer st.Close()
	s.rig = &rig{T: t, store: st, working: map[string]bool{}, ended: map[string]bool{}, work: s.stageWork}
	last := s.add("ask", 0, s.add("train", 0, s.add("sample", 0)))
	x := &Executor{Store: st, Report: s, Machine: "a machine", Work: s.do}
	if err := x.Run(context.Background(), s.stages); err != nil {
		return "", err
	}
	data, err := Shelf{Store: st}.Read(last.Key, "text")
	if err != nil {
		return "", err
	}
	for _, name := range []string{"records/answers.jsonl", "report.md"} {
		if err := disk.Write(f, filepath.Join(root, "run", name), disk.Bytes(data)); err != nil {
			return "", err
		}
	}
	return string(data), nil
}

func (s *study) stageWork(ctx context.Context, st *Stage, d *Desk) error {
	switch st.Label {
	case "sample":
		list, err := store.Units(ctx, d.Scratch(), 3, func(i int) (int, error) { return i * i, nil })
		if err == nil && !slices.Equal(list, []int{0, 1, 4}) {
			err = fmt.Errorf("the units are %v", list)
		}
		return err
	case "train":
		return steps(d.Scratch())
	}
	replies, err := d.Store.Replies("server")
	if err != nil {
		return err
	}
	for i := range 2 {
		key, got := fmt.Sprint(i), ""
		if !replies.Get(key, &got) {
			if err = replies.Put(key, "reply "+key); err != nil {
				break
			}
		} else if got != "reply "+key {
			err = fmt.Errorf("the reply to %s is %q", key, got)
		}
	}
	return errors.Join(err, replies.Close())
}

// steps goes from the last checkpoint to the third step, with a checkpoint behind each.
func steps(s store.Scratch) error {
	kept, err := s.Latest()
	if err != nil {
		return err
	}
	at := len(kept["state"])
	if text := string(kept["state"]); text != "abc"[:at] {
		return fmt.Errorf("the checkpoint is %q", text)
	}
	for at++; at <= 3; at++ {
		if err := s.Keep(func(add store.AddFile) error {
			return add("state", func(w io.Writer) error {
				_, err := io.WriteString(w, "abc"[:at])
				return err
			})
		}); err != nil {
			return err
		}
	}
	if err := s.Save("pass", []byte("done")); err != nil {
		return err
	}
	if data, err := s.Load("pass"); err != nil || string(data) != "done" {
		return fmt.Errorf("the file is %q, %w", data, err)
	}
	return nil
}

// Every operation of a study fails once, in every way: an error, a full disk, a disk that cannot be written, half a write, and the
// death of the process before and after it, which may be the machine's: then what was not flushed is gone, torn or zeros. No call ends
// well with other results; the next call ends well with the same results, and takes every stage that was reported finished. So it is
// for a study that begins, and for ones that go on behind a kill.
func TestEveryOperationFailsOnce(t *testing.T) {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		t.Setenv("TMPDIR", "/dev/shm") // thousands of small files, which nobody keeps
	}
	all := []faulty.Fault{faulty.IO, faulty.NoSpace, faulty.ReadOnly, faulty.Short, faulty.CrashBefore, faulty.CrashAfter, faulty.Torn}
	var sum counts
	sum.failEach(t, "from the start", all, func(string) {})
	for _, killed := range []struct {
		op    faulty.Op
		fault faulty.Fault
	}{
		{faulty.Op{Kind: "write", Path: "units.log"}, faulty.Torn},
		{faulty.Op{Kind: "rename", Path: "checkpoint-00000002"}, faulty.CrashAfter},
	} {
		sum.failEach(t, "behind a kill at "+killed.op.String(), []faulty.Fault{faulty.IO, faulty.CrashAfter, faulty.Torn}, func(root string) {
			d := faulty.New(root, func(_ int, op faulty.Op) faulty.Fault {
				if op.Kind == killed.op.Kind && strings.HasSuffix(op.Path, killed.op.Path) {
					return killed.fault
				}
				return faulty.None
			})
			if _, err := (&study{}).conduct(t, d, root); err == nil {
				t.Fatalf("%s was not met", killed.op)
			}
		})
	}
	t.Logf("%d operations %v, %d faults, %d power cuts", sum.ops, sum.kinds, sum.faults, sum.cuts)
	for _, kind := range []string{"append", "create", "mkdir", "remove", "rename", "sync", "syncdir", "truncate", "write"} {
		if sum.kinds[kind] == 0 {
			t.Errorf("no %s was failed", kind)
		}
	}
}

// counts are what was tried.
type counts struct {
	ops, faults, cuts int
	kinds             map[string]int
}

const wanted = "ask(train(sample))"

// failEach fails each operation of a study that goes on from what prepare leaves in a folder.
func (c *counts) failEach(t *testing.T, from string, faults []faulty.Fault, prepare func(root string)) {
	t.Helper()
	root := t.TempDir()
	prepare(root)
	whole := faulty.New(root, nil)
	if got, err := (&study{}).conduct(t, whole, root); err != nil || got != wanted {
		t.Fatalf("%s: %q, %v", from, got, err)
	}
	ops := whole.Ops()
	if c.kinds == nil {
		c.kinds = map[string]int{}
	}
	c.ops += len(ops)
	for _, op := range ops {
		c.kinds[op.Kind]++
	}
	for _, fault := range faults {
		for at, op := range ops {
			if op.Kind != "write" && (fault == faulty.Short || fault == faulty.Torn) {
				continue // the same as NoSpace and CrashAfter
			}
			root := t.TempDir()
			prepare(root)
			c.fail(t, fmt.Sprintf("%s, fault %d of operation %d (%s)", from, fault, at, op), fault, at, root)
		}
	}
}

// fail fails one operation.
func (c *counts) fail(t *testing.T, what string, fault faulty.Fault, at int, root string) {
	t.Helper()
	d := faulty.New(root, func(n int, _ faulty.Op) faulty.Fault {
		if n == at {
			return fault
		}
		return faulty.None
	})
	first := &study{}
	got, err := first.conduct(t, d, root)
	c.faults++
	if err == nil && (got != wanted || d.Crashed()) {
		t.Errorf("%s: %q without an error", what, got)
	}
	means := map[faulty.Fault]error{faulty.NoSpace: syscall.ENOSPC, faulty.Short: syscall.ENOSPC, faulty.ReadOnly: syscall.EROFS}[fault]
	if err != nil && means != nil && !errors.Is(err, means) {
		t.Errorf("%s: %v", what, err)
	}
	if fault == faulty.CrashAfter || fault == faulty.Torn { // before an operation is behind the one before
		for _, tail := range []faulty.Tail{faulty.Dropped, faulty.Half, faulty.Zeros} {
			left := t.TempDir()
			if err := d.PowerCut(left, tail); err != nil {
				t.Fatal(err)
			}
			first.goesOn(t, fmt.Sprintf("%s, power cut %d", what, tail), left)
			c.cuts++
		}
	}
	first.goesOn(t, what, root)
}

// goesOn calls the study again.
func (s *study) goesOn(t *testing.T, what, root string) {
	t.Helper()
	next := &study{}
	if got, err := next.conduct(t, faulty.New(root, nil), root); err != nil || got != wanted {
		t.Fatalf("%s; the next call: %q, %v", what, got, err)
	}
	for _, label := range s.finished {
		if !slices.Contains(next.reused, label) {
			t.Errorf("%s: %s was finished, and is done again", what, label)
		}
	}
}
