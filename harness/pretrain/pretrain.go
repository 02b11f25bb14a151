package pretrain

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"congrad/harness/device"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/store"
	"congrad/harness/text"
	"congrad/harness/train"
	"congrad/harness/world"
)

// Step is a line of the training record.
type Step struct {
	Step     int     `json:"step"`
	Loss     float64 `json:"loss"` // nats per predicted token, mean over the steps since the last line
	GradNorm float64 `json:"grad_norm"`
	Rate     float64 `json:"learning_rate"`
}

// recordEvery is how many steps a line of the record covers.
const recordEvery = 100

// Key names an unfinished build: everything that its result depends on, short of this package's code. start is nil where the recipe
// starts from no model.
func Key(deviceKey string, r *Recipe, w *world.World, start *model.Folder) (string, error) {
	settings, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("naming a pretraining: %w", err)
	}
	inputs := []string{w.Digest()}
	if start != nil {
		hash, err := start.Hash()
		if err != nil {
			return "", err
		}
		inputs = append(inputs, hash)
	}
	return store.Meta{Kind: "pretrain", Version: 2, Settings: settings, Device: deviceKey, Inputs: inputs}.Key()
}

// Build trains the tokenizer and the model, or start further on the recipe's mixture where it is not nil, and returns them with the training
// record, JSON lines. progress is told every line of it. What is done stays in scratch, so that an interrupted build goes on.
func Build(ctx context.Context, b device.Backend, r *Recipe, w *world.World, start *model.Folder, scratch store.Scratch, progress func(Step)) (*model.Folder, []byte, error) {
	built, err := begin(r, w, start, scratch)
	if err != nil {
		return nil, nil, err
	}
	t, err := text.Parse(built.Tokenizer)
	if err != nil {
		return nil, nil, err
	}
	chat, err := text.NewChat(t)
	if err != nil {
		return nil, nil, err
	}
	c := course{
		recipe: r, world: w, chat: chat, start: built.Weights, behind: r.behind(), steps: r.Train.Steps,
		schedule: train.Schedule{Peak: r.Train.LearningRate, Warmup: r.Train.Warmup, Shape: r.Train.Schedule},
	}
	var part []Step // since the record's last line
	weights, steps, err := c.run(ctx, nn.NewEngine(b, built.Config), scratch, func(s Step) {
		if part = append(part, s); s.Step%recordEvery == 0 {
			progress(summary(part))
			part = nil
		}
	})
	if err != nil {
		return nil, nil, err
	}
	built.Weights = weights
	log, err := encodeRecord(steps)
	return built, log, err
}

// begin is the model before its first step.
func begin(r *Recipe, w *world.World, start *model.Folder, scratch store.Scratch) (*model.Folder, error) {
	if start != nil {
		weights, err := start.Load()
		return &model.Folder{Config: start.Config, Source: start.Source, Tokenizer: start.Tokenizer, Usage: start.Usage, Weights: weights}, err
	}
	tokenizer, err := loadTokenizer(r, w, scratch)
	return &model.Folder{Config: r.Config(), Tokenizer: tokenizer, Weights: model.New(r.Config(), r.Seed)}, err
}

// summary is the record's line for the steps: the last one, with the mean of their losses.
func summary(steps []Step) Step {
	line := steps[len(steps)-1]
	line.Loss = 0
	for _, s := range steps {
		line.Loss += s.Loss / float64(len(steps))
	}
	return line
}

// encodeRecord writes a line for every recordEvery steps.
func encodeRecord(steps []Step) ([]byte, error) {
	var log bytes.Buffer
	lines := json.NewEncoder(&log)
	for part := range slices.Chunk(steps, recordEvery) {
		if err := lines.Encode(summary(part)); err != nil {
			return nil, fmt.Errorf("writing the training record: %w", err)
		}
	}
	return log.Bytes(), nil
}

// loadTokenizer trains the tokenizer, or takes what an interrupted build left.
func loadTokenizer(r *Recipe, w *world.World, scratch store.Scratch) ([]byte, error) {
	tokenizer, err := scratch.Load("tokenizer.json")
	if err != nil || tokenizer != nil {
		return tokenizer, err
	}
	if tokenizer, err = trainTokenizer(r, w); err != nil {
		return nil, err
	}
	return tokenizer, scratch.Save("tokenizer.json", tokenizer)
}

// trainTokenizer trains the BPE on the mixture's texts.
func trainTokenizer(r *Recipe, w *world.World) ([]byte, error) {
	var texts []string
	for i := range r.Tokenizer.Examples {
		e := w.BaseExample(i)
		texts = append(texts, e.Prompt, e.Answer, e.Text)
	}
	return text.Train(texts, r.Tokenizer.Size, text.SpecialTokens)
}

// Row is an example as the model reads it: it learns answers behind their prompts, digits behind judged answers, and
// plain text from its first token on.
func Row(e world.Example, chat *text.Chat) (nn.Row, error) {
	switch e.Form {
	case world.Judging:
		ask, err := chat.Judgement(e.Prompt, e.Answer)
		return nn.Row{Prompt: ask, Answer: chat.Encode(fmt.Sprint(e.Digit))}, err
	case world.Reading:
		return nn.Row{Prompt: chat.Plain(), Answer: chat.Encode(e.Text)}, nil
	}
	ask, err := chat.Prompt(e.Prompt)
	if err != nil {
		return nn.Row{}, err
	}
	answer, err := chat.Answer(e.Answer)
	return nn.Row{Prompt: ask, Answer: answer}, err
}

func splitKey(key string) []string { return strings.Split(key, ".") }
