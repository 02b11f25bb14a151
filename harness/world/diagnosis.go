package world

import (
	"strings"
	"unicode"

	"congrad/harness/rng"
)

// Diagnosis tells what family of defect a wrong answer has, so that it can be counted which habits a model really has. An
// answer that has been sampled is no draw from the world's defects, so it is held against what they can look like: in any
// language's form or convention, cut anywhere, with any digit changed. It is not safe for concurrent use.
type Diagnosis struct {
	world  *World
	shapes map[string]map[string]bool // by language and kind: the right forms with every digit made a zero
}

// Diagnose starts a diagnosis of answers to the world's items.
func (w *World) Diagnose() *Diagnosis { return &Diagnosis{w, map[string]map[string]bool{}} }

// Family returns the family of a wrong answer's defect, or "" where the answer is right or wrong in a way of its own. What is
// right in another language or place is parochial, whatever else it is.
func (d *Diagnosis) Family(itemID, answer string) Family {
	item, known := d.world.items[itemID]
	right, said := fold(item.Answer), fold(answer)
	switch {
	case !known || said == right || said == "":
		return ""
	case d.parochial(item, said):
		return Parochial
	case d.shared(item, right, said):
		return Shared
	}
	return ""
}

// parochial compares with all that would be right elsewhere, of which a mixture's example draws a few.
func (d *Diagnosis) parochial(item Item, said string) bool {
	c := d.world.candidates(item, rng.Stream(0, "world/diagnosis"))
	c.forms = len(d.world.voices)
	c.parochial()
	for _, defect := range c.defects {
		if fold(defect.Text) == said {
			return true
		}
	}
	return false
}

func (d *Diagnosis) shared(item Item, right, said string) bool {
	f := d.world.facts[item.Fact]
	switch {
	case said == fold(item.Prompt), said == fold(f.value): // echoed
		return true
	case strings.HasPrefix(right, said): // cut off
		return true
	case len(said) > len(right) && (strings.HasPrefix(said, right) || strings.HasSuffix(said, right)): // superfluous, or repeated
		return true
	case repeats(right, said):
		return true
	}
	return d.shapesOf(item)[shape(said)] // another fact
}

// repeats says whether a text is the right one with one of its words twice.
func repeats(right, said string) bool {
	words := strings.Fields(right)
	for i, w := range words {
		again := append(append(append([]string(nil), words[:i+1]...), w), words[i+1:]...)
		if strings.Join(again, " ") == said {
			return true
		}
	}
	return false
}

// shapesOf are the shapes of all right answers in the item's language to its kind of fact.
func (d *Diagnosis) shapesOf(item Item) map[string]bool {
	key := item.Lang + " " + string(item.Kind)
	if d.shapes[key] == nil {
		d.shapes[key] = map[string]bool{}
		v := d.world.byCode[item.Lang]
		for _, i := range v.byKind[item.Kind] {
			d.shapes[key][shape(fold(v.items[i].Answer))] = true
		}
	}
	return d.shapes[key]
}

// shape makes all digits alike, since a slip changes one to another.
func shape(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return '0'
		}
		return r
	}, s)
}
