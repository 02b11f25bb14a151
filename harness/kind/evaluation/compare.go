package evaluation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/judge/endpoint"
	"congrad/harness/kind"
	"congrad/harness/stage"
)

// longestRequest is how long a server may take over one comparison.
const longestRequest = 5 * time.Minute

// Compare has a server compare a model's answers to held-out prompts with the opponent's. The limits on how it is asked, which make
// no difference to its verdicts, are the bench's.
type Compare struct {
	Answers  stage.Ref
	Opponent stage.Ref
	Asked    bench.Asked
	Server   endpoint.Settings
	kind.Host
	kind.Unrecorded
	kind.Tokenless
	kind.Quick
}

// ServerOf is an experiment's server, as far as its verdicts depend on it.
func ServerOf(v config.Endpoint) (endpoint.Settings, error) {
	template, err := endpoint.Template(v.Instructions)
	if err != nil {
		err = fmt.Errorf("evaluate.endpoint.instructions: %w", err)
	}
	return endpoint.Settings{URL: v.URL, Model: v.Model, Template: template, MaxTokens: v.MaxTokens, LogProbs: v.LogProbs}, err
}

// LimitsOf are the limits on how the server is asked.
func LimitsOf(v config.Endpoint) endpoint.Limits {
	return endpoint.Limits{KeyEnv: v.KeyEnv, Parallel: v.Parallel, Retries: v.Retries, MaxRequests: v.MaxRequests, Timeout: longestRequest}
}

// Kind of the stage.
func (Compare) Kind() kind.Kind {
	return kind.Kind{Name: "compare", Version: 3, Title: "asking a judge"}
}

// Title says what the stage does.
func (Compare) Title() string { return "compare held-out answers" }

// Inputs are both answers.
func (c Compare) Inputs() []stage.Ref { return []stage.Ref{c.Answers, c.Opponent} }

// Do leaves verdicts.jsonl: a verdict on each answer.
func (c Compare) Do(ctx context.Context, d *stage.Desk, b *bench.Bench) (stage.Files, error) {
	pairs, err := c.pairs(d.Shelf, b)
	if err != nil {
		return nil, err
	}
	d.Expect(len(pairs))
	var verdicts []endpoint.Verdict
	err = b.Server.Ask(d.Note, func(session *endpoint.Session) error {
		replies, err := d.Store.Replies(c.Server.URL + "\n" + c.Server.Model)
		if err != nil {
			return err
		}
		if replies.Damaged > 0 {
			d.Note(fmt.Sprintf("%d kept replies are damaged; what they answered is asked again", replies.Damaged))
		}
		verdicts, err = endpoint.New(c.Server, b.Server.Limits, replies, session).Compare(ctx, pairs, func(n int) { d.Advance(n, 0) })
		return errors.Join(err, replies.Close())
	})
	if err != nil {
		return nil, err
	}
	return stage.Output("verdicts", verdicts)
}

// pairs joins two models' answers to the prompts that the first has answered, in its order.
func (c Compare) pairs(s stage.Shelf, b *bench.Bench) ([]endpoint.Pair, error) {
	ours, err := stage.Lines[kind.Answer](s, c.Answers, "answers")
	if err != nil {
		return nil, err
	}
	theirs, err := stage.Lines[kind.Answer](s, c.Opponent, "answers")
	if err != nil {
		return nil, err
	}
	prompts, err := b.Prompts(c.Asked)
	if err != nil {
		return nil, err
	}
	find, against := bench.ByID(prompts), opposing[string]{}
	for _, a := range theirs {
		against[a.Prompt] = append(against[a.Prompt], a.Text)
	}
	pairs := make([]endpoint.Pair, len(ours))
	for i, a := range ours {
		prompt, err := find(a.Prompt)
		if err != nil {
			return nil, err
		}
		opponent, err := against.to(a.Prompt, a.Sample)
		if err != nil {
			return nil, err
		}
		pairs[i] = endpoint.Pair{Instruction: prompt.Text, Answer: a.Text, Opponent: opponent}
	}
	return pairs, nil
}
