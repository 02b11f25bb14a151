package outcome

import (
	"math"

	"congrad/eval/stats"
	"congrad/results/records"
)

// Verdicts sums up a server's verdicts on an arm's answers.
type Verdicts struct {
	Answers int
	Same    int // as the opponent's, about which nobody was asked
	Failed  int
	Reasons map[string]int // of those that failed
	Judged  int            // in both orders
	Ties    int            // of those, without a preference over both orders
	// How preferences were read.
	LogProbs, Text int
	// First is the mean preference for the answer shown first, over both orders: 0.5 without position bias.
	First stats.Estimate
	// Labels is the mean probability of both labels together, at the verdict's place, where log-probs were read.
	Labels stats.Estimate
	// Opposed is the share of judged pairs on which the two orders disagree.
	Opposed stats.Estimate
}

// Verdicts sums up an arm over all languages.
func (s *Study) Verdicts(arm string) Verdicts {
	v := Verdicts{Reasons: map[string]int{}}
	var first, opposed, labels []outcome
	for _, e := range s.evaluations[arm].records() {
		x := e.Verdict
		if x == nil {
			continue
		}
		v.Answers++
		if x.Labels > 0 {
			labels = append(labels, outcomeOf(e, x.Labels))
		}
		switch x.By {
		case "same":
			v.Same++
			continue
		case "":
			v.Failed++
			v.Reasons[x.Failed]++
			continue
		case "log-probs":
			v.LogProbs++
		default:
			v.Text++
		}
		v.Judged++
		v.Ties += int(indicator(math.Abs(e.Win-0.5) < 1e-9)) // preferences are quotients
		first = append(first, outcomeOf(e, (x.First+1-x.Second)/2))
		opposed = append(opposed, outcomeOf(e, indicator((x.First-0.5)*(x.Second-0.5) < 0)))
	}
	v.Labels = stats.MeanWithin(s.samples(labels), 0, 1, records.Level)
	v.First, v.Opposed = stats.MeanWithin(s.samples(first), 0, 1, records.Level), stats.Share(s.samples(opposed), records.Level)
	return v
}

// Failed counts the answers on which a server gave no verdict, and those that it was asked about, over all arms.
func (s *Study) Failed() (failed, asked int) {
	for i := range s.Set.Evaluations {
		if v := s.Set.Evaluations[i].Verdict; v != nil && v.By != "same" {
			asked++
			failed += int(indicator(v.Failed != ""))
		}
	}
	return failed, asked
}
