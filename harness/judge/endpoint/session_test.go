package endpoint

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// A server of which nothing can be read ends the run with its own words, and a later run with the same kept replies too.
func TestNothingIsRead(t *testing.T) {
	reply := func(message, finish string) func(http.ResponseWriter, string, int) {
		return func(w http.ResponseWriter, _ string, _ int) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"choices":[{"finish_reason":%q,"message":{"role":"assistant",%s}}]}`, finish, message)
		}
	}
	for want, answer := range map[string]func(http.ResponseWriter, string, int){
		`the last reply is "I cannot tell"`:                                  reply(`"content":"I cannot\n tell"`, "stop"),
		`the last reply is "I can't"`:                                        reply(`"content":null,"refusal":"I can't"`, "stop"),
		"the last reply is empty, cut at max_tokens. Try":                    reply(`"content":null`, "length"),
		`the last reply begins with "` + strings.Repeat("ä", 200) + `". Try`: reply(`"content":"`+strings.Repeat("ä", 500)+`"`, "stop"),
		`the last reply is "400 Bad Request: not about that". Try a prompt`:  func(w http.ResponseWriter, _ string, _ int) { fail(w, 400, "content_filter", "not about that") },
	} {
		s := serve(t, answer)
		b := newBench(t, s.URL)
		for range 2 {
			_, err := b.Compare(context.Background(), manyPairs(100), func(int) {})
			if err == nil || !strings.Contains(err.Error(), "asking a-model at "+s.URL+"/v1: the first 8 pairs got no verdict") || !strings.Contains(err.Error(), want) {
				t.Errorf("%v\nwant %s", err, want)
			}
			if s.asked() > 2*(7+3) { // those on their way come home
				t.Errorf("%d requests", s.asked())
			}
			b.open(t, s.URL, nil)
		}
	}
}

// Seven are not enough, nor are pairs that are too long or the same one again, nor any number once a verdict was read in the run, be it of another judge.
func TestSomethingIsRead(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, prompt string, n int) {
		switch strings.Fields(prompt)[0] {
		case "long":
			fail(w, 400, "context_length_exceeded", "no")
		case "question":
			say(w, "I cannot tell")
		default:
			right(w, prompt, n)
		}
	})
	b := newBench(t, s.URL)
	var long []Pair
	for i := range 20 {
		long = append(long, Pair{fmt.Sprint("long ", i), "good", "bad"})
	}
	seven := manyPairs(7)
	b.compare(t, append(append(long, seven...), seven...)...)
	b.compare(t, append(seven, Pair{"easy", "good", "bad"})...)
	session := b.session
	b.open(t, s.URL, nil)
	b.session = session
	for _, v := range b.compare(t, manyPairs(100)...) {
		if v.Failed != unreadable {
			t.Errorf("%+v", v)
		}
	}
}
