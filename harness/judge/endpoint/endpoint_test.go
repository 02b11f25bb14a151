package endpoint

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Both orders are asked, with every sampling field and the key; preferences are shares of the labels' probabilities.
func TestLogProbs(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, prompt string, _ int) {
		if prompt == "q|x|y" { // 0.6 and 0.2 for A, 0.1 for B
			say(w, "A", Option{"A", -0.5108256237659907}, Option{" a", -1.6094379124341003}, Option{"ĠB", -2.302585092994046}, Option{"The", -3})
			return
		}
		say(w, "B", Option{"B", -0.2231435513142097}, Option{"A", -1.6094379124341003}) // 0.8, 0.2
	})
	b := newBench(t, s.URL)
	var done []int
	got, err := b.Compare(context.Background(), []Pair{{"q", "x", "y"}, {"q", "z", "z"}, {"q", "x", "y"}}, func(n int) { done = append(done, n) })
	if err != nil {
		t.Fatal(err)
	}
	want := []Verdict{{8.0 / 9, 0.8, LogProbs, "", 0.9}, {0.5, 0.5, Same, "", 0}, {8.0 / 9, 0.8, LogProbs, "", 0.9}}
	for i := range want {
		want[i].First, want[i].Second, got[i].First, got[i].Second, got[i].Labels = round(want[i].First), round(want[i].Second), round(got[i].First), round(got[i].Second), round(got[i].Labels)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	slices.Sort(done)
	if d := cmp.Diff([]int{1, 2}, done); d != "" {
		t.Error(d)
	}
	body := map[string]any{
		"model": "a-model", "messages": []any{map[string]any{"role": "user", "content": "q|x|y"}}, "temperature": 0.0, "top_p": 1.0, "max_tokens": 8.0, "seed": 1.0, "n": 1.0,
		"frequency_penalty": 0.0, "presence_penalty": 0.0, "logprobs": true, "top_logprobs": 20.0,
	}
	if d := cmp.Diff(body, s.bodies[0]); d != "" || s.asked() != 2 || s.keys[0] != "Bearer secret-key" {
		t.Errorf("%d requests, the first with %q:\n%s", s.asked(), s.keys, d)
	}
}

func round(x float64) float64 { return float64(int(x*1e9+0.5)) / 1e9 }

// A judge that always takes the first answer says so by its preferences, and the mean over both orders is a half.
func TestPlaceIsTakenOut(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ string, _ int) {
		say(w, "A", Option{"A", -0.1053605}, Option{"B", -2.3025851})
	})
	for _, v := range newBench(t, s.URL).compare(t, manyPairs(5)...) {
		if round(v.First) != round(0.9) && v.First < 0.89 || v.Win() != 0.5 {
			t.Errorf("%+v", v)
		}
	}
}

// A server that stops answering in the middle ends the run before everything is counted as failed; nothing is lost.
func TestServerGoesDown(t *testing.T) {
	up := true
	s := serve(t, func(w http.ResponseWriter, prompt string, n int) {
		if n > 10 && up {
			fail(w, 500, "", "out of memory")
			return
		}
		right(w, prompt, n)
	})
	b := newBench(t, s.URL)
	_, err := b.Compare(context.Background(), manyPairs(100), func(int) {})
	// Of three at a time two may come home late with a good reply, so that seven failures do not count; then seven do, and each of three
	// may be the eighth. Each failure is three requests.
	const most = 10 + 3*(2*7+7+3)
	if err == nil || !strings.Contains(err.Error(), "8 requests in a row failed, the last with: 500 Internal Server Error: out of memory") || s.asked() > most {
		t.Errorf("%d requests: %v", s.asked(), err)
	}
	up = false
	before := s.asked()
	b.open(t, s.URL, nil)
	for _, v := range b.compare(t, manyPairs(100)...) {
		if v.Failed != "" || v.Win() != 1 {
			t.Errorf("%+v", v)
		}
	}
	if n := s.asked() - before; n != 190 {
		t.Errorf("%d requests after ten were answered, want 190", n)
	}
}

// The budget ends a run; the next goes on from what is kept, and one that has all asks nothing.
func TestBudget(t *testing.T) {
	s := serve(t, right)
	b := newBench(t, s.URL)
	limited := func(_ *Settings, l *Limits) { l.MaxRequests = 7 }
	b.open(t, s.URL, limited)
	_, err := b.Compare(context.Background(), manyPairs(6), func(int) {})
	if err == nil || !strings.Contains(err.Error(), "evaluate.endpoint.max_requests (7 in one run) is used up. Nothing is lost") || s.asked() > 7 {
		t.Fatalf("%d requests: %v", s.asked(), err)
	}
	b.open(t, s.URL, limited)
	b.compare(t, manyPairs(6)...)
	if s.asked() != 12 {
		t.Errorf("%d requests for 6 pairs", s.asked())
	}
	s.Close()
	b.open(t, s.URL, nil)
	for _, v := range b.compare(t, manyPairs(6)...) {
		if v.Win() != 1 {
			t.Errorf("%+v", v)
		}
	}
	b.open(t, s.URL, func(s *Settings, _ *Limits) { s.MaxTokens = 9 }) // other sampling is another question
	if _, err := b.Compare(context.Background(), manyPairs(1), func(int) {}); err == nil {
		t.Error("the reply to another request was taken")
	}
}

// A cancelled run ends while it waits.
func TestCancelled(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, prompt string, n int) {
		if n > 4 {
			fail(w, 503, "", "")
			return
		}
		right(w, prompt, n)
	})
	b := newBench(t, s.URL)
	ctx, cancel := context.WithCancel(context.Background())
	b.wait = func(ctx context.Context, _ time.Duration) error { cancel(); return pause(ctx, time.Hour) }
	if _, err := b.Compare(ctx, manyPairs(50), func(int) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
