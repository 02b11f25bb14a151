package figure

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"math"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"congrad/results/synthetic"
)

// stream is the page's content: what fpdf compresses first.
func stream(t *testing.T, pdf []byte) string {
	t.Helper()
	from := bytes.Index(pdf, []byte("stream\n"))
	r, err := zlib.NewReader(bytes.NewReader(pdf[from+len("stream\n"):]))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A page shows every word of the SVG, in a font that it brings along, and has neither the time nor the machine in it.
func TestPDFShowsTheWordsOfTheSVG(t *testing.T) {
	for _, f := range drawnOf(study(t, synthetic.Plant(synthetic.Set(synthetic.Small())))) {
		if f.Empty() {
			continue
		}
		page, err := f.PDF()
		if err != nil {
			t.Fatal(err)
		}
		again, err := f.PDF()
		if err != nil || !bytes.Equal(page, again) {
			t.Errorf("%s: two pages differ (%v)", f.Name, err)
		}
		if !bytes.Contains(page, []byte("/FontFile2")) || !bytes.Contains(page, []byte("D:19700101")) {
			t.Errorf("%s: the font is not embedded or the date is not fixed", f.Name)
		}
		if box := fmt.Sprintf("/MediaBox [0 0 %.2f %.2f]", f.Width.Points(), f.Height.Points()); !bytes.Contains(page, []byte(box)) {
			t.Errorf("%s: the page is not %s", f.Name, box)
		}
		content := stream(t, page)
		svg, err := f.SVG()
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range texts(t, svg) {
			if strings.TrimSpace(word) != "" && !strings.Contains(content, encoded(word)) {
				t.Errorf("%s: the page lacks %q", f.Name, word)
			}
		}
		if strings.Count(content, "q\n")+strings.Count(content, "q ") < strings.Count(content, "Q\n") {
			t.Errorf("%s: states are restored that were not saved", f.Name)
		}
	}
}

// encoded is how fpdf writes text in an embedded font.
func encoded(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		for _, c := range []byte{byte(u >> 8), byte(u)} {
			if c == '(' || c == ')' || c == '\\' {
				b.WriteByte('\\')
			}
			if c == '\r' {
				b.WriteString(`\r`)
				continue
			}
			b.WriteByte(c)
		}
	}
	return b.String()
}

// A circle is four curves through its four poles.
func TestPDFArcs(t *testing.T) {
	c := newPDF(100, 100)
	var p vg.Path
	p.Move(vg.Point{X: 60, Y: 50})
	p.Arc(vg.Point{X: 50, Y: 50}, 10, 0, 2*math.Pi)
	draw.New(c).Fill(p)
	var b bytes.Buffer
	if err := c.doc.Output(&b); err != nil {
		t.Fatal(err)
	}
	ends := regexp.MustCompile(`(\S+ \S+) c\n`).FindAllStringSubmatch(stream(t, b.Bytes()), -1)
	var got []string
	for _, e := range ends {
		got = append(got, e[1])
	}
	if want := "50.000 60.000, 40.000 50.000, 50.000 40.000, 60.000 50.000"; strings.Join(got, ", ") != want {
		t.Errorf("the curves end at %q, want %s", got, want)
	}
}
