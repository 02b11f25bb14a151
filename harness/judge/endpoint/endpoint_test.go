package endpoint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"congrad/harness/store"

	"github.com/google/go-cmp/cmp"
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
	used   atomic.Int64
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

// open makes the judge anew, as another run would.
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
	b.used.Store(0)
	b.Judge = New(s, l, replies, &b.used)
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
	want := []Verdict{{8.0 / 9, 0.8, LogProbs, ""}, {0.5, 0.5, Same, ""}, {8.0 / 9, 0.8, LogProbs, ""}}
	for i := range want {
		want[i].First, want[i].Second, got[i].First, got[i].Second = round(want[i].First), round(want[i].Second), round(got[i].First), round(got[i].Second)
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
		"frequency_penalty": 0.0, "presence_penalty": 0.0, "logprobs": true, "top_logprobs": 5.0,
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

// What is said in words is read; what is no verdict, and what is refused, is counted with its reason and kept.
func TestText(t *testing.T) {
	for said, want := range map[string]string{
		"A": "A", " b.\n": "B", "**A**": "A", "The better answer is B.": "B", "Answer: A": "A", "because of the facts\n\nB": "B", "(A)": "A",
		"A\nB is worse": "A", "": "", "neither": "", "A or B": "", "A\nor\nB": "", "A good answer": "", "AB": "", "ＡＢ": "", "I like A": "",
	} {
		if got := verdict(said); got != want {
			t.Errorf("%q is read as %q, want %q", said, got, want)
		}
	}
	s := serve(t, func(w http.ResponseWriter, prompt string, n int) {
		switch strings.Split(prompt, "|")[0] {
		case "refuse":
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":null,"refusal":"I can't"}}]}`)
		case "filter":
			fail(w, 400, "content_filter", "no")
		case "long":
			fail(w, 400, "context_length_exceeded", "no")
		case "vague":
			say(w, "it depends")
		default:
			right(w, prompt, n)
		}
	})
	b := newBench(t, s.URL)
	pairs := []Pair{{"q", "good", "bad"}, {"q", "bad", "good"}, {"q", "good", "good 2"}, {"refuse", "x", "y"}, {"filter", "x", "y"}, {"long", "x", "y"}, {"vague", "x", "y"}}
	want := []Verdict{{1, 1, Text, ""}, {0, 0, Text, ""}, {1, 0, Text, ""}, {0.5, 0.5, "", refused}, {0.5, 0.5, "", refused}, {0.5, 0.5, "", tooLong}, {0.5, 0.5, "", unreadable}}
	if d := cmp.Diff(want, b.compare(t, pairs...)); d != "" {
		t.Error(d)
	}
	asked := s.asked()
	b.open(t, s.URL, nil)
	if d := cmp.Diff(want, b.compare(t, pairs...)); d != "" || s.asked() != asked+2 { // errors are not kept, all else is
		t.Errorf("%d requests at first and %d again\n%s", asked, s.asked()-asked, d)
	}
}

// Retries wait as long as the server asks, else longer each time, and never alike.
func TestRetries(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, prompt string, n int) {
		switch n {
		case 1:
			w.Header().Set("Retry-After", "7")
			fail(w, 429, "rate_limit_exceeded", "slow down")
		case 2:
			fail(w, 500, "", "sorry")
		case 4:
			w.Header().Set("Date", "Mon, 02 Jan 2006 15:04:05 GMT")
			w.Header().Set("Retry-After", "Mon, 02 Jan 2006 15:04:25 GMT")
			fail(w, 503, "", "later")
		case 5: // cut while it speaks
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, `{"choices":[`)
		case 7:
			fmt.Fprint(w, "<html>a proxy</html>")
		default:
			right(w, prompt, n)
		}
	})
	b := newBench(t, s.URL)
	if d := cmp.Diff([]Verdict{{1, 1, Text, ""}}, b.compare(t, manyPairs(1)...)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]Verdict{{1, 1, Text, ""}}, b.compare(t, Pair{"another", "good", "bad"})); d != "" {
		t.Error(d)
	}
	if len(b.pauses) != 5 || b.pauses[0] != 7*time.Second || b.pauses[2] != 20*time.Second {
		t.Fatalf("%v", b.pauses)
	}
	for i, from := range map[int]time.Duration{1: 2 * time.Second, 3: 2 * time.Second, 4: time.Second} {
		if d := b.pauses[i]; d < from/2 || d > from*3/2 || d == from {
			t.Errorf("pause %d is %s, want about %s", i, d, from)
		}
	}
	if int(b.used.Load()) != s.asked() || s.asked() != 9 {
		t.Errorf("%d requests counted, %d made", b.used.Load(), s.asked())
	}
}

