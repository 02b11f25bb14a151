package jinja

import "slices"

// folded is a value as sorting without case sees it.
func folded(v any, sensitive bool) any {
	if text, ok := v.(string); ok && !sensitive {
		return lower(text)
	}
	return v
}

func dictSort(s *state, v any, a *args) any {
	sensitive, by, back := truth(a.take(0, "case_sensitive", false)), a.take(1, "by", "key"), truth(a.take(2, "reverse", false))
	a.done("dictsort", 3)
	d, ok := v.(*Dict)
	if !ok {
		fail("dictsort of a %s", kind(v))
	}
	at := map[any]int{"key": 0, "value": 1}[by]
	l := s.items(d)
	s.order(l.Items, back, func(item any) any { return folded(item.(*List).Items[at], sensitive) })
	return l
}

func sortItems(s *state, v any, a *args) any {
	back, sensitive, attribute := truth(a.take(0, "reverse", false)), truth(a.take(1, "case_sensitive", false)), a.take(2, "attribute", nil)
	a.done("sort", 3)
	items := slices.Clone(s.iterate(v))
	s.order(items, back, func(item any) any { return folded(s.get(item, attribute), sensitive) })
	return &List{Items: items}
}

// order sorts values by their keys; equal ones keep their order, backwards too.
func (s *state) order(items []any, back bool, key func(any) any) {
	slices.SortStableFunc(items, func(x, y any) int {
		s.spend(0)
		if back {
			x, y = y, x
		}
		return s.compare(key(x), key(y))
	})
}

func unique(s *state, v any, a *args) any {
	sensitive, attribute := truth(a.take(0, "case_sensitive", false)), a.take(1, "attribute", nil)
	a.done("unique", 2)
	seen, l := &Dict{}, &List{}
	for _, item := range s.iterate(v) {
		key := folded(s.get(item, attribute), sensitive)
		if s.spend(len(seen.keys) * bytesAStep); seen.find(key) < 0 {
			seen.put(key, true)
			l.Items = append(l.Items, item)
		}
	}
	return l
}

// extreme is the least (-1) or greatest (1) of some values.
func (s *state) extreme(v any, a *args, sign int) any {
	sensitive, attribute := truth(a.take(0, "case_sensitive", false)), a.take(1, "attribute", nil)
	a.done("min or max", 2)
	var best any = undefined{"the extreme of nothing"}
	for i, item := range s.iterate(v) {
		if i == 0 || s.compare(folded(s.get(item, attribute), sensitive), folded(s.get(best, attribute), sensitive))*sign > 0 {
			best = item
		}
	}
	return best
}

func sum(s *state, v any, a *args) any {
	attribute, total := a.take(0, "attribute", nil), a.take(1, "start", int64(0))
	a.done("sum", 2)
	for _, item := range s.iterate(v) {
		total = add(s, total, s.get(item, attribute))
	}
	return total
}
