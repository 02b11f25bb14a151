package figure

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"

	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/records"
)

// look is how an arm is drawn, in every figure alike.
type look struct {
	color  color.RGBA
	shape  int // corners of the marker; 0 is a circle
	turn   float64
	dashes []vg.Length
}

// lookOf is the look of a role: the same in every figure of every study. ConGrad alone is warm. Every colour has a contrast of at least 2.5 to
// white and to the dark page, and roles differ in marker and dashes too.
func lookOf(r records.Role) (look, bool) {
	l, ok := map[records.Role]look{
		records.Congrad:  {color.RGBA{0xd5, 0x5e, 0x00, 0xff}, 0, 0, nil},
		records.Joint:    {color.RGBA{0x00, 0x72, 0xb2, 0xff}, 4, math.Pi / 4, []vg.Length{4, 1.5}},
		records.Random:   {color.RGBA{0x4f, 0xa3, 0xd9, 0xff}, 3, -math.Pi / 2, []vg.Length{1, 1.2}},
		records.Baseline: {color.RGBA{0x80, 0x80, 0x80, 0xff}, 5, math.Pi / 2, []vg.Length{2.5, 1}},
		records.Oracle:   {color.RGBA{0x00, 0x9e, 0x73, 0xff}, 3, math.Pi / 2, []vg.Length{5, 1.5, 1, 1.5}},
		records.Mono:     {color.RGBA{0xc0, 0x6a, 0x9c, 0xff}, 4, 0, []vg.Length{7, 2}},
	}[r]
	return l, ok
}

// further are the looks of arms without a role of their own, in the order in which they are given out.
func further() []look {
	return []look{
		{color.RGBA{0x7d, 0x66, 0xc4, 0xff}, 3, 0, []vg.Length{6, 1.5, 1, 1.5, 1, 1.5}},
		{color.RGBA{0x8f, 0x90, 0x2a, 0xff}, 6, 0, []vg.Length{3, 1}},
		{color.RGBA{0x2a, 0x8c, 0x9a, 0xff}, 3, math.Pi, []vg.Length{1, 2.4}},
		{color.RGBA{0x6b, 0x7a, 0x90, 0xff}, 5, -math.Pi / 2, []vg.Length{9, 1.5}},
		{color.RGBA{0x4f, 0x86, 0x3a, 0xff}, 8, math.Pi / 8, []vg.Length{4, 3}},
		{color.RGBA{0x9a, 0x4d, 0xa8, 0xff}, 6, math.Pi / 6, []vg.Length{2, 2}},
	}
}

// plain is the look of marks that stand for no arm in particular.
func plain() look { return look{color: color.RGBA{0x5a, 0x64, 0x70, 0xff}} }

// series are arms with the look of each. More arms than looks cannot be distinguished, so the rest is left to the tables.
type series struct {
	labels
	arms []record.Arm
	look []look
	left int // arms that are not drawn
}

// looks are the looks of a study's arms by name. The first arm of a role has the role's; the others get the further ones in the study's
// order, so that an arm looks the same in all figures. Arms beyond those have none.
func looks(s *outcome.Study) map[string]look {
	found, taken, rest := map[string]look{}, map[records.Role]bool{}, further()
	for _, a := range s.Arms {
		role := s.Role(a)
		if l, ok := lookOf(role); ok && !taken[role] {
			found[a.Name], taken[role] = l, true
		} else if len(rest) > 0 {
			found[a.Name], rest = rest[0], rest[1:]
		}
	}
	return found
}

// drawable are those of some of a study's arms that have a look.
func drawable(s *outcome.Study, arms []record.Arm) series {
	by := looks(s)
	var d series
	var names []string
	for _, a := range arms {
		l, ok := by[a.Name]
		if !ok {
			d.left++
			continue
		}
		d.arms, d.look, names = append(d.arms, a), append(d.look, l), append(names, a.Name)
	}
	d.labels = labelled("arm", names)
	return d
}

// distinct are things that are not arms, such as kinds of sketches.
func distinct(kind string, names []string) series {
	rest := further()
	n := min(len(names), len(rest))
	d := series{labels: labelled(kind, names[:n]), look: rest[:n], left: len(names) - n}
	for _, name := range names[:n] {
		d.arms = append(d.arms, record.Arm{Name: name})
	}
	return d
}

// only are the arms that a figure has something of; the count of those without a look stays.
func (s series) only(has func(record.Arm) bool) series {
	kept := series{labels: labels{key: s.key}, left: s.left}
	for i, a := range s.arms {
		if has(a) {
			kept.arms, kept.look, kept.drawn = append(kept.arms, a), append(kept.look, s.look[i]), append(kept.drawn, s.drawn[i])
		}
	}
	return kept
}

// note ends a caption when arms are left out, or not drawn by their names.
func (s series) note() string {
	if s.left == 0 {
		return s.key
	}
	return fmt.Sprintf(" Not drawn: %d more, because there are not enough distinct markers; the tables have all arms.", s.left) + s.key
}
