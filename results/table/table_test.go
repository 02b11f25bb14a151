package table

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/clipperhouse/displaywidth"
	"github.com/google/go-cmp/cmp"
	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"congrad/eval/stats"
)

// scripts is a table with a name in every script that languages bring along, and text that markup would trip over.
func scripts() Table {
	interval := stats.Estimate{Mean: 0.5, Low: 0.25, High: 0.75, N: 8, Clusters: 4, Seeds: 2, P: 0.5}
	t := Table{
		Name: "scripts", Title: "Names & signs", Note: "100 % of <them>",
		Columns: []Column{
			{Name: "name"},
			{Group: "rates", Name: "win", Number: true, Fields: IntervalFields()},
			{Group: "rates", Name: "minus_joint", Number: true, Fields: DifferenceFields()},
			{Name: "n", Number: true},
		},
		Footnotes: []string{"~ no significant difference."},
	}
	for i, name := range []string{"English", "日本語", "한국어", "العربية", "ไทยที่นี่", "हिन्दी", "বাংলা", "Türkçe", "中文（简体）", "a|b_c*d`e", "{50%} $#^~\\", "line\nbreak"} {
		mark := ""
		if i%2 == 0 {
			mark = "~"
		}
		t.Rows = append(t.Rows, Row{Break: i == 4, Cells: []Cell{Text(name), Interval(interval, 3, 0, 1), Difference(interval, 3, mark), Count(i * i * i)}})
	}
	t.Rows = append(t.Rows, Row{Cells: []Cell{Text("nothing"), None(3), None(4), None(1)}})
	return t
}

// Every line of the grid is as wide as its rule once the blanks at its end are put back: so no cell has pushed the
// columns behind it out of line, whatever its script.
func TestPlainAlignsByDisplayWidth(t *testing.T) {
	text, err := scripts().Plain()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	var rule string
	for _, l := range lines {
		if strings.HasPrefix(l, "---") {
			rule = l
			break
		}
	}
	ends := columnEnds(rule)
	for _, l := range lines[4 : len(lines)-3] {
		if strings.HasPrefix(l, "---") || l == "" || strings.HasPrefix(l, "name") || strings.TrimSpace(l) == "rates" {
			continue
		}
		// The last column is set to the right, so it ends where the rule ends.
		if got := width(l); got != ends[len(ends)-1] {
			t.Errorf("a line is %d wide instead of %d: %q", got, ends[len(ends)-1], l)
		}
	}
}

// width sums characters, as terminals do that know nothing of ligatures.
func width(s string) int {
	n := 0
	for _, r := range s {
		n += displaywidth.Rune(r)
	}
	return n
}

// In the source of a Markdown table borders are under borders, whatever the scripts of its names.
func TestMarkdownAlignsByDisplayWidth(t *testing.T) {
	text, err := scripts().Markdown()
	if err != nil {
		t.Fatal(err)
	}
	var want []int
	for l := range strings.Lines(string(text)) {
		if !strings.HasPrefix(l, "|") {
			continue
		}
		var borders []int
		at, escaped := 0, false
		for _, r := range strings.TrimSuffix(l, "\n") {
			if r == '|' && !escaped {
				borders = append(borders, at)
			}
			escaped = r == '\\' && !escaped
			at += displaywidth.Rune(r)
		}
		if want == nil {
			want = borders
		}
		if d := cmp.Diff(want, borders); d != "" {
			t.Errorf("%s%s", l, d)
		}
	}
	if len(want) != 5 {
		t.Errorf("%d borders instead of 5", len(want))
	}
}

func columnEnds(rule string) []int {
	var ends []int
	for i := range rule {
		if rule[i] == '-' && (i+1 == len(rule) || rule[i+1] == ' ') {
			ends = append(ends, i+1)
		}
	}
	return ends
}

// The library measures ambiguous characters by the locale unless told; the records alone must decide.
func TestPlainIgnoresTheLocale(t *testing.T) {
	table := Table{Columns: []Column{{Name: "α β"}, {Name: "я", Number: true}}, Rows: []Row{{Cells: []Cell{Text("± “q”"), Count(1)}}}}
	want, err := table.Plain()
	if err != nil {
		t.Fatal(err)
	}
	twwidth.SetEastAsian(true) // what a Chinese locale does to the library when the program starts
	got, err := table.Plain()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestMarkdownEscapes(t *testing.T) {
	for in, want := range map[string]string{
		"a|b":            `a\|b`,
		"own_language":   "own_language",
		"_x_":            `\_x\_`,
		"<b>&":           "&lt;b>&amp;",
		"`*`":            "\\`\\*\\`",
		"two\nlines":     "two lines",
		`back\slash`:     `back\\slash`,
		"[0.1, 0.2]":     "[0.1, 0.2]",
		"日本 \u2028 مايو": "日本   مايو",
	} {
		if got := EscapeMarkdown(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	text, err := scripts().Markdown()
	if err != nil {
		t.Fatal(err)
	}
	for l := range strings.Lines(string(text)) {
		if strings.HasPrefix(l, "|") {
			if got := strings.Count(strings.ReplaceAll(l, `\|`, ""), "|"); got != 5 {
				t.Errorf("a line has %d borders instead of 5: %s", got, l)
			}
		}
	}
}

func TestCSVKeepsNumbersApart(t *testing.T) {
	table := scripts()
	table.Partial = "--limit 8"
	data, err := table.CSV()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"name", "rates win", "rates win low", "rates win high",
		"rates minus_joint", "rates minus_joint low", "rates minus_joint high", "rates minus_joint mark", "n", "partial",
	}
	if d := cmp.Diff(want, rows[0]); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"English", "0.5", "0.25", "0.75", "0.5", "0.25", "0.75", "~", "0", "--limit 8"}, rows[1]); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"nothing", "", "", "", "", "", "", "", "", "--limit 8"}, rows[len(rows)-1]); d != "" {
		t.Error(d)
	}
	if got := rows[12][0]; got != "line\nbreak" {
		t.Errorf("a name came back as %q", got)
	}
}

