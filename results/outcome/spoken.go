package outcome

import (
	"cmp"
	"slices"

	"congrad/eval/stats"
	"congrad/results/records"
)

// Identify says in which language a text is; false if it cannot be identified.
type Identify func(text string) (code string, ok bool)

// Spoken has the languages of the greedy answers.
type Spoken struct {
	study *Study
	of    map[string]map[string]spoken // by arm and language
}

// spoken are one arm's answers in one language, over all seeds.
type spoken struct {
	answers int
	told    []outcome      // 1 where the answer is in another language than it should be
	others  map[string]int // which
}

// Spoken identifies every answer once.
func (s *Study) Spoken(identify Identify) *Spoken {
	all := &Spoken{study: s, of: map[string]map[string]spoken{}}
	type verdict struct {
		code string
		ok   bool
	}
	known := map[string]verdict{} // arms often give the same answer
	for _, a := range s.Arms {
		all.of[a.Name] = map[string]spoken{}
		for _, e := range s.evaluations[a.Name] {
			v, met := known[e.Text]
			if !met {
				v.code, v.ok = identify(e.Text)
				known[e.Text] = v
			}
			in := all.of[a.Name][e.Lang]
			if in.others == nil {
				in.others = map[string]int{}
			}
			in.answers++
			if v.ok {
				in.told = append(in.told, outcomeOf(e, indicator(v.code != e.Lang)))
				if v.code != e.Lang {
					in.others[v.code]++
				}
			}
			all.of[a.Name][e.Lang] = in
		}
	}
	return all
}

// Tongue counts an arm's answers in a language other than the prompt's, over a group of languages.
type Tongue struct {
	Answers int
	Wrong   int            // of those that can be told
	Share   stats.Estimate // of Wrong in those that can be told, which are its N
	Most    string         // the language of most of the wrong ones, the first by code of several
}

// Of sums up an arm in a group of languages.
func (sp *Spoken) Of(arm string, in records.Group) Tongue {
	var t Tongue
	if !sp.study.Covers(arm, in) {
		return t
	}
	var told []outcome
	others := map[string]int{}
	for _, code := range in.Codes {
		x := sp.of[arm][code]
		t.Answers += x.answers
		told = append(told, x.told...)
		for other, n := range x.others {
			others[other] += n
			t.Wrong += n
		}
	}
	t.Share = stats.Share(sp.study.samples(told), records.Level)
	codes := make([]string, 0, len(others))
	for code := range others {
		codes = append(codes, code)
	}
	slices.SortFunc(codes, func(a, b string) int { return cmp.Or(cmp.Compare(others[b], others[a]), cmp.Compare(a, b)) })
	if len(codes) > 0 {
		t.Most = codes[0]
	}
	return t
}
