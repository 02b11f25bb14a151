package endpoint

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// failure is a server's error: its status, its words and what it asks for in headers. No body, however strange, takes those away.
type failure struct {
	status  int
	message string // empty if the body says nothing
	codes   string // lower case; all that the body names as code, type or status
	header  http.Header
}

func (f *failure) Error() string {
	text := fmt.Sprintf("%d %s", f.status, http.StatusText(f.status))
	if f.message != "" {
		text += ": " + f.message
	}
	return text
}

// failureOf reads an error's body. Servers have it in many shapes: an object in "error" (OpenAI, vLLM, llama.cpp), a text there
// (Ollama, transformers serve), a flat object (older vLLM), "detail" as text or list (FastAPI), a list of errors (Google), HTML of a proxy, nothing,
// or half of one of these.
func failureOf(status int, header http.Header, body []byte) *failure {
	f := &failure{status: status, header: header}
	var v any
	if json.Unmarshal(body, &v) == nil {
		var said []string
		f.collect(v, &said)
		f.message = strings.Join(said, "; ")
	} else {
		f.message = plain(string(body))
	}
	f.message = strings.Join(strings.Fields(f.message), " ")
	f.codes = strings.ToLower(strings.TrimSpace(f.codes))
	if status < http.StatusBadRequest { // the error's own status, inside a reply that says it went well
		for _, code := range strings.Fields(f.codes) {
			if n, err := strconv.Atoi(code); err == nil && n >= 400 && n < 600 {
				f.status = n
			}
		}
	}
	return f
}

// collect adds the texts and codes of a value of any shape.
func (f *failure) collect(v any, said *[]string) {
	switch v := v.(type) {
	case string:
		*said = append(*said, v)
	case []any:
		for _, x := range v {
			f.collect(x, said)
		}
	case map[string]any:
		for _, key := range []string{"error", "errors", "detail", "message", "msg", "title"} {
			f.collect(v[key], said)
		}
		for _, key := range []string{"code", "type", "status"} {
			switch x := v[key].(type) {
			case string:
				f.codes += " " + x
			case float64:
				f.codes += " " + strconv.FormatFloat(x, 'f', -1, 64)
			}
		}
	}
}

// The parts of a page that say nothing to people, and tags.
var (
	silent = regexp.MustCompile(`(?is)<(head|style|script)\b.*?</(head|style|script)>|<!--.*?-->`)
	tag    = regexp.MustCompile(`(?s)</?[a-zA-Z!][^<>]*>`)
	page   = regexp.MustCompile(`(?is)^\s*<(!doctype|html|head|body)`)
)

// plain is a text without the tags of HTML, if it is a page.
func plain(s string) string {
	s = strings.ToValidUTF8(s, "")
	if !page.MatchString(s) {
		return s
	}
	return html.UnescapeString(tag.ReplaceAllString(silent.ReplaceAllString(s, " "), " "))
}
