package endpoint

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"congrad/harness/rng"
)

// Times between retries, and how often in a row the server may fail for good before the run ends.
const (
	firstPause   = time.Second
	longestPause = time.Minute
	longestWait  = 10 * time.Minute // that a server may ask for
	patience     = 8 * time.Second  // with a server that says nothing
	mostInARow   = 8
)

// reply returns a kept or a fresh reply. failed explains why this request alone has none; a refusal is in the server's words. err ends the run. Once going
// is over no request is made, one on its way is ended by ctx.
func (j *Judge) reply(ctx, going context.Context, prompt string) (r Reply, failed string, err error) {
	body, err := j.settings.request(prompt)
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
		r, err := j.postAloud(ctx, body)
		if err == nil {
			j.note(true)
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

// postAloud is post that says when a server keeps silent: it may be loading its model, or hang.
func (j *Judge) postAloud(ctx context.Context, body []byte) (Reply, error) {
	silent := time.AfterFunc(j.patience, func() {
		j.say(fmt.Sprintf("waiting for %s at %s: no reply for %.0f s (a request may take %.0f s)", j.settings.Model, j.settings.URL, j.patience.Seconds(), j.limits.Timeout.Seconds()))
	})
	defer silent.Stop()
	return j.post(ctx, body)
}

// reason is why a request has no reply, in words that do not depend on the day.
func reason(err error) string {
	var f *failure
	if errors.As(err, &f) {
		return fmt.Sprintf("the server's error %d", f.status)
	}
	return noAnswer
}

// tell says that a request will be made again.
func (j *Judge) tell(err error, in time.Duration) {
	j.say(fmt.Sprintf("retrying %s in %.0f s: %s", j.settings.Model, in.Seconds(), j.words(err)))
}

// say tells people what holds the requests up.
func (j *Judge) say(text string) {
	if j.session.Retrying == nil {
		return
	}
	j.telling.Lock()
	defer j.telling.Unlock()
	j.session.Retrying(text)
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
	var f *failure
	if !errors.As(err, &f) {
		var dial *net.OpError
		var dns *net.DNSError
		if (errors.As(err, &dial) && dial.Op == "dial" || errors.As(err, &dns)) && !j.settled() {
			return false, "", fmt.Errorf("no server answers there: %s (evaluate.endpoint.url); start it, or correct the address", j.words(err))
		}
		var other *stranger
		if errors.As(err, &other) && !j.settled() {
			return false, "", fmt.Errorf("%w; is this an OpenAI-compatible server, and evaluate.endpoint.url its base URL without /chat/completions?", other)
		}
		return true, "", nil
	}
	switch status := f.status; {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		why := "the environment variable " + j.limits.KeyEnv + " (evaluate.endpoint.key_env) holds a key that the server rejects"
		if j.key == "" {
			why = "no key was sent: set the environment variable " + j.limits.KeyEnv + " (evaluate.endpoint.key_env)"
		}
		return false, "", fmt.Errorf("%s; %s", j.words(err), why)
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed:
		return false, "", fmt.Errorf("%s; does the server have evaluate.endpoint.model, and is evaluate.endpoint.url its base URL without /chat/completions?", j.words(err))
	case strings.Contains(f.codes, "insufficient_quota"):
		return false, "", fmt.Errorf("%s; no credit is left. Nothing is lost: every reply is kept", j.words(err))
	case ofContext(f.codes) || status < 500 && status != http.StatusTooManyRequests && ofContext(strings.ToLower(f.message)): // vLLM has no code for it
		return false, tooLong, nil
	case strings.Contains(f.codes, "content_filter") || strings.Contains(f.codes, "content_policy"):
		return false, refused, nil
	case status < 500 && status != http.StatusTooManyRequests && ofLogProbs(strings.ToLower(f.message)):
		return false, "", fmt.Errorf("%s; the server has no log-probabilities: set evaluate.endpoint.log_probs = false", j.words(err))
	default:
		retried := []int{http.StatusRequestTimeout, http.StatusConflict, http.StatusTooManyRequests}
		return status >= 500 || slices.Contains(retried, status), "", nil
	}
}

// ofContext reports whether a server complains of a prompt that its model has no room for.
func ofContext(said string) bool {
	return strings.Contains(said, "context") && (strings.Contains(said, "length") || strings.Contains(said, "size"))
}

// ofLogProbs reports whether a server complains of a request for log-probabilities, by whatever name.
func ofLogProbs(said string) bool {
	return strings.Contains(said, "logprob") || strings.Contains(said, "log_prob") || strings.Contains(said, "log prob")
}

// words are those of an error, without the key: servers are known to quote it.
func (j *Judge) words(err error) string {
	text := err.Error()
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
	var f *failure
	if errors.As(err, &f) {
		if d, ok := retryAfter(f.header); ok {
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
	if err != nil {
		return 0, false
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return max(0, until.Sub(now)), true
}
