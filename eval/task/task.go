// Package task reads the task files of the alignment tax: what is asked, and how an answer is scored.
package task

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"congrad/harness/suggest"

	"github.com/BurntSushi/toml"
)

// Task is one file of the folder of tasks; its name is that of the file.
type Task struct {
	Name   string `toml:"-"`
	Title  string `toml:"title"`
	Kind   string `toml:"kind"`
	Source string `toml:"source"` // "tiny": the embedded world
}

// The kinds of tasks.
const (
	Choice = "choice" // multiple choice by log-likelihood: accuracy
	Text   = "text"   // plain text: bits per byte
)

// Load reads every task of a folder, in the order of their names. All errors come at once, each with its file.
func Load(dir fs.FS, folder string) ([]Task, error) {
	names, err := fs.Glob(dir, path.Join(folder, "*.toml"))
	if err != nil {
		return nil, fmt.Errorf("tasks in %s: %w", folder, err)
	}
	var tasks []Task
	var wrong []error
	for _, name := range names {
		t, err := read(dir, name)
		tasks = append(tasks, t)
		wrong = append(wrong, err)
	}
	return tasks, errors.Join(wrong...)
}

func read(dir fs.FS, name string) (Task, error) {
	t := Task{Name: strings.TrimSuffix(path.Base(name), ".toml")}
	data, err := fs.ReadFile(dir, name)
	if err != nil {
		return t, fmt.Errorf("reading a task: %w", err)
	}
	meta, err := toml.Decode(string(data), &t)
	if err != nil {
		var at toml.ParseError
		if errors.As(err, &at) {
			return t, fmt.Errorf("%s:%d: %s", name, at.Position.Line, at.Message)
		}
		return t, fmt.Errorf("%s: %w", name, err)
	}
	var wrong []error
	for _, key := range meta.Undecoded() {
		wrong = append(wrong, fmt.Errorf("%s: %s: no such key%s", name, key, suggest.DidYouMean(key.String(), []string{"title", "kind", "source"})))
	}
	for _, key := range []struct{ name, value string }{{"title", t.Title}, {"kind", t.Kind}, {"source", t.Source}} {
		if key.value == "" {
			wrong = append(wrong, fmt.Errorf("%s: %s is missing", name, key.name))
		}
	}
	if t.Kind != "" && t.Kind != Choice && t.Kind != Text {
		wrong = append(wrong, fmt.Errorf("%s: kind %q: want one of %s, %s%s", name, t.Kind, Choice, Text, suggest.DidYouMean(t.Kind, []string{Choice, Text})))
	}
	if t.Source != "" && t.Source != "tiny" {
		wrong = append(wrong, fmt.Errorf("%s: source %q: want tiny, the embedded world", name, t.Source))
	}
	return t, errors.Join(wrong...)
}
