// Package report writes a study as a short paper: what was run, what was found, tables, figures, examples, how to read
// them. One document is rendered as Markdown and as a single HTML file.
package report

import (
	"fmt"
	"slices"
	"strings"

	"congrad/harness/record"
	"congrad/results/figure"
	"congrad/results/measure"
	"congrad/results/outcome"
	"congrad/results/records"
	"congrad/results/table"
)

// Document is the report before it is rendered.
type Document struct {
	study    *outcome.Study
	sections []Section
}

// Section is a heading with what is below it.
type Section struct {
	ID, Title string
	Blocks    []Block
}

// Block is one of: a paragraph, a list, a table, a figure, examples. The others are empty. A figure that could not be drawn
// leaves its caption, which says why. No sentence is said twice.
type Block struct {
	Text     string
	List     []string
	Table    *table.Table
	Figure   *figure.Figure
	Examples []record.Pair

	number int // of the table or figure
}

// New is the report of a study. It numbers tables and figures in the order of the report, and leaves out sections that have
// nothing to say.
func New(s *outcome.Study, sections []Section) Document {
	d := Document{study: s}
	tables, figures, said := 0, 0, once{}
	for _, section := range sections {
		if len(section.Blocks) == 0 {
			continue
		}
		section.Blocks = slices.Clone(section.Blocks)
		for i := range section.Blocks {
			switch b := &section.Blocks[i]; {
			case b.Table != nil:
				tables++
				b.number, b.Table = tables, said.table(*b.Table)
			case b.Figure != nil && b.Figure.Empty():
				*b = Block{Text: said.text(b.Figure.Caption)}
			case b.Figure != nil:
				figures++
				b.number, b.Text = figures, said.text(b.Figure.Caption)
			default:
				b.Text, b.List = said.text(b.Text), said.list(b.List)
			}
		}
		d.sections = append(d.sections, section)
	}
	return d
}

// numberedTable is the block's table with its number in the title.
func (k Block) numberedTable() table.Table {
	t := *k.Table
	t.Title = fmt.Sprintf("Table %d. %s", k.number, t.Title)
	return t
}

// long reports whether the table is folded until somebody wants it: long ones with a row for each language, and very long ones.
func (k Block) long() bool {
	most := 24
	if slices.ContainsFunc(k.Table.Columns, func(c table.Column) bool { return c.Name == "language" }) {
		most = 6
	}
	return len(k.Table.Rows) > most
}

// title of the report.
func (d Document) title() string {
	if d.study.Title != "" {
		return d.study.Title
	}
	return d.study.Name
}

// warning is at the top of a report of partial records.
func (d Document) warning() string {
	if d.study.Partial == "" {
		return ""
	}
	return "Partial records (" + d.study.Partial + "). The numbers show that the study runs, not what it finds."
}

// Run lists what was run.
func Run(s *outcome.Study) []Block { return []Block{{List: setting(s)}} }

func setting(s *outcome.Study) []string {
	list := []string{"Study: " + s.Name + "."}
	for _, a := range s.Arms {
		text := "Arm " + a.Name
		if a.Caption != "" {
			text += ": " + a.Caption
		}
		list = append(list, text+".")
	}
	for _, seen := range []bool{true, false} {
		var names []string
		for _, l := range s.Languages {
			if l.Seen == seen {
				names = append(names, fmt.Sprintf("%s (%s)", l.Name, l.Code))
			}
		}
		what := "Unseen languages"
		if seen {
			what = "Seen languages (trained on)"
		}
		if len(names) > 0 {
			list = append(list, fmt.Sprintf("%s: %s.", what, strings.Join(names, ", ")))
		}
	}
	if g, ok := s.Group("under-represented"); ok {
		list = append(list, "Under-represented in the base model's data: "+strings.Join(g.Codes, ", ")+".")
	}
	var seeds []string
	for _, seed := range s.Seeds {
		seeds = append(seeds, fmt.Sprint(seed))
	}
	list = append(list, fmt.Sprintf("Self-rewarding iterations: %d. Seeds: %s. Backend: %s.", s.Iterations, strings.Join(seeds, ", "), s.Backend))
	prompts, clusters := s.Prompts()
	if prompts == 0 {
		if s.TasksOnly() {
			return append(list, "Only tasks are scored: no arm is trained.", completeness(s))
		}
		return append(list, "Nothing is evaluated.", completeness(s))
	}
	list = append(list, fmt.Sprintf("Evaluation: %d prompts in %d clusters; prompts that ask for the same fact in several languages form a cluster.%s", prompts, clusters, s.JudgedBy()))
	return append(list, completeness(s))
}

// completeness says whether the records hold all of the experiment.
func completeness(s *outcome.Study) string {
	if s.Partial == "" {
		return "The records cover the whole experiment."
	}
	return "The records are partial: " + s.Partial + "."
}

