package open

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"congrad/eval/task"
	"congrad/experiments"
	"congrad/harness/config"
	"congrad/harness/exit"
	"congrad/harness/hub"
	"congrad/harness/model"
	"congrad/harness/suggest"
	"congrad/harness/text"
)

// ModelFlag says what --model takes.
var ModelFlag = "an embedded model (" + strings.Join(Embedded(), ", ") + "), a folder, a .gguf file, or the id org/name[@revision] of a downloaded model"

// smollm2 is where make smollm2 leaves its model.
const smollm2 = "build/models/SmolLM2-135M-Instruct.Q4_1.gguf"

// source is where a model lies.
type source struct {
	dir  fs.FS
	gguf string // the file of dir that is the model; empty where the folder is

	adapter fs.FS // a folder with an adapter that is merged into the model; nil where there is none
}

// findModel finds a model by what --model and an experiment's model may say. What is on disk goes before what an id may
// mean, and nothing is ever fetched here.
func findModel(name string) (source, error) {
	if b, ok := findEmbedded(name); ok {
		dir, err := fs.Sub(experiments.Files, b.dir)
		return source{dir: dir}, err
	}
	stat, err := os.Stat(name)
	switch {
	case err == nil && stat.IsDir():
		return adapted(name)
	case err == nil && strings.HasSuffix(name, ".gguf"):
		return source{dir: os.DirFS(filepath.Dir(name)), gguf: filepath.Base(name)}, nil
	case err == nil:
		return source{}, fmt.Errorf("%q is neither a folder nor a .gguf file", name)
	case name == smollm2:
		return source{}, fmt.Errorf("%q: no such file; make smollm2 downloads it", name)
	case strings.HasSuffix(name, ".gguf"):
		return source{}, fmt.Errorf("%q: no such file", name)
	}
	id, err := hub.ParseID(name)
	if err != nil {
		return source{}, fmt.Errorf("%q is neither an embedded model (%s) nor a folder, a .gguf file or an id org/name%s", name, strings.Join(Embedded(), ", "), suggest.DidYouMean(name, Embedded()))
	}
	cache, err := hub.CacheDir()
	if err != nil {
		return source{}, err
	}
	dir, err := cache.Find(id)
	var absent hub.Absent
	if errors.As(err, &absent) {
		return source{}, fmt.Errorf("%q is not a folder, and the model %w (congrad model download %s)", name, err, name)
	}
	if err != nil {
		return source{}, err
	}
	return adapted(dir)
}

// adapted is the model in a folder: where that holds an adapter, the one that the adapter names, found as any other or beside the folder, with
// the adapter merged into it.
func adapted(name string) (source, error) {
	dir := os.DirFS(name)
	if _, err := fs.Stat(dir, "config.json"); err == nil {
		return source{dir: dir}, nil
	}
	base, is, err := model.AdapterBase(dir)
	if err != nil || !is {
		return source{dir: dir}, err
	}
	if beside := filepath.Join(filepath.Dir(name), base); !filepath.IsAbs(base) && isFolder(beside) {
		base = beside
	}
	at, err := findModel(base)
	switch {
	case err != nil:
		return at, fmt.Errorf("%s is an adapter of %q (adapter_config.json): %w", name, base, err)
	case at.adapter != nil:
		return at, fmt.Errorf("%s is an adapter of %q, which is an adapter itself; merge that one first", name, base)
	}
	at.adapter = dir
	return at, nil
}

func isFolder(name string) bool {
	stat, err := os.Stat(name)
	return err == nil && stat.IsDir()
}

// merged is a model with the adapter, where there is one.
func (s source) merged(base *model.Folder, err error) (*model.Folder, error) {
	if err != nil || s.adapter == nil {
		return base, err
	}
	f, err := model.Adapt(base, s.adapter)
	if err != nil {
		return nil, errors.Join(err, base.Close())
	}
	return f, nil
}

// config is the model's shape with the config.json that it is in.
func (s source) config() (model.Config, []byte, error) {
	if s.gguf == "" {
		return model.ReadConfig(s.dir)
	}
	g, err := model.OpenGGUF(s.dir, s.gguf)
	if err != nil {
		return model.Config{}, nil, err
	}
	return g.Config, g.Source, g.Close()
}

// look opens the model without reading its weights.
func (s source) look() (*model.Folder, error) {
	if s.gguf == "" {
		return s.merged(model.Look(s.dir))
	}
	return s.merged(model.LookGGUF(s.dir, s.gguf))
}

// tokenizer is the model's tokenizer.json, which needs nothing else of the model.
func (s source) tokenizer() ([]byte, error) {
	if s.gguf == "" {
		return model.ReadTokenizer(s.dir)
	}
	g, err := model.OpenGGUF(s.dir, s.gguf)
	if err != nil {
		return nil, err
	}
	data, err := g.Tokenizer.File()
	return data, errors.Join(err, g.Close())
}

// use is what the model's files say about how it is talked to.
func (s source) use() (text.Use, error) {
	files, err := s.usage()
	if err != nil {
		return text.Use{}, err
	}
	use, err := text.ReadUse(files)
	if s.gguf != "" {
		use.File = s.gguf
	}
	return use, err
}

func (s source) usage() (model.Usage, error) {
	if s.gguf != "" {
		g, err := model.OpenGGUF(s.dir, s.gguf)
		if err != nil {
			return nil, err
		}
		u, err := g.Tokenizer.Usage()
		return u, errors.Join(err, g.Close())
	}
	u, err := model.ReadUsage(s.dir)
	if err != nil {
		return nil, err
	}
	u["config.json"], err = fs.ReadFile(s.dir, "config.json")
	return u, err
}

