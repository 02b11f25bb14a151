package world

import (
	"fmt"
	"slices"
	"strings"

	"congrad/eval/chrf"
	"congrad/harness/suggest"
)

// Habit is a way to answer wrongly that a base model is to have in some languages, over the defects that are drawn at random.
type Habit struct {
	// Languages that have it, by code.
	Languages []string `toml:"languages"`
	// Kind is "verbose" (the fact repeated before the right form: "0.125 = 12.5%"), "foreign:xx" (what language xx says) or
	// "convention:xx" (own words and digits by the separators, order and patterns of language xx).
	Kind string `toml:"kind"`
	// Share of the wrong answers that have the habit, in an answer and in what is judged. Where the form is right, as the foreign form
	// of a number may be, a defect is drawn instead.
	Share float64 `toml:"share"`
}

// JudgeError makes the base model a judge that prefers its habits to the right answer in some languages.
type JudgeError struct {
	// Languages that have it, by code. They need a habit.
	Languages []string `toml:"languages"`
	// Share of the judging examples in which the right answer and an answer with a habit have each other's digits. A model cannot know
	// in which, so it learns to expect their mean: at 0.5 the judge does not tell the two from each other.
	Share float64 `toml:"share"`
}

// Verbose is the kind of habit that is wrong in every language, and its defect.
const Verbose = "verbose"

// habitKinds are those with a language behind a colon.
var habitKinds = []string{"foreign", Convention}

// checkHabits reports what is wrong with the habits and the judge's errors.
func (s Settings) checkHabits(report func(format string, args ...any)) {
	sums := map[string]float64{}
	for i, h := range s.Habits {
		at := fmt.Sprintf("habits[%d]", i)
		s.checkMembers(at, h.Languages, h.Share, report)
		s.checkHabitKind(at, h, report)
		for _, code := range h.Languages {
			sums[code] += h.Share
		}
	}
	for _, code := range sortedKeys(sums) {
		if sums[code] > 1+1e-9 {
			report("habits: their shares in %s sum to %.3g: want at most 1", code, sums[code])
		}
	}
	erring := map[string]bool{}
	for i, e := range s.JudgeErrors {
		at := fmt.Sprintf("judge_errors[%d]", i)
		s.checkMembers(at, e.Languages, e.Share, report)
		for _, code := range e.Languages {
			if _, has := sums[code]; !has {
				report("%s.languages: %s has no habit that a judge could prefer ([[world.habits]])", at, code)
			}
			if erring[code] {
				report("%s.languages: %s is in two of judge_errors", at, code)
			}
			erring[code] = true
		}
	}
}

func (s Settings) checkMembers(at string, languages []string, share float64, report func(format string, args ...any)) {
	if len(languages) == 0 {
		report("%s.languages: want at least one", at)
	}
	for i, code := range languages {
		if !slices.Contains(s.Languages, code) {
			report("%s.languages[%d] %q: not among the languages%s", at, i, code, suggest.DidYouMean(code, s.Languages))
		}
		if slices.Index(languages, code) < i {
			report("%s.languages[%d] %q is a duplicate", at, i, code)
		}
	}
	if !(share >= 0 && share <= 1) {
		report("%s.share = %v: want a share from 0 to 1", at, share)
	}
}

func (s Settings) checkHabitKind(at string, h Habit, report func(format string, args ...any)) {
	kind, code, of := strings.Cut(h.Kind, ":")
	switch {
	case h.Kind == Verbose:
	case !of || !slices.Contains(habitKinds, kind):
		known := []string{Verbose, "foreign:xx", Convention + ":xx"}
		report("%s.kind = %q: want one of %s%s", at, h.Kind, strings.Join(known, ", "), suggest.DidYouMean(h.Kind, known))
	case !slices.Contains(s.Languages, code):
		report("%s.kind = %q: %q is not among the languages%s", at, h.Kind, code, suggest.DidYouMean(code, s.Languages))
	case slices.Contains(h.Languages, code):
		report("%s.kind = %q: in %s that is right; remove it from the habit's languages", at, h.Kind, code)
	}
}

// habits are those of a language.
func (s Settings) habits(code string) []Habit {
	return slices.DeleteFunc(slices.Clone(s.Habits), func(h Habit) bool { return !slices.Contains(h.Languages, code) })
}

// judgeError is the share of a language's judging examples that are mistaken.
func (s Settings) judgeError(code string) float64 {
	for _, e := range s.JudgeErrors {
		if slices.Contains(e.Languages, code) {
			return e.Share
		}
	}
	return 0
}

// habit draws whether a wrong answer has a habit, and adds it. It reports false where it has none, or where the habit's form is right.
func (c *candidates) habit() bool {
	habits := c.world.settings.habits(c.item.Lang)
	if len(habits) == 0 {
		return false // and nothing is drawn: mixtures without habits stay what they are
	}
	at := c.rand.Float64()
	for _, h := range habits {
		if at < h.Share {
			return c.addHabit(h)
		}
		at -= h.Share
	}
	return false
}

// addHabit adds the item's answer with a habit.
func (c *candidates) addHabit(h Habit) bool {
	kind, code, _ := strings.Cut(h.Kind, ":")
	switch {
	case kind == Verbose:
		return c.add(Verbose, Shared, c.fact.value+" = "+c.item.Answer)
	case kind == Convention:
		return c.add(Convention, Parochial, write(c.voice.conventions[code], c.fact))
	case code == "en":
		return c.add(EnglishForm, Parochial, c.world.byCode[code].right(c.fact))
	}
	return c.add(ForeignForm, Parochial, c.world.byCode[code].right(c.fact))
}

// habitual are the answers to an item that have a habit of its language, in the order of the habits.
func (w *World) habitual(item Item) []Defect {
	c := w.candidates(item, nil)
	for _, h := range w.settings.habits(item.Lang) {
		c.addHabit(h)
	}
	return c.defects
}

// mistaken is the digit of a judge that prefers habits: an answer with one has the right answer's digit, and the right answer that of the
// first habit's. Other answers keep theirs.
func (w *World) mistaken(item Item, answer string, digit int) int {
	habits := w.habitual(item)
	switch {
	case len(habits) == 0:
		return digit
	case answer == item.Answer:
		return Digit(chrf.Known(habits[0].Text, item.Answer))
	case slices.ContainsFunc(habits, func(d Defect) bool { return d.Text == answer }):
		return Digit(1)
	}
	return digit
}
