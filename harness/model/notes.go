package model

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
)

// SafetensorsNotes reads the metadata of a safetensors file that UnmarshalSafetensors accepts; nil where it has none.
func SafetensorsNotes(data []byte) (map[string]string, error) {
	if len(data) < 8 || binary.LittleEndian.Uint64(data) > uint64(len(data)-8) {
		return nil, fmt.Errorf("reading safetensors: the file ends before its header does")
	}
	var header struct {
		Notes map[string]string `json:"__metadata__"`
	}
	if err := json.Unmarshal(data[8:8+binary.LittleEndian.Uint64(data)], &header); err != nil {
		return nil, fmt.Errorf("reading safetensors: metadata: %w", err)
	}
	return header.Notes, nil
}
