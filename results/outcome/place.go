package outcome

import (
	"math"
	"slices"

	"congrad/harness/record"
)

// place has the numbers of an item and of its cluster in a study: outcomes are paired and clustered very often, and numbers are quicker to
// find than names.
type place struct{ item, cluster int }

// name is what an item is called: a prompt has no task.
type name struct{ lang, task, id string }

// evaluation, choice, passage and reply are records in their places.
type (
	evaluation struct {
		*record.Evaluation
		place
	}
	choice struct {
		*record.Choice
		place
	}
	passage struct {
		*record.Passage
		place
	}
	reply struct {
		*record.Reply
		place
	}
)

// places numbers items in the order in which they are met, and clusters in the order of their names, in which sums over them are
// made: then no number depends on the order of the records.
type places struct {
	items     []name
	itemAt    map[name]int
	last      int   // item
	clusterOf []int // each item's last cluster
	clusters  []string
	clusterAt map[string]int
	order     []int // numbers of the clusters by name
}

func newPlaces() *places {
	return &places{itemAt: map[name]int{}, clusterAt: map[string]int{}, last: -1}
}

// of is the place of an item. Where nothing is said to be shared between languages, its cluster is the item itself, in its language.
func (p *places) of(item name, cluster string) place {
	at := p.last + 1 // arms and seeds have the same items in the same order
	if at >= len(p.items) || p.items[at] != item {
		at = p.number(item)
	}
	p.last = at
	k := p.clusterOf[at]
	switch {
	case cluster != "" && (k < 0 || p.clusters[k] != cluster):
		k = p.numberCluster(cluster)
	case cluster == "":
		id := item.id
		if item.task != "" {
			id = item.task + "\x00" + id
		}
		k = p.numberCluster(item.lang + "\x00" + id)
	}
	p.clusterOf[at] = k
	return place{at, k}
}

func (p *places) number(item name) int {
	at, met := p.itemAt[item]
	if !met {
		at = len(p.items)
		p.itemAt[item] = at
		p.items, p.clusterOf = append(p.items, item), append(p.clusterOf, -1)
	}
	return at
}

func (p *places) numberCluster(cluster string) int {
	at, met := p.clusterAt[cluster]
	if !met {
		at = len(p.clusters)
		p.clusterAt[cluster] = at
		p.clusters = append(p.clusters, cluster)
	}
	return at
}

// sort gives clusters the numbers of their order.
func (p *places) sort() {
	names := slices.Sorted(slices.Values(p.clusters))
	p.order = make([]int, len(names))
	for i, name := range names {
		p.order[p.clusterAt[name]] = i
	}
}

// indexed are the records of each arm in their places, whose order stays.
func indexed[T, R any](list []T, arm func(*T) string, place func(*T) R) map[string][]R {
	index := map[string][]R{}
	for from := 0; from < len(list); {
		name, to := arm(&list[from]), from
		for to < len(list) && arm(&list[to]) == name {
			to++
		}
		index[name] = slices.Grow(index[name], to-from)
		for i := from; i < to; i++ {
			index[name] = append(index[name], place(&list[i]))
		}
		from = to
	}
	return index
}

// index puts the records of evaluations and of the tax in their places.
func (s *Study) index() {
	p := newPlaces()
	s.evaluations = indexed(s.Set.Evaluations, func(e *record.Evaluation) string { return e.Arm }, func(e *record.Evaluation) evaluation {
		return evaluation{e, p.of(name{e.Lang, "", e.Prompt}, e.Cluster)}
	})
	s.choices = indexed(s.Set.Choices, func(c *record.Choice) string { return c.Arm }, func(c *record.Choice) choice {
		return choice{c, p.of(name{c.Lang, c.Task, c.Item}, c.Cluster)}
	})
	s.passages = indexed(s.Set.Passages, func(r *record.Passage) string { return r.Arm }, func(r *record.Passage) passage {
		return passage{r, p.of(name{r.Lang, r.Task, r.Item}, r.Cluster)}
	})
	s.replies = indexed(s.Set.Replies, func(r *record.Reply) string { return r.Arm }, func(r *record.Reply) reply {
		return reply{r, p.of(name{r.Lang, r.Task, r.Item}, r.Cluster)}
	})
	p.sort()
	for _, a := range s.Arms {
		reorder(p, s.evaluations[a.Name], func(e *evaluation) *int { return &e.cluster })
		reorder(p, s.choices[a.Name], func(c *choice) *int { return &c.cluster })
		reorder(p, s.passages[a.Name], func(r *passage) *int { return &r.cluster })
		reorder(p, s.replies[a.Name], func(r *reply) *int { return &r.cluster })
	}
	s.places = p
}

func reorder[R any](p *places, list []R, cluster func(*R) *int) {
	for i := range list {
		at := cluster(&list[i])
		*at = p.order[*at]
	}
}

// items are values of items under seeds. The first of two values of one item counts under no seed.
type items struct {
	low   int // number of the first item
	seeds []uint64
	of    [][]float64 // by seed and item; NaN where there is none
}

func itemsOf(list []outcome) items {
	if len(list) == 0 {
		return items{}
	}
	x := items{low: list[0].item}
	high := x.low
	for _, o := range list {
		x.low, high = min(x.low, o.item), max(high, o.item)
	}
	last := -1
	for _, o := range list {
		if last < 0 || x.seeds[last] != o.seed {
			if last = slices.Index(x.seeds, o.seed); last < 0 {
				last = len(x.seeds)
				x.seeds, x.of = append(x.seeds, o.seed), append(x.of, nothing(high-x.low+1))
			}
		}
		x.of[last][o.item-x.low] = o.value
	}
	return x
}

func nothing(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = math.NaN()
	}
	return v
}

// at is the value of an item under a seed, and whether there is one.
func (x items) at(seed uint64, item int) (float64, bool) {
	for k, s := range x.seeds {
		if s == seed {
			return x.value(k, item)
		}
	}
	return 0, false
}

// first is the value of an item under the first seed that has one.
func (x items) first(item int) (float64, bool) {
	for k := range x.seeds {
		if v, ok := x.value(k, item); ok {
			return v, true
		}
	}
	return 0, false
}

func (x items) value(k, item int) (float64, bool) {
	if item -= x.low; item < 0 || item >= len(x.of[k]) || math.IsNaN(x.of[k][item]) {
		return 0, false
	}
	return x.of[k][item], true
}
