// Package bench is what stages have of the machine: its device, the model, and the data that an experiment names. It knows of
// no kind of stage.
package bench

import (
	"fmt"
	"sync"
	"time"

	"congrad/eval/task"
	"congrad/harness/data"
	"congrad/harness/forecast"
	"congrad/harness/judge/endpoint"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/pretrain"
	"congrad/harness/text"
	"congrad/harness/world"
)

// Bench is set up once in a process. Stages that run side by side share it.
type Bench struct {
	Engine    *nn.Engine   // nil where only plans are made
	Config    model.Config // of what is trained, adapters included
	Chat      *text.Chat
	Source    data.Source           // of the prompts
	Pairs     *data.Pairs           // of people's files, for the first iteration; nil where the models' own answers make them
	HeldPairs int                   // pairs that were left out since their prompt is held out
	Items     *data.World           // of the alignment tax
	Exams     map[string]*data.Exam // the same of tasks from files, by the task
	Answers   *data.Answers         // of a file that win rates are against; nil where an arm is the opponent
	World     *world.World          // of the items, for its mixture and its defects
	Recipe    *pretrain.Recipe      // of the base model, for training it further
	Base      *model.Folder
	Others    []*model.Folder // further models that seeds start from, of the same shape and tokenizer
	Device    string          // enters the keys of all stages that the device computes
	Backend   string          // the same for people
	AtOnce    int             // stages that may run side by side; 0 is one

	SketchBytes int           // that the sketches of one round's pairs may take together
	SaveEvery   time.Duration // between checkpoints of a stage; 0 is the store's choice

	Sketches Sketches // of the last scoring rounds
	Server   Server   // that judges

	policies  hand
	forecasts sync.Map // from string to func() forecast.Stage
	loading   sync.Mutex
}

// Forecast is what f says, which is asked once for each key: stages that differ in their policy alone read the same texts.
func (b *Bench) Forecast(key string, f func() forecast.Stage) forecast.Stage {
	known, _ := b.forecasts.LoadOrStore(key, sync.OnceValue(f))
	return known.(func() forecast.Stage)()
}

// Asked says which prompts a stage is about. Its fields are those that enter keys.
type Asked struct {
	Source    string // its version
	Part      string // data.PartPreference, or the split that is evaluated
	Languages []string
	Per       int // prompts of each language, at most
	// Of preference prompts: no iteration asks what another has asked.
	Seed      uint64 `json:",omitempty"`
	Iteration int    `json:",omitempty"`
}

// Prompts lists the prompts, language by language.
func (b *Bench) Prompts(a Asked) ([]data.Prompt, error) {
	if version := b.Source.Version(); version != a.Source {
		return nil, fmt.Errorf("the prompts have changed since the plan was made: they are now %.12s, the plan has %.12s (congrad run makes a new plan)", version, a.Source)
	}
	var prompts []data.Prompt
	for _, lang := range a.Languages {
		list, err := b.inLanguage(a, lang)
		if err != nil {
			return nil, err
		}
		prompts = append(prompts, list...)
	}
	return prompts, nil
}

func (b *Bench) inLanguage(a Asked, lang string) ([]data.Prompt, error) {
	if a.Part == data.PartPreference {
		return b.Source.Preference(a.Seed, lang, a.Iteration, a.Per)
	}
	return b.Source.Held(a.Part, lang, a.Per)
}

// ByID returns a look-up of prompts by id. An id that no prompt has is an error.
func ByID(prompts []data.Prompt) func(id string) (data.Prompt, error) {
	byID := make(map[string]data.Prompt, len(prompts))
	for _, p := range prompts {
		byID[p.ID] = p
	}
	return func(id string) (data.Prompt, error) {
		p, ok := byID[id]
		if !ok {
			return p, fmt.Errorf("an answer is to the prompt %q, which is not among the %d prompts of this stage", id, len(prompts))
		}
		return p, nil
	}
}

// Items are those of one task.
type Items interface {
	Choices(lang string, n int) []data.Choice
	Passages(lang string, n int) []data.Passage
}

// ItemsOf returns the items of a task: the world's, or files'.
func (b *Bench) ItemsOf(t task.Task) Items {
	if t.Spec == nil {
		return b.Items
	}
	return b.Exams[t.Name]
}

// Server is the server that judges. One stage asks it at a time: how many requests it gets side by side is the experiment's choice.
type Server struct {
	Limits endpoint.Limits // on how it is asked

	mu      sync.Mutex
	session *endpoint.Session
}

// Ask calls f with the session that the judges of a run share. note is told of each request that will be made again.
func (s *Server) Ask(note func(message string), f func(*endpoint.Session) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.session == nil {
		s.session = &endpoint.Session{}
	}
	s.session.Retrying = note
	return f(s.session)
}
