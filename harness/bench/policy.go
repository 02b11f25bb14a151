package bench

import (
	"fmt"
	"runtime/debug"
	"slices"
	"sync"

	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/stage"
)

// AtHand is how many policies stay on the device where stages follow each other. Each that runs next to another adds one.
const AtHand = 2

// Policy names weights: those that a stage trained, or the model's own.
type Policy struct {
	Stage   stage.Ref
	Trained bool // else the stage is the model as it is, whose artefact has no weights
	// Base is the SHA-256 of the model's weights, where it is one of several and not the first.
	Base string `json:",omitempty"`
}

// Weights returns a policy's weights on the host: those of its adapters where a model is adapted. New adapters are the same for
// all seeds, so that the base model is one.
func (b *Bench) Weights(shelf stage.Shelf, p Policy) (*model.Weights, error) {
	if !p.Trained {
		if b.Engine.Config.LoRA.Rank > 0 {
			return model.New(b.Engine.Config, 0), nil
		}
		base, err := b.Model(p.Base)
		if err != nil {
			return nil, err
		}
		b.loading.Lock() // a folder reads its weights when they are first asked for
		defer b.loading.Unlock()
		return base.Load()
	}
	file, err := shelf.Read(p.Stage, "model.safetensors")
	if err != nil {
		return nil, err
	}
	w, err := model.Unmarshal(b.Engine.Config, file)
	if err != nil {
		return nil, fmt.Errorf("the policy of stage %s: %w", p.Stage.Short(), err)
	}
	return w, nil
}

// Model is the model with these weights; the first where none are named.
func (b *Bench) Model(weights string) (*model.Folder, error) {
	if weights == "" {
		return b.Base, nil
	}
	b.loading.Lock()
	defer b.loading.Unlock()
	for _, m := range append([]*model.Folder{b.Base}, b.Others...) {
		if hash, err := m.Hash(); err != nil || hash == weights {
			return m, err
		}
	}
	return nil, fmt.Errorf("no model of the experiment has weights %.12s, with which the plan was made (congrad run makes a new plan)", weights)
}

// Policy returns a policy's weights on the device until release is called. Those that were used last stay there, since
// stages that follow each other use the same.
func (b *Bench) Policy(shelf stage.Shelf, p Policy) (w *nn.Weights, release func(), err error) {
	return b.policies.take(string(p.Stage), AtHand-1+max(1, b.AtOnce), func() (*nn.Weights, error) {
		host, err := b.Weights(shelf, p)
		if err != nil {
			return nil, err
		}
		w, err := b.Engine.Upload(host)
		if err != nil {
			return nil, fmt.Errorf("the policy of stage %s: %w", p.Stage.Short(), err)
		}
		debug.FreeOSMemory() // a file and its arrays, which the heap would keep room for
		return w, nil
	})
}

// hand holds the weights on the device that were used last.
type hand struct {
	mu    sync.Mutex
	holds []*held // the one used last comes last
}

// held are weights that are there, or on their way. make is called once, by whoever comes first; the others wait.
type held struct {
	key   string
	make  func() (*nn.Weights, error)
	users int
}

// take returns the weights of that key, made if they are not there. At most so many stay beyond those in use.
func (h *hand) take(key string, most int, make func() (*nn.Weights, error)) (*nn.Weights, func(), error) {
	h.mu.Lock()
	x := h.find(key)
	if x == nil {
		x = &held{key: key, make: sync.OnceValues(make)}
	}
	x.users++
	h.holds = append(h.holds, x)
	h.mu.Unlock()
	w, err := x.make()
	if err != nil {
		h.forget(x) // whoever comes next tries again
		return nil, nil, err
	}
	h.drop(most)
	return w, sync.OnceFunc(func() { h.release(x, most) }), nil
}

// find takes an entry out of the list; nil where there is none.
func (h *hand) find(key string) *held {
	for i, x := range h.holds {
		if x.key == key {
			h.holds = append(h.holds[:i:i], h.holds[i+1:]...)
			return x
		}
	}
	return nil
}

// forget takes out an entry whose weights could not be made.
func (h *hand) forget(x *held) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if at := slices.Index(h.holds, x); at >= 0 {
		h.holds = slices.Delete(h.holds, at, at+1)
	}
}

func (h *hand) release(x *held, most int) {
	h.mu.Lock()
	x.users--
	h.mu.Unlock()
	h.drop(most)
}

// drop frees those that nobody uses and that were not used lately.
func (h *hand) drop(most int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := 0; i < len(h.holds) && len(h.holds) > most; {
		if h.holds[i].users > 0 {
			i++
			continue
		}
		if w, err := h.holds[i].make(); err == nil {
			w.Free()
		}
		h.holds = append(h.holds[:i:i], h.holds[i+1:]...)
	}
}
