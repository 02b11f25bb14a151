package evaluation

import (
	"congrad/eval/task"
	"congrad/harness/bench"
	"congrad/harness/data"
	"congrad/harness/nn"
)

// Length is how many tokens an item of a task takes: its longest row, or its prompt.
type Length struct {
	Item   string // id
	Tokens int
	Answer int // the longest answer that may follow; 0 where none is generated
}

// Longer lists the items of a task in a language, of at most so many, that take more than a number of tokens, answers included. Only
// texts that bound allows that many are encoded. An item that cannot be laid out is left to the stage, which says why.
func Longer(b *bench.Bench, t task.Task, lang string, per, most int, bound func(string) int) []Length {
	var list []Length
	add := func(id string, answer int, rows ...nn.Row) {
		x := Length{Item: id, Answer: answer}
		for _, row := range rows {
			x.Tokens = max(x.Tokens, row.Len())
		}
		if x.Tokens+answer > most {
			list = append(list, x)
		}
	}
	switch items := b.ItemsOf(t); t.Kind {
	case task.Text:
		for _, p := range items.Passages(lang, per) {
			if bound(p.Text) > most {
				add(p.ID, 0, passageRow(b, p))
			}
		}
	case task.Generate:
		answer := t.Spec.Answer.MaxTokens
		for _, q := range b.Exams[t.Name].Questions(lang, per) {
			if bound(q.Text)+answer <= most {
				continue
			}
			if prompt, err := questionPrompt(b, t, q); err == nil {
				add(q.ID, answer, nn.Row{Prompt: prompt})
			}
		}
	default:
		for _, c := range items.Choices(lang, per) {
			if bound(longestOf(c)) <= most {
				continue
			}
			if rows, err := optionRows(b, t, c); err == nil {
				add(c.ID, 0, rows...)
			}
		}
	}
	return list
}

// longestOf is an item's prompt with its longest option.
func longestOf(c data.Choice) string {
	longest := ""
	for _, option := range c.Options {
		if len(option) > len(longest) {
			longest = option
		}
	}
	return c.Text + longest
}
