package figure

import (
	"bytes"
	"encoding/xml"
	"image"
	"image/png"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot"

	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/records"
	"congrad/results/synthetic"
)

func study(t *testing.T, set *record.Set) *outcome.Study {
	t.Helper()
	s, err := outcome.New(set)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// all are the figures of a study; those that have nothing to draw say why.
func all(s *outcome.Study) []Figure {
	return []Figure{
		WinRates(s), Differences(s), KeepSweep(s), RankSweep(s), TradeOff(s), Tax(s), Alignments(s), Kept(s), Planted(s), Cosines(s), Fidelity(s), Training(s),
	}
}

// drawnOf are those that have something to draw.
func drawnOf(s *outcome.Study) []Figure { return slices.DeleteFunc(all(s), Figure.Empty) }

// texts are the contents of an SVG's text elements.
func texts(t *testing.T, svg []byte) []string {
	t.Helper()
	var found []string
	inText := false
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return found
		}
		if err != nil {
			t.Fatalf("not an SVG: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			inText = token.Name.Local == "text"
		case xml.CharData:
			if inText {
				found = append(found, string(token))
			}
		case xml.EndElement:
			inText = false
		}
	}
}

func TestFiguresNameTheirDataAndThemselves(t *testing.T) {
	s := study(t, keepingEnglish(swept(synthetic.Plant(synthetic.Set(synthetic.Small())))))
	want := map[string][]string{
		"win-rates":   {"joint", "congrad", "random", "en", "th†", "mean", "seen languages", "unseen languages", "win rate"},
		"differences": {"congrad", "random", "en", "sw†", "win rate minus joint's"},
		"trade-off":   {"joint", "accuracy minus baseline's (right is better)", "bits per byte minus baseline's (left is better)"},
		"tax":         {"joint", "seen", "unseen", "capitals", "udhr", "accuracy minus baseline's (right is better)", "bits per byte minus baseline's (left is better)"},
		"kept":        {"congrad", "random", "en", "ar", "ja", "share of pairs kept", "0.6"},
		"keep-sweep":  {"random", "share of pairs kept", "0.25", "0.5", "seen languages", "unseen languages"},
		"rank-sweep":  {"flora", "rank of the sketch", "4", "64"},
		"cosines":     {"all pairs", "kept pairs", "en", "ar", "ja"},
		"alignments":  {"kept", "dropped", "en", "ar", "ja", "15/30"},
		"planted":     {"AUROC", "congrad", "random", "ar", "ja", "mean"},
		"training":    {"loss", "margin", "log-probability of chosen", "log-probability of rejected", "optimiser steps"},
	}
	missing := maps.Clone(want)
	for _, f := range drawnOf(s) {
		delete(missing, f.Name)
		svg, err := f.SVG()
		if err != nil {
			t.Fatal(err)
		}
		has := map[string]bool{}
		for _, text := range texts(t, svg) {
			has[text] = true
		}
		for _, w := range want[f.Name] {
			if !has[w] {
				t.Errorf("%s does not show %q", f.Name, w)
			}
		}
		if f.Name == "differences" && has["joint"] {
			t.Error("an arm's difference to itself is drawn")
		}
		if !strings.Contains(f.Caption, "?") || !strings.HasSuffix(f.Caption, ".") {
			t.Errorf("%s: the caption answers no question: %s", f.Name, f.Caption)
		}
		if !bytes.Contains(svg, []byte("<title>")) || !bytes.Contains(svg, []byte(`role="img"`)) {
			t.Errorf("%s has no text for those who cannot see it", f.Name)
		}
		if f.Width != Column && f.Width != Page {
			t.Errorf("%s is %v wide", f.Name, f.Width)
		}
	}
	if len(missing) > 0 {
		t.Errorf("no figures of the names %v", missing)
	}
}

// keepingEnglish makes the arms that rank pairs keep all English ones, so that languages differ in their share.
func keepingEnglish(set *record.Set) *record.Set {
	for i := range set.Pairs {
		if p := &set.Pairs[i]; p.Lang == "en" {
			p.Kept = true
		}
	}
	return set
}

// A quota by language fixes the shares: a figure of them would show the quota.
func TestFiguresAreNotConstantByConstruction(t *testing.T) {
	if f := Kept(study(t, synthetic.Set(synthetic.Small()))); !f.Empty() || !strings.Contains(f.Caption, "by its quota") {
		t.Errorf("equal shares are drawn: %s", f.Caption)
	}
	if f := Kept(study(t, keepingEnglish(synthetic.Set(synthetic.Small())))); f.Empty() {
		t.Errorf("unequal shares are not drawn: %s", f.Caption)
	}
}

