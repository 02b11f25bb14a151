package cli

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"

	"congrad/harness/bench"
	"congrad/harness/cli/machine"
	"congrad/harness/config"
	"congrad/harness/data"
	"congrad/harness/device"
	"congrad/harness/exit"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/open"
	"congrad/harness/run"
	"congrad/harness/stage"
	"congrad/harness/store"
)

// workplace is where stages are done: the store of all runs, and a bench.
type workplace struct {
	store *store.Store
	bench *bench.Bench
	info  device.Info
	wait  bool // for other processes
}

// experiment opens an experiment. A run has a name like one, which is said.
func (a *app) experiment(arg string, o open.Options) (*config.Experiment, *open.Surroundings, error) {
	if _, _, err := open.File(arg); err != nil {
		if _, missing := a.findRun(arg); missing == nil {
			return nil, nil, exit.With(exit.Config, fmt.Errorf("%q: is a run, not an experiment (congrad show %s)", arg, arg))
		}
		return nil, nil, err
	}
	return open.Experiment(arg, o)
}

// setUp starts the device and opens the model, the data and the store: a plan, too, needs to know what computes, since that
// enters the keys of its stages. opens opens the store.
func (a *app) setUp(e *config.Experiment, s *open.Surroundings, opens func() (*store.Store, error)) (*workplace, error) {
	started, err := a.OpenBackend()
	if err != nil {
		return nil, err
	}
	w, err := a.lookAt(e, s, started.Info)
	if err != nil {
		return nil, err
	}
	a.noteSkipped(w.bench)
	b := w.bench
	b.Engine = nn.NewEngine(started.Backend, b.Config)
	b.Engine.BFloat16, b.Engine.Recompute, b.Engine.Beneath = e.Precision == "bfloat16", e.Batch.Recompute, b.Base.Read
	w.store, err = opens()
	return w, err
}

// lookAt is a workplace without a store and an engine: enough to plan.
func (a *app) lookAt(e *config.Experiment, s *open.Surroundings, info device.Info) (*workplace, error) {
	base, chat, err := open.Look(e.Model, e.Chat)
	if err == nil {
		err = open.Suited(e, chat, s.Tasks)
	}
	b, wrong := material(e, s)
	if err := errors.Join(err, exit.With(exit.Data, wrong)); err != nil {
		return nil, err
	}
	b.Base, b.Chat, b.Config = base, chat, adapted(e, base.Config)
	if b.Others, err = open.Bases(e, base); err != nil {
		return nil, err
	}
	b.Device, b.Backend = info.Key(), info.String()
	return &workplace{bench: b, info: info}, nil
}

// noteThreads says that stages of a run were done with another number of threads, so that they are not taken from the store.
func (a *app) noteThreads(folder run.Folder, w *workplace) {
	plan, err := stage.ReadPlan(filepath.Join(string(folder), "plan.json"))
	if err != nil {
		return // nothing was planned yet, or the new plan replaces what is there
	}
	for _, s := range plan.Stages {
		if note := device.OtherThreads(s.Device, w.bench.Device); note != "" && w.store.Has(string(s.Key)) {
			fmt.Fprintf(a.Err, "%s: %s; without it they are run again (docs/determinism.md)\n", folder, note)
			return
		}
	}
}

// material is a bench without a model and a device: what an experiment asks and evaluates on.
func material(e *config.Experiment, s *open.Surroundings) (*bench.Bench, error) {
	w, r, err := open.World(e.Model)
	if err != nil {
		return nil, err
	}
	b := &bench.Bench{Items: data.FromWorld(w), World: w, Recipe: r}
	if b.Source, err = open.Prompts(e, s.Languages, b.Items); err != nil {
		return nil, err
	}
	if b.Pairs, b.HeldPairs, err = open.Pairs(e, s.Languages, b.Source); err != nil {
		return nil, err
	}
	if b.Exams, err = open.Exams(e, s); err != nil {
		return nil, err
	}
	b.Answers, err = open.Answers(e, s.Languages)
	return b, err
}

// noteSkipped says which rows of files were skipped for their language: a part of a language may hide behind another name.
func (a *app) noteSkipped(b *bench.Bench) {
	files := b.Source.Files()
	if b.Pairs != nil {
		files = slices.Concat(files, b.Pairs.Files())
	}
	if b.HeldPairs > 0 {
		fmt.Fprintf(a.Err, "%d given pairs are left out: their prompts are held out for the evaluation\n", b.HeldPairs)
	}
	for _, name := range slices.Sorted(maps.Keys(b.Exams)) {
		files = append(slices.Clone(files), b.Exams[name].Files()...)
	}
	for _, f := range files {
		for _, note := range []string{data.SkippedNote(f), data.UnusableNote(f)} {
			if note != "" {
				fmt.Fprintln(a.Err, note)
			}
		}
	}
}

// adapted is a model's shape with the adapters that an experiment asks for.
func adapted(e *config.Experiment, c model.Config) model.Config {
	if e.LoRA.Rank > 0 {
		c.LoRA = model.LoRA{Rank: e.LoRA.Rank, Alpha: e.LoRA.Alpha, Layers: e.LoRA.Layers}
	}
	return c
}

// executor does stages at the workplace. Of the memory that is free, what the sketches of rounds that overlap may keep is set aside.
func (w *workplace) executor(report stage.Reporter) *stage.Executor {
	x := &stage.Executor{Store: w.store, Report: report, Wait: w.wait, Machine: machine.Name(), AtOnce: w.bench.AtOnce}
	if spare := machine.Spare(); spare > 0 {
		x.Memory = max(1, spare-int64(max(0, w.bench.AtOnce-1)*w.bench.SketchBytes))
	}
	return x
}

// atOnce is how many stages are done at a time: as asked, or one where the device is a GPU, whose memory nobody forecasts, and a few
// where stages leave cores idle that others can use.
func (m manner) atOnce(info device.Info) int {
	switch {
	case m.jobs > 0:
		return m.jobs
	case !info.Processor:
		return 1
	}
	return min(4, runtime.NumCPU())
}
