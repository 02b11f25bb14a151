package figure

import (
	"bytes"
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "draw docs/method-light.svg and docs/method-dark.svg again")

// The picture in the README is what this code draws (go test ./results/figure -run TestMethodPicture -update).
func TestMethodPicture(t *testing.T) {
	for name, draw := range map[string]func(Figure) ([]byte, error){"light": Figure.SVG, "dark": Figure.Dark} {
		got, err := draw(Method())
		if err != nil {
			t.Fatal(err)
		}
		file := "../../docs/method-" + name + ".svg"
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the code draws (-update)", file)
		}
	}
}

// The example of the picture shows what its words say.
func TestPictureShowsItsWords(t *testing.T) {
	p := example()
	conflicts := 0
	for i, a := range p.means {
		for _, b := range p.means[:i] {
			if a.dot(b) < 0 {
				conflicts++
			}
		}
		if a.dot(p.consensus) <= 0 {
			t.Errorf("the consensus points against %s", p.codes[i])
		}
	}
	if conflicts == 0 {
		t.Error("no two languages conflict")
	}
	kept := make([]int, len(p.codes))
	for i, c := range p.chosen {
		if c.Kept {
			kept[p.language[i]]++
		}
	}
	for l, n := range kept {
		if n != 4 {
			t.Errorf("%s keeps %d of 8 pairs, the picture says half", p.codes[l], n)
		}
	}
}
