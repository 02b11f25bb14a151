package run

import (
	"fmt"
	"runtime/debug"

	"congrad/harness/data"
	"congrad/harness/judge/endpoint"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/pretrain"
	"congrad/harness/store"
	"congrad/harness/text"
	"congrad/harness/world"
)

// Env is what stages work with.
type Env struct {
	Store   *store.Store
	Engine  *nn.Engine
	Chat    *text.Chat
	Source  data.Source           // of the prompts
	Items   *data.World           // of the alignment tax
	Exams   map[string]*data.Exam // the same of tasks from files, by the task
	Answers *data.Answers         // of a file that win rates are against; nil where an arm is the opponent
	World   *world.World          // behind the items, for its mixture and its defects
	Recipe  *pretrain.Recipe      // of the base model, for training it further
	Base    *model.Folder
	Device  string // enters the keys of everything that the device computes
	Backend string // the same for people
	Machine string // what runs it, for people; it enters no key
	Report  Reporter

	memory memory
	server *endpoint.Session // of this run; nil until a server is asked

	// Uploaded weights and the sketches of the last scoring round stay at hand: stages that follow each other use them.
	policies map[string]*nn.Weights
	recent   []string
	sketches struct {
		key  string
		list [][]float32
	}
}

// atHand is how many policies stay on the device.
const atHand = 2

// policy returns the weights that a stage made, on the device. The ones used last are kept there.
func (e *Env) policy(s *Stage) (*nn.Weights, error) {
	for i, key := range e.recent {
		if key == s.Key {
			e.recent = append(append(e.recent[:i:i], e.recent[i+1:]...), key)
			return e.policies[key], nil
		}
	}
	host, err := e.weights(s)
	if err != nil {
		return nil, err
	}
	w, err := e.Engine.Upload(host)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Label, err)
	}
	if e.policies == nil {
		e.policies = map[string]*nn.Weights{}
	}
	e.policies[s.Key] = w
	if e.recent = append(e.recent, s.Key); len(e.recent) > atHand {
		e.policies[e.recent[0]].Free()
		delete(e.policies, e.recent[0])
		e.recent = e.recent[1:]
	}
	debug.FreeOSMemory() // a file and its arrays, which the heap would keep room for
	return w, nil
}

// weights returns the weights that a stage made, on the host: those of its adapters where a model is adapted. New adapters are
// the same for all seeds, so that the base model is one.
func (e *Env) weights(s *Stage) (*model.Weights, error) {
	if s.Kind == "base" {
		if e.Engine.Config.LoRA.Rank > 0 {
			return model.New(e.Engine.Config, 0), nil
		}
		return e.Base.Load()
	}
	file, err := e.read(s, "model.safetensors")
	if err != nil {
		return nil, err
	}
	w, err := model.Unmarshal(e.Engine.Config, file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Label, err)
	}
	return w, nil
}
