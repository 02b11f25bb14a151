package data

import (
	"fmt"
	"slices"
	"strings"
)

// Preference is one preference pair that people bring: two answers to the end of a conversation, which mostly is its only turn.
type Preference struct {
	Lang, Prompt, Chosen, Rejected string
	Before                         []Turn // of the conversation, before the prompt; mostly none

	File string // as the experiment has it
	Line int    // in the file, from 1
	id   string // within its language
	// cluster is shared by translations of the pair, which are drawn together.
	cluster string
}

// Place is where the pair was read.
func (p Preference) Place() string { return fmt.Sprintf("%s:%d", p.File, p.Line) }

// ID is unique over all languages.
func (p Preference) ID() string { return p.Lang + "/pair/" + p.id }

// PairColumns names the columns of a file of preference pairs. Prompt may be one that the file lacks, where the conversations of
// chosen and rejected begin with it.
type PairColumns struct{ Prompt, Chosen, Rejected, Language, ID, Cluster string }

// wanted lists the columns that have a name. table is the experiment's table, for errors.
func (c PairColumns) wanted(table string) []wanted {
	all := []wanted{
		{name: c.Prompt, key: "prompt", optional: true, turns: func(r *row) *[]Turn { return &r.asked }},
		{name: c.Chosen, key: "chosen", turns: func(r *row) *[]Turn { return &r.chosen }},
		{name: c.Rejected, key: "rejected", turns: func(r *row) *[]Turn { return &r.rejected }},
		{name: c.Language, key: "language", cell: func(r *row) *string { return &r.language }},
		{name: c.ID, key: "id", number: true, cell: func(r *row) *string { return &r.id }},
		{name: c.Cluster, key: "cluster", number: true, cell: func(r *row) *string { return &r.cluster }},
	}
	for i := range all {
		all[i].key = table + "." + all[i].key
	}
	return slices.DeleteFunc(all, func(w wanted) bool { return w.name == "" })
}

// Why a row is no pair. Such rows are left out and counted: published data have some of each.
const (
	sameAnswers   = "chosen and rejected are the same"
	noPrompt      = "there is no prompt"
	noAnswer      = "an answer is missing"
	severalTurns  = "an answer is not one turn of the assistant"
	notAsked      = "the prompt does not end with a turn of the user"
	otherRoles    = "a turn is neither the system's, the user's nor the assistant's"
	anotherPrompt = "chosen and rejected do not begin with the prompt"
	mixedForms    = "one answer is a text and the other a conversation"
)

// preference is the pair of a row, or why it is none.
func (r row) preference() (p Preference, why string) {
	if len(r.chosen) == 0 || len(r.rejected) == 0 {
		return p, noAnswer
	}
	if plain(r.chosen) != plain(r.rejected) {
		return p, mixedForms
	}
	ask, chosen, rejected := r.asked, r.chosen, r.rejected
	if plain(ask) {
		ask = []Turn{{"user", ask[0].Content}}
	}
	if !plain(chosen) { // conversations, which may begin with the prompt
		if slices.Equal(chosen, rejected) {
			return p, sameAnswers
		}
		shared := 0
		for shared < min(len(chosen), len(rejected))-1 && chosen[shared] == rejected[shared] {
			shared++
		}
		begin := chosen[:shared]
		chosen, rejected = chosen[shared:], rejected[shared:]
		switch {
		case len(begin) == 0:
		case len(ask) == 0 || len(begin) >= len(ask) && slices.Equal(begin[:len(ask)], ask), plain(r.asked) && slices.Contains(begin, ask[0]):
			ask = begin
		case slices.ContainsFunc(begin, func(t Turn) bool { return t.Role == "user" || t.Role == "system" }):
			return p, anotherPrompt
		default: // both go on with the same turns of the assistant
			return p, severalTurns
		}
		if len(chosen) != 1 || len(rejected) != 1 || chosen[0].Role != "assistant" || rejected[0].Role != "assistant" {
			return p, severalTurns
		}
	}
	last := len(ask) - 1
	switch {
	case last < 0 || strings.TrimSpace(ask[last].Content) == "":
		return p, noPrompt
	case ask[last].Role != "user":
		return p, notAsked
	case slices.ContainsFunc(ask, func(t Turn) bool { return t.Role != "system" && t.Role != "user" && t.Role != "assistant" }):
		return p, otherRoles
	case strings.TrimSpace(chosen[0].Content) == "" || strings.TrimSpace(rejected[0].Content) == "":
		return p, noAnswer
	case chosen[0].Content == rejected[0].Content:
		return p, sameAnswers
	}
	return Preference{
		Lang: r.language, Prompt: ask[last].Content, Before: slices.Clip(ask[:last]), Chosen: chosen[0].Content, Rejected: rejected[0].Content, Line: r.line, id: r.id, cluster: r.cluster,
	}, ""
}

// plain reports whether a cell held a text.
func plain(turns []Turn) bool { return len(turns) == 1 && turns[0].Role == "" }
