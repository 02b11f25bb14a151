package cli

import (
	"fmt"
	"math"
	"strings"

	"congrad/harness/config"

	"github.com/spf13/cobra"
)

func (a *app) defaultsCommand() *cobra.Command {
	var markdown bool
	c := &cobra.Command{
		Use:   "defaults",
		Short: "Print every key of an experiment file with its default and the default's source",
		Long: "Prints a table with a line for every key of an experiment file: its default, the source of the default, and its meaning.\n" +
			"Only the paper's abstract and public summaries are known. What they leave open is a key with a documented\n" +
			"default. Its source is the abstract, a public summary, a cited work, or our choice.",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			rows := [][]string{{"key", "default", "source", "meaning"}}
			for _, f := range config.Fields {
				rows = append(rows, []string{f.Key, written(f.Default), f.Source, meaning(f)})
			}
			if !markdown {
				return a.Columns(rows, false)
			}
			for i, row := range rows {
				fmt.Fprintf(a.Out, "| %s |\n", strings.Join(escapeCells(row, i > 0), " | "))
				if i == 0 {
					fmt.Fprintln(a.Out, "|---|---|---|---|")
				}
			}
			return nil
		},
	}
	a.WideFlag(c)
	c.Flags().BoolVar(&markdown, "markdown", false, "print a Markdown table")
	return c
}

// written is a default as a file would have it.
func written(value any) string {
	switch x := value.(type) {
	case nil:
		return "(required)"
	case string:
		if x == "" {
			return `""`
		}
		return x
	case float64:
		if math.IsNaN(x) {
			return "(not set)"
		}
	}
	return fmt.Sprint(value)
}

// meaning is a field's documentation with the words it can have.
func meaning(f config.Field) string {
	if f.Words == nil {
		return f.Doc
	}
	return fmt.Sprintf("%s (%s)", f.Doc, strings.Join(f.Words, ", "))
}

// escapeCells makes text safe for a Markdown table, and keys and defaults code.
func escapeCells(row []string, code bool) []string {
	cells := make([]string, len(row))
	for i, cell := range row {
		cell = strings.ReplaceAll(cell, "|", `\|`)
		if code && i < 2 {
			cell = "`" + cell + "`"
		}
		cells[i] = cell
	}
	return cells
}
