package config

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Difference is a key that two resolved experiments do not give the same value.
type Difference struct {
	Key  string // "train.epochs", "arms.congrad.keep.share"
	A, B string // as JSON; empty where it is not set
}

// Differences compares two files that Experiment.Resolved wrote. Arms are compared by name, in whatever order they stand; of
// an arm that one of them lacks there is only what it selects by.
func Differences(a, b []byte) ([]Difference, error) {
	before, err := values(a)
	if err != nil {
		return nil, fmt.Errorf("the first experiment: %w", err)
	}
	after, err := values(b)
	if err != nil {
		return nil, fmt.Errorf("the second experiment: %w", err)
	}
	var keys []string
	for key, value := range before {
		if after[key] != value {
			keys = append(keys, key)
		}
	}
	for key := range after {
		if _, both := before[key]; !both {
			keys = append(keys, key)
		}
	}
	keys = slices.DeleteFunc(keys, func(key string) bool {
		arm, in := armOf(key)
		_, first := before[arm+".name"]
		_, second := after[arm+".name"]
		return in && first != second && key != arm+".select"
	})
	slices.Sort(keys)
	list := make([]Difference, len(keys))
	for i, key := range keys {
		list[i] = Difference{key, before[key], after[key]}
	}
	return list, nil
}

// armOf is the part of a key that names an arm; false for keys of no arm.
func armOf(key string) (arm string, in bool) {
	parts := strings.SplitN(key, ".", 3)
	if len(parts) < 3 || parts[0] != "arms" {
		return "", false
	}
	return parts[0] + "." + parts[1], true
}

// values are the values of a resolved experiment by key.
func values(text []byte) (map[string]string, error) {
	var file map[string]any
	if err := toml.Unmarshal(text, &file); err != nil {
		return nil, err
	}
	flat := map[string]string{}
	return flat, flatten(flat, "", file)
}

func flatten(into map[string]string, prefix string, table map[string]any) error {
	for key, value := range table {
		switch v := value.(type) {
		case map[string]any:
			if err := flatten(into, prefix+key+".", v); err != nil {
				return err
			}
		case []map[string]any:
			for i, entry := range v {
				name, ok := entry["name"].(string)
				if !ok {
					name = itoa(i + 1)
				}
				if err := flatten(into, prefix+key+"."+name+".", entry); err != nil {
					return err
				}
			}
		default:
			text, err := json.Marshal(v)
			if err != nil {
				return fmt.Errorf("%s%s: %w", prefix, key, err)
			}
			into[prefix+key] = string(text)
		}
	}
	return nil
}
