package outcome

import (
	"unicode/utf8"

	"congrad/eval/lengthcontrol"
	"congrad/eval/stats"
	"congrad/harness/record"
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
	texts := map[item]string{}
	var theirs []*record.Evaluation
	if s.Answers == nil {
		theirs = s.evaluations[opponent.Name]
	}
	for _, e := range theirs {
		texts[item{e.Seed, e.Lang, "", e.Prompt}] = e.Text
		anySeed := item{s.sharing(e.Seed), e.Lang, "", e.Prompt} // untrained, it has no training run
		if _, ok := texts[anySeed]; !ok {
			texts[anySeed] = e.Text
		}
	}
	against := func(e *record.Evaluation) (string, bool) {
		if s.Answers != nil {
			return e.OpponentText, true
		}
		text, ok := texts[item{e.Seed, e.Lang, "", e.Prompt}]
		if !ok {
			text, ok = texts[item{s.sharing(e.Seed), e.Lang, "", e.Prompt}]
		}
		return text, ok
	}
	for _, a := range s.Contenders() {
		all.of[a.Name] = map[string]lengths{}
		comparisons := map[string][]lengthcontrol.Comparison{}
		for _, e := range s.evaluations[a.Name] {
			text, ok := against(e)
			if !ok {
				continue
			}
			l := all.of[a.Name][e.Lang]
			own, other := float64(utf8.RuneCountInString(e.Text)), float64(utf8.RuneCountInString(text))
			l.own += own
			l.opponent += other
			l.raw = append(l.raw, outcomeOf(e, e.Win))
			all.of[a.Name][e.Lang] = l
			comparisons[e.Lang] = append(comparisons[e.Lang], lengthcontrol.Comparison{Win: e.Win, Extra: own - other})
		}
		for code, l := range all.of[a.Name] {
			fit, ok := lengthcontrol.New(comparisons[code])
			if !ok {
				delete(all.of[a.Name], code)
				continue
			}
			l.fit = fit
			for i, o := range l.raw {
				o.value = fit.Rate + fit.Influence[i]
				l.controlled = append(l.controlled, o)
			}
			all.of[a.Name][code] = l
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
	raw, controlled := l.outcomes(arm, in)
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
	_, a := l.outcomes(arm, in)
	_, b := l.outcomes(reference, in)
	return stats.Mean(l.study.minus(a, b, false), records.Level)
}

// Fit is an arm's model in a language.
func (l *Lengths) Fit(arm, code string) (lengthcontrol.Fit, bool) {
	x, ok := l.of[arm][code]
	return x.fit, ok
}

func (l *Lengths) outcomes(arm string, in records.Group) (raw, controlled []outcome) {
	if !l.study.Covers(arm, in) {
		return nil, nil
	}
	for _, code := range in.Codes {
		raw = append(raw, l.of[arm][code].raw...)
		controlled = append(controlled, l.of[arm][code].controlled...)
	}
	return raw, controlled
}
