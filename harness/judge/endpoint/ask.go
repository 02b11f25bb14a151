package endpoint

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"congrad/harness/rng"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

// What every request says; a server's own defaults would make its verdicts another's.
const (
	temperature = 0
	topP        = 1
	topLogProbs = 5
	seed        = 1
)

// Times between retries, and how often in a row the server may fail for good before the run ends.
const (
	firstPause   = time.Second
	longestPause = time.Minute
	longestWait  = 10 * time.Minute // that a server may ask for
	mostInARow   = 8
)

// request is what is sent.
func (s Settings) request(prompt string) openai.ChatCompletionNewParams {
	p := openai.ChatCompletionNewParams{
		Model: s.Model, Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(prompt)},
		Temperature: openai.Float(temperature), TopP: openai.Float(topP), MaxTokens: openai.Int(int64(s.MaxTokens)), Seed: openai.Int(seed), N: openai.Int(1),
		FrequencyPenalty: openai.Float(0), PresencePenalty: openai.Float(0),
	}
	if s.LogProbs {
		p.Logprobs, p.TopLogprobs = openai.Bool(true), openai.Int(topLogProbs)
	}
	return p
}

// reply returns a kept or a fresh reply. failed explains why this request alone has none; Refusal then holds the server's words. err ends the run. Once going
// is over no request is made, one on its way is ended by ctx.
func (j *Judge) reply(ctx, going context.Context, prompt string) (r Reply, failed string, err error) {
	request := j.settings.request(prompt)
	body, err := json.Marshal(request)
	if err != nil {
		return r, "", err
	}
	sum := sha256.Sum256(append([]byte(j.settings.URL+"\n"), body...))
	key := hex.EncodeToString(sum[:])
	if j.replies.Get(key, &r) {
		return r, "", nil
	}
	for attempt := 0; ; attempt++ {
		if err := going.Err(); err != nil {
			return r, "", err
		}
		if j.session.Requests.Add(1) > int64(j.limits.MaxRequests) {
			return r, "", fmt.Errorf("evaluate.endpoint.max_requests (%d in one run) is used up. Nothing is lost: every reply is kept. Run the same command for as many more requests, or raise the key", j.limits.MaxRequests)
		}
		answer, err := j.client.New(ctx, request, option.WithRequestTimeout(j.limits.Timeout))
		if err == nil && len(answer.Choices) == 0 {
			err = &stranger{"its reply has no choices"}
		}
		if err == nil {
			j.note(true)
			r = replyOf(answer)
			return r, "", j.replies.Put(key, r)
		}
		if ctx.Err() != nil {
			return r, "", ctx.Err()
		}
		again, failed, fatal := j.judgeError(err)
		if failed != "" || fatal != nil {
			return Reply{Refusal: j.words(err)}, failed, fatal
		}
		if again && attempt < j.limits.Retries {
			d, late := backOff(err, key, attempt)
			if late != nil {
				return r, "", late
			}
			j.tell(err, d)
			if err := j.wait(going, d); err != nil {
				return r, "", err
			}
			continue
		}
		return r, reason(err), j.giveUp(err)
	}
}

// reason is why a request has no reply, in words that do not depend on the day.
func reason(err error) string {
	var api *openai.Error
	if errors.As(err, &api) {
		return fmt.Sprintf("the server's error %d", api.StatusCode)
	}
	return noAnswer
}

// tell says that a request will be made again.
func (j *Judge) tell(err error, in time.Duration) {
	if j.session.Retrying == nil {
		return
	}
	j.telling.Lock()
	defer j.telling.Unlock()
	j.session.Retrying(fmt.Sprintf("retrying %s in %.0f s: %s", j.settings.Model, in.Seconds(), j.words(err)))
}

// note counts failures in a row.
func (j *Judge) note(answered bool) (row int, before bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	before = j.works
	if j.row++; answered {
		j.row, j.works, j.there = 0, true, true
	}
	return j.row, before
}

// giveUp counts a request that failed for good; before the first answer, or after too many in a row, the run ends.
func (j *Judge) giveUp(err error) error {
	row, before := j.note(false)
	switch {
	case !before:
		return fmt.Errorf("%s (check evaluate.endpoint.url, .model and .log_probs)", j.words(err))
	case row >= mostInARow:
		return fmt.Errorf("%d requests in a row failed, the last with: %s. Nothing is lost: every reply is kept, and the same command continues", mostInARow, j.words(err))
	}
	return nil
}

