package model

import "encoding/json"

// defaultContexts are the values of max_position_embeddings that transformers 5.24 gives a config.json without one, by model_type.
var defaultContexts = map[string]int{
	"llama": 2048, "gemma2": 8192, "gemma3_text": 131_072, "qwen2": 32_768, "qwen3": 32_768, "mistral": 131_072, "olmo2": 2048, "olmo3": 2048,
	"cohere": 8192, "cohere2": 8192, "apertus": 65_536,
}

// Context is how many tokens a model was made to read at most, prompt and answer together; 0 if its files do not say.
//
// It is max_position_embeddings, which linear scaling of rotary positions multiplies; with yarn it is the original length times the
// factor. Other scalings, and Gemma 3, give the length that is reached with them (vLLM 0.32 derives its max_model_len in the same way).
func (f *Folder) Context() int { return contextOf(f.Source) }

func contextOf(config []byte) int {
	type scaling struct {
		Type     string  `json:"type"`
		RopeType string  `json:"rope_type"`
		Factor   float64 `json:"factor"`
		Original int     `json:"original_max_position_embeddings"`
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
		if s != nil && (s.RopeType == "yarn" || s.RopeType == "" && s.Type == "yarn") && s.Original > 0 && s.Factor > 1 {
			return int(float64(s.Original) * s.Factor)
		}
		if s != nil && c.ModelType != "gemma3_text" && (s.RopeType == "linear" || s.RopeType == "" && s.Type == "linear") && s.Factor > 1 {
			return int(float64(n) * s.Factor)
		}
	}
	return max(0, n)
}
