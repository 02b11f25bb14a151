package records

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// Whatever the order of the groups and within them, records are put as sorting them one by one would put them.
func TestPutSorts(t *testing.T) {
	type record struct{ group, item int }
	group := func(a, b *record) int { return cmp.Compare(a.group, b.group) }
	within := func(a, b *record) int { return cmp.Compare(a.item, b.item) }
	r := rand.New(rand.NewPCG(4, 5))
	for n := range 40 {
		for range 20 {
			list := make([]record, n)
			for i := range list {
				list[i] = record{r.IntN(1 + n/4), r.IntN(100)}
			}
			if r.IntN(3) > 0 { // in stretches, as runs write
				slices.SortStableFunc(list, func(a, b record) int { return cmp.Compare(a.group, b.group) })
			}
			if k := r.IntN(n + 1); k > 0 {
				list = append(list[k:], list[:k]...)
			}
			want := slices.Clone(list)
			slices.SortFunc(want, func(a, b record) int { return cmp.Or(group(&a, &b), within(&a, &b)) })
			put(list, group, within)
			if !slices.Equal(list, want) {
				t.Fatalf("got %v, want %v", list, want)
			}
		}
	}
}
