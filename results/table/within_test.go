package table

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// grid is a table of n columns of numbers behind a first column.
func grid(n int, cell string) Table {
	t := Table{Name: "grid", Title: "T", Note: "N.", Columns: []Column{{Name: "arm"}}}
	row := Row{Cells: []Cell{Text("congrad")}}
	for i := range n {
		t.Columns = append(t.Columns, Column{Name: fmt.Sprint("c", i), Number: true})
		row.Cells = append(row.Cells, Cell{Text: cell})
	}
	t.Rows = []Row{row}
	return t
}

// Whatever the number of columns, each is there once, type is never below 9 points, and nothing is scaled.
func TestLaTeXWithinKeepsEveryColumn(t *testing.T) {
	for n := 1; n < 40; n++ {
		for columns, float := range map[int]string{1: "{table}", 2: "{table*}"} {
			data, err := grid(n, "0.500±0.100").LaTeXWithin(columns)
			if err != nil {
				t.Fatal(err)
			}
			text := string(data)
			for i := range n {
				if got := strings.Count(text, fmt.Sprintf("& c%d ", i)); got != 1 {
					t.Fatalf("%d columns: c%d is there %d times:\n%s", n, i, got, text)
				}
			}
			if !strings.Contains(text, float) || strings.Contains(text, "box") || !strings.Contains(text, "fontsize{9}") && !strings.Contains(text, "fontsize{10}") {
				t.Errorf("%d columns within %d: %s", n, columns, text)
			}
		}
	}
	if one, _ := grid(2, "0.5").LaTeXWithin(1); strings.Count(string(one), "begin{tabular}") != 1 || !strings.Contains(string(one), "fontsize{10}") {
		t.Errorf("a narrow table is small or cut:\n%s", one)
	}
}

func TestLaTeXWithinSaysWhatDoesNotFit(t *testing.T) {
	_, err := grid(2, strings.Repeat("0.123 ", 12)).LaTeXWithin(1)
	if err == nil || !strings.Contains(err.Error(), `"c0"`) || !strings.Contains(err.Error(), "219 pt") {
		t.Errorf("%v", err)
	}
	if _, err := grid(2, strings.Repeat("0.123 ", 12)).LaTeXWithin(2); err != nil {
		t.Errorf("two columns have room: %v", err)
	}
}

// Times has digits of half its size, and the metrics of the font agree: those of Times-Roman are 0.500 and 0.722 (A), as its AFM file says.
func TestMeterHasTheWidthsOfTimes(t *testing.T) {
	m, err := newMeter()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]float64{"0": 0.5, "0123456789": 5, "A": 0.722, ".": 0.25, "[": 0.333, "-": 0.778} {
		if got := m.text(text, true); math.Abs(got-want) > 0.001 {
			t.Errorf("%q is %.4f wide, want %.4f", text, got, want)
		}
	}
}

func TestOtherScriptsAreTransliterated(t *testing.T) {
	for in, want := range map[string]string{
		"日本語": "Ri Ben Yu", "Русский": "Russkii", "हिन्दी": "hindii", "Türkçe": "Türkçe", "Arabic †": `Arabic \textdagger{}`, " x ": " x ", "0.5±0.1": `0.5$\pm$0.1`,
	} {
		if got := latex(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	for _, r := range latex("한국어 العربية ไทย বাংলা 中文（简体）") {
		if r > 0x17f {
			t.Errorf("%q is left", r)
		}
	}
}
