package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"congrad/eval/task"
	"congrad/experiments"
	"congrad/harness/config"
	"congrad/harness/data"
	"congrad/harness/device"
	"congrad/harness/judge/endpoint"
	"congrad/harness/lang"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/pretrain"
	"congrad/harness/run"
	"congrad/harness/store"
	"congrad/harness/suggest"
	"congrad/harness/world"
)

var didYouMean = suggest.DidYouMean

// recipe is the file of the embedded base model.
const recipe = "tiny/base.toml"

// shipped lists the names of the experiments that come with the program.
func shipped() []string {
	files, _ := fs.Glob(experiments.Files, "*.toml") // the pattern is well formed
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(f, ".toml")
	}
	return names
}

// readExperiment returns a file's name, for errors, and its contents: a path, or the name of a shipped experiment.
func readExperiment(arg string) (string, []byte, error) {
	if slices.Contains(shipped(), arg) {
		data, err := experiments.Files.ReadFile(arg + ".toml")
		return "experiments/" + arg + ".toml", data, err
	}
	data, err := os.ReadFile(arg)
	if errors.Is(err, fs.ErrNotExist) {
		return arg, nil, failing(exitConfig, fmt.Errorf("%q: no such file and no shipped experiment%s (congrad ls experiments)", arg, didYouMean(arg, shipped())))
	}
	return arg, data, err
}

// surroundings are what experiments refer to by name.
type surroundings struct {
	languages lang.Table
	tasks     []task.Task
}

func readSurroundings() (*surroundings, error) {
	languages, err := lang.Load(experiments.Files, "languages")
	if err != nil {
		return nil, err
	}
	tasks, err := task.Load(experiments.Files, "tasks")
	return &surroundings{languages, tasks}, err
}

// world is what a configuration is checked against.
func (s *surroundings) world() config.World {
	w := config.World{Languages: s.languages.Codes()}
	for _, t := range s.tasks {
		w.Tasks = append(w.Tasks, t.Name)
	}
	w.TaskFile = func(file string) error {
		t, err := task.Open(file)
		if err == nil && !slices.ContainsFunc(s.tasks, func(x task.Task) bool { return x.File == file }) {
			s.tasks = append(s.tasks, t)
		}
		return err
	}
	w.Measured = func(name, measure string, languages []string) error {
		i := slices.IndexFunc(s.tasks, func(t task.Task) bool { return t.Name == name })
		if i < 0 {
			return nil // a task that is wrong is reported as such
		}
		return s.tasks[i].Measured(measure, languages)
	}
	w.Instructions = func(path string) error {
		_, err := endpoint.Template(path)
		return err
	}
	w.Model = func(name string) error {
		at, err := findModel(name)
		if err != nil {
			return err
		}
		_, err = at.config()
		return err
	}
	return w
}

// options are the flags that change an experiment.
type options struct {
	sets  []string
	limit int
	seeds string
}

// loadExperiment reads and checks an experiment with the changes of the command line.
func loadExperiment(arg string, o options) (*config.Experiment, *surroundings, error) {
	s, err := readSurroundings()
	if err != nil {
		return nil, nil, failing(exitConfig, err)
	}
	file, source, err := readExperiment(arg)
	if err != nil {
		return nil, nil, err
	}
	sets := o.sets
	if o.seeds != "" {
		for word := range strings.SplitSeq(o.seeds, ",") {
			if _, err := strconv.ParseUint(strings.TrimSpace(word), 10, 63); err != nil {
				return nil, nil, failing(exitConfig, fmt.Errorf("--seeds %s: %q is no seed: want whole numbers from 0 upwards, as in --seeds 1,2", o.seeds, word))
			}
		}
		sets = append(slices.Clone(sets), "seeds=["+o.seeds+"]")
	}
	e, err := config.Load(file, source, sets, s.world())
	if err != nil {
		return nil, nil, failing(exitConfig, err)
	}
	if o.limit > 0 {
		e.LimitTo(o.limit)
	}
	return e, s, nil
}

// folder is where an experiment's run stands. One that the command line changed gets a folder of its own, so that it
// never takes the place of the whole experiment's results.
func (a *app) folder(e *config.Experiment) run.Folder {
	name := e.Name
	if len(e.Partial) > 0 {
		sum := sha256.Sum256([]byte(strings.Join(e.Partial, "\x00"))) // no argument of a program contains a NUL
		name += "-" + slug(e.Partial) + "-" + hex.EncodeToString(sum[:4])
	}
	return run.Folder(filepath.Join(a.runs, name))
}

// slug is the beginning of what the command line changed, as far as a file name bears it. It is for people: it need not
// differ where the changes do.
func slug(changes []string) string {
	words := regexp.MustCompile(`[\w.]+`).FindAllString(strings.ReplaceAll(strings.Join(changes, " "), "--set ", ""), -1)
	text := strings.Join(words, "-")
	return strings.TrimRight(text[:min(len(text), 40)], "-.")
}

// newEnv starts the device and opens the model, the data and the store: a plan, too, needs to know what computes, since that
// enters the keys of its stages.
func (a *app) newEnv(e *config.Experiment, s *surroundings) (*run.Env, *backend, error) {
	b, err := a.openBackend()
	if err != nil {
		return nil, nil, err
	}
	w, r, err := openWorld()
	if err != nil {
		return nil, nil, failing(exitData, err)
	}
	items := data.FromWorld(w)
	source, err := promptSource(e, s.languages, items)
	if err != nil {
		return nil, nil, failing(exitData, err)
	}
	read, err := exams(e, s)
	if err != nil {
		return nil, nil, failing(exitData, err)
	}
	answers, err := opponentAnswers(e, s.languages)
	if err != nil {
		return nil, nil, failing(exitData, err)
	}
	base, chat, err := lookAtModel(e.Model)
	if err != nil {
		return nil, nil, err
	}
	st, err := store.Open(filepath.Join(a.runs, ".store"))
	if err != nil {
		return nil, nil, err
	}
	return &run.Env{
		Store: st, Engine: newEngine(e, b, base), Chat: chat, Source: source, Items: items, Exams: read, Answers: answers, World: w, Recipe: r, Base: base,
		Device: deviceKey(b.info), Backend: b.info.String(), Machine: machine(),
	}, b, nil
}

// newEngine prepares the device for an experiment's policies.
func newEngine(e *config.Experiment, b *backend, base *model.Folder) *nn.Engine {
	engine := nn.NewEngine(b.backend, adapted(e, base.Config))
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

// openWorld makes the embedded world that the embedded base model was trained on, and returns it with that model's recipe.
func openWorld() (*world.World, *pretrain.Recipe, error) {
	r, err := pretrain.Load(experiments.Files, recipe)
	if err != nil {
		return nil, nil, fmt.Errorf("experiments/%s: %w", path.Base(recipe), err)
	}
	w, err := world.Open(experiments.Files, r.World)
	return w, r, err
}

// deviceKey is what of the device enters the keys of stages: another backend, another plugin and other flags round
// otherwise.
func deviceKey(i device.Info) string {
	if i.Name == "go" {
		return "go, gomlx " + i.Version
	}
	return strings.TrimSpace("xla " + i.Plugin.SHA256 + " " + i.Flags)
}
