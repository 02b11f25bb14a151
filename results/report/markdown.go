package report

import (
	"fmt"
	"strings"

	"congrad/harness/record"
	"congrad/results/table"
)

// longest is where the text of an example is cut, in characters.
const longest = 300

// Markdown is the report for a repository: figures are files next to it.
func (d Document) Markdown() ([]byte, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", table.EscapeMarkdown(d.title()))
	if w := d.warning(); w != "" {
		fmt.Fprintf(&b, "\n> **%s**\n", table.EscapeMarkdown(w))
	}
	for _, s := range d.sections {
		fmt.Fprintf(&b, "\n## %s\n", s.Title)
		for _, block := range s.Blocks {
			b.WriteString("\n")
			if err := block.markdown(&b, d); err != nil {
				return nil, err
			}
		}
	}
	return []byte(b.String()), nil
}

func (k Block) markdown(b *strings.Builder, d Document) error {
	switch {
	case k.Table != nil:
		text, err := k.numberedTable().Markdown()
		if err != nil {
			return err
		}
		b.Write(text)
	case k.Figure != nil:
		alt := strings.NewReplacer("[", `\[`, "]", `\]`).Replace(table.EscapeMarkdown(k.Figure.Title()))
		fmt.Fprintf(b, "![%s](figures/%s.svg)\n\n**Figure %d.** %s\n", alt, k.Figure.Name, k.number, table.EscapeMarkdown(k.Text))
	case k.List != nil:
		for _, item := range k.List {
			fmt.Fprintf(b, "- %s\n", table.EscapeMarkdown(item))
		}
	case k.Examples != nil:
		for _, p := range k.Examples {
			b.WriteString(d.exampleMarkdown(p))
		}
	case k.Text != "":
		b.WriteString(table.EscapeMarkdown(k.Text) + "\n")
	}
	return nil
}

func (d Document) exampleMarkdown(p record.Pair) string {
	text := fmt.Sprintf("- %s\n", table.EscapeMarkdown(d.exampleHead(p)))
	for _, line := range d.exampleLines(p) {
		text += fmt.Sprintf("  - %s: %s\n", line[0], table.EscapeMarkdown(clipped(line[1])))
	}
	return text
}

// exampleLines lists the texts of a pair, each with its role.
func (d Document) exampleLines(p record.Pair) [][2]string {
	lines := [][2]string{{"chosen", p.Chosen}, {"rejected", p.Rejected}}
	asked, ok := d.study.Asked(p.Prompt)
	if !ok {
		return lines
	}
	lines = append([][2]string{{"prompt", asked.Text}}, lines...)
	if asked.Right != "" && asked.Right != p.Chosen && asked.Right != p.Rejected {
		lines = append(lines, [2]string{"reference", asked.Right})
	}
	return lines
}

// exampleHead says which pair it is and whether it was kept.
func (d Document) exampleHead(p record.Pair) string {
	l := languageOf(d.study, p.Lang)
	text := fmt.Sprintf("%s (%s), prompt %s", l.Name, l.Code, p.Prompt)
	if p.Rank > 0 {
		fate := "dropped"
		switch {
		case p.Kept:
			fate = "kept"
		case p.Flipped:
			fate = "flipped"
		case p.Weight > 0:
			fate = fmt.Sprintf("weight %.2f", p.Weight)
		}
		text += fmt.Sprintf(": %s, score %s, rank %d", fate, table.Signed(p.Score, 3), p.Rank)
	}
	text += fmt.Sprintf("; judge gap %s", table.Fixed(p.Gap, 2))
	if p.KnownGap != 0 {
		text += fmt.Sprintf(", reference gap %s", table.Signed(p.KnownGap, 2))
	}
	return text + "."
}

// clipped cuts a long text between characters and shows line breaks as a sign, so that an example stays one line. An
// empty answer says so.
func clipped(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), " \u23ce ")
	if strings.TrimSpace(s) == "" {
		return "(empty)"
	}
	if runes := []rune(s); len(runes) > longest {
		return string(runes[:longest]) + " \u2026"
	}
	return s
}
