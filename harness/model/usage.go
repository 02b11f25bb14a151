package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"congrad/harness/model/safetensors"
	"congrad/harness/userfile"
)

// Usage are the files beside a model that say how it is used, by name. No arithmetic depends on them: they are kept so that a
// model that goes out of here is used as the one that came in.
type Usage map[string][]byte

// The files of a Usage.
const (
	tokenizerConfig  = "tokenizer_config.json"
	generationConfig = "generation_config.json"
)

var usageFiles = []string{tokenizerConfig, generationConfig, "special_tokens_map.json", "added_tokens.json", "chat_template.jinja"}

func ReadUsage(dir fs.FS) (Usage, error) {
	u := Usage{}
	for _, name := range usageFiles {
		data, err := userfile.ReadIn(dir, name, 16<<20)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		u[name] = data
	}
	return u, nil
}

// Usage returns the same of a GGUF file.
func (t GGUFTokenizer) Usage() (Usage, error) {
	config := map[string]any{"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": false}
	generation := map[string]any{}
	for name, id := range map[string]int{"bos": t.BOS, "eos": t.EOS, "pad": t.Padding, "unk": t.Unknown} {
		if id < 0 {
			continue
		}
		config[name+"_token"] = t.Tokens[id]
		if name != "unk" {
			generation[name+"_token_id"] = id
		}
	}
	if t.EOT >= 0 && t.EOT != t.EOS {
		generation["eos_token_id"] = slices.DeleteFunc([]int{t.EOS, t.EOT}, func(id int) bool { return id < 0 })
	}
	if t.ChatTemplate != "" {
		config["chat_template"] = t.ChatTemplate
	}
	u := Usage{}
	for name, v := range map[string]any{tokenizerConfig: config, generationConfig: generation} {
		data, err := indented(v)
		if err != nil {
			return nil, err
		}
		u[name] = append(data, '\n')
	}
	return u, nil
}

// Talk is how a model is talked to, for files that do not say so themselves.
type Talk struct {
	Start, Stop int // ids of the token that texts begin with and of the one that ends an answer
	StartToken  string
	StopToken   string
	Template    string // of chats, in Jinja; empty where none is known
}

// Complete adds what others need to use the model to what its files say: the stop token to those that end a generation, and,
// where there are none, a tokenizer_config.json and the ids in config.json, without which transformers takes a Llama's 1 and 2.
func (f *Folder) Complete(t Talk) error {
	usage := Usage{}
	for name, data := range f.Usage {
		usage[name] = data
	}
	generation := map[string]json.RawMessage{}
	if data, ok := usage[generationConfig]; ok {
		if err := json.Unmarshal(data, &generation); err != nil {
			return fmt.Errorf("%s: %w", generationConfig, err)
		}
	}
	ends, err := idList(generation["eos_token_id"])
	if err != nil {
		return fmt.Errorf("%s: eos_token_id: %w", generationConfig, err)
	}
	if !slices.Contains(ends, t.Stop) {
		ends = append(ends, t.Stop)
	}
	if generation["eos_token_id"], err = json.Marshal(ends); err != nil {
		return err
	}
	if _, ok := generation["bos_token_id"]; !ok {
		generation["bos_token_id"] = fmt.Append(nil, t.Start)
	}
	data, err := indented(generation)
	if err != nil {
		return err
	}
	usage[generationConfig] = append(data, '\n')
	if _, ok := usage[tokenizerConfig]; !ok {
		config := map[string]any{
			"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": false,
			"bos_token": t.StartToken, "eos_token": t.StopToken, "pad_token": t.StopToken,
		}
		if t.Template != "" {
			config["chat_template"] = t.Template
		}
		if data, err = indented(config); err != nil {
			return err
		}
		usage[tokenizerConfig] = append(data, '\n')
	}
	source, err := f.configFile(safetensors.F32)
	if err != nil {
		return err
	}
	file := map[string]json.RawMessage{}
	if err := json.Unmarshal(source, &file); err != nil {
		return err
	}
	for key, id := range map[string]int{"bos_token_id": t.Start, "eos_token_id": t.Stop} {
		if _, ok := file[key]; !ok {
			file[key] = fmt.Append(nil, id)
		}
	}
	if f.Source, err = indented(file); err != nil {
		return err
	}
	f.Usage = usage
	return nil
}

// idList reads one id, a list of them, or null.
func idList(data json.RawMessage) (ids []int, err error) {
	if len(data) == 0 || string(data) == "null" {
		return nil, nil
	}
	var id int
	if json.Unmarshal(data, &id) == nil {
		return []int{id}, nil
	}
	err = json.Unmarshal(data, &ids)
	return ids, err
}
