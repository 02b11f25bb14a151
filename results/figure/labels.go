package figure

import (
	"fmt"
	"unicode"

	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg/draw"
)

// longestLabel is where a name stops fitting next to a drawing, in characters.
const longestLabel = 28

// labels are names as they are drawn. An experiment may name its arms in any script, but the font has the letters of Europe
// alone, and neither PNG nor PDF joins or reorders letters. A name that would come out as empty boxes or in disorder, or that is
// too long, is drawn as a number, which the caption explains.
type labels struct {
	drawn []string
	key   string // for the end of the caption; empty where all names are drawn as they are
}

// labelled are the labels of names of a kind ("arm").
func labelled(kind string, names []string) labels {
	var l labels
	for i, name := range names {
		if !legible(name) {
			number := fmt.Sprintf("%s %d", kind, i+1)
			l.key += fmt.Sprintf(" %q is %s.", number, name)
			name = number
		}
		l.drawn = append(l.drawn, name)
	}
	return l
}

// labelledAs is the label of one name, which what it is ("base") stands for where it cannot be drawn.
func labelledAs(what, name string) labels {
	if legible(name) {
		return labels{drawn: []string{name}}
	}
	return labels{drawn: []string{"the " + what}, key: fmt.Sprintf(" The %s is %s.", what, name)}
}

// legible reports whether the font draws the name as it is read.
func legible(name string) bool {
	if n := len([]rune(name)); n == 0 || n > longestLabel {
		return false
	}
	face := font.DefaultCache.Lookup(words(normal, draw.XLeft, draw.YCenter).Font, normal)
	var b sfnt.Buffer
	for _, r := range name {
		// marks would be drawn next to their letters, and from right to left is not how text is set here
		if !unicode.IsPrint(r) || unicode.In(r, unicode.Mn, unicode.Me, unicode.Hebrew, unicode.Arabic) {
			return false
		}
		if glyph, err := face.Face.GlyphIndex(&b, r); err != nil || glyph == 0 {
			return false
		}
	}
	return true
}
