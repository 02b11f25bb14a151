package table

import (
	"fmt"
	"strings"

	"github.com/mozillazg/go-unidecode"
)

// LaTeX is the table as a float for \input, drawn with booktabs and shrunk by adjustbox where it is wider than the page.
// Scripts other than Latin are transliterated, so that every LaTeX with any font compiles it.
func (t Table) LaTeX() []byte {
	var b strings.Builder
	b.WriteString("% needs \\usepackage{booktabs,adjustbox}\n\\begin{table*}[t]\n\\centering\\small\\setlength{\\tabcolsep}{4pt}\n")
	fmt.Fprintf(&b, "\\caption{%s.%s}\n\\label{tab:%s}\n\\vspace{4pt}\n", latex(t.Heading()), latex(prefixed(" ", t.Note)), t.Name)
	b.WriteString("\\begin{adjustbox}{max width=\\textwidth}\n")
	t.tabular(&b)
	b.WriteString("\\end{adjustbox}\n")
	for i, f := range t.Footnotes {
		if i == 0 {
			b.WriteString("\\par\\smallskip\n\\begin{minipage}{\\linewidth}\\footnotesize\n")
		}
		b.WriteString(latex(f) + "\\par\n")
		if i == len(t.Footnotes)-1 {
			b.WriteString("\\end{minipage}\n")
		}
	}
	b.WriteString("\\end{table*}\n")
	return []byte(b.String())
}

// tabular is the table without what is around it.
func (t Table) tabular(b *strings.Builder) {
	b.WriteString("\\begin{tabular}{@{}")
	for _, c := range t.Columns {
		if c.Number {
			b.WriteString("r")
		} else {
			b.WriteString("l")
		}
	}
	b.WriteString("@{}}\n\\toprule\n")
	if t.grouped() {
		t.latexGroups(b)
	}
	for i, c := range t.Columns {
		b.WriteString(between(i) + latex(c.Name))
	}
	b.WriteString(" \\\\\n\\midrule\n")
	marked := t.marked()
	for i, r := range t.Rows {
		if r.Break && i > 0 {
			b.WriteString("\\addlinespace\n")
		}
		for j, c := range r.Cells {
			b.WriteString(between(j))
			text := latex(c.Text)
			if t.Columns[j].Number {
				text = latexNumber(c.Text)
			}
			if c.Best {
				text = "\\textbf{" + text + "}"
			}
			b.WriteString(text)
			switch {
			case c.Mark != "":
				b.WriteString("~" + latexMark(c.Mark))
			case marked[j] && t.Columns[j].Number:
				b.WriteString("~\\phantom{$\\sim$}")
			}
		}
		b.WriteString(" \\\\\n")
	}
	b.WriteString("\\bottomrule\n\\end{tabular}\n")
}

func (t Table) latexGroups(b *strings.Builder) {
	rules := ""
	for i, s := range t.spans() {
		b.WriteString(between(i))
		if s.name == "" {
			continue
		}
		fmt.Fprintf(b, "\\multicolumn{%d}{c}{%s}", s.to-s.from, latex(s.name))
		rules += fmt.Sprintf("\\cmidrule(lr){%d-%d}", s.from+1, s.to)
	}
	b.WriteString(" \\\\\n" + rules + "\n")
}

func between(column int) string {
	if column == 0 {
		return ""
	}
	return " & "
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// latin is the text in letters that every font of LaTeX has: Latin ones and common signs stay, all else is transliterated.
func latin(s string) string {
	var b strings.Builder
	foreign := false // the last letter: transliterations of Chinese ones end in a space
	for _, r := range oneLine(s) {
		if foreign = r >= 0x180 && !strings.ContainsRune("†‡–—‘’“”•…±−×·≤≥→", r); !foreign {
			b.WriteRune(r)
		} else {
			b.WriteString(unidecode.Unidecode(string(r)))
		}
	}
	if foreign {
		return strings.TrimRight(b.String(), " ")
	}
	return b.String()
}

// escapes are what latex writes for characters that mean something to LaTeX, or that a font may lack.
var escapes = strings.NewReplacer(
	`\`, `\textbackslash{}`, `{`, `\{`, `}`, `\}`, `$`, `\$`, `&`, `\&`, `#`, `\#`, `%`, `\%`, `_`, `\_`,
	`^`, `\textasciicircum{}`, `~`, `$\sim$`, `<`, `$<$`, `>`, `$>$`, `|`, `$|$`, `"`, `''`,
	`±`, `$\pm$`, `−`, `$-$`, `×`, `$\times$`, `·`, `$\cdot$`, `≤`, `$\le$`, `≥`, `$\ge$`, `→`, `$\to$`, `†`, `\textdagger{}`, `‡`, `\textdaggerdbl{}`,
)

// latex escapes text. A sign of comparison would come out as another character in the old font encoding.
func latex(s string) string { return escapes.Replace(latin(s)) }

// signs sets signs as such, not as hyphens.
var signs = strings.NewReplacer("-", "$-$", "+", "$+$")

// latexNumber sets minus signs as such, not as hyphens; a lone hyphen means that nothing was measured.
func latexNumber(s string) string {
	if s == Missing {
		return "--"
	}
	return signs.Replace(latex(s))
}

func latexMark(mark string) string {
	if mark == "~" {
		return `$\sim$`
	}
	return "$" + mark + "$"
}