// Examples are pairs of the selecting arm, and what they are; nil without pairs.
func Examples(s *outcome.Study) []Block {
	arm := exampleArm(s)
	if arm == "" {
		return nil
	}
	return []Block{{Text: examplesNote(s, arm)}, {Examples: measure.Examples(s.Study, arm)}}
}

// exampleArm is the arm whose pairs are shown: the selecting one, else the first with pairs.
func exampleArm(s *outcome.Study) string {
	if a := s.Selector(); a != nil {
		return a.Name
	}
	for _, a := range s.Arms {
		if len(measure.Examples(s.Study, a.Name)) > 0 {
			return a.Name
		}
	}
	return ""
}

func examplesNote(s *outcome.Study, arm string) string {
	if s.Selector() == nil {
		return "One pair per language of " + arm + ", from the first seed and iteration."
	}
	note := "For each language, the pair with the highest score that " + arm + " kept and the pair with the lowest score that it dropped, from the first seed and iteration."
	if s.AnswersKnown() {
		note += " The sign of the reference gap says which answer is better by the reference answer."
	}
	return note
}

// winRate explains the win rate.
func winRate(s *outcome.Study) string {
	wins := "The better answer wins; equal scores are a tie and count half."
	if s.Server() != "" {
		wins = "A win is the mean of the judge's two preferences, from 0 to 1."
	}
	if s.Answers != nil {
		return fmt.Sprintf("Win rate: each arm, including the base model, answers each held-out prompt; its answer is compared with that of %s. %s 0.5 means as good as those answers; what training changed is the difference to the base model's win rate.", s.Against(), wins)
	}
	return "Win rate: the arm and the base model answer each held-out prompt. " + wins + " 0.5 means as good as the base model."
}

func baseNames(s *outcome.Study) (names []string) {
	for _, b := range s.Bases {
		names = append(names, b.Name)
	}
	return names
}

// Reading explains the terms of the report in plain words.
func Reading(s *outcome.Study) []Block { return []Block{{List: reading(s)}} }

func reading(s *outcome.Study) []string {
	list := []string{
		winRate(s),
		"Interval: the numbers in brackets are a 95 % interval for the mean. It covers other prompts and, with several seeds, other training runs. There are few seeds, so their part uses Student's t with one degree of freedom less than the number of seeds; such intervals are wide, and their width varies by chance.",
		"~: no significant difference (the 95 % interval contains zero). This does not show that there is no difference, only that this study did not detect one.",
		"n: number of evaluated answers, over all seeds. Answers in one cluster are not independent; the intervals take this into account.",
		"Seen languages: their pairs were trained on. Unseen languages: all others. Under-represented languages are rare in the base model's data; they may be seen or unseen.",
		"Alignment tax: what preference training changed on other tasks. accuracy is the share of multiple-choice items whose right option is the most likely; bits per byte is what the model needs to encode plain text.",
		"Score: what an arm ranks the pairs by; the highest are kept. ConGrad's score is the cosine (or dot product) of a pair's gradient with the consensus of the languages.",
	}
	if reference := s.Reference(); reference != nil {
		list = slices.Insert(list, 3, fmt.Sprintf("Minus %s: the paired difference to the arm %s (%s).", reference.Name, reference.Name, records.Training(*reference)),
			fmt.Sprintf("> and <: a language's win rate is significantly above or below %s's on the same prompts and seeds, after Holm's correction over the languages of that arm.", reference.Name))
	} else {
		list = slices.Insert(list, 3, s.NoReference())
	}
	if s.Judged() {
		meaning := " If the judge also chose the pairs of the first iteration, a higher win rate shows that it prefers an arm's answers to its own, not that they are better."
		if s.Answers != nil {
			meaning = strings.Replace(meaning, "to its own", "to those of the file", 1)
		}
		if s.Server() != "" {
			meaning = " A higher win rate shows that this judge prefers an arm's answers. Judges are known to favour long answers, a confident tone and answers like their own. Read the win rates together with those at equal length and the table judge."
		}
		list = slices.Insert(list, 1, "Judge: "+strings.TrimSpace(s.JudgedBy())+meaning)
	}
	for _, a := range s.Confined() {
		list = append(list, fmt.Sprintf("%s trains one model per language (%s) on that language's pairs only, and each model answers in its language only. It has no model for other languages, so it is not measured where they count: compare it with other arms on its own languages.", a.Name, strings.Join(a.Languages, ", ")))
	}
	if len(s.Bases) > 1 {
		list = append(list, fmt.Sprintf("Models: the seeds start from %d models in turn (%s). Runs from one model are no independent examples of training, so intervals are over the models, where it says training runs above.", len(s.Bases), enumerate(baseNames(s))))
	}
	if len(s.Seeds) == 1 {
		list = append(list, "One seed: this report cannot say how much another training run would differ.")
	}
	return list
}
