package model

import "slices"

// The names of the two matrices that are one in a tied model.
const (
	embeddingName = "model.embed_tokens.weight"
	headName      = "lm_head.weight"
)

// headOnly is a checkpoint of a tied model that was saved under the head's name alone.
type headOnly struct{ Checkpoint }

// withEmbedding is the checkpoint with the one matrix of a tied model under the embedding's name. transformers, too, reads it under
// either.
func withEmbedding(config Config, c Checkpoint) Checkpoint {
	_, embedding := c.Shape(embeddingName)
	_, head := c.Shape(headName)
	if config.Tied && head && !embedding {
		return headOnly{c}
	}
	return c
}

func stored(name string) string {
	switch name {
	case embeddingName:
		return headName
	case headName:
		return ""
	}
	return name
}

func (h headOnly) Names() []string {
	names := slices.Clone(h.Checkpoint.Names())
	names[slices.Index(names, headName)] = embeddingName
	return names
}

func (h headOnly) Shape(name string) ([]int, bool) { return h.Checkpoint.Shape(stored(name)) }

func (h headOnly) Float32(name string, dst []float32) error {
	return h.Checkpoint.Float32(stored(name), dst)
}