// Tokenizer reads a model's tokenizer, which needs nothing else of the model.
func Tokenizer(name string) (*text.Tokenizer, error) {
	at, err := findModel(name)
	if err != nil {
		return nil, err
	}
	data, err := at.tokenizer()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	tokenizer, err := text.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return tokenizer, nil
}

// Model reads a model, and how it reads conversations, if it does (Chat.Talks).
func Model(name string) (*model.Folder, *text.Chat, error) {
	base, chat, err := Look(name, config.Chat{})
	if err != nil {
		return nil, nil, err
	}
	if _, err := base.Load(); err != nil {
		return nil, nil, exit.With(exit.Data, fmt.Errorf("%s: %w", name, err))
	}
	return base, chat, nil
}

// Look is Model without reading weights.
func Look(name string, ask config.Chat) (*model.Folder, *text.Chat, error) {
	at, err := findModel(name)
	if err != nil {
		return nil, nil, exit.With(exit.Data, err)
	}
	base, chat, err := at.openChat(ask)
	if err != nil {
		return nil, nil, exit.With(exit.Data, fmt.Errorf("%s: %w", name, err))
	}
	return base, chat, nil
}

// Weights reads a model that may have no tokenizer.
func Weights(name string) (*model.Folder, error) {
	at, err := findModel(name)
	if err != nil {
		return nil, exit.With(exit.Data, err)
	}
	var base *model.Folder
	if at.gguf == "" {
		base, err = at.merged(model.LookBare(at.dir))
	} else {
		base, err = at.merged(model.LookBareGGUF(at.dir, at.gguf))
	}
	if err == nil {
		_, err = base.Load()
	}
	if err != nil {
		return nil, exit.With(exit.Data, fmt.Errorf("%s: %w", name, err))
	}
	return base, nil
}

// Trainable says why a model's answers cannot be trained on; nil if they can.
func Trainable(name string, chat *text.Chat) error {
	if err := chat.Trains(); err != nil {
		return exit.With(exit.Data, fmt.Errorf("%s: %w (an experiment may ask in plain text: [chat] layout = \"plain\")", name, err))
	}
	return nil
}

// Suited says why a model's chat does not do for an experiment; nil if it does. What samples and trains needs a chat whose answers can be
// trained on. Where only tasks are scored, those that ask in a chat need one, and tasks of plain text need none.
func Suited(e *config.Experiment, chat *text.Chat, tasks []task.Task) error {
	if !e.TasksOnly() {
		return Trainable(e.Model, chat)
	}
	for _, name := range e.Evaluate.Tasks {
		t, ok := task.Find(tasks, name)
		switch {
		case !ok || t.Kind == task.Text || t.Spec != nil && t.Spec.Prompt.Layout == task.Plain:
		case t.Spec == nil: // scores the ends of answers
			if err := Trainable(e.Model, chat); err != nil {
				return exit.With(exit.Data, fmt.Errorf("task %s: %w", t.Name, err))
			}
		case chat.Talks() != nil:
			return exit.With(exit.Data, fmt.Errorf("task %s asks in a chat (prompt.layout): %s: %w", t.Name, e.Model, chat.Talks()))
		}
	}
	return nil
}

func (s source) openChat(ask config.Chat) (*model.Folder, *text.Chat, error) {
	base, err := s.look()
	if err != nil {
		return nil, nil, err
	}
	chat, err := s.chat(base.Config, base.Tokenizer, ask)
	return base, chat, err
}

// chat is the layout of chats that a tokenizer.json has in a model of the given shape.
func (s source) chat(c model.Config, file []byte, ask config.Chat) (*text.Chat, error) {
	tokenizer, err := text.Parse(file)
	if err != nil {
		return nil, err
	}
	if err := tokenizer.Fit(c.Vocab); err != nil {
		return nil, err
	}
	use, err := s.use()
	if err != nil {
		return nil, err
	}
	if ask.Plain() {
		return text.PlainChat(tokenizer, use, ask.Prompt)
	}
	return text.OpenChat(tokenizer, use)
}

// Shape opens what there is to a model without its weights, which need not be there: its shape, its tokenizer's file and its chat. Of a model
// that is Absent it is the shape that comes with the program, with the embedded tokenizer.
func Shape(name string, ask config.Chat) (base *model.Folder, chat *text.Chat, err error) {
	if shape := shipped(name); shape != "" {
		return bare(shape, ask)
	}
	base = &model.Folder{}
	at, err := findModel(name)
	if err == nil {
		base.Config, base.Source, err = at.config()
	}
	if err == nil {
		base.Tokenizer, err = at.tokenizer()
	}
	if err == nil {
		chat, err = at.chat(base.Config, base.Tokenizer, ask)
	}
	if err != nil {
		err = exit.With(exit.Data, fmt.Errorf("%s: %w", name, err))
	}
	return base, chat, err
}

// Licence is what a model's files say of it, which no run depends on: empty where they cannot be read.
func Licence(name string) string {
	at, err := findModel(name)
	if err != nil {
		return ""
	}
	text, err := model.Licence(at.dir)
	if at.gguf != "" {
		text, err = model.LicenceGGUF(at.dir, at.gguf)
	}
	if err != nil {
		return ""
	}
	return text
}
