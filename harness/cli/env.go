package cli

import (
	"path/filepath"

	"congrad/harness/cli/machine"
	"congrad/harness/cli/shell"
	"congrad/harness/config"
	"congrad/harness/data"
	"congrad/harness/exit"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/open"
	"congrad/harness/run"
	"congrad/harness/store"
)

// newEnv starts the device and opens the model, the data and the store: a plan, too, needs to know what computes, since that
// enters the keys of its stages.
func (a *app) newEnv(e *config.Experiment, s *open.Surroundings) (*run.Env, *shell.Backend, error) {
	b, err := a.OpenBackend()
	if err != nil {
		return nil, nil, err
	}
	w, r, err := open.World()
	if err != nil {
		return nil, nil, exit.With(exit.Data, err)
	}
	items := data.FromWorld(w)
	source, err := open.Prompts(e, s.Languages, items)
	if err != nil {
		return nil, nil, exit.With(exit.Data, err)
	}
	read, err := open.Exams(e, s)
	if err != nil {
		return nil, nil, exit.With(exit.Data, err)
	}
	answers, err := open.Answers(e, s.Languages)
	if err != nil {
		return nil, nil, exit.With(exit.Data, err)
	}
	base, chat, err := open.Look(e.Model)
	if err != nil {
		return nil, nil, err
	}
	st, err := store.Open(filepath.Join(a.Runs, ".store"))
	if err != nil {
		return nil, nil, err
	}
	return &run.Env{
		Store: st, Engine: newEngine(e, b, base), Chat: chat, Source: source, Items: items, Exams: read, Answers: answers, World: w, Recipe: r, Base: base,
		Device: b.Info.Key(), Backend: b.Info.String(), Machine: machine.Name(),
	}, b, nil
}

// newEngine prepares the device for an experiment's policies.
func newEngine(e *config.Experiment, b *shell.Backend, base *model.Folder) *nn.Engine {
	engine := nn.NewEngine(b.Backend, adapted(e, base.Config))
	engine.BFloat16, engine.Recompute = e.Precision == "bfloat16", e.Batch.Recompute
	engine.Beneath = base.Read
	return engine
}

// adapted is a model's shape with the adapters that an experiment asks for.
func adapted(e *config.Experiment, c model.Config) model.Config {
	if e.LoRA.Rank > 0 {
		c.LoRA = model.LoRA{Rank: e.LoRA.Rank, Alpha: e.LoRA.Alpha, Layers: e.LoRA.Layers}
	}
	return c
}
