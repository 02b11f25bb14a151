package config

import (
	"net/url"
	"regexp"
)

// settleEndpoint takes the values of keys that another judge does not read.
func (b *binder) settleEndpoint(e *Experiment) {
	if e.Evaluate.Judge != "endpoint" {
		b.unsetAll("evaluate.endpoint", "evaluate.judge") // what is given is an error, see checkEndpoint
	}
}

// variable is a name of the environment; a key that stands in its place is none.
var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// checkEndpoint reports a server that cannot be asked, without asking it.
func (b *binder) checkEndpoint(e *Experiment, w World) {
	v := e.Evaluate.Endpoint
	if !b.sound("evaluate.judge") {
		return
	}
	if e.Evaluate.Judge != "endpoint" {
		for _, key := range keysOf("evaluate.endpoint") {
			if b.given[key] {
				b.report(key, "is read only by evaluate.judge = \"endpoint\"; the judge is %q", e.Evaluate.Judge)
			}
		}
		return
	}
	u, err := url.Parse(v.URL)
	switch {
	case !b.sound("evaluate.endpoint.url"):
	case v.URL == "":
		b.report("evaluate.judge", "\"endpoint\" needs evaluate.endpoint.url, such as \"http://localhost:8080/v1\"")
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		b.report("evaluate.endpoint.url", "want an address such as \"http://localhost:8080/v1\"") // it is not repeated: it may hold a key
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		b.report("evaluate.endpoint.url", "goes into the records, so it must not contain a user, key or query; the key comes from the environment (evaluate.endpoint.key_env)")
	}
	if v.Model == "" && b.sound("evaluate.endpoint.model") {
		b.report("evaluate.judge", "\"endpoint\" needs evaluate.endpoint.model, the server's name for the judging model")
	}
	if !variable.MatchString(v.KeyEnv) {
		b.report("evaluate.endpoint.key_env", "want the name of an environment variable, such as \"OPENAI_API_KEY\", not its value")
	}
	if v.Instructions != "" && w.Instructions != nil {
		if err := w.Instructions(v.Instructions); err != nil {
			b.report("evaluate.endpoint.instructions", "%v", err)
		}
	}
}
