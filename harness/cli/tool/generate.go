package tool

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"congrad/harness/config"
	"congrad/harness/decode"
	"congrad/harness/exit"
	"congrad/harness/open"
	"congrad/harness/rng"
	"congrad/harness/text"

	"github.com/spf13/cobra"
)

// generation is what congrad generate is asked.
type generation struct {
	model, prompt     string
	chat, greedy      bool
	seed              uint64
	maxTokens         int
	temperature, topP float64
}

func (a *app) generateCommand() *cobra.Command {
	var g generation
	c := &cobra.Command{
		Use:   "generate [--model MODEL] --prompt TEXT",
		Short: "Complete a text, or answer a prompt (--chat)",
		Long: "Prints the model's continuation of a text, up to the end token. With --chat, the text is a question and the model's\n" +
			"answer is printed. With --prompt -, every line of standard input is a prompt. The same seed always gives the same\n" +
			"texts.",
		Example: "  congrad generate --chat --greedy --prompt 'What is 0.125 as a percentage?'\n  congrad generate --chat --greedy --prompt 'Wie viel ist 0.125 in Prozent?'",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if g.greedy {
				for _, flag := range []string{"temperature", "top-p", "seed"} {
					if c.Flags().Changed(flag) {
						return exit.With(exit.Config, fmt.Errorf("--%s: --greedy takes the likeliest token and samples nothing; give only one of them", flag))
					}
				}
				g.temperature = 0
			}
			return a.generate(c.Context(), g)
		},
	}
	field := func(key string) any { f, _ := config.FindField(key); return f.Default }
	c.Flags().StringVar(&g.model, "model", "tiny", open.ModelFlag)
	c.Flags().StringVar(&g.prompt, "prompt", "", "text, or - to read one per line from standard input")
	c.Flags().BoolVar(&g.chat, "chat", false, "the text is a question; print the answer")
	c.Flags().BoolVar(&g.greedy, "greedy", false, "take the likeliest token instead of sampling")
	c.Flags().Uint64Var(&g.seed, "seed", 1, "seed of the sampling")
	c.Flags().IntVar(&g.maxTokens, "max-tokens", 128, "longest answer; a longer one is cut")
	c.Flags().Float64Var(&g.temperature, "temperature", field("generate.temperature").(float64), "sampling temperature")
	c.Flags().Float64Var(&g.topP, "top-p", field("generate.top_p").(float64), "sample among the likeliest tokens that together have this probability")
	return c
}

// check says which flag has a value that it cannot have.
func (g generation) check() error {
	switch {
	case g.prompt == "":
		return errors.New("--prompt: give a text, or - to read standard input")
	case g.maxTokens < 1:
		return fmt.Errorf("--max-tokens %d: want at least 1 token", g.maxTokens)
	case !g.greedy && !(g.temperature >= 0.01 && g.temperature <= 10):
		return fmt.Errorf("--temperature %g: want 0.01 to 10 (or pass --greedy)", g.temperature)
	case !(g.topP >= 0.01 && g.topP <= 1):
		return fmt.Errorf("--top-p %g: want 0.01 to 1", g.topP)
	}
	return nil
}

func (a *app) generate(ctx context.Context, g generation) error {
	if err := g.check(); err != nil {
		return exit.With(exit.Config, err)
	}
	base, chat, err := open.Model(g.model)
	if err != nil {
		return err
	}
	prompts := []string{g.prompt}
	if g.prompt == "-" {
		if prompts, err = lines(a.In); err != nil {
			return exit.With(exit.Data, err)
		}
	}
	asked, err := g.asked(prompts, chat, base.Context())
	if err != nil {
		return exit.With(exit.Data, err)
	}
	e, weights, err := a.upload(base)
	if err != nil {
		return err
	}
	defer weights.Free()
	s := decode.Settings{Temperature: g.temperature, TopP: g.topP, MaxTokens: g.maxTokens, Stops: chat.Ends()}
	for i := range asked { // one by one, so that an answer does not depend on the other prompts, not even by rounding
		answers, err := decode.Answers(ctx, e, weights, asked, decode.Block{Prompts: []int{i}, Count: 1}, 1, s)
		if err != nil {
			return err
		}
		answer := answers[0][0]
		if _, err := fmt.Fprintln(a.Out, chat.Decode(answer.Tokens)); err != nil {
			return err
		}
		if !answer.Finished {
			fmt.Fprintf(a.Err, "prompt %d: cut after %d tokens (--max-tokens)\n", i+1, len(answer.Tokens))
		}
	}
	return nil
}

// asked are the prompts as ids. One that leaves no room for its answer in the model's context [tokens; 0 if unknown] is an error:
// behind the context a model writes garbage, and memory is made for all of it.
func (g generation) asked(prompts []string, chat *text.Chat, context int) ([]decode.Prompt, error) {
	asked := make([]decode.Prompt, len(prompts))
	var long []error
	for i, p := range prompts {
		var err error
		if asked[i].Tokens, err = g.tokens(chat, p); err != nil {
			return nil, fmt.Errorf("prompt %d: %w", i+1, err)
		}
		n := len(asked[i].Tokens)
		switch {
		case n == 0:
			return nil, fmt.Errorf("prompt %d is empty, and this model has no begin token to start from", i+1)
		case context > 0 && n >= context:
			long = append(long, fmt.Errorf("prompt %d has %d tokens; the model's context has %d, for prompt and answer together", i+1, n, context))
		case context > 0 && n+g.maxTokens > context:
			long = append(long, fmt.Errorf("prompt %d has %d tokens and --max-tokens is %d; the model's context has %d (--max-tokens %d)", i+1, n, g.maxTokens, context, context-n))
		}
		asked[i].Stream = func(int) *rand.Rand { return rng.Stream(g.seed, "generate", strconv.Itoa(i)) }
	}
	if rest := len(long) - 10; rest > 0 {
		long = append(long[:10], fmt.Errorf("and %d more prompts are too long", rest))
	}
	return asked, errors.Join(long...)
}

// tokens are the ids that the model goes on behind.
func (g generation) tokens(chat *text.Chat, prompt string) ([]int, error) {
	if g.chat {
		return chat.Prompt(prompt)
	}
	return slices.Concat(chat.Opening(), chat.Encode(prompt)), nil
}

// lines are those of a text, the last one with or without a line end.
func lines(r io.Reader) ([]string, error) {
	var list []string
	for scanner := bufio.NewReader(r); ; {
		line, err := scanner.ReadString('\n')
		if err == io.EOF && line == "" {
			return list, nil
		}
		if err != nil && err != io.EOF {
			return nil, fmt.Errorf("reading line %d: %w", len(list)+1, err)
		}
		list = append(list, strings.TrimSuffix(line, "\n"))
	}
}
