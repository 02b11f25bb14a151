package kind

import (
	"errors"
	"fmt"
	"slices"

	"congrad/harness/bench"
	"congrad/harness/data"
	"congrad/harness/text"
)

// Given lays out pairs that people bring. A pair longer than longest tokens (0: no limit) or than the model's context is an error, for a cut
// answer is another answer; so is a pair whose answers come to the same tokens. Up to ten are reported.
func Given(b *bench.Bench, pairs []data.Preference, longest int) ([]Pair, error) {
	context := 0
	if b.Base != nil {
		context = b.Base.Context()
	}
	made := make([]Pair, len(pairs))
	var faults []error
	for i, p := range pairs {
		var err error
		if made[i], err = given(b.Chat, p); err != nil {
			return nil, fmt.Errorf("%s: %w", p.Place(), err)
		}
		switch n := longer(made[i]); {
		case len(faults) == 10:
		case slices.Equal(made[i].Chosen.Tokens, made[i].Rejected.Tokens):
			faults = append(faults, fmt.Errorf("%s: chosen and rejected come to the same tokens, so nothing is preferred: leave the pair out", p.Place()))
		case longest > 0 && n > longest:
			faults = append(faults, fmt.Errorf("%s: prompt and answer have %d tokens; the limit is %d, half of batch.tokens (remove the pair, or --set batch.tokens)", p.Place(), n, longest))
		case context > 0 && n > context:
			faults = append(faults, fmt.Errorf("%s: prompt and answer have %d tokens; the model's context has %d (remove the pair)", p.Place(), n, context))
		}
	}
	return made, errors.Join(faults...)
}

// given lays out one pair.
func given(chat *text.Chat, p data.Preference) (Pair, error) {
	var messages []text.Message
	for _, t := range p.Before {
		messages = append(messages, text.Message(t))
	}
	ask, err := chat.Conversation(append(messages, text.Message{Role: text.User, Content: p.Prompt}), true)
	if err != nil {
		return Pair{}, err
	}
	chosen, err := chat.Answer(p.Chosen)
	if err != nil {
		return Pair{}, fmt.Errorf("chosen: %w", err)
	}
	rejected, err := chat.Answer(p.Rejected)
	if err != nil {
		return Pair{}, fmt.Errorf("rejected: %w", err)
	}
	return Pair{Lang: p.Lang, Prompt: p.ID(), Ask: ask, Chosen: Side{chosen, p.Chosen}, Rejected: Side{rejected, p.Rejected}}, nil
}

// longer is the length of the longer of a pair's two rows.
func longer(p Pair) (n int) {
	for _, r := range p.Rows() {
		n = max(n, r.Len())
	}
	return n
}