// Roles look the same in every study, whatever other arms are there and in whatever order.
func TestRolesLookTheSame(t *testing.T) {
	size := synthetic.Small()
	first := looks(study(t, synthetic.Set(size)))
	size.Arms = 7
	set := synthetic.Set(size)
	slices.Reverse(set.Study.Arms)
	second := looks(study(t, set))
	for _, a := range []string{"baseline", "joint", "congrad", "random"} {
		if first[a].color != second[a].color || first[a].shape != second[a].shape {
			t.Errorf("%s is %v in one study and %v in another", a, first[a], second[a])
		}
	}
	seen := map[string]string{}
	for name, l := range second {
		if other := seen[hex(l.color)]; other != "" {
			t.Errorf("%s and %s have one colour", name, other)
		}
		seen[hex(l.color)] = name
	}
	if c := second["congrad"].color; c.R < c.B+100 {
		t.Errorf("ConGrad's colour is not warm: %s", hex(c))
	}
}

// swept says of some arms that they differ in one setting alone.
func swept(set *record.Set) *record.Set {
	set.Study.Sweeps = []record.Sweep{
		{Key: "keep.share", Arms: []string{"random", "congrad"}, Values: []float64{0.5, 0.25}},
		{Key: "congrad.sketch_rank", Arms: []string{"congrad", "random"}, Values: []float64{4, 64}},
	}
	return set
}

// A sweep without a reference, without evaluations of two of its arms or without arms is no figure.
func TestSweepsTakeTwoArmsAndAReference(t *testing.T) {
	for name, change := range map[string]func(*record.Set){
		"no reference": func(s *record.Set) { s.Study.Reference = "" },
		"no evaluation": func(s *record.Set) {
			s.Evaluations = slices.DeleteFunc(s.Evaluations, func(e record.Evaluation) bool { return e.Arm == "random" })
		},
		"no sweep": func(s *record.Set) { s.Study.Sweeps = nil },
	} {
		set := swept(synthetic.Set(synthetic.Small()))
		change(set)
		s := study(t, set)
		for _, f := range []Figure{KeepSweep(s), RankSweep(s)} {
			if !f.Empty() {
				t.Errorf("%s: %s is drawn", name, f.Name)
			}
		}
	}
	s := study(t, swept(synthetic.Set(synthetic.Small())))
	if KeepSweep(s).Empty() || RankSweep(s).Empty() {
		t.Error("a sweep is not drawn")
	}
}

// What reaches the edge of the page was cut off.
func TestNothingIsCutOff(t *testing.T) {
	for _, size := range []synthetic.Size{
		synthetic.Small(),
		{Seeds: 1, Languages: 1, Arms: 4, Iterations: 1, Prompts: 9, Pairs: 6, Answers: 4, Items: 4, Steps: 4},
		{Seeds: 2, Languages: 15, Arms: 7, Iterations: 3, Prompts: 9, Pairs: 6, Answers: 4, Items: 4, Steps: 4},
	} {
		set := synthetic.Plant(synthetic.Set(size))
		if size.Arms >= 4 {
			swept(set)
		}
		for _, f := range all(study(t, set)) {
			if f.Empty() {
				continue
			}
			data, err := f.PNG()
			if err != nil {
				t.Fatal(err)
			}
			picture, err := png.Decode(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if edge := inked(picture); edge != "" {
				t.Errorf("%s with %d languages and %d arms: something reaches the %s edge", f.Name, size.Languages, size.Arms, edge)
			}
		}
	}
}

// inked names an edge of the picture that is not blank.
func inked(m image.Image) string {
	b := m.Bounds()
	blank := func(x, y int) bool {
		r, g, b, _ := m.At(x, y).RGBA()
		return r == 0xffff && g == 0xffff && b == 0xffff
	}
	for x := b.Min.X; x < b.Max.X; x++ {
		if !blank(x, b.Min.Y) {
			return "upper"
		}
		if !blank(x, b.Max.Y-1) {
			return "lower"
		}
	}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		if !blank(b.Min.X, y) {
			return "left"
		}
		if !blank(b.Max.X-1, y) {
			return "right"
		}
	}
	return ""
}

