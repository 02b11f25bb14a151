// Package results turns the records of a run into tables, figures and a report. It is a pure function: no model, no
// clock, no environment, and the order of the records does not matter. Equal records give equal bytes.
package results

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"congrad/harness/record"
	"congrad/results/figure"
	"congrad/results/measure"
	"congrad/results/report"
	"congrad/results/table"
)

// File is one file of a rendered run. Path is relative to the run's folder, with slashes.
type File struct {
	Path string
	Data []byte
}

// Render makes every file that a run's records give: tables/*.{txt,md,csv,tex}, figures/*.{svg,png}, report.md and
// report.html, sorted by path. Figures and tables without data are left out; the report says which figures are. An error
// names the records that are at fault.
func Render(set *record.Set) ([]File, error) { return render(set, true) }

// render can leave out the PNGs, which take most of the time.
func render(set *record.Set, pictures bool) ([]File, error) {
	s, err := measure.New(set)
	if err != nil {
		return nil, fmt.Errorf("the records cannot be reported: %w", err)
	}
	tables, figures := Tables(s), figure.All(s)
	var files []File
	var faults []error
	add := func(path string, data []byte, err error) {
		files = append(files, File{path, data})
		faults = append(faults, err)
	}
	for _, t := range tables {
		made, err := written(t)
		files, faults = append(files, made...), append(faults, err)
	}
	for _, f := range figures {
		if f.Empty() {
			continue
		}
		made, err := drawn(f, pictures)
		files, faults = append(files, made...), append(faults, err)
	}
	d := report.New(s, tables, figures)
	markdown, err := d.Markdown()
	add("report.md", markdown, err)
	page, err := d.HTML()
	add("report.html", page, err)
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}

// written is a table in all of its forms.
func written(t table.Table) ([]File, error) {
	plain, err1 := t.Plain()
	markdown, err2 := t.Markdown()
	csv, err3 := t.CSV()
	return []File{
		{"tables/" + t.Name + ".txt", plain}, {"tables/" + t.Name + ".md", markdown}, {"tables/" + t.Name + ".csv", csv}, {"tables/" + t.Name + ".tex", t.LaTeX()},
	}, errors.Join(err1, err2, err3)
}

// drawn is a figure in all of its forms.
func drawn(f figure.Figure, picture bool) ([]File, error) {
	svg, err := f.SVG()
	files := []File{{"figures/" + f.Name + ".svg", svg}}
	if !picture || err != nil {
		return files, err
	}
	png, err := f.PNG()
	return append(files, File{"figures/" + f.Name + ".png", png}), err
}

// Main is the table that a run prints when it ends.
func Main(set *record.Set) (table.Table, error) {
	s, err := measure.New(set)
	if err != nil {
		return table.Table{}, fmt.Errorf("the records cannot be reported: %w", err)
	}
	t := mainTable(s)
	t.Partial = s.Partial
	return t, nil
}
