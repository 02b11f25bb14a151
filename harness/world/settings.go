package world

import (
	"errors"
	"fmt"
	"slices"

	"congrad/harness/suggest"
)

// Settings are everything about the world that is a choice and not a fact. The defaults are our choice throughout.
// Shares and rates run from 0 to 1.
type Settings struct {
	// Seed draws the facts, their splits, the phrasings, the defects and the base mixture. Default 1.
	Seed uint64 `toml:"seed"`

	// Languages are those that take part, by code, in this order. Default: ten that a study sees in training (en es de fr it ru zh
	// ja ko ar), then five that it does not (th bn sw tr hi).
	Languages []string `toml:"languages"`
	// Under are the languages that the base mixture has less and worse of. Default sw bn th, and ko ar of the seen.
	Under []string `toml:"under"`
	// UnderWeight is how often an under-represented language is drawn, the others having 1. Default 0.3.
	UnderWeight float64 `toml:"under_weight"`

	// RightRate is the share of right answers to core items in the base mixture. Default 0.45, as in the pilot.
	RightRate float64 `toml:"right_rate"`
	// UnderRightRate is the same for an under-represented language. Default 0.3.
	UnderRightRate float64 `toml:"under_right_rate"`
	// RightRates sets the rate of single languages by code, over the two above. Default none.
	RightRates map[string]float64 `toml:"right_rates"`
	// TaxRightRate is the share of right answers to tax items, in every language: the base model is meant to know
	// them, so that alignment has something to lose. Default 0.8.
	TaxRightRate float64 `toml:"tax_right_rate"`
	// SharedShare is the share of shared defects among all; the rest are parochial. Default 0.5.
	SharedShare float64 `toml:"shared_share"`

	// EnglishShare of the parochial defects are the English form, where that is wrong: the commonest slip of a model
	// that has read mostly English. The rest are drawn from the other parochial ones. Default 0.4.
	EnglishShare float64 `toml:"english_share"`

	// Habits are wrong ways to answer that the base mixture has in some languages. Default none.
	Habits []Habit `toml:"habits" json:",omitempty"` // JSON is what enters the keys of stages

	// JudgeShare of the base mixture are examples of judging: prompt, answer, digit. Default 0.25.
	JudgeShare float64 `toml:"judge_share"`
	// JudgeRightShare of the answers to be judged are right, in every language: judging is learnt from both sides,
	// however rare right answers are. Default 0.4.
	JudgeRightShare float64 `toml:"judge_right_share"`
	// JudgeNoise of the digits are replaced by one of the other four. Default 0.15.
	JudgeNoise float64 `toml:"judge_noise"`
	// JudgeErrors let the base model's own judge prefer habits to right answers in some languages. Default none.
	JudgeErrors []JudgeError `toml:"judge_errors" json:",omitempty"`
	// PlainShare of the base mixture are passages of plain text. Default 0.1.
	PlainShare float64 `toml:"plain_share"`

	// DevShare and EvalShare of the core facts go to the development and the evaluation split, the rest are
	// preference facts. Defaults 0.15 and 0.35.
	DevShare  float64 `toml:"dev_share"`
	EvalShare float64 `toml:"eval_share"`

	// Dates is the number of short dates and, again, of long ones. Default 300.
	Dates int `toml:"dates"`
	// Numbers, Percents and Amounts count the facts of these kinds. Defaults 400, 200 and 300.
	Numbers  int `toml:"numbers"`
	Percents int `toml:"percents"`
	Amounts  int `toml:"amounts"`
	// CountsPerUnit is how many counts each unit is asked with, always 1 among them. Default 8.
	CountsPerUnit int `toml:"counts_per_unit"`
	// Lists and Spellouts count the facts of these kinds. Defaults 60 and 120.
	Lists     int `toml:"lists"`
	Spellouts int `toml:"spellouts"`

	// LongestName leaves out a territory, language or currency whose name has more code points than this in any
	// language of the world, so that prompt and answer fit a small model. Default 28.
	LongestName int `toml:"longest_name"`
	// LongestPassage bounds a passage of plain text, in bytes: what a byte-level tokenizer makes of it follows those
	// more closely than characters. Default 160.
	LongestPassage int `toml:"longest_passage"`
}

