package world

import (
	"slices"

	"congrad/harness/rng"
)

// Options is how many answers a multiple-choice item offers.
const Options = 4

// Choice is a tax item with its options.
type Choice struct {
	Item    Item
	Options [Options]string
	Right   int // index of the right one
}

// Choices returns the multiple-choice items of a language, in the order of Items(Tax, language). The wrong options are
// all different: first a wrong plural class and the English form, where there are such, for lists also another
// language's form, at most two in all; the rest are right forms of other facts of the kind.
func (w *World) Choices(language string) []Choice {
	if v := w.byCode[language]; v != nil {
		return slices.Clone(v.choices())
	}
	return []Choice{}
}

func (w *World) makeChoices(language string) []Choice {
	items := w.Items(Tax, language)
	choices := make([]Choice, 0, len(items))
	for _, item := range items {
		choices = append(choices, w.choice(item))
	}
	return choices
}

// nearMisses bounds the wrong options that are about form and not about the fact.
const nearMisses = 2

func (w *World) choice(item Item) Choice {
	r := rng.Stream(w.settings.Seed, "world/choices", item.ID)
	near := w.candidates(item, r)
	near.parochial()
	c := w.candidates(item, r)
	kinds := []string{WrongPlural, EnglishForm}
	if item.Kind == List {
		kinds = []string{EnglishForm, ForeignForm} // another order of the letters is seen at a glance
	}
	for _, kind := range kinds {
		if i := slices.IndexFunc(near.defects, func(d Defect) bool { return d.Kind == kind }); i >= 0 && len(c.defects) < nearMisses {
			c.add(kind, Parochial, near.defects[i].Text)
		}
	}
	for len(c.defects) < Options-1 {
		c.add(WrongFact, Parochial, c.another()) // also what is right for the fact in another language
	}
	choice := Choice{Item: item, Right: r.IntN(Options)}
	wrong := r.Perm(len(c.defects))
	for i := range choice.Options {
		if i == choice.Right {
			choice.Options[i] = item.Answer
			continue
		}
		choice.Options[i] = c.defects[wrong[0]].Text
		wrong = wrong[1:]
	}
	return choice
}
