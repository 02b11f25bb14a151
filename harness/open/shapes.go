package open

import (
	"io/fs"
	"maps"
	"slices"

	"congrad/experiments"
	"congrad/harness/config"
	"congrad/harness/hub"
	"congrad/harness/model"
	"congrad/harness/text"
)

// shapes are the models whose shapes come with the program, by the name that experiments give them: their config.json, as far as a shape
// depends on it.
var shapes = map[string]string{
	"meta-llama/Meta-Llama-3-8B-Instruct": "llama-3-8b",
	"google/gemma-2-2b-it":                "gemma-2-2b",
	smollm2:                               "smollm2-135m",
}

// Shapes lists the names of the shapes that come with the program.
func Shapes() []string { return slices.Sorted(maps.Values(shapes)) }

// ShapeFile is the config.json of a shape that comes with the program.
func ShapeFile(name string) ([]byte, error) {
	return fs.ReadFile(experiments.Files, "shapes/"+name+".json")
}

// Absent reports whether a model is not on this machine, but its shape comes with the program.
func Absent(name string) bool { return shipped(name) != "" }

// shipped is the shape of a model that is not on this machine; empty if it does not come with the program.
func shipped(name string) string {
	if _, err := findModel(name); err == nil {
		return ""
	}
	if id, err := hub.ParseID(name); err == nil && shapes[name] == "" {
		name = id.Org + "/" + id.Name
	}
	return shapes[name]
}

// bare is a model of a shipped shape: without weights, and with the embedded tokenizer in place of its own.
func bare(shape string, ask config.Chat) (*model.Folder, *text.Chat, error) {
	source, err := ShapeFile(shape)
	if err != nil {
		return nil, nil, err
	}
	base := &model.Folder{Source: source}
	if base.Config, err = model.ParseConfig(source); err != nil {
		return nil, nil, err
	}
	embedded, err := findModel(Embedded()[0])
	if err != nil {
		return nil, nil, err
	}
	file, err := embedded.tokenizer()
	if err == nil {
		base.Tokenizer, err = text.Pad(file, base.Config.Vocab)
	}
	if err != nil {
		return nil, nil, err
	}
	chat, err := embedded.chat(base.Config, base.Tokenizer, ask)
	return base, chat, err
}
