package data

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"congrad/eval/task"
)

// pick fills in an item's options and which of them is right.
func (r *itemReader) pick(item *examItem, x row) error {
	c, cell := r.task.Spec.Choice, r.sheet.cell(x)
	if c.List != "" {
		item.options = r.sheet.entries(x, c.List)
	}
	for _, option := range r.options {
		item.options = append(item.options, option.Fill(cell))
	}
	if len(item.options) < 2 {
		return fmt.Errorf("column %q: want two options or more, have %d", c.List, len(item.options))
	}
	for i, option := range item.options {
		if r.task.Spec.Prompt.Unmark {
			option = task.Unmark(option)
			item.options[i] = option
		}
		if strings.TrimSpace(option) == "" {
			return fmt.Errorf("option %d of %d is empty", i+1, len(item.options))
		}
	}
	var err error
	item.right, err = r.right(item.options, x)
	return err
}

// right is the option that the row's column tells.
func (r *itemReader) right(options []string, x row) (int, error) {
	c := r.task.Spec.Choice
	if c.By == task.ByFlags {
		flags := r.sheet.entries(x, c.Right)
		right := slices.Index(flags, "1")
		if len(flags) != len(options) || right < 0 || slices.Contains(flags[right+1:], "1") || slices.ContainsFunc(flags, func(f string) bool { return f != "0" && f != "1" }) {
			return 0, fmt.Errorf("column %q: want one 1 and else 0 for %d options, have [%s]", c.Right, len(options), strings.Join(flags, " "))
		}
		return right, nil
	}
	value := strings.TrimSpace(r.sheet.cell(x)(c.Right))
	if value == "" {
		return 0, fmt.Errorf("column %q: is empty, so no option is known to be right; is this the part of the data that is published without answers?", c.Right)
	}
	names, what := options, "the options"
	switch c.By {
	case task.ByIndex, task.ByIndexOf0, task.ByIndexOf1:
		first, other := 0, ""
		if c.By == task.ByIndexOf1 {
			first = 1
		}
		at, err := strconv.Atoi(value)
		if err == nil && at == first+len(options) && first == 0 {
			other = fmt.Sprintf("; if the file counts from 1, write choice.by = %q", task.ByIndexOf1)
		}
		if err != nil || at < first || at >= first+len(options) {
			return 0, fmt.Errorf("column %q: %q: want the right one of %d options, counted from %d%s", c.Right, value, len(options), first, other)
		}
		return at - first, nil
	case task.ByLetter:
		if len(value) == 1 {
			if at := int(strings.ToUpper(value)[0]) - 'A'; at >= 0 && at < len(options) {
				return at, nil
			}
		}
		return 0, fmt.Errorf("column %q: %q: want the letter of one of %d options", c.Right, value, len(options))
	case task.ByLabel:
		if names, what = r.sheet.entries(x, c.Labels), "the labels"; len(names) != len(options) {
			return 0, fmt.Errorf("column %q: has %d labels for %d options", c.Labels, len(names), len(options))
		}
	}
	found, times := 0, 0
	for i, name := range names {
		if strings.TrimSpace(name) == value {
			found = i
			times++
		}
	}
	if times != 1 {
		return 0, fmt.Errorf("column %q: %q is %d times among %s %s; want it exactly once", c.Right, value, times, what, quoted(names))
	}
	return found, nil
}

// countsFromZero is an error if no item of a file has the index 0: then its numbers may count from 1, and every reference answer would be
// the option next to the right one.
func (r *itemReader) countsFromZero(path string, items map[string][]examItem) error {
	c := r.task.Spec.Choice
	if r.task.Kind != task.Choice || c.By != task.ByIndex {
		return nil
	}
	n, most := 0, 0
	for _, list := range items {
		for _, i := range list {
			if i.right == 0 {
				return nil
			}
			n, most = n+1, max(most, i.right)
		}
	}
	return fmt.Errorf("%s: column %q: its numbers are from 1 to %d in %d rows and never 0, so the first option may be number 0 or number 1; say which: choice.by = %q or %q (Belebele and WinoGrande count from 1)",
		path, c.Right, most, n, task.ByIndexOf0, task.ByIndexOf1)
}

// answer is the text of a right answer.
func (i examItem) answer() string {
	if len(i.options) > 0 {
		return i.options[i.right]
	}
	return i.answers[0]
}
