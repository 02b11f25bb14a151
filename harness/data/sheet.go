package data

import "slices"

// sheet collects the columns that a task asks its files for, each once.
type sheet struct {
	texts, lists []string
	wanted       []wanted
}

// text asks for a column of text or whole numbers, empty cells included; key is the task file's that names it.
func (s *sheet) text(name, key string) {
	if name == "" || slices.Contains(s.texts, name) {
		return
	}
	i := len(s.texts)
	s.texts = append(s.texts, name)
	s.wanted = append(s.wanted, wanted{name: name, key: key, blank: true, number: true, cell: func(r *row) *string {
		for len(r.texts) <= i {
			r.texts = append(r.texts, "")
		}
		return &r.texts[i]
	}})
}

// list asks for a column of lists.
func (s *sheet) list(name, key string) {
	if name == "" || slices.Contains(s.lists, name) {
		return
	}
	i := len(s.lists)
	s.lists = append(s.lists, name)
	s.wanted = append(s.wanted, wanted{name: name, key: key, number: true, list: func(r *row) *[]string {
		for len(r.lists) <= i {
			r.lists = append(r.lists, nil)
		}
		return &r.lists[i]
	}})
}

// cell returns what a row has in a column of text.
func (s *sheet) cell(r row) func(column string) string {
	return func(column string) string { return r.texts[slices.Index(s.texts, column)] }
}

// entries are what a row has in a column of lists.
func (s *sheet) entries(r row, column string) []string {
	return r.lists[slices.Index(s.lists, column)]
}
