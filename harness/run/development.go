package run

import (
	"errors"
	"fmt"

	"congrad/harness/data"
)

// development reports languages without development prompts, or without reference answers to them, where an arm needs some.
func (p *planner) development() error {
	e := p.Experiment
	for i, a := range e.Arms {
		key, languages, why := "match_kl", e.Languages.All(), "on which drifts are measured"
		switch {
		case a.MatchKL != "":
		case a.Trained() && len(a.Train.Rates) > 0:
			key, languages, why = "train.rates", e.Languages.Seen, "on which rates are chosen"
		default:
			continue
		}
		from := e.From(fmt.Sprintf("arms[%d].%s", i, key))
		for _, code := range languages {
			list, err := p.bench.Source.Held(data.PartDev, code, 1)
			if err != nil || len(list) == 0 {
				return errors.Join(err, fmt.Errorf("%s: %s of the arm %q: no prompt in %s is held out for development (prompts.dev = %g), %s", from, key, a.Name, code, e.Prompts.Dev, why))
			}
			if place := p.bench.Source.Unanswered(data.PartDev, code); key == "train.rates" && place != "" {
				return fmt.Errorf("%s: no reference answer; learning rates are chosen by answers to development prompts (%s of the arm %q)", place, key, a.Name)
			}
		}
	}
	return nil
}
