package records

import "slices"

// put puts records in order, in place: by group, and within a group as told. Runs write group by group, mostly in order, so that few
// records are compared with more than the next one.
func put[T any](records []T, group, within func(a, b *T) int) {
	var groups []span
	ordered := true
	for i := range records {
		if i > 0 && group(&records[i-1], &records[i]) == 0 {
			groups[len(groups)-1].to++
			ordered = ordered && within(&records[i-1], &records[i]) <= 0
			continue
		}
		ordered = ordered && (i == 0 || group(&records[i-1], &records[i]) < 0)
		groups = append(groups, span{i, i + 1})
	}
	if ordered {
		return
	}
	slices.SortStableFunc(groups, func(a, b span) int { return group(&records[a.from], &records[b.from]) })
	order := make([]int, 0, len(records)) // the record that each place gets
	for from, k := 0, 0; k < len(groups); k++ {
		for i := groups[k].from; i < groups[k].to; i++ {
			order = append(order, i)
		}
		if k+1 == len(groups) || group(&records[groups[k].from], &records[groups[k+1].from]) != 0 {
			slices.SortFunc(order[from:], func(i, j int) int { return within(&records[i], &records[j]) })
			from = len(order)
		}
	}
	permute(records, order)
}

// span is a stretch of a list: from the one to before the other.
type span struct{ from, to int }

// permute gives each place the record that order names, along the cycles of the permutation. It uses up order.
func permute[T any](records []T, order []int) {
	for start := range order {
		first := records[start]
		for at := start; order[at] >= 0; {
			next := order[at]
			order[at] = -1
			if next == start {
				records[at] = first
				break
			}
			records[at] = records[next]
			at = next
		}
	}
}
