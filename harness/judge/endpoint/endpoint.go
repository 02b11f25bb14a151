// Package endpoint has a model behind an OpenAI-compatible server compare answers in pairs.
//
// Each pair is two requests, one for each order of the answers: judges favour a place, and the mean over both orders takes that
// out. What a server said is kept by the content of the request, so nothing is asked twice, in whichever run.
package endpoint

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"congrad/harness/store"

	"golang.org/x/sync/errgroup"
)

// Settings are what a verdict depends on.
type Settings struct {
	URL       string // up to and without /chat/completions
	Model     string
	Template  string // the prompt; see [Template]
	MaxTokens int
	LogProbs  bool
}

// Limits are what it does not depend on.
type Limits struct {
	KeyEnv      string // the environment variable with the key
	Parallel    int    // pairs at a time
	Retries     int    // of one request
	MaxRequests int    // of a session
	Timeout     time.Duration
}

// Pair is two answers to one instruction.
type Pair struct{ Instruction, Answer, Opponent string }

// Verdict says how much the judge prefers the answer to the opponent's, from 0 to 1.
type Verdict struct {
	First  float64 `json:"first"`            // with the answer shown first
	Second float64 `json:"second"`           // with the answer shown second
	By     string  `json:"by"`               // LogProbs, Text or Same; empty where it failed
	Failed string  `json:"failed,omitempty"` // why there is no verdict; the preferences are then a half
	// Labels is the probability of both labels together where log-probs were read: the lower of both orders'; 0 if none were.
	Labels float64 `json:"labels,omitempty"`
}

// How a preference was read; Same says that the answers are, and that nobody was asked.
const (
	LogProbs = "log-probs"
	Text     = "text"
	Same     = "same"
)

// Win is the mean of both orders.
func (v Verdict) Win() float64 { return (v.First + v.Second) / 2 }

// Judge asks a server.
type Judge struct {
	settings Settings
	limits   Limits
	key      string
	client   *http.Client
	replies  *store.Replies
	session  *Session
	telling  sync.Mutex // of done and Retrying
	wait     func(context.Context, time.Duration) error
	patience time.Duration // after which people are told that the server says nothing

	mu    sync.Mutex
	works bool // the server answered once, be it in an earlier run: the settings are right
	there bool // it answered in this one
	row   int  // requests in a row that failed for good
}

// New makes a judge and contacts nobody. The key is read from the environment.
func New(s Settings, l Limits, replies *store.Replies, session *Session) *Judge {
	key := strings.TrimSpace(os.Getenv(l.KeyEnv))
	return &Judge{
		settings: s, limits: l, key: key, client: &http.Client{CheckRedirect: sameRequest}, replies: replies, session: session,
		wait: pause, patience: patience, works: replies.Len() > 0,
	}
}

// pause waits, unless the context ends first.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Compare judges pairs, each distinct one once. done is told of pairs as they are judged, by one goroutine at a time.
func (j *Judge) Compare(ctx context.Context, pairs []Pair, done func(n int)) ([]Verdict, error) {
	times := map[Pair]int{}
	var distinct []Pair
	for _, p := range pairs {
		if times[p]++; times[p] == 1 {
			distinct = append(distinct, p)
		}
	}
	verdicts := make(map[Pair]Verdict, len(distinct))
	going, stop := context.WithCancelCause(ctx) // an error ends what waits and what has not begun; requests on their way come home, since they count
	defer stop(nil)
	judge := func(p Pair) error {
		v, err := j.compare(ctx, going, p)
		if err != nil {
			stop(err)
			return err
		}
		j.telling.Lock()
		defer j.telling.Unlock()
		verdicts[p] = v
		done(times[p])
		return nil
	}
	for len(distinct) > 0 && !j.settled() { // alone, until the settings are known to be right
		if err := judge(distinct[0]); err != nil {
			return nil, err
		}
		distinct = distinct[1:]
	}
	var group errgroup.Group
	group.SetLimit(j.limits.Parallel)
	for _, p := range distinct {
		if going.Err() != nil {
			break
		}
		group.Go(func() error { return judge(p) })
	}
	_ = group.Wait() // its first error may be one that followed from the first
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if going.Err() != nil {
		return nil, context.Cause(going)
	}
	list := make([]Verdict, len(pairs))
	for i, p := range pairs {
		list[i] = verdicts[p]
	}
	return list, nil
}

func (j *Judge) settled() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.works && j.there
}

// compare judges a pair in both orders.
func (j *Judge) compare(ctx, going context.Context, p Pair) (Verdict, error) {
	if p.Answer == p.Opponent {
		return Verdict{First: 0.5, Second: 0.5, By: Same}, nil
	}
	first, err := j.prefer(ctx, going, p.Instruction, p.Answer, p.Opponent)
	if err != nil {
		return Verdict{}, err
	}
	other := first // a second order would not be a verdict either
	if first.failed == "" {
		if other, err = j.prefer(ctx, going, p.Instruction, p.Opponent, p.Answer); err != nil {
			return Verdict{}, err
		}
	}
	if err := j.session.note(p, other); err != nil {
		return Verdict{}, j.asking(err)
	}
	labels := min(first.labels, other.labels)
	if other.failed != "" {
		return Verdict{First: 0.5, Second: 0.5, Failed: other.failed, Labels: labels}, nil
	}
	by := other.by
	if first.by == Text {
		by, labels = Text, 0
	}
	return Verdict{First: first.share, Second: 1 - other.share, By: by, Labels: labels}, nil
}

// opinion is what a request came to.
type opinion struct {
	share  float64 // how much the answer shown first is preferred
	labels float64 // probability of both labels together; 0 if no log-probs were read
	by     string  // LogProbs or Text
	failed string  // why there is none
	reply  Reply
}

// prefer asks about one order of two answers.
func (j *Judge) prefer(ctx, going context.Context, instruction, first, second string) (o opinion, err error) {
	if o.reply, o.failed, err = j.reply(ctx, going, fill(j.settings.Template, instruction, first, second)); err != nil {
		return o, j.asking(err)
	}
	if o.failed == "" {
		o.share, o.by, o.failed = o.reply.preference()
		o.labels = o.reply.labels()
	}
	return o, nil
}

// asking says of an error whom it is about.
func (j *Judge) asking(err error) error {
	return fmt.Errorf("asking %s at %s: %w", j.settings.Model, j.settings.URL, err)
}