// judgeError decides what becomes of a request: it is asked again, it has failed alone, or all would.
func (j *Judge) judgeError(err error) (again bool, failed string, fatal error) {
	var api *openai.Error
	if !errors.As(err, &api) {
		var dial *net.OpError
		var dns *net.DNSError
		if (errors.As(err, &dial) && dial.Op == "dial" || errors.As(err, &dns)) && !j.settled() {
			return false, "", fmt.Errorf("no server answers there: %s (evaluate.endpoint.url); start it, or correct the address", j.words(err))
		}
		if other := asStranger(err); other != nil && !j.settled() {
			return false, "", fmt.Errorf("%w; is this an OpenAI-compatible server, and evaluate.endpoint.url its base URL without /chat/completions?", other)
		}
		return true, "", nil
	}
	said := strings.ToLower(api.Code + " " + api.Type)
	switch status := api.StatusCode; {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		why := "the environment variable " + j.limits.KeyEnv + " (evaluate.endpoint.key_env) holds a key that the server rejects"
		if j.key == "" {
			why = "no key was sent: set the environment variable " + j.limits.KeyEnv + " (evaluate.endpoint.key_env)"
		}
		return false, "", fmt.Errorf("%s; %s", j.words(err), why)
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed:
		return false, "", fmt.Errorf("%s; does the server have evaluate.endpoint.model, and is evaluate.endpoint.url its base URL without /chat/completions?", j.words(err))
	case strings.Contains(said, "insufficient_quota"):
		return false, "", fmt.Errorf("%s; no credit is left. Nothing is lost: every reply is kept", j.words(err))
	case ofContext(said) || status == http.StatusBadRequest && ofContext(strings.ToLower(api.Message)): // vLLM has no code for it
		return false, tooLong, nil
	case strings.Contains(said, "content_filter") || strings.Contains(said, "content_policy"):
		return false, refused, nil
	default:
		retried := []int{http.StatusRequestTimeout, http.StatusConflict, http.StatusTooManyRequests}
		return status >= 500 || slices.Contains(retried, status), "", nil
	}
}

// ofContext reports whether a server complains of a prompt that its model has no room for.
func ofContext(said string) bool {
	return strings.Contains(said, "context") && (strings.Contains(said, "length") || strings.Contains(said, "size"))
}

// words are those of an error, without the key: servers are known to quote it.
func (j *Judge) words(err error) string {
	text := err.Error()
	var api *openai.Error
	if errors.As(err, &api) {
		text = fmt.Sprintf("%d %s", api.StatusCode, http.StatusText(api.StatusCode))
		if message := strings.Join(strings.Fields(api.Message), " "); message != "" {
			text += ": " + message
		}
	}
	if j.key != "" {
		text = strings.ReplaceAll(text, j.key, "(the key)")
	}
	if runes := []rune(text); len(runes) > 300 {
		text = string(runes[:300]) + "..."
	}
	return text
}

// backOff is how long to wait: what the server asks for, else twice as long each time, with jitter so that requests that failed
// together do not come back together.
func backOff(err error, key string, attempt int) (time.Duration, error) {
	var api *openai.Error
	if errors.As(err, &api) && api.Response != nil {
		if d, ok := retryAfter(api.Response.Header); ok {
			if d > longestWait {
				return 0, fmt.Errorf("the server asks to wait %s (Retry-After). Nothing is lost: every reply is kept; run the same command after that time", d.Round(time.Second))
			}
			return d, nil
		}
	}
	d := min(longestPause, firstPause<<min(attempt, 10))
	return time.Duration(float64(d) * (0.5 + rng.Stream(0, "back-off", key, strconv.Itoa(attempt)).Float64())), nil
}

// retryAfter reads the header, in seconds or as a date, which is taken from the server's own.
func retryAfter(h http.Header) (time.Duration, bool) {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && seconds >= 0 && seconds < 1e6 {
		return time.Duration(seconds * float64(time.Second)), true
	}
	until, err := http.ParseTime(text)
	now, err2 := http.ParseTime(h.Get("Date"))
	if err != nil || err2 != nil {
		return 0, false
	}
	return max(0, until.Sub(now)), true
}
