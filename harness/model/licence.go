package model

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"congrad/harness/model/gguf"
)

// Licence is what the files of a model say of its licence: the hub's short name ("apache-2.0"), or one of its own ("other: house-rules"). It is empty
// where they say nothing: the README.md of a folder, whose head has it, is not always there.
func Licence(dir fs.FS) (string, error) {
	text, err := fs.ReadFile(dir, "README.md")
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("looking for a model's licence: %w", err)
	}
	return licence(string(text)), nil
}

// licence reads the plain values that it needs from the YAML between the first two lines of dashes.
func licence(readme string) string {
	lines := strings.Split(strings.ReplaceAll(readme, "\r\n", "\n"), "\n")
	if lines[0] != "---" {
		return ""
	}
	found := map[string]string{}
	for _, line := range lines[1:] {
		if line == "---" {
			if found["license"] == "other" && found["license_name"] != "" {
				return "other: " + found["license_name"]
			}
			return found["license"]
		}
		key, value, ok := strings.Cut(line, ":") // nested keys have spaces in front
		value, _, _ = strings.Cut(value, " #")
		if value = strings.Trim(strings.TrimSpace(value), `"'`); ok && !strings.ContainsAny(value, "[]{}|>&*") {
			found[key] = value
		}
	}
	return "" // the head has no end
}

// LicenceGGUF is Licence for a file of llama.cpp's.
func LicenceGGUF(dir fs.FS, name string) (string, error) {
	file, err := gguf.Open(dir, name)
	if err != nil {
		return "", fmt.Errorf("looking for a model's licence: %w", err)
	}
	text, _, err := gguf.Get[string](file.Metadata, "general.license")
	return text, errors.Join(err, file.Close())
}
