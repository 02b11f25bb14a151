package endpoint

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

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
	if d := cmp.Diff([]Verdict{{First: 1, Second: 1, By: Text}}, b.compare(t, manyPairs(1)...)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]Verdict{{First: 1, Second: 1, By: Text}}, b.compare(t, Pair{"another", "good", "bad"})); d != "" {
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
	if int(b.session.Requests.Load()) != s.asked() || s.asked() != 9 {
		t.Errorf("%d requests counted, %d made", b.session.Requests.Load(), s.asked())
	}
}

// A slow server counts as one that does not answer; once it has answered anybody, that is the pair's failure alone.
func TestSlow(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, prompt string, n int) {
		if strings.HasPrefix(prompt, "slow") {
			time.Sleep(2 * time.Second)
		}
		right(w, prompt, n)
	})
	b := newBench(t, s.URL)
	b.open(t, s.URL, func(_ *Settings, l *Limits) { l.Timeout = 700 * time.Millisecond })
	var said []string
	b.patience, b.session.Retrying = 100*time.Millisecond, func(text string) { said = append(said, text) }
	got := b.compare(t, Pair{"q", "good", "bad"}, Pair{"slow", "good", "bad"}, Pair{"r", "bad", "good"})
	if d := cmp.Diff([]Verdict{{First: 1, Second: 1, By: Text}, {First: 0.5, Second: 0.5, Failed: noAnswer}, {First: 0, Second: 0, By: Text}}, got); d != "" || len(b.pauses) != 2 {
		t.Errorf("%v\n%s", b.pauses, d)
	}
	if !slices.ContainsFunc(said, func(text string) bool {
		return strings.HasPrefix(text, "waiting for a-model at "+s.URL+"/v1: no reply for 0 s")
	}) {
		t.Errorf("of a silent server people are told %q", said)
	}
}

// What is wrong with the settings ends the run at its first request, with what to do, and no key in it.
func TestWrongSettings(t *testing.T) {
	for want, answer := range map[string]func(w http.ResponseWriter, prompt string, n int){
		"asking a-model at URL/v1: 401 Unauthorized: no such key: (the key); the environment variable A_TEST_KEY (evaluate.endpoint.key_env) holds a key that the server rejects": func(w http.ResponseWriter, _ string, _ int) {
			fail(w, 401, "invalid_api_key", "no such key: secret-key")
		},
		"404 Not Found: no model a-model; does the server have evaluate.endpoint.model": func(w http.ResponseWriter, _ string, _ int) { fail(w, 404, "model_not_found", "no model a-model") },
		"400 Bad Request: logprobs is not supported; the server has no log-probabilities: set evaluate.endpoint.log_probs = false": func(w http.ResponseWriter, _ string, _ int) {
			fail(w, 400, "invalid_request_error", "logprobs is not supported")
		},
		"no credit is left": func(w http.ResponseWriter, _ string, _ int) { fail(w, 429, "insufficient_quota", "pay") },
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
	b := newBench(t, "http://127.0.0.1:1") // where nobody listens, ever: the port of a server that was closed may be another's by now
	if _, err := b.Compare(context.Background(), manyPairs(20), func(int) {}); err == nil || !strings.Contains(err.Error(), "no server answers there") || b.session.Requests.Load() != 1 {
		t.Errorf("%d requests: %v", b.session.Requests.Load(), err)
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

// In every shape that servers give errors, the status decides, their words are told and Retry-After is kept.
func TestErrorBodies(t *testing.T) {
	for name, c := range map[string]struct{ body, kind, want string }{
		"OpenAI, vLLM":      {`{"error":{"message":"try later","type":"x","code":429}}`, "application/json", ": try later"},
		"a text (Ollama)":   {`{"error":"try later"}`, "application/json; charset=utf-8", ": try later"},
		"flat (old vLLM)":   {`{"object":"error","message":"try later","type":"x","param":null,"code":429}`, "application/json", ": try later"},
		"detail (FastAPI)":  {`{"detail":"try later"}`, "application/json", ": try later"},
		"details (FastAPI)": {`{"detail":[{"loc":["body","n"],"msg":"try","type":"x"},{"msg":"later"}]}`, "application/json", ": try; later"},
		"a list (Google)":   {`[{"error":{"code":429,"message":"try later","status":"RESOURCE_EXHAUSTED"}}]`, "application/json", ": try later"},
		"HTML":              {"<!DOCTYPE html><html><head><title>x</title><style>p{}</style></head><body><h1>try</h1>\n<p>later &amp; go</p></body></html>", "text/html", ": try later & go"},
		"text":              {"try\nlater", "text/plain", ": try later"},
		"no type":           {"try later", "", ": try later"},
		"empty":             {"", "application/json", ""},
		"null":              {"null", "application/json", ""},
		"cut":               {`{"error":{"message":"try la`, "application/json", `: {"error":{"message":"try la`},
		"no UTF-8":          {"try \xff later", "text/plain", ": try later"},
	} {
		for status, asked := range map[int]int{429: 2, 503: 2, 404: 1, 401: 1, 422: 1} {
			s := serve(t, func(w http.ResponseWriter, prompt string, n int) {
				if n > 1 {
					right(w, prompt, n)
					return
				}
				w.Header().Set("Content-Type", c.kind)
				w.Header().Set("Retry-After", "17")
				w.WriteHeader(status)
				fmt.Fprint(w, c.body)
			})
			b := newBench(t, s.URL)
			var told string
			b.session.Retrying = func(message string) { told = message }
			_, err := b.Compare(context.Background(), manyPairs(1), func(int) {})
			if err != nil {
				told = err.Error()
			}
			want := fmt.Sprintf(": %d %s%s", status, http.StatusText(status), c.want)
			if again := asked > 1; !strings.Contains(told, want) || (err == nil) != again || again && (len(b.pauses) != 1 || b.pauses[0] != 17*time.Second) || !again && s.asked() != 1 {
				t.Errorf("%s, %d: %d requests, pauses %v, told %q, want %q", name, status, s.asked(), b.pauses, told, want)
			}
		}
	}
}

// A body that ends before its length keeps its status, and an error inside a reply that says it went well has its own.
func TestErrorBodyCutOff(t *testing.T) {
	for _, answer := range []func(http.ResponseWriter){
		func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000")
			w.WriteHeader(404)
			fmt.Fprint(w, `{"error":"no mod`)
		},
		func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"error":{"code":404,"message":"no model"}}`)
		},
	} {
		s := serve(t, func(w http.ResponseWriter, _ string, _ int) { answer(w) })
		_, err := newBench(t, s.URL).Compare(context.Background(), manyPairs(1), func(int) {})
		if err == nil || !strings.Contains(err.Error(), "404 Not Found: ") || !strings.Contains(err.Error(), "no mod") || s.asked() != 1 {
			t.Errorf("%d requests: %v", s.asked(), err)
		}
	}
}