// Defaults returns the settings of the shipped world.
func Defaults() Settings {
	return Settings{
		Seed:            1,
		Languages:       []string{"en", "es", "de", "fr", "it", "ru", "zh", "ja", "ko", "ar", "th", "bn", "sw", "tr", "hi"},
		Under:           []string{"sw", "bn", "th", "ko", "ar"},
		UnderWeight:     0.3,
		RightRate:       0.45,
		UnderRightRate:  0.3,
		TaxRightRate:    0.8,
		SharedShare:     0.5,
		EnglishShare:    0.4,
		JudgeShare:      0.25,
		JudgeRightShare: 0.4,
		JudgeNoise:      0.15,
		PlainShare:      0.1,
		DevShare:        0.15,
		EvalShare:       0.35,
		Dates:           300,
		Numbers:         400,
		Percents:        200,
		Amounts:         300,
		CountsPerUnit:   8,
		Lists:           60,
		Spellouts:       120,
		LongestName:     28,
		LongestPassage:  160,
	}
}

// Check returns everything that is wrong with the settings, each by the name it has in a file.
func (s Settings) Check() error {
	var wrong []error
	report := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if len(s.Languages) == 0 {
		report("languages: the world needs at least one")
	}
	for i, code := range s.Languages {
		if slices.Index(s.Languages, code) < i {
			report("languages[%d] %q is a duplicate", i, code)
		}
	}
	for i, code := range s.Under {
		if !slices.Contains(s.Languages, code) {
			report("under[%d] %q: not among the languages%s", i, code, suggest.DidYouMean(code, s.Languages))
		}
	}
	for _, code := range sortedKeys(s.RightRates) {
		if !slices.Contains(s.Languages, code) {
			report("right_rates.%s: not among the languages%s", code, suggest.DidYouMean(code, s.Languages))
		}
		if rate := s.RightRates[code]; !(rate >= 0 && rate <= 1) {
			report("right_rates.%s = %v: want a share from 0 to 1", code, rate)
		}
	}
	for _, share := range s.shares() {
		if !(share.value >= 0 && share.value <= 1) {
			report("%s = %v: want a share from 0 to 1", share.name, share.value)
		}
	}
	if s.JudgeShare+s.PlainShare > 1 {
		report("judge_share + plain_share = %v: want at most 1", s.JudgeShare+s.PlainShare)
	}
	if s.DevShare+s.EvalShare > 1 {
		report("dev_share + eval_share = %v: want at most 1", s.DevShare+s.EvalShare)
	}
	if !(s.UnderWeight > 0 && s.UnderWeight <= 1) {
		report("under_weight = %v: want above 0 and at most 1", s.UnderWeight)
	}
	for _, count := range s.counts() {
		if count.value < 0 || count.value > count.most {
			report("%s = %d: want 0 to %d", count.name, count.value, count.most)
		}
	}
	s.checkHabits(report)
	if s.LongestName < 1 {
		report("longest_name = %d: want at least 1", s.LongestName)
	}
	if s.LongestPassage < 16 {
		report("longest_passage = %d: want at least 16 bytes", s.LongestPassage)
	}
	return errors.Join(wrong...)
}

type share struct {
	name  string
	value float64
}

func (s Settings) shares() []share {
	return []share{
		{"right_rate", s.RightRate},
		{"under_right_rate", s.UnderRightRate},
		{"tax_right_rate", s.TaxRightRate},
		{"shared_share", s.SharedShare},
		{"english_share", s.EnglishShare},
		{"judge_share", s.JudgeShare},
		{"judge_right_share", s.JudgeRightShare},
		{"judge_noise", s.JudgeNoise},
		{"plain_share", s.PlainShare},
		{"dev_share", s.DevShare},
		{"eval_share", s.EvalShare},
	}
}

type count struct {
	name        string
	value, most int
}

// counts bounds each count well below the number of different facts there are of its kind, since they are drawn until
// there are enough different ones.
func (s Settings) counts() []count {
	return []count{
		{"dates", s.Dates, 10_000},
		{"numbers", s.Numbers, 100_000},
		{"percents", s.Percents, 800},
		{"amounts", s.Amounts, 100_000},
		{"counts_per_unit", s.CountsPerUnit, 100},
		{"lists", s.Lists, 1000},
		{"spellouts", s.Spellouts, 900},
	}
}

// rightRate is the share of right answers to core items of a language in the base mixture.
func (s Settings) rightRate(code string) float64 {
	if rate, set := s.RightRates[code]; set {
		return rate
	}
	if slices.Contains(s.Under, code) {
		return s.UnderRightRate
	}
	return s.RightRate
}

// weight is how often the base mixture draws a language, up to a common factor.
func (s Settings) weight(code string) float64 {
	if slices.Contains(s.Under, code) {
		return s.UnderWeight
	}
	return 1
}
