package model

import "encoding/json"

// defaultContexts are the values of max_position_embeddings that transformers 5.24 gives a config.json without one, by model_type.
var defaultContexts = map[string]int{"llama": 2048, "gemma2": 8192, "gemma3_text": 131_072, "qwen2": 32_768, "qwen3": 32_768}

// Context is how many tokens a model was made to read at most, prompt and answer together; 0 if its files do not say.
//
// It is max_position_embeddings, which linear scaling of rotary positions multiplies. Other scalings, and Gemma 3, give the length
// that is reached with them (vLLM 0.32 derives its max_model_len in the same way).
func (f *Folder) Context() int { return contextOf(f.Source) }

func contextOf(config []byte) int {
	type scaling struct {
		Type     string  `json:"type"`
		RopeType string  `json:"rope_type"`
		Factor   float64 `json:"factor"`
	}
	var c struct {
		ModelType string   `json:"model_type"`
		Positions *int     `json:"max_position_embeddings"`
		Older     *scaling `json:"rope_scaling"`
		Newer     *scaling `json:"rope_parameters"`
	}
	if json.Unmarshal(config, &c) != nil {
		return 0 // ParseConfig says why
	}
	n := defaultContexts[c.ModelType]
	if c.Positions != nil {
		n = *c.Positions
	}
	for _, s := range []*scaling{c.Older, c.Newer} {
		if s != nil && c.ModelType != "gemma3_text" && (s.RopeType == "linear" || s.RopeType == "" && s.Type == "linear") && s.Factor > 1 {
			return int(float64(n) * s.Factor)
		}
	}
	return max(0, n)
}
