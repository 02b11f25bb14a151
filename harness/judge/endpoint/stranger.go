package endpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/openai/openai-go/v3/option"
)

// stranger is the error for a reply that no server of the protocol gives. A proxy may give one now and then; as the first it says
// that the address is another's.
type stranger struct{ what string }

func (s *stranger) Error() string { return s.what }

// asStranger is such an error; nil for one of the connection.
func asStranger(err error) *stranger {
	var s *stranger
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &s):
		return s
	case errors.As(err, &syntax):
		return &stranger{"its reply is not JSON: " + syntax.Error()}
	}
	return nil
}

// sameRequest follows a redirect as long as it is the request that is sent on, and to the same server: most become a GET without a
// body, and a key is for one server.
func sameRequest(next *http.Request, via []*http.Request) error {
	if next.Method != via[0].Method || next.URL.Scheme != via[0].URL.Scheme || next.URL.Host != via[0].URL.Host || len(via) == 10 {
		return &stranger{"it redirects to " + next.URL.Redacted()}
	}
	return nil
}

// onlyJSON refuses what is given as something else.
func onlyJSON(r *http.Request, next option.MiddlewareNext) (*http.Response, error) {
	res, err := next(r)
	if err != nil || res.StatusCode >= http.StatusBadRequest {
		return res, err
	}
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if res.StatusCode < http.StatusMultipleChoices && (kind == "application/json" || strings.HasSuffix(kind, "+json")) {
		return res, nil
	}
	_ = res.Body.Close() // nobody reads it
	return nil, &stranger{fmt.Sprintf("it answers %d %s with %q, not JSON", res.StatusCode, http.StatusText(res.StatusCode), kind)}
}
