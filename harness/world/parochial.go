package world

import "slices"

// foreignForms bounds how many other languages' forms an item gets, conventions and whole forms each.
const foreignForms = 2

// parochial adds what would be right in another language or place.
func (c *candidates) parochial() {
	f, v := c.fact, c.voice
	if english := c.world.byCode["en"]; english != nil {
		c.add(EnglishForm, Parochial, english.right(f))
	}
	if f.kind == Unit {
		for _, rule := range v.locale.Plurals {
			c.add(WrongPlural, Parochial, v.count(f, rule.Class))
		}
	}
	if v.solo != nil && f.kind == DateLong {
		c.add(MonthForm, Parochial, write(v.solo, f))
	}
	if v.digits != nil {
		c.add(OtherDigits, Parochial, write(v.digits, f))
	}
	others := slices.Clone(c.world.voices)
	c.rand.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	c.some(Convention, others, func(other *voice) string {
		if other == v {
			return ""
		}
		return write(v.conventions[other.Code], f)
	})
	c.some(ForeignForm, others, func(other *voice) string {
		if other == v {
			return ""
		}
		return other.right(f)
	})
}

// some adds the first few forms of the others that have not been seen.
func (c *candidates) some(kind string, others []*voice, form func(*voice) string) {
	added := 0
	for _, other := range others {
		if added < c.forms && c.add(kind, Parochial, form(other)) {
			added++
		}
	}
}
