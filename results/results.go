// Package results turns the records of a run into tables, figures and a report. It is a pure function: no model, no
// clock, no environment, and the order of the records does not matter. Equal records give equal bytes.
package results

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"congrad/harness/record"
	"congrad/results/figure"
	"congrad/results/outcome"
	"congrad/results/report"
	"congrad/results/table"
)

// File is one file of a rendered run. Path is relative to the run's folder, with slashes.
type File struct {
	Path string
	Data []byte
}

// Render makes every file that a run's records give: tables/*.{txt,md,csv,tex}, figures/*.{svg,png,pdf}, report.md and
// report.html, sorted by path. Figures and tables without data are left out; the report says which figures are. An error
// names the records that are at fault.
func Render(set *record.Set) ([]File, error) { return render(set, true) }

// render can leave out PNGs and PDFs. What does not depend on each other is done at once; nothing depends on what is done first.
func render(set *record.Set, printed bool) ([]File, error) {
	s, err := outcome.New(set)
	if err != nil {
		return nil, fmt.Errorf("the records cannot be reported: %w", err)
	}
	var tables []table.Table
	var figures []figure.Figure
	parts := sections(s)
	for _, section := range parts {
		for _, b := range section.Blocks {
			switch {
			case b.Table != nil:
				tables = append(tables, *b.Table)
			case b.Figure != nil:
				figures = append(figures, *b.Figure)
			}
		}
	}
	d := report.New(s, parts)
	files, err := gathered(
		each(tables, written),
		each(figures, func(f figure.Figure) ([]File, error) { return drawn(f, printed) }),
		each([]page{{"report.md", d.Markdown}, {"report.html", d.HTML}}, func(p page) ([]File, error) {
			data, err := p.make()
			return []File{{p.path, data}}, err
		}),
	)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}

// page is a form of the report.
type page struct {
	path string
	make func() ([]byte, error)
}

// made are the files of one table, figure or page.
type made struct {
	files []File
	fault error
}

// each makes the files of all items at once, in the items' order.
func each[T any](items []T, files func(T) ([]File, error)) []made {
	all := make([]made, len(items))
	var wait sync.WaitGroup
	for i, item := range items {
		wait.Go(func() { all[i].files, all[i].fault = files(item) })
	}
	wait.Wait()
	return all
}

// gathered are the files of all parts, or all that went wrong.
func gathered(parts ...[]made) ([]File, error) {
	var files []File
	var faults []error
	for _, m := range slices.Concat(parts...) {
		files, faults = append(files, m.files...), append(faults, m.fault)
	}
	return files, errors.Join(faults...)
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
func drawn(f figure.Figure, printed bool) ([]File, error) {
	if f.Empty() {
		return nil, nil
	}
	svg, err := f.SVG()
	files := []File{{"figures/" + f.Name + ".svg", svg}}
	if !printed || err != nil {
		return files, err
	}
	png, err1 := f.PNG()
	pdf, err2 := f.PDF()
	return append(files, File{"figures/" + f.Name + ".png", png}, File{"figures/" + f.Name + ".pdf", pdf}), errors.Join(err1, err2)
}
