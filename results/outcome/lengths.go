package outcome

import (
	"slices"
	"unicode/utf8"

	"congrad/eval/lengthcontrol"
	"congrad/eval/stats"
	"congrad/results/records"
)

// Lengths are the length-controlled win rates of a study's trained arms, and the lengths of the answers. Every arm has a
// model of its own in each language: how much longer is long differs between scripts.
type Lengths struct {
	study *Study
	of    map[string]map[string]lengths // by arm and language
}

// lengths are what one arm did in one language, over all seeds.
type lengths struct {
	raw           []outcome // wins
	controlled    []outcome // the same items, with rate and influence of the fit
	own, opponent float64   // code points of all answers
	fit           lengthcontrol.Fit
}

// Lengths fits what there is: evaluations without one of the opponent to the same prompt are left out.
func (s *Study) Lengths() *Lengths { return s.lengths() }

func (s *Study) fitLengths() *Lengths {
	all := &Lengths{study: s, of: map[string]map[string]lengths{}}
	opponent := s.Untouched()
	if opponent == nil && s.Answers == nil {
		return all
	}
	length := func(text string) float64 { return float64(utf8.RuneCountInString(text)) }
	var theirs items
	if s.Answers == nil {
		var o []outcome
		for _, e := range s.evaluations[opponent.Name].records() {
			o = append(o, outcomeOf(e, length(e.Text)))
		}
		theirs = itemsOf(o)
	}
	against := func(e evaluation) (float64, bool) {
		if s.Answers != nil {
			return length(e.OpponentText), true
		}
		other, ok := theirs.at(e.Seed, e.item)
		if !ok {
			other, ok = theirs.first(e.item, s.sharesModel(e.Seed)) // untrained, it has no training run
		}
		return other, ok
	}
	for _, a := range s.Contenders() {
		all.of[a.Name] = map[string]lengths{}
		for _, lang := range s.Languages {
			var l lengths
			var comparisons []lengthcontrol.Comparison
			for list := range s.evaluations[a.Name].in(records.Only(lang.Code)) {
				for _, e := range list {
					other, ok := against(e)
					if !ok {
						continue
					}
					own := length(e.Text)
					l.own += own
					l.opponent += other
					l.raw = append(l.raw, outcomeOf(e, e.Win))
					comparisons = append(comparisons, lengthcontrol.Comparison{Win: e.Win, Extra: own - other})
				}
			}
			fit, ok := lengthcontrol.New(comparisons)
			if !ok {
				continue
			}
			l.fit = fit
			l.controlled = slices.Clone(l.raw)
			for i := range l.controlled {
				l.controlled[i].value = fit.Rate + fit.Influence[i]
			}
			all.of[a.Name][lang.Code] = l
		}
	}
	return all
}

// Length is what an arm did in a group of languages.
type Length struct {
	Own, Opponent float64        // mean length of the answers in code points
	Raw           stats.Estimate // win rate; N = 0 says that nothing was measured
	Controlled    stats.Estimate // the mean of the languages' controlled win rates, each counting by its answers
	Penalised     []string       // languages in which lengths tell wins from losses, so that the fit needed a penalty
}

// Of sums up an arm in a group of languages.
func (l *Lengths) Of(arm string, in records.Group) Length {
	var sum Length
	raw, controlled := l.raw(arm, in), l.controlled(arm, in)
	for _, code := range in.Codes {
		if x, ok := l.of[arm][code]; ok && len(raw) > 0 {
			sum.Own += x.own / float64(len(raw))
			sum.Opponent += x.opponent / float64(len(raw))
			if x.fit.Ridge > 0 {
				sum.Penalised = append(sum.Penalised, code)
			}
		}
	}
	sum.Raw, sum.Controlled = stats.MeanWithin(l.study.samples(raw), 0, 1, records.Level), stats.Mean(l.study.samples(controlled), records.Level)
	return sum
}

// Minus is the paired difference of two arms' controlled win rates.
func (l *Lengths) Minus(arm, reference string, in records.Group) stats.Estimate {
	return stats.Mean(l.study.minus(l.controlled(arm, in), l.controlled(reference, in), false), records.Level)
}

// Fit is an arm's model in a language.
func (l *Lengths) Fit(arm, code string) (lengthcontrol.Fit, bool) {
	x, ok := l.of[arm][code]
	return x.fit, ok
}

// raw are an arm's wins in a group of languages, and controlled the same with rate and influence of the fits.
func (l *Lengths) raw(arm string, in records.Group) []outcome {
	return l.outcomes(arm, in, func(x lengths) []outcome { return x.raw })
}

func (l *Lengths) controlled(arm string, in records.Group) []outcome {
	return l.outcomes(arm, in, func(x lengths) []outcome { return x.controlled })
}

func (l *Lengths) outcomes(arm string, in records.Group, of func(lengths) []outcome) []outcome {
	if !l.study.Covers(arm, in) {
		return nil
	}
	var lists [][]outcome
	for _, code := range in.Codes {
		lists = append(lists, of(l.of[arm][code]))
	}
	return slices.Concat(lists...)
}
