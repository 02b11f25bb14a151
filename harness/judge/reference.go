package judge

import (
	"context"

	"congrad/eval/chrf"
)

// Reference scores by the known answer: 1 for an exact match, else chrF, below one.
type Reference struct{}

// Scores refuses an item whose answer is not known.
func (Reference) Scores(_ context.Context, items []Item) ([]Score, error) {
	scores := make([]Score, len(items))
	for i, item := range items {
		if item.Right == "" {
			return nil, errNoAnswer(item)
		}
		scores[i] = Score{chrf.Known(item.Answer, item.Right), true}
	}
	return scores, nil
}
