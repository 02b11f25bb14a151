package tool

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"congrad/harness/exit"
	"congrad/harness/open"
	"congrad/harness/text"

	"github.com/spf13/cobra"
)

// tokenizing is what tokenize does with each line.
type tokenizing struct {
	model                  string
	jsonl, special, decode bool
}

func (a *app) tokenizeCommand() *cobra.Command {
	var z tokenizing
	c := &cobra.Command{
		Use:   "tokenize [--model MODEL]",
		Short: "Turn lines of standard input into token ids, or back",
		Long: "Writes one JSON list of token ids per line, using the model's tokenizer. Text that spells a special token becomes that token.\n" +
			"With --decode, each line is such a list, and its text is written without special tokens.",
		Example: "  echo 'Habari ya dunia' | congrad tokenize --model tiny",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			tokenizer, err := open.Tokenizer(z.model)
			if err != nil {
				return exit.With(exit.Data, err)
			}
			return exit.With(exit.Data, z.run(tokenizer, a.In, a.Out))
		},
	}
	c.Flags().StringVar(&z.model, "model", "tiny", open.ModelFlag)
	c.Flags().BoolVar(&z.jsonl, "jsonl", false, "each text is a JSON string, which may contain line breaks")
	c.Flags().BoolVar(&z.special, "special", false, "add the begin and end tokens that tokenizer.json adds; with --decode, write special tokens")
	c.Flags().BoolVar(&z.decode, "decode", false, "read ids and write texts")
	return c
}

// run converts every line; an error names its number.
func (z tokenizing) run(tokenizer *text.Tokenizer, in io.Reader, out io.Writer) error {
	convert := z.encode
	if z.decode {
		convert = z.decodeLine
	}
	r, w := bufio.NewReader(in), bufio.NewWriter(out)
	for n := 1; ; n++ {
		line, err := r.ReadString('\n')
		if err == io.EOF && line == "" {
			return w.Flush()
		}
		if err != nil && err != io.EOF {
			return fmt.Errorf("reading line %d: %w", n, err)
		}
		converted, err := convert(tokenizer, strings.TrimSuffix(line, "\n"))
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if _, err := fmt.Fprintln(w, converted); err != nil {
			return err
		}
	}
}

func (z tokenizing) encode(tokenizer *text.Tokenizer, line string) (string, error) {
	if z.jsonl {
		var s *string
		if err := json.Unmarshal([]byte(line), &s); err != nil || s == nil {
			return "", fmt.Errorf("%.60q is not a JSON string (--jsonl)", line)
		}
		line = *s
	}
	ids := tokenizer.EncodeMarked(line)
	if z.special {
		ids = tokenizer.Enclose(ids)
	}
	if ids == nil {
		ids = []int{} // no token is an empty list, not null
	}
	b, err := json.Marshal(ids)
	return string(b), err
}

func (z tokenizing) decodeLine(tokenizer *text.Tokenizer, line string) (string, error) {
	var ids []int
	if err := json.Unmarshal([]byte(line), &ids); err != nil || ids == nil {
		return "", fmt.Errorf("%.60q is not a JSON list of ids (--decode)", line)
	}
	for _, id := range ids {
		if id < 0 || id >= tokenizer.Size() {
			return "", fmt.Errorf("id %d: the tokenizer has ids 0 to %d", id, tokenizer.Size()-1)
		}
	}
	decode := tokenizer.Decode
	if z.special {
		decode = tokenizer.DecodeMarked
	}
	s := decode(ids)
	if !z.jsonl {
		return s, nil
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(s)
	return strings.TrimSuffix(b.String(), "\n"), err
}