func TestLaTeXEscapes(t *testing.T) {
	for in, want := range map[string]string{
		"own_language & more": `own\_language \& more`,
		"95 % of $5 {#1}":     `95 \% of \$5 \{\#1\}`,
		"a<b>c~d^e|f":         `a$<$b$>$c$\sim$d\textasciicircum{}e$|$f`,
		`c:\x`:                `c:\textbackslash{}x`,
	} {
		if got := latex(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	text := string(scripts().LaTeX())
	for _, want := range []string{`\caption{Names \& signs. 100 \% of $<$them$>$}`, `\multicolumn{2}{c}{rates}`, `\cmidrule(lr){2-3}`, `$+$0.500 [$+$0.250, $+$0.750]~$\sim$`, "\\addlinespace\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("the table lacks %q:\n%s", want, text)
		}
	}
}

func TestHTMLEscapesAndIsolates(t *testing.T) {
	table := scripts()
	table.Rows[0].Cells[0] = Text("<script>")
	text := asHTML(t, table)
	for _, want := range []string{"<bdi>&lt;script&gt;</bdi>", "<bdi>العربية</bdi>", `<th scope="colgroup" class="group" colspan="2">rates</th>`, "100 % of &lt;them&gt;"} {
		if !strings.Contains(text, want) {
			t.Errorf("the table lacks %q", want)
		}
	}
	if strings.Count(text, "<tbody>") != 2 {
		t.Error("a block of rows is a body of its own")
	}
}

func asHTML(t *testing.T, table Table) string {
	t.Helper()
	text, err := table.HTML(false)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A first column that names blocks becomes a row above each, so that the column that stays in sight says which row it is.
func TestHTMLNamesBlocksAbove(t *testing.T) {
	table := Table{
		Name: "x", Columns: []Column{{Name: "group"}, {Name: "arm"}, {Group: "g", Name: "n", Number: true}},
		Rows: []Row{{Break: true, Cells: []Cell{Text("seen"), Text("a"), Count(1)}}, {Cells: []Cell{Repeated("seen"), Text("b"), Count(2)}}, {Break: true, Cells: []Cell{Text("unseen"), Text("c"), Count(3)}}},
	}
	text := asHTML(t, table)
	for _, want := range []string{`<th scope="rowgroup" colspan="2"><span><bdi>seen</bdi></span></th>`, `<th scope="row"><bdi>b</bdi></th><td class="n">2</td>`} {
		if !strings.Contains(text, want) {
			t.Errorf("the table lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, ">group<") {
		t.Error("the blocks have a column as well")
	}
	if folded, err := table.HTML(true); err != nil || !strings.HasPrefix(string(folded), "<details") {
		t.Errorf("folded: %v, %s", err, folded)
	}
}

func TestCells(t *testing.T) {
	bounded := stats.Estimate{Mean: 0.02, Low: -0.01, High: 0.05, N: 4, Clusters: 2, Seeds: 2}
	for name, c := range map[string]struct {
		got  Cell
		want string
	}{
		"interval":             {Interval(bounded, 3, 0, 1), "0.020 [0.000, 0.050]"},
		"difference":           {Difference(bounded, 3, "~"), "+0.020 [-0.010, +0.050]"},
		"no interval":          {Interval(stats.Estimate{Mean: 0.5, N: 1, Clusters: 1, Seeds: 1}, 3, 0, 1), "0.500 [-]"},
		"nothing":              {Interval(stats.Estimate{}, 3, 0, 1), "-"},
		"nothing to compare":   {Difference(stats.Estimate{}, 3, ""), "-"},
		"negative zero":        {Number(-0.0001, 3), "0.000"},
		"negative, nearly":     {Number(-0.0006, 3), "-0.001"},
		"unknown share":        {Share(0.3, false), "-"},
		"known share":          {Share(0.3, true), "0.300"},
		"sign of a small one":  {Text(Signed(-0.0001, 3)), "-0.000"},
		"sign of zero":         {Text(Signed(0, 3)), "+0.000"},
		"sign of minus zero":   {Text(Signed(negativeZero(), 3)), "+0.000"},
		"repetition is spared": {Repeated("seen"), ""},
	} {
		if c.got.Text != c.want {
			t.Errorf("%s: got %q, want %q", name, c.got.Text, c.want)
		}
	}
	if Interval(bounded, 3, 0, 1).Data[1] != "0" || Repeated("seen").Data[0] != "seen" {
		t.Error("CSV data differ from what is shown")
	}
}

func negativeZero() float64 {
	zero := 0.0
	return -zero
}

func TestPartialStandsInEveryTitle(t *testing.T) {
	table := scripts()
	table.Partial = "--limit 8"
	plain, err := table.Plain()
	if err != nil {
		t.Fatal(err)
	}
	markdown, err := table.Markdown()
	if err != nil {
		t.Fatal(err)
	}
	for kind, text := range map[string]string{"text": string(plain), "Markdown": string(markdown), "LaTeX": string(table.LaTeX()), "HTML": asHTML(t, table)} {
		if !strings.Contains(text, "[PARTIAL: --limit 8]") {
			t.Errorf("%s does not say that the records are partial", kind)
		}
	}
}
