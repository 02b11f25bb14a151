// Package kind says what a kind of stage is, and holds what kinds hand to each other: answers, pairs and choices.
//
// A kind is one file in a package below: a struct of its settings with the methods of Work. All that is known of the kind is
// there: its name and version, its title, the stages that it reads, its work, its records, its forecast. The table of kinds is in
// package run; docs/add-a-stage.md adds one.
package kind

import (
	"context"
	"encoding/json"
	"fmt"

	"congrad/harness/bench"
	"congrad/harness/forecast"
	"congrad/harness/record"
	"congrad/harness/stage"
)

// Kind names a kind of stage.
type Kind struct {
	Name    string
	Version int    // of its code; a change that may change results raises it, and with it all keys
	Title   string // what its stages do, in tables of what a run took: "sampling answers"
	Check   bool   // they check the study and are no part of a method
	Trains  bool   // its stages leave a model
}

// Work is a stage as its kind sees it: the settings of one stage, which are the fields, and what becomes of them. Fields are
// written as JSON into plan.json and enter the key; so do the keys of the inputs.
type Work interface {
	// Kind is the same for all settings.
	Kind() Kind
	// Title says what this stage does, for people; the planner adds where in the study.
	Title() string
	// Inputs lists the stages whose artefacts Do reads.
	Inputs() []stage.Ref
	// OnDevice reports whether the device computes the results: what it is then enters the key.
	OnDevice() bool
	// Do does the work and returns the files of the artefact. It changes nothing but its scratch.
	Do(ctx context.Context, d *stage.Desk, b *bench.Bench) (stage.Files, error)
	// Record adds what the stage left to the records of one place in the study where it is met.
	Record(s stage.Shelf, b *bench.Bench, at Place, set *record.Set) error
	// Tokens counts what it took: generated in answers, and trained on.
	Tokens(s stage.Shelf) (generated, trained int, err error)
	// Forecast says what it will take, given how many units of work are expected; the zero Stage where that is next to nothing.
	Forecast(size int, b *bench.Bench, l Lengths) forecast.Stage
}

// Row is a line of the table of kinds.
type Row struct {
	Kind
	// Decode reads the settings of a stage of the kind.
	Decode func(settings json.RawMessage) (Work, error)
}

// Of is the row of a kind.
func Of[W Work]() Row {
	var zero W
	return Row{zero.Kind(), func(settings json.RawMessage) (Work, error) {
		var w W
		if err := json.Unmarshal(settings, &w); err != nil {
			return nil, fmt.Errorf("reading the settings of a %s stage: %w", zero.Kind().Name, err)
		}
		return w, nil
	}}
}

// What a kind has nothing of, it says by embedding one of these.
type (
	// Host is embedded by kinds that compute in float64 on the host.
	Host struct{}
	// Device is embedded by kinds that the device computes.
	Device struct{}
	// Unrecorded is embedded by kinds whose results are in the records of others.
	Unrecorded struct{}
	// Tokenless is embedded by kinds that neither generate nor train.
	Tokenless struct{}
	// Quick is embedded by kinds that take next to nothing.
	Quick struct{}
)

func (Host) OnDevice() bool { return false }

func (Device) OnDevice() bool { return true }

func (Unrecorded) Record(stage.Shelf, *bench.Bench, Place, *record.Set) error { return nil }

func (Tokenless) Tokens(stage.Shelf) (generated, trained int, err error) { return 0, 0, nil }

func (Quick) Forecast(int, *bench.Bench, Lengths) forecast.Stage { return forecast.Stage{} }
