package preference

import "testing"

func TestPair(t *testing.T) {
	good, bad, mid := Scored{"right", 4, 5, true}, Scored{"wrong", 4, 1, true}, Scored{"so so", 4, 3, true}
	unread := Scored{"?", 4, -1, false}
	twin := Scored{"right", 4, 1, true}
	long := Scored{"wrong and long", 40, 1, true}
	for name, c := range map[string]struct {
		answers          []Scored
		rules            Rules
		chosen, rejected int
		outcome          Outcome
	}{
		"best against worst":               {[]Scored{mid, bad, good}, Rules{}, 2, 1, Paired},
		"the earlier of equals":            {[]Scored{good, bad, good, bad}, Rules{}, 0, 1, Paired},
		"tie":                              {[]Scored{good, good}, Rules{}, 0, 0, Tied},
		"an unread score is not the worst": {[]Scored{unread, good, mid}, Rules{}, 1, 2, Paired},
		"one scored answer":                {[]Scored{unread, good}, Rules{}, 1, 1, TooFew},
		"none":                             {nil, Rules{}, -1, -1, TooFew},
		"one text, two scores":             {[]Scored{good, twin}, Rules{}, 0, 1, Duplicate},
		"gap just wide enough":             {[]Scored{good, mid}, Rules{MinGap: 2}, 0, 1, Paired},
		"gap too narrow":                   {[]Scored{good, mid}, Rules{MinGap: 2.5}, 0, 1, Narrow},
		"lengths at the ratio":             {[]Scored{good, long}, Rules{MaxLengthRatio: 10}, 0, 1, Paired},
		"lengths over the ratio":           {[]Scored{good, long}, Rules{MaxLengthRatio: 9}, 0, 1, Narrow},
		"an empty answer has a length":     {[]Scored{good, {"", 0, 1, true}}, Rules{MaxLengthRatio: 4}, 0, 1, Paired},
	} {
		chosen, rejected, outcome := Pair(c.answers, c.rules)
		if chosen != c.chosen || rejected != c.rejected || outcome != c.outcome {
			t.Errorf("%s: chosen %d, rejected %d, outcome %d; want %d, %d, %d", name, chosen, rejected, outcome, c.chosen, c.rejected, c.outcome)
		}
	}
}
