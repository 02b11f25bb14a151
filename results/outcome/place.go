package outcome

import (
	"iter"
	"math"
	"slices"

	"congrad/harness/record"
	"congrad/results/records"
)

// place has the numbers of an item and of its cluster in a study: outcomes are paired and clustered very often, and numbers are quicker to
// find than names.
type place struct{ item, cluster int }

// name is what an item is called: a prompt has no task, only sampled answers have a sample.
type name struct {
	lang, task, id string
	sample         int
}

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
	drifted struct {
		*record.Drift
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

// listed are records of one kind of an arm, in order.
type listed[R any] struct {
	all       []R
	stretches []stretch
}

// stretch is where records of one language follow each other, as those of one seed do: from the one to before the other.
type stretch struct {
	lang     string
	from, to int
}

// in yields the records of a group's languages, stretch by stretch.
func (l *listed[R]) in(g records.Group) iter.Seq[[]R] {
	return func(yield func([]R) bool) {
		if l == nil {
			return
		}
		for _, x := range l.stretches {
			if g.Has(x.lang) && !yield(l.all[x.from:x.to]) {
				return
			}
		}
	}
}

// records are all of them.
func (l *listed[R]) records() []R {
	if l == nil {
		return nil
	}
	return l.all
}

// add appends a record of the language.
func (l *listed[R]) add(r R, lang string) {
	if last := len(l.stretches) - 1; last < 0 || l.stretches[last].lang != lang {
		l.stretches = append(l.stretches, stretch{lang, len(l.all), len(l.all)})
	}
	l.all = append(l.all, r)
	l.stretches[len(l.stretches)-1].to++
}

// index puts the records of evaluations and of the tax in their places.
func (s *Study) index() {
	s.evaluations, s.choices, s.passages, s.replies = map[string]*listed[evaluation]{}, map[string]*listed[choice]{}, map[string]*listed[passage]{}, map[string]*listed[reply]{}
	s.trials, s.drift = map[trialed]*listed[evaluation]{}, map[trialed]*listed[drifted]{}
	p := newPlaces()
	for i := range s.Set.Evaluations {
		e := &s.Set.Evaluations[i]
		of(s.evaluations, e.Arm).add(evaluation{e, p.of(name{lang: e.Lang, id: e.Prompt}, e.Cluster)}, e.Lang)
	}
	for i := range s.Set.Trials {
		e := &s.Set.Trials[i]
		of(s.trials, trialed{e.Arm, Which{Sampled: e.Sample > 0, Iteration: e.Iteration}}).add(
			evaluation{e, p.of(name{lang: e.Lang, id: e.Prompt, sample: e.Sample}, e.Cluster)}, e.Lang)
	}
	for i := range s.Set.Drift {
		d := &s.Set.Drift[i]
		of(s.drift, trialed{d.Arm, Which{Sampled: true, Iteration: d.Iteration}}).add(
			drifted{d, p.of(name{lang: d.Lang, id: d.Prompt, sample: d.Sample}, d.Cluster)}, d.Lang)
	}
	for i := range s.Set.Choices {
		c := &s.Set.Choices[i]
		of(s.choices, c.Arm).add(choice{c, p.of(name{lang: c.Lang, task: c.Task, id: c.Item}, c.Cluster)}, c.Lang)
	}
	for i := range s.Set.Passages {
		r := &s.Set.Passages[i]
		of(s.passages, r.Arm).add(passage{r, p.of(name{lang: r.Lang, task: r.Task, id: r.Item}, r.Cluster)}, r.Lang)
	}
	for i := range s.Set.Replies {
		r := &s.Set.Replies[i]
		of(s.replies, r.Arm).add(reply{r, p.of(name{lang: r.Lang, task: r.Task, id: r.Item}, r.Cluster)}, r.Lang)
	}
	p.sort()
	reorder(p, s.evaluations, func(e *evaluation) *int { return &e.cluster })
	reorder(p, s.trials, func(e *evaluation) *int { return &e.cluster })
	reorder(p, s.drift, func(d *drifted) *int { return &d.cluster })
	reorder(p, s.choices, func(c *choice) *int { return &c.cluster })
	reorder(p, s.passages, func(r *passage) *int { return &r.cluster })
	reorder(p, s.replies, func(r *reply) *int { return &r.cluster })
	s.places = p
}

// of is an arm's list, which is made where there is none yet.
func of[K comparable, R any](lists map[K]*listed[R], arm K) *listed[R] {
	if lists[arm] == nil {
		lists[arm] = &listed[R]{}
	}
	return lists[arm]
}

func reorder[K comparable, R any](p *places, lists map[K]*listed[R], cluster func(*R) *int) {
	for _, l := range lists {
		for i := range l.all {
			at := cluster(&l.all[i])
			*at = p.order[*at]
		}
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

// first is the value of an item under the first seed of some that has one.
func (x items) first(item int, among func(seed uint64) bool) (float64, bool) {
	for k, seed := range x.seeds {
		if v, ok := x.value(k, item); ok && among(seed) {
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
