package jinja

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// published is what reference.py makes of the published templates.
type published struct {
	Name     string
	Template string
	Compiles bool
	Renders  []struct {
		Values json.RawMessage
		Text   *string
		Error  string
	}
}

// The published templates are not here: their licences are their own. make templates fetches them and runs this test.
func TestPublishedTemplatesAreThoseOfTheReference(t *testing.T) {
	dir := os.Getenv("CONGRAD_TEMPLATES")
	if dir == "" {
		t.Skip("CONGRAD_TEMPLATES names no folder (make templates)")
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(paths) < 20 {
		t.Fatalf("%d files of templates, %v", len(paths), err)
	}
	exact, renders := 0, 0
	for _, path := range paths {
		var p published
		data, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(data, &p)
		}
		if err != nil {
			t.Fatal(err)
		}
		template, err := Parse(p.Template)
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
			continue
		}
		wrong := 0
		for i, r := range p.Renders {
			values, err := decode(r.Values)
			if err != nil {
				t.Fatal(err)
			}
			got, err := template.Render(values)
			renders++
			if (err == nil) == (r.Text != nil) && (err != nil || got == *r.Text) {
				continue
			}
			if wrong++; wrong == 1 {
				want := "refuses: " + r.Error
				if r.Text != nil {
					want = *r.Text
				}
				t.Errorf("%s: render %d of %.300s: %v\n got %q\nwant %q", p.Name, i, r.Values, err, got, want)
			}
		}
		if wrong == 0 {
			exact++
		} else {
			t.Errorf("%s: %d of %d renders differ", p.Name, wrong, len(p.Renders))
		}
	}
	t.Logf("%d of %d templates are exact in every one of %d renders", exact, len(paths), renders)
}