func TestInlineTakesThePagesColours(t *testing.T) {
	for _, f := range drawnOf(study(t, synthetic.Plant(synthetic.Set(synthetic.Small())))) {
		svg, err := f.Inline()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(svg, hex(ink)) || strings.Contains(svg, "<?xml") || strings.Contains(svg, "width=\"") && strings.Index(svg, "width=\"") < strings.Index(svg, ">") {
			t.Errorf("%s: ink, head or size of the page's own was left in", f.Name)
		}
		if !strings.Contains(svg, "var(--ink)") {
			t.Errorf("%s: no ink from the page", f.Name)
		}
		if _, err := f.SVG(); err != nil {
			t.Error(err)
		}
	}
}

// No data may be drawn in a grey that Inline exchanges.
func TestDataColoursAreNotThePages(t *testing.T) {
	page := map[string]bool{hex(ink): true, hex(paper): true, hex(faint): true, hex(shade): true}
	all := append(further(), plain())
	for r := records.Other; r <= records.Mono; r++ {
		if l, ok := lookOf(r); ok {
			all = append(all, l)
		}
	}
	for _, l := range all {
		if page[hex(l.color)] {
			t.Errorf("%s is the page's", hex(l.color))
		}
	}
	for v := -1.0; v <= 1; v += 0.001 {
		if c := diverging(v); page[hex(c)] || page[hex(readable(c))] {
			t.Errorf("the colour of %g is the page's", v)
		}
	}
	if page[hex(droppedColor())] {
		t.Error("a shade of the alignment scores is the page's")
	}
}

func TestMissingDataIsSaidNotDrawn(t *testing.T) {
	for name, change := range map[string]func(*record.Set){
		"win-rates":   func(s *record.Set) { s.Evaluations = nil },
		"differences": func(s *record.Set) { s.Study.Reference = "" },
		"trade-off":   func(s *record.Set) { s.Choices, s.Passages = nil, nil },
		"cosines":     func(s *record.Set) { s.Consensus = nil },
		"alignments":  func(s *record.Set) { s.Pairs = nil },
		"training":    func(s *record.Set) { s.Steps = nil },
	} {
		set := synthetic.Set(synthetic.Small())
		change(set)
		for _, f := range all(study(t, set)) {
			if f.Name != name {
				continue
			}
			if !f.Empty() || !strings.HasPrefix(f.Caption, "No ") {
				t.Errorf("%s: drawn without data, or silent: %q", name, f.Caption)
			}
		}
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		s    span
		n    int
		want string
	}{
		{span{0.33, 0.67}, 5, "0.35 0.40 0.45 0.50 0.55 0.60 0.65"},
		{span{-0.2, 0.2}, 4, "\u22120.2 \u22120.1 0.0 0.1 0.2"},
		{span{0, 1000}, 2, "0 500 1000"},
		{span{-13.2, -9.9}, 3, "\u221213 \u221212 \u221211 \u221210"},
		{span{0, 1e-5}, 2, "0.000000 0.000005 0.000010"},
	} {
		if got := tickLabels(c.s.ticks(c.n)); got != c.want {
			t.Errorf("%v: got %s, want %s", c.s, got, c.want)
		}
	}
	for _, s := range []span{over(), over(3), over(0), over(1e9, 1e9), over(-1e-9)} {
		w := s.wide(0.05)
		if !(w.low < w.high) || math.IsInf(w.low, 0) || len(w.ticks(5)) < 2 {
			t.Errorf("%v opens up to %v", s, w)
		}
	}
}

func tickLabels(ticks []plot.Tick) string {
	var l []string
	for _, t := range ticks {
		l = append(l, t.Label)
	}
	return strings.Join(l, " ")
}

func TestCosineIsShort(t *testing.T) {
	for v, want := range map[float64]string{0.123: ".12", -0.126: "\u2212.13", 0.001: "0", -0.001: "0", 1: "1.00", -1: "\u22121.00"} {
		if got := cosine(v, 2); got != want {
			t.Errorf("%g: got %s, want %s", v, got, want)
		}
	}
}

// The front of sketches takes two of them; it names their kinds and, above, their shares of the model.
func TestFrontOfSketches(t *testing.T) {
	if f := Fidelity(study(t, synthetic.Set(synthetic.Small()))); !f.Empty() {
		t.Error("one sketch makes a front")
	}
	size := synthetic.Small()
	size.Arms = 5
	s := study(t, synthetic.Set(size))
	svg, err := Fidelity(s).SVG()
	if err != nil {
		t.Fatal(err)
	}
	found := texts(t, svg)
	for _, want := range []string{"flora", "exact", "rank correlation of the scores", "share of pairs kept alike", "size of one sketch", "1 MB", "10 %"} {
		if !slices.Contains(found, want) {
			t.Errorf("the figure lacks %q: %q", want, found)
		}
	}
}
