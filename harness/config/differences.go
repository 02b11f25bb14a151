package config

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/BurntSushi/toml"
)

// Difference is a key that two resolved experiments do not give the same value.
type Difference struct {
	Key  string // "train.epochs", "arms.congrad.keep.share"
	A, B string // as JSON; empty where it is not set
}

// Differences compares two files that Experiment.Resolved wrote. Arms are compared by name, in whatever order they stand.
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
	slices.Sort(keys)
	list := make([]Difference, len(keys))
	for i, key := range keys {
		list[i] = Difference{key, before[key], after[key]}
	}
	return list, nil
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
