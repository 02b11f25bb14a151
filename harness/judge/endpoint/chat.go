package endpoint

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// request is the body of a chat completion's request. Every field that changes a reply is sent; a server's own defaults would make
// its verdicts another's.
type request struct {
	Model            string    `json:"model"`
	Messages         []message `json:"messages"`
	Temperature      float64   `json:"temperature"`
	TopP             float64   `json:"top_p"`
	MaxTokens        int       `json:"max_tokens"`
	Seed             int       `json:"seed"`
	N                int       `json:"n"`
	FrequencyPenalty float64   `json:"frequency_penalty"`
	PresencePenalty  float64   `json:"presence_penalty"`
	LogProbs         bool      `json:"logprobs,omitempty"`
	TopLogProbs      int       `json:"top_logprobs,omitempty"`
}

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// request returns the body for a prompt. 20 is the most that OpenAI's protocol and vLLM allow.
func (s Settings) request(prompt string) ([]byte, error) {
	r := request{Model: s.Model, Messages: []message{{"user", prompt}}, TopP: 1, MaxTokens: s.MaxTokens, Seed: 1, N: 1}
	if s.LogProbs {
		r.LogProbs, r.TopLogProbs = true, 20
	}
	return json.Marshal(r)
}

// completion is what of a reply is read.
type completion struct {
	Model   string `json:"model"`
	Choices []struct {
		FinishReason string `json:"finish_reason"`
		Message      struct {
			Content string `json:"content"`
			Refusal string `json:"refusal"`
		} `json:"message"`
		LogProbs struct {
			Content []struct {
				Token       string `json:"token"`
				TopLogProbs []struct {
					Token   string  `json:"token"`
					LogProb float64 `json:"logprob"`
				} `json:"top_logprobs"`
			} `json:"content"`
		} `json:"logprobs"`
	} `json:"choices"`
	Error any `json:"error"` // some proxies answer 200 with an error inside
}

// The longest body that is read of a reply and of an error.
const (
	longestReply = 64 << 20
	longestError = 1 << 20
)

// post sends a request. The error is a *failure for a status of 400 or more, whatever its body, and a *stranger for what is no
// reply of this protocol.
func (j *Judge) post(ctx context.Context, body []byte) (r Reply, err error) {
	ctx, cancel := context.WithTimeout(ctx, j.limits.Timeout)
	defer cancel()
	to := strings.TrimSuffix(j.settings.URL, "/") + "/chat/completions"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return r, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	if j.key != "" {
		req.Header.Set("Authorization", "Bearer "+j.key)
	}
	res, err := j.client.Do(req)
	if err != nil {
		return r, err
	}
	defer func() { _ = res.Body.Close() }() // nobody reads it any more
	if res.StatusCode >= http.StatusBadRequest {
		text, _ := io.ReadAll(io.LimitReader(res.Body, longestError)) // cut in the middle, its beginning still says something
		return r, failureOf(res.StatusCode, res.Header, text)
	}
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if res.StatusCode >= http.StatusMultipleChoices || kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		return r, &stranger{fmt.Sprintf("it answers %d %s with %q, not JSON", res.StatusCode, http.StatusText(res.StatusCode), kind)}
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, longestReply))
	if err != nil {
		return r, err
	}
	var c completion
	if err := json.Unmarshal(text, &c); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return r, &stranger{"its reply is not JSON: " + syntax.Error()}
		}
		return r, &stranger{"its reply is JSON, but no chat completion"}
	}
	if len(c.Choices) == 0 {
		if f := failureOf(res.StatusCode, res.Header, text); c.Error != nil && f.status >= http.StatusBadRequest {
			return r, f
		} else if f.message != "" {
			return r, &stranger{"its reply has no choices: " + f.message}
		}
		return r, &stranger{"its reply has no choices"}
	}
	return c.reply(), nil
}

// reply keeps what is read of a completion.
func (c completion) reply() Reply {
	choice := c.Choices[0]
	r := Reply{Text: choice.Message.Content, Refusal: choice.Message.Refusal, Finish: choice.FinishReason, Served: c.Model}
	for _, t := range choice.LogProbs.Content {
		token := Token{Text: t.Token}
		for _, o := range t.TopLogProbs {
			token.Top = append(token.Top, Option{o.Token, o.LogProb})
		}
		r.Tokens = append(r.Tokens, token)
	}
	return r
}
