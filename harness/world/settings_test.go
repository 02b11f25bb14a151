package world

import (
	"math"
	"strings"
	"testing"
)

func TestDefaultsAreSound(t *testing.T) {
	if err := Defaults().Check(); err != nil {
		t.Error(err)
	}
}

func TestSettingsErrors(t *testing.T) {
	for _, c := range []struct {
		want  string
		spoil func(*Settings)
	}{
		{"languages: the world needs at least one", func(s *Settings) { s.Languages, s.Under = nil, nil }},
		{`languages[1] "en" is a duplicate`, func(s *Settings) { s.Languages, s.Under = []string{"en", "en"}, nil }},
		{`under[0] "sv": not among the languages; did you mean "sw"?`, func(s *Settings) { s.Under = []string{"sv"} }},
		{`right_rates.xx: not among the languages`, func(s *Settings) { s.RightRates = map[string]float64{"xx": 0.5} }},
		{"right_rates.en = 2: want a share from 0 to 1", func(s *Settings) { s.RightRates = map[string]float64{"en": 2} }},
		{"shared_share = NaN: want a share from 0 to 1", func(s *Settings) { s.SharedShare = math.NaN() }},
		{"judge_share + plain_share = 1.5: want at most 1", func(s *Settings) { s.JudgeShare, s.PlainShare = 1, 0.5 }},
		{"dev_share + eval_share = 1.25: want at most 1", func(s *Settings) { s.DevShare, s.EvalShare = 0.5, 0.75 }},
		{"under_weight = 0: want above 0 and at most 1", func(s *Settings) { s.UnderWeight = 0 }},
		{"percents = 900: want 0 to 800", func(s *Settings) { s.Percents = 900 }},
		{"numbers = -1: want 0 to 100000", func(s *Settings) { s.Numbers = -1 }},
		{"longest_name = 0: want at least 1", func(s *Settings) { s.LongestName = 0 }},
		{"habits[0].languages: want at least one", func(s *Settings) { s.Habits = []Habit{{nil, Verbose, 0.5}} }},
		{`habits[0].languages[1] "sv": not among the languages; did you mean "sw"?`, func(s *Settings) { s.Habits = []Habit{{[]string{"sw", "sv"}, Verbose, 0.5}} }},
		{`habits[0].languages[1] "sw" is a duplicate`, func(s *Settings) { s.Habits = []Habit{{[]string{"sw", "sw"}, Verbose, 0.5}} }},
		{`habits[0].kind = "verbos": want one of verbose, foreign:xx, convention:xx; did you mean "verbose"?`, func(s *Settings) { s.Habits = []Habit{{[]string{"sw"}, "verbos", 0.5}} }},
		{`habits[0].kind = "foreign:xx": "xx" is not among the languages`, func(s *Settings) { s.Habits = []Habit{{[]string{"sw"}, "foreign:xx", 0.5}} }},
		{`habits[0].kind = "foreign:en": in en that is right; remove it from the habit's languages`, func(s *Settings) { s.Habits = []Habit{{[]string{"sw", "en"}, "foreign:en", 0.5}} }},
		{"habits[0].share = -1: want a share from 0 to 1", func(s *Settings) { s.Habits = []Habit{{[]string{"sw"}, Verbose, -1}} }},
		{"habits: their shares in sw sum to 1.1: want at most 1", func(s *Settings) {
			s.Habits = []Habit{{[]string{"sw", "th"}, Verbose, 0.6}, {[]string{"sw"}, "foreign:en", 0.5}}
		}},
		{"judge_errors[0].languages: sw has no habit that a judge could prefer ([[world.habits]])", func(s *Settings) { s.JudgeErrors = []JudgeError{{[]string{"sw"}, 0.5}} }},
		{"judge_errors[1].languages: sw is in two of judge_errors", func(s *Settings) {
			s.Habits, s.JudgeErrors = []Habit{{[]string{"sw"}, Verbose, 0.6}}, []JudgeError{{[]string{"sw"}, 0.5}, {[]string{"sw"}, 0.2}}
		}},
		{"longest_passage = 3: want at least 16 bytes", func(s *Settings) { s.LongestPassage = 3 }},
	} {
		s := Defaults()
		c.spoil(&s)
		err := s.Check()
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}
