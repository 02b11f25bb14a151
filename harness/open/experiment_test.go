package open

import (
	"os"
	"path/filepath"
	"testing"

	"congrad/harness/config"
	"congrad/harness/model"
)

// Every experiment that comes with the program is one, with the changes that its head tells of; models that have to be fetched
// first are taken to be there.
func TestShippedExperiments(t *testing.T) {
	s, err := ReadSurroundings()
	if err != nil {
		t.Fatal(err)
	}
	w := s.World()
	w.Model = func(string) error { return nil }
	full := []string{"lora.rank=0", "train.learning_rate=5e-7"}
	own := []string{"prompts.source=files", "prompts.path=prompts.jsonl", "prompts.held_out=0.2", "evaluate.judge=self"}
	changes := map[string][][]string{
		"gemma2-2b": {full, own}, "llama3-8b": {full, own},
		"smollm2-135m": {{"prompts.source=files", "prompts.path=prompts.jsonl", "judge.kind=self", "evaluate.judge=self"}},
	}
	for _, name := range Shipped() {
		file, source, err := File(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, sets := range append([][]string{nil}, changes[name]...) {
			if e, err := config.Load(file, source, sets, w); err != nil {
				t.Errorf("%s %q: %v", name, sets, err)
			} else if e.Name != name {
				t.Errorf("%s is named %q", file, e.Name)
			}
		}
	}
}

// The shapes that come with the program are those of the models: their numbers of parameters are published.
func TestShapesAreThoseOfTheModels(t *testing.T) {
	for name, want := range map[string]int{"gemma-2-2b": 2614341888, "llama-3-8b": 8030261248} {
		data, err := os.ReadFile(filepath.Join("..", "..", "experiments", "shapes", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		c, err := model.ParseConfig(data)
		if err != nil || c.Parameters() != want {
			t.Errorf("%s: %d parameters, want %d: %v", name, c.Parameters(), want, err)
		}
	}
}
