// Package task reads the task files of the alignment tax: what is asked, and how an answer is scored.
package task

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"congrad/harness/suggest"
	"congrad/harness/tomlfile"
	"congrad/harness/userfile"
)

// Task is one file of the folder of tasks; its name is that of the file.
type Task struct {
	Name   string `toml:"-"`
	Title  string `toml:"title"`
	Kind   string `toml:"kind"`
	Source string `toml:"source"` // "tiny": the embedded world; "files"

	// Spec is nil except for source = "files". It stays out of the keys of stages: the items made of it enter them.
	Spec *Spec `toml:"-" json:"-"`
	// File is where a task outside the shipped folder was read; empty for those in it.
	File string `toml:"-" json:"-"`
}

// The kinds of tasks.
const (
	Choice   = "choice"   // multiple choice by log-likelihood: accuracy
	Text     = "text"     // plain text: bits per byte
	Generate = "generate" // greedy answers: exact match
)

// The sources of items.
const (
	Tiny  = "tiny"
	Files = "files"
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
		t, err := read(dir, name, name)
		tasks = append(tasks, t)
		wrong = append(wrong, err)
	}
	return tasks, errors.Join(wrong...)
}

// Open reads one task file of the user's.
func Open(file string) (Task, error) {
	t, err := read(os.DirFS(filepath.Dir(file)), filepath.Base(file), file)
	t.File = file
	return t, err
}

// Find returns the task that an experiment names: by its name, or by its file.
func Find(tasks []Task, name string) (Task, bool) {
	for _, t := range tasks {
		if t.File == name && name != "" || t.File == "" && t.Name == name {
			return t, true
		}
	}
	return Task{}, false
}

// read reads a file of a folder; errors call it what is shown.
func read(dir fs.FS, name, shown string) (Task, error) {
	t := Task{Name: strings.TrimSuffix(path.Base(name), ".toml")}
	data, err := userfile.ReadIn(dir, name, tomlfile.MaxBytes)
	if err != nil {
		return t, fmt.Errorf("reading a task: %w", err)
	}
	var file struct {
		Task
		Spec
	}
	file.Name = t.Name
	meta, unknown, err := tomlfile.Decode(shown, string(data), &file)
	if err != nil {
		return t, err
	}
	t = file.Task
	var wrong []error
	for _, key := range unknown {
		wrong = append(wrong, fmt.Errorf("%s: no such key%s", key, suggest.DidYouMean(key.String(), keys("", reflect.TypeOf(file)))))
	}
	for _, key := range []struct{ name, value string }{{"title", t.Title}, {"kind", t.Kind}, {"source", t.Source}} {
		if key.value == "" {
			wrong = append(wrong, fmt.Errorf("%s is missing", key.name))
		}
	}
	for _, key := range []struct {
		name, value string
		known       []string
	}{{"kind", t.Kind, []string{Choice, Text, Generate}}, {"source", t.Source, []string{Tiny, Files}}} {
		if key.value != "" && !slices.Contains(key.known, key.value) {
			wrong = append(wrong, fmt.Errorf("%s %q: want one of %s%s", key.name, key.value, strings.Join(key.known, ", "), suggest.DidYouMean(key.value, key.known)))
		}
	}
	switch t.Source {
	case Files:
		t.Spec = &file.Spec
		t.Spec.settle(meta.IsDefined)
		wrong = append(wrong, t.Spec.check(t.Kind, meta.IsDefined)...)
	case Tiny:
		for _, table := range []string{"data", "prompt", "choice", "answer", "shots"} {
			if meta.IsDefined(table) {
				wrong = append(wrong, fmt.Errorf("%s: only tasks with source = %q read it", table, Files))
			}
		}
		if t.Kind == Generate {
			wrong = append(wrong, fmt.Errorf("kind %q: the embedded world has no such task; want source = %q", t.Kind, Files))
		}
	}
	return t, joined(shown, wrong)
}

// keys lists those of a file, tables' with dots.
func keys(table string, t reflect.Type) (list []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name := table + f.Tag.Get("toml")
		switch {
		case f.Anonymous:
			list = append(list, keys("", f.Type)...)
		case f.Tag.Get("toml") == "-":
		case f.Type.Kind() == reflect.Struct:
			list = append(list, keys(name+".", f.Type)...)
		default:
			list = append(list, name)
		}
	}
	return list
}
