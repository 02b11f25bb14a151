package outcome

import (
	"cmp"
	"slices"

	"congrad/eval/langid"
	"congrad/eval/stats"
	"congrad/results/records"
)

// Identify says in which language each of some texts is.
type Identify func(texts []string) []langid.Verdict

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

// Spoken identifies every different answer once: arms often give the same.
func (s *Study) Spoken(identify Identify) *Spoken {
	all := &Spoken{study: s, of: map[string]map[string]spoken{}}
	var texts []string
	at := map[string]int{}
	for _, a := range s.Arms {
		for _, e := range s.evaluations[a.Name].records() {
			if _, met := at[e.Text]; !met {
				at[e.Text] = len(texts)
				texts = append(texts, e.Text)
			}
		}
	}
	verdicts := identify(texts)
	for _, a := range s.Arms {
		all.of[a.Name] = map[string]spoken{}
		for _, l := range s.Languages {
			x := spoken{others: map[string]int{}}
			for list := range s.evaluations[a.Name].in(records.Only(l.Code)) {
				for _, e := range list {
					v := verdicts[at[e.Text]]
					x.answers++
					if v.Known {
						x.told = append(x.told, outcomeOf(e, indicator(v.Code != e.Lang)))
						if v.Code != e.Lang {
							x.others[v.Code]++
						}
					}
				}
			}
			all.of[a.Name][l.Code] = x
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
