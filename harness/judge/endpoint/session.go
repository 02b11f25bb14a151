package endpoint

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
)

// mostWithout is how many pairs may be without a verdict while none has one: ties alone are a result of nothing.
const mostWithout = 8

// Session is what the judges of a run share.
type Session struct {
	Requests atomic.Int64         // that were made
	Retrying func(message string) // told of each that will be made again, by one goroutine at a time of a judge; may be nil

	mu      sync.Mutex
	read    bool          // a pair has a verdict
	without map[Pair]bool // those of which no reply could be read, until one is
}

// note counts what a pair's last request came to; it is an error where replies come and none can be read. What is too long for
// the judge or has no reply says nothing about that.
func (s *Session) note(p Pair, o opinion) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o.failed == "" {
		s.read, s.without = true, nil
	}
	if s.read || o.failed != unreadable && o.failed != unlikely && o.failed != refused {
		return nil
	}
	if s.without == nil {
		s.without = map[Pair]bool{}
	}
	if s.without[p] = true; len(s.without) < mostWithout {
		return nil
	}
	return fmt.Errorf("the first %d pairs got no verdict: their replies are refusals, do not say which answer is better, or give A and B little probability; %s. Try a prompt that asks only for the letter A or B (evaluate.endpoint.instructions), more room for the reply (evaluate.endpoint.max_tokens) or another model (evaluate.endpoint.model). Every reply is kept",
		mostWithout, o.reply.quoted())
}

// quoted is how a reply begins.
func (r Reply) quoted() string {
	said := []rune(strings.Join(strings.Fields(r.Text+" "+r.Refusal), " "))
	text := "the last reply is empty"
	switch {
	case len(said) > 200:
		text = fmt.Sprintf("the last reply begins with %q", string(said[:200]))
	case len(said) > 0:
		text = fmt.Sprintf("the last reply is %q", string(said))
	}
	if r.Finish == "length" {
		text += ", cut at max_tokens"
	}
	return text
}