// A slow server counts as one that does not answer; once it has answered anybody, that is the pair's failure alone.
func TestSlow(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, prompt string, n int) {
		if strings.HasPrefix(prompt, "slow") {
			time.Sleep(300 * time.Millisecond)
		}
		right(w, prompt, n)
	})
	b := newBench(t, s.URL)
	b.open(t, s.URL, func(_ *Settings, l *Limits) { l.Timeout = 100 * time.Millisecond })
	got := b.compare(t, Pair{"q", "good", "bad"}, Pair{"slow", "good", "bad"}, Pair{"r", "bad", "good"})
	if d := cmp.Diff([]Verdict{{1, 1, Text, ""}, {0.5, 0.5, "", noAnswer}, {0, 0, Text, ""}}, got); d != "" || len(b.pauses) != 2 {
		t.Errorf("%v\n%s", b.pauses, d)
	}
}

// What is wrong with the settings ends the run at its first request, with what to do, and no key in it.
func TestWrongSettings(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	for want, answer := range map[string]func(w http.ResponseWriter, prompt string, n int){
		"asking a-model at URL/v1: 401 Unauthorized: no such key: (the key); the environment variable A_TEST_KEY (evaluate.endpoint.key_env) holds a key that is not taken": func(w http.ResponseWriter, _ string, _ int) {
			fail(w, 401, "invalid_api_key", "no such key: secret-key")
		},
		"404 Not Found: no model a-model; is evaluate.endpoint.model one of that server's": func(w http.ResponseWriter, _ string, _ int) { fail(w, 404, "model_not_found", "no model a-model") },
		"400 Bad Request: logprobs is not supported (evaluate.endpoint.url, .model and .log_probs say what is asked)": func(w http.ResponseWriter, _ string, _ int) {
			fail(w, 400, "invalid_request_error", "logprobs is not supported")
		},
		"there is no credit left": func(w http.ResponseWriter, _ string, _ int) { fail(w, 429, "insufficient_quota", "pay") },
		"the server asks to wait 1h0m": func(w http.ResponseWriter, _ string, _ int) {
			w.Header().Set("Retry-After", "3600")
			fail(w, 429, "", "")
		},
	} {
		s := serve(t, answer)
		_, err := newBench(t, s.URL).Compare(context.Background(), manyPairs(20), func(int) {})
		if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), s.URL, "URL"), want) || strings.Contains(err.Error(), "secret-key") || s.asked() != 1 {
			t.Errorf("%d requests: %v\nwant %s", s.asked(), err, want)
		}
	}
	b := newBench(t, gone.URL)
	if _, err := b.Compare(context.Background(), manyPairs(20), func(int) {}); err == nil || !strings.Contains(err.Error(), "no server answers there") || b.used.Load() != 1 {
		t.Errorf("%d requests: %v", b.used.Load(), err)
	}
	s := serve(t, func(w http.ResponseWriter, _ string, _ int) { fail(w, 401, "", "who?") })
	t.Setenv("A_TEST_KEY", "")
	b = &bench{store: b.store}
	if err := os.Unsetenv("A_TEST_KEY"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("OPENAI_API_KEY", "another-server's")
	b.open(t, s.URL, nil)
	if _, err := b.Compare(context.Background(), manyPairs(1), func(int) {}); err == nil || !strings.Contains(err.Error(), "set the environment variable A_TEST_KEY") || s.keys[0] != "" {
		t.Errorf("with the key %q: %v", s.keys, err)
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
	if err == nil || !strings.Contains(err.Error(), "8 requests in a row failed, the last with: 500 Internal Server Error: out of memory") || s.asked() > 10+10*3+3*3 {
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

func TestTemplate(t *testing.T) {
	t.Chdir(t.TempDir())
	own, err := Template("")
	if err != nil || fill(own, "{A}", "{B}", "{prompt}") == own || strings.Count(fill(own, "{A}", "{B}", "{prompt}"), "{B}") != 1 {
		t.Errorf("%v", err)
	}
	for text, want := range map[string]string{"{prompt} {A} {B}": "", "{prompt} {A} {A}": "mine.txt: has {A} 2 times, want once\nmine.txt: has {B} 0 times, want once"} {
		if err := os.WriteFile("mine.txt", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Template("mine.txt"); (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := Template("none.txt"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func FuzzPreference(f *testing.F) {
	f.Add("A", "A", -0.1, " b", -3.0)
	f.Add("The better answer is A\nB", "The", 0.0, "", -1e308)
	f.Add("\n**B**", "\n", -9999.0, "B", 1e308)
	f.Fuzz(func(t *testing.T, text, token string, x float64, other string, y float64) {
		top := []Option{{token, x}, {other, y}}
		p, by, failed := Reply{Text: text, Tokens: []Token{{token, top}, {other, top}}}.preference()
		if !(p >= 0 && p <= 1) || (by == "") != (failed != "") {
			t.Errorf("%g by %q, failed %q", p, by, failed)
		}
		swap := strings.NewReplacer("A", "B", "a", "b", "B", "A", "b", "a")
		q, by2, failed2 := Reply{Text: text}.preference()
		r, by3, failed3 := Reply{Text: swap.Replace(text)}.preference()
		if by2 == Text && by3 == Text && q+r != 1 && !strings.ContainsAny(text, "thetrsvdcoiwn") || by2 == LogProbs || by3 == LogProbs {
			t.Errorf("%q: %g and %g, %q %q %q %q", text, q, r, by2, failed2, by3, failed3)
		}
	})
}
