package model

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
)

// fractions are the keys of config.json and generation_config.json whose values are numbers with a fraction. transformers 5 refuses some
// of them if they are written as whole numbers: 30 for 30.0.
var fractions = set(`assistant_confidence_threshold attention_dropout attention_factor attn_logit_softcapping beta_fast beta_slow classifier_dropout
	diversity_penalty encoder_repetition_penalty epsilon_cutoff eta_cutoff factor final_logit_softcapping guidance_scale hidden_dropout
	high_freq_factor initializer_factor initializer_range layer_norm_eps length_penalty logit_scale low_freq_factor max_time min_p neftune_noise_alpha
	partial_rotary_factor penalty_alpha repetition_penalty rms_norm_eps rope_local_base_freq rope_theta temperature top_h top_p
	typical_p`)

// wholes are those whose values it refuses with a fraction, but that are read here as any number.
var wholes = set(`query_pre_attn_scalar`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, word := range strings.Fields(words) {
		m[word] = true
	}
	return m
}

// spelled writes the numbers of a JSON file with a fraction or without, as their keys want them, and leaves all else as it is.
func spelled(file []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(file))
	d.UseNumber()
	var out bytes.Buffer
	var objects []bool // around the token: whether each is an object, and not a list
	key, isKey, done := "", false, 0
	for {
		token, err := d.Token()
		if err == io.EOF && len(objects) > 0 {
			return nil, io.ErrUnexpectedEOF
		}
		if err == io.EOF {
			out.Write(file[done:])
			return out.Bytes(), nil
		}
		if err != nil {
			return nil, err
		}
		switch v := token.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				objects = append(objects, v == '{')
			} else {
				objects = objects[:len(objects)-1]
			}
			key, isKey = "", len(objects) > 0 && objects[len(objects)-1]
			continue
		case json.Number:
			end := int(d.InputOffset())
			out.Write(file[done : end-len(v)])
			out.WriteString(number(key, string(v)))
			done = end
		case string:
			if isKey {
				key, isKey = v, false
				continue
			}
		}
		if len(objects) > 0 && objects[len(objects)-1] {
			key, isKey = "", true
		}
	}
}

// number is a number as its key wants it.
func number(key, text string) string {
	switch {
	case fractions[key] && !strings.ContainsAny(text, ".eE"):
		return text + ".0"
	case wholes[key]:
		whole, fraction, _ := strings.Cut(text, ".")
		if strings.Trim(fraction, "0") == "" {
			return whole
		}
	}
	return text
}
