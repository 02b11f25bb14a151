package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// startJudge serves a judge to a script with an experiment judged.toml, in which http://judge stands for its address. Whatever it
// is shown, it prefers the answer in the first place by 0.8, but refuses what asks for a date.
func startJudge(e *testscript.Env) error {
	path := filepath.Join(e.WorkDir, "judged.toml")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get("Authorization") != "Bearer a-key-of-this-test" {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprintf(w, `{"error":{"message":"%s is no key","code":"invalid_api_key"}}`, r.Header.Get("Authorization"))
			return
		}
		w.Header().Set("Content-Type", "application/json")
		message := `{"role":"assistant","content":"A"}`
		if strings.Contains(string(asked), "2013-03-15") {
			message = `{"role":"assistant","refusal":"no"}`
		}
		fmt.Fprintf(w, `{"model":"m","choices":[{"finish_reason":"stop","message":%s,"logprobs":{"content":[{"token":"A","top_logprobs":[{"token":"A","logprob":-0.22314355131},{"token":"B","logprob":-1.6094379124}]}]}}]}`, message)
	}))
	e.Defer(server.Close)
	return os.WriteFile(path, []byte(strings.ReplaceAll(string(text), "http://judge", server.URL)), 0o644)
}
