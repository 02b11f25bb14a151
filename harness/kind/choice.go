package kind

import "congrad/harness/stage"

// Choice is what becomes of a pair.
type Choice struct {
	Score float64 `json:"score"`
	Rank  int     `json:"rank"` // 1 is the best of its quota; 0 where pairs are not ranked, or this one is not up for selection
	Kept  bool    `json:"kept"`
	// Of a pair that is not kept, see keep.action:
	Flipped bool    `json:"flipped,omitempty"` // it is trained on with its answers swapped
	Weight  float64 `json:"weight,omitempty"`  // it is trained on with this weight in the loss, below 1; 0 leaves it out
}

// Trained reports whether the pair is trained on, in whatever way.
func (c Choice) Trained() bool { return c.Kept || c.Flipped || c.Weight > 0 }

// All keeps every one of n pairs.
func All(n int) []Choice {
	list := make([]Choice, n)
	for i := range list {
		list[i].Kept = true
	}
	return list
}

// Choices reads what a selection made of n pairs; without a selection all are kept.
func Choices(s stage.Shelf, selection stage.Ref, n int) ([]Choice, error) {
	if selection == "" {
		return All(n), nil
	}
	return stage.Lines[Choice](s, selection, "choices")
}
