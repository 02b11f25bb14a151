package results

import (
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"congrad/results/outcome"
	"congrad/results/records"
	"congrad/results/synthetic"
	"congrad/results/table"
)

// latex is the LaTeX that compiles tables; without it, none is compiled.
var latexProgram = flag.String("latex", "", "compile tables for papers with this LaTeX, such as pdflatex")

func paperTable(t *testing.T, p Paper) table.Table {
	t.Helper()
	made, err := PaperTable(synthetic.Set(synthetic.Small()), p)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// The numbers are the study's, whichever way the table is turned, and percentages are a hundred times as large.
func TestPaperTable(t *testing.T) {
	s, err := outcome.New(synthetic.Set(synthetic.Small()))
	if err != nil {
		t.Fatal(err)
	}
	rows := paperTable(t, Paper{Rows: "arm", Columns: "language", Measures: []string{"win-rate", "bits-per-byte"}, Interval: "full"})
	turned := paperTable(t, Paper{Rows: "language", Columns: "arm", Measures: []string{"win-rate"}, Interval: "half", Percent: true})
	for i, a := range s.Arms {
		for j, l := range s.Languages {
			e := s.WinRate(a.Name, records.Only(l.Code))
			for text, scale := range map[string]float64{rows.Rows[i].Cells[1+j].Data[0]: 1, turned.Rows[j].Cells[1+i].Data[0]: 100} {
				if got, err := strconv.ParseFloat(text, 64); err != nil || math.Abs(got-scale*e.Mean) > 1e-6 {
					t.Errorf("%s in %s: %s, want %g times %g", a.Name, l.Code, text, scale, e.Mean)
				}
			}
			if want := fmt.Sprintf("%.3f [", e.Mean); !strings.HasPrefix(rows.Rows[i].Cells[1+j].Text, want) {
				t.Errorf("%s in %s: %q", a.Name, l.Code, rows.Rows[i].Cells[1+j].Text)
			}
			if want := fmt.Sprintf("%.1f±", 100*e.Mean); !strings.HasPrefix(turned.Rows[j].Cells[1+i].Text, want) {
				t.Errorf("%s in %s: %q, want %q", a.Name, l.Code, turned.Rows[j].Cells[1+i].Text, want)
			}
		}
	}
	if _, err := PaperTable(synthetic.Set(synthetic.Small()), Paper{Rows: "arm", Columns: "group", Measures: []string{"score"}}); err == nil || !strings.Contains(err.Error(), `"score"`) {
		t.Errorf("a measure that the run does not have: %v", err)
	}
	if _, err := PaperTable(synthetic.Set(synthetic.Small()), Paper{Rows: "arm", Columns: "group", Measures: []string{"exact"}, Arms: []string{"nobody"}}); err == nil || !strings.Contains(err.Error(), `"nobody"`) {
		t.Errorf("an arm that the run does not have: %v", err)
	}
}

// Of win rates the highest is best, of bits per byte the lowest; equal numbers are marked alike; of lengths none is best.
func TestPaperTableMarksTheBest(t *testing.T) {
	for measure, sign := range map[string]float64{"win-rate": 1, "bits-per-byte": -1, "tokens": 0} {
		for _, p := range []Paper{{Rows: "arm", Columns: "group"}, {Rows: "group", Columns: "arm"}} {
			p.Measures, p.Interval, p.Best = []string{measure}, "none", true
			made := paperTable(t, p)
			lists := map[int][]table.Cell{}
			for i, r := range made.Rows {
				for j, c := range r.Cells[1:] {
					at := j
					if p.Rows == "group" {
						at = i
					}
					lists[at] = append(lists[at], c)
				}
			}
			for at, cells := range lists {
				best := math.Inf(-1)
				value := func(c table.Cell) float64 { v, _ := strconv.ParseFloat(c.Text, 64); return sign * v }
				for _, c := range cells {
					best = math.Max(best, value(c))
				}
				for _, c := range cells {
					if want := sign != 0 && value(c) == best; c.Best != want {
						t.Errorf("%s, rows %s, list %d: %q is marked: %v", measure, p.Rows, at, c.Text, c.Best)
					}
				}
			}
		}
	}
}

var overfull = regexp.MustCompile(`(?m)^Overfull \\hbox.*$`)

// Tables for papers compile without a box that is too wide, in Times and in LaTeX's own font, with arms that are named in other scripts.
func TestPaperTablesCompile(t *testing.T) {
	if *latexProgram == "" {
		t.Skip("compiles with -latex pdflatex")
	}
	set := synthetic.Rename(synthetic.Set(synthetic.Small()), map[string]string{"congrad": "合意フィルタ", "joint": "вместе", "random": "สุ่ม", "baseline": "own_base & 50%"})
	for _, family := range []string{`\usepackage{times}`, ``} {
		var page strings.Builder
		page.WriteString("\\documentclass[11pt,a4paper,twocolumn]{article}\n\\usepackage[T1]{fontenc}\n" + family +
			"\n\\usepackage[textwidth=16cm,textheight=24.7cm,columnsep=0.6cm]{geometry}\n\\usepackage{booktabs}\n\\begin{document}\n")
		n := 0
		for _, sides := range [][2]string{{"arm", "language"}, {"language", "arm"}, {"arm", "group"}, {"group", "arm"}} {
			for _, interval := range PaperIntervals() {
				for columns := 1; columns <= 2; columns++ {
					for _, measures := range [][]string{{"win-rate"}, {"win-rate-minus-reference", "exact", "bits-per-byte"}} {
						made, err := PaperTable(set, Paper{Rows: sides[0], Columns: sides[1], Measures: measures, Interval: interval, Percent: n%2 == 0, Best: n%3 == 0})
						if err != nil {
							t.Fatal(err)
						}
						text, err := made.LaTeXWithin(columns)
						if err != nil {
							t.Fatal(err)
						}
						page.Write(text)
						page.WriteString("\\clearpage\n")
						n++
					}
				}
			}
		}
		page.WriteString("\\end{document}\n")
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "page.tex"), []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		command := exec.Command(*latexProgram, "-interaction=nonstopmode", "-halt-on-error", "page.tex")
		command.Dir = dir
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out[max(0, len(out)-3000):])
		}
		log, err := os.ReadFile(filepath.Join(dir, "page.log"))
		if err != nil {
			t.Fatal(err)
		}
		if found := overfull.FindAllString(string(log), -1); len(found) > 0 {
			lines := strings.Split(page.String(), "\n")
			t.Errorf("with %q, %d of %d tables are too wide: %v; the first ones are\n%s", family, len(found), n, found, strings.Join(lines[6:26], "\n"))
		}
	}
}
