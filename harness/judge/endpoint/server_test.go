package endpoint

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"congrad/harness/store"
)

// server is a judge with a script: answer writes what it says to the n-th request, from 1.
type server struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []map[string]any
	keys   []string
}

func serve(t *testing.T, answer func(w http.ResponseWriter, prompt string, n int)) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body map[string]any
		text, err := io.ReadAll(r.Body)
		if err != nil || json.Unmarshal(text, &body) != nil || r.URL.Path != "/v1/chat/completions" {
			http.Error(w, "no such page", http.StatusNotFound)
			return
		}
		s.mu.Lock()
		s.bodies, s.keys = append(s.bodies, body), append(s.keys, r.Header.Get("Authorization"))
		n := len(s.bodies)
		s.mu.Unlock()
		answer(w, body["messages"].([]any)[0].(map[string]any)["content"].(string), n)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.bodies)
}

// say writes a reply, with the log-probs of labels where there are any.
func say(w http.ResponseWriter, text string, top ...Option) {
	choice := map[string]any{"index": 0, "finish_reason": "stop", "message": map[string]any{"role": "assistant", "content": text}}
	if len(top) > 0 {
		var list []map[string]any
		for _, o := range top {
			list = append(list, map[string]any{"token": o.Text, "logprob": o.LogProb, "bytes": nil})
		}
		choice["logprobs"] = map[string]any{"content": []any{map[string]any{"token": top[0].Text, "logprob": top[0].LogProb, "top_logprobs": list}}}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"id": "1", "object": "chat.completion", "model": "served", "choices": []any{choice}})
}

func fail(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": message, "type": code, "code": code}})
}

// bench is a judge of a server, whose pauses are noted and not waited for.
type bench struct {
	*Judge
	pauses []time.Duration
	store  *store.Store
}

func newBench(t *testing.T, url string) *bench {
	t.Helper()
	t.Setenv("A_TEST_KEY", "secret-key")
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	b := &bench{store: st}
	b.open(t, url, nil)
	return b
}

// open makes the judge again, as another run would.
func (b *bench) open(t *testing.T, url string, change func(*Settings, *Limits)) {
	t.Helper()
	s := Settings{URL: url + "/v1", Model: "a-model", Template: "{prompt}|{A}|{B}", MaxTokens: 8, LogProbs: true}
	l := Limits{KeyEnv: "A_TEST_KEY", Parallel: 3, Retries: 2, MaxRequests: 1000, Timeout: 10 * time.Second}
	if change != nil {
		change(&s, &l)
	}
	replies, err := b.store.Replies(s.URL + s.Model)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = replies.Close() })
	b.Judge = New(s, l, replies, &Session{})
	var mu sync.Mutex
	b.wait = func(ctx context.Context, d time.Duration) error {
		mu.Lock()
		defer mu.Unlock()
		b.pauses = append(b.pauses, d)
		return ctx.Err()
	}
}

func (b *bench) compare(t *testing.T, pairs ...Pair) []Verdict {
	t.Helper()
	list, err := b.Compare(context.Background(), pairs, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// manyPairs are pairs of different answers.
func manyPairs(n int) (list []Pair) {
	for i := range n {
		list = append(list, Pair{fmt.Sprint("question ", i), fmt.Sprint("good ", i), fmt.Sprint("bad ", i)})
	}
	return list
}

// right prefers the answer that is good.
func right(w http.ResponseWriter, prompt string, _ int) {
	if strings.HasPrefix(strings.Split(prompt, "|")[1], "good") {
		say(w, "A")
		return
	}
	say(w, "B")
}
