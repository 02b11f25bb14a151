package endpoint

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// A reply that no such server gives ends the run if it is the first, without a retry; later it may be a proxy's and is asked again, which is told.
func TestStranger(t *testing.T) {
	for want, answer := range map[string]http.HandlerFunc{
		`it answers 200 OK with "text/html", not JSON; is this an OpenAI-compatible server`: func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>welcome</html>") },
		"its reply has no choices; is this": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, "{}")
		},
		"its reply is not JSON: invalid character": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, "welcome")
		},
		"it redirects to http://127.0.0.1": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) },
		"/again; is this": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/again", http.StatusTemporaryRedirect)
		},
		"it redirects to http://elsewhere.example/v1": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.example/v1", http.StatusPermanentRedirect)
		},
		"it answers 204 No Content": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
	} {
		s := serve(t, right)
		s.Config.Handler = answer
		b := newBench(t, s.URL)
		_, err := b.Compare(context.Background(), manyPairs(20), func(int) {})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "evaluate.endpoint.url") || b.session.Requests.Load() != 1 || len(b.pauses) != 0 {
			t.Errorf("%d requests: %v\nwant %s", b.session.Requests.Load(), err, want)
		}
	}
	s := serve(t, func(w http.ResponseWriter, prompt string, n int) {
		switch n {
		case 1:
			fail(w, 503, "", "the key is secret-key")
		case 3:
			fmt.Fprint(w, "<html>a proxy</html>")
		default:
			right(w, prompt, n)
		}
	})
	b := newBench(t, s.URL)
	var told []string
	b.session.Retrying = func(message string) { told = append(told, message) }
	b.compare(t, manyPairs(1)...)
	if len(told) != 2 || !strings.HasPrefix(told[0], "retrying a-model in 1 s: 503 Service Unavailable: the key is (the key)") || !strings.HasSuffix(told[1], `with "text/html", not JSON`) {
		t.Errorf("%q", told)
	}
}

// A page that moved is followed where the request stays one.
func TestMoved(t *testing.T) {
	s := serve(t, right)
	pages := s.Config.Handler
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/old/") {
			http.Redirect(w, r, strings.TrimPrefix(r.URL.Path, "/old"), http.StatusPermanentRedirect)
			return
		}
		pages.ServeHTTP(w, r)
	})
	if v := newBench(t, s.URL+"/old").compare(t, manyPairs(1)...); v[0].Win() != 1 {
		t.Errorf("%+v", v)
	}
}
