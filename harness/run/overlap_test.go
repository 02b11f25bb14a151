package run

import (
	"context"
	"testing"
)

// How many stages overlap makes no difference to any record.
func TestRecordsDoNotDependOnOverlap(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	var want map[string][]byte
	for _, atOnce := range []int{1, 2, 4} {
		l.bench.AtOnce = atOnce
		f := &follower{}
		got, err := l.run(t, context.Background(), l.planOf(t, every()), t.TempDir(), f)
		if err != nil {
			t.Fatalf("%d at once: %v", atOnce, err)
		}
		if f.most != atOnce {
			t.Errorf("%d at once: at most %d stages overlapped", atOnce, f.most)
		}
		if want == nil {
			want = got
		}
		for name, data := range want {
			if string(got[name]) != string(data) {
				t.Errorf("%d at once: %s has other records", atOnce, name)
			}
		}
		if len(got) != len(want) || len(load(t, got).Steps) == 0 {
			t.Errorf("%d at once: %d files of records, want %d, with steps", atOnce, len(got), len(want))
		}
	}
}
