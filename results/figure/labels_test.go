package figure

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg/draw"

	"congrad/harness/record"
	"congrad/results/synthetic"
)

func TestLegible(t *testing.T) {
	for name, want := range map[string]bool{
		"congrad": true, "own_language": true, "Türkçe": true, "Русский": true, "Ελληνικά": true, "a − b": true, "Tiếng": true,
		"ไทย": false, "العربية": false, "עברית": false, "日本語": false, "한국어": false, "हिन्दी": false, "বাংলা": false, "ქართული": false, "🙂": false,
		"": false, "a\u0301": false, "a\nb": false, "a\u202eb": false, strings.Repeat("a", longestLabel): true, strings.Repeat("a", longestLabel+1): false,
	} {
		if got := legible(name); got != want {
			t.Errorf("%q: got %v, want %v", name, got, want)
		}
	}
}

// Whatever arms, tasks and the values of a grid are called, no figure shows a letter that its font lacks, and captions say who
// is who.
func TestNamesInEveryScript(t *testing.T) {
	names := []string{"ไทย", "العربية", "日本語", "हिन्दी"}
	set := swept(synthetic.Plant(synthetic.Set(synthetic.Size{Seeds: 2, Languages: 6, Arms: 6, Iterations: 1, Prompts: 9, Pairs: 8, Answers: 4, Items: 4, Steps: 4})))
	rename := map[string]string{}
	for i, name := range names {
		rename[set.Study.Arms[1+i].Name] = name
	}
	synthetic.Rename(set, rename)
	for i := range set.Choices {
		set.Choices[i].Task = "首都"
	}
	figures := drawnOf(study(t, set))
	for _, f := range figures {
		lettersInFont(t, f)
		if named := map[string]string{
			"win-rates": "arm 2", "differences": "arm 2", "trade-off": "arm 2", "tax": "arm 2", "training": "arm 2", "kept": "arm 2", "planted": "arm 1",
		}[f.Name]; named != "" && !strings.Contains(f.Caption, fmt.Sprintf("%q is العربية.", named)) {
			t.Errorf("%s: the caption does not say who %s is: %s", f.Name, named, f.Caption)
		}
		if (f.Name == "differences" || f.Name == "keep-sweep") && !strings.HasSuffix(f.Caption, "The reference is ไทย.") {
			t.Errorf("the caption does not say who the reference is: %s", f.Caption)
		}
		if f.Name == "tax" && !strings.Contains(f.Caption, `"task 2" is 首都.`) {
			t.Errorf("the caption names no task: %s", f.Caption)
		}
	}
	if len(figures) < 10 {
		t.Errorf("only %d figures", len(figures))
	}
}

// The values on the axes of a grid are numbered too.
func TestValuesInEveryScript(t *testing.T) {
	g := made(t, 2, 2, synthetic.Size{Seeds: 2, Languages: 10, Arms: 4, Iterations: 1, Prompts: 12, Pairs: 6, Answers: 4, Items: 4, Steps: 4})
	g.Rows.Values = []string{"质量", "0.5"}
	f := HeatMap(g)
	lettersInFont(t, f)
	if !strings.Contains(f.Caption, `"row 1" is 质量.`) {
		t.Errorf("the caption names no row: %s", f.Caption)
	}
}

func lettersInFont(t *testing.T, f Figure) {
	t.Helper()
	if f.Empty() {
		t.Errorf("%s is empty", f.Name)
		return
	}
	svg, err := f.SVG()
	if err != nil {
		t.Fatal(err)
	}
	face := font.DefaultCache.Lookup(words(normal, draw.XLeft, draw.YCenter).Font, normal)
	var b sfnt.Buffer
	for _, text := range texts(t, svg) {
		for _, r := range strings.TrimSpace(text) {
			if glyph, err := face.Face.GlyphIndex(&b, r); err != nil || glyph == 0 {
				t.Errorf("%s draws %q, of which the font lacks %q", f.Name, text, r)
			}
		}
	}
}

// What is not drawn is counted, whichever of the drawn arms a figure has anything of.
func TestArmsThatAreNotDrawnAreCounted(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	for i := range 8 { // six of those without a role can be distinguished
		set.Study.Arms = append(set.Study.Arms, record.Arm{Name: fmt.Sprint("arm", i), Trained: true})
	}
	s := study(t, keepingEnglish(set))
	for _, f := range []Figure{WinRates(s), Differences(s), Tax(s), Kept(s)} {
		if !strings.Contains(f.Caption, "Not drawn: 2 more") {
			t.Errorf("%s: %s", f.Name, f.Caption)
		}
	}
}

// The base that axes name is drawn like any other name, and the caption says what it is called.
func TestBaseInEveryScript(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	const name = "basé_line 日本's"
	base := set.Study.Arms[0].Name
	set.Study.Arms[0].Name, set.Study.Baseline = name, name
	for i := range set.Evaluations {
		if set.Evaluations[i].Arm == base {
			set.Evaluations[i].Arm = name
		}
	}
	for i := range set.Choices {
		if set.Choices[i].Arm == base {
			set.Choices[i].Arm = name
		}
	}
	for i := range set.Passages {
		if set.Passages[i].Arm == base {
			set.Passages[i].Arm = name
		}
	}
	set.Answers, set.Pairing = nil, nil
	s := study(t, set)
	for _, f := range []Figure{Tax(s), TradeOff(s)} {
		lettersInFont(t, f)
		svg, err := f.SVG()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(strings.Join(texts(t, svg), "\n"), "accuracy minus the base's") || !strings.HasSuffix(f.Caption, " The base is "+name+".") {
			t.Errorf("%s: %q, %s", f.Name, texts(t, svg), f.Caption)
		}
	}
}
