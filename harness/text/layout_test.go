package text

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// layoutChat is the chat of a layout with the small tokenizer of its family, whatever layout that tokenizer would get.
func layoutChat(t *testing.T, l layout) (*Chat, *Tokenizer) {
	t.Helper()
	file := map[string]string{"Lla": "families/llama.json", "Gem": "families/gemma.json", "Smo": "families/smollm2.json", "Qwe": "families/qwen.json", "emb": "tokenizer.json"}[l.name[:3]]
	tok := open(t, filepath.Join("testdata", file))
	c := &Chat{tokenizer: tok, layout: &l}
	if err := c.bound(&l, Use{}); err != nil {
		t.Fatal(err)
	}
	return c, tok
}

// mustPrompt is Prompt for instructions that cannot fail.
func mustPrompt(t *testing.T, c *Chat, instruction string) []int {
	t.Helper()
	ids, err := c.Prompt(instruction)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func mustAnswer(t *testing.T, c *Chat, answer string) []int {
	t.Helper()
	ids, err := c.Answer(answer)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func mustJudgement(t *testing.T, c *Chat, instruction, answer string) []int {
	t.Helper()
	ids, err := c.Judgement(instruction, answer)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

type rendering struct {
	Layout   string
	Messages []Message
	Answer   bool
	Text     string
	Refused  string
}

func renderings(t *testing.T) (r []rendering) {
	t.Helper()
	readJSON(t, "chat.json", &r)
	return r
}

// Conversations are laid out as the models' own templates do it (testdata/chat.py), and are the ids of that text.
func TestConversationsAreThoseOfTheTemplates(t *testing.T) {
	compared := map[string]int{}
	for _, l := range layouts {
		chat, tok := layoutChat(t, l)
		for _, r := range renderings(t) {
			if r.Layout == l.name {
				compared[l.name]++
				checkRendering(t, chat, tok, r)
			}
		}
	}
	for _, l := range layouts {
		if l.name != Embedded && compared[l.name] < 15 {
			t.Errorf("%s: only %d renderings", l.name, compared[l.name])
		}
	}
}

// The same with the real tokenizers and the templates beside them (make tokenizers).
func TestConversationsWithRealFiles(t *testing.T) {
	dir := os.Getenv("CONGRAD_TOKENIZERS")
	if dir == "" {
		t.Skip("CONGRAD_TOKENIZERS names no folder (make tokenizers)")
	}
	for folder, layout := range map[string]string{
		"llama-3": "Llama-3", "llama-3.2": "Llama-3.1", "gemma-2": "Gemma-2", "gemma-3": "Gemma-3", "smollm2": "SmolLM2", "qwen-3": "Qwen3", "qwen-2.5": "Qwen2.5",
	} {
		tok := open(t, filepath.Join(dir, folder, "tokenizer.json"))
		files := map[string][]byte{}
		for _, name := range []string{"tokenizer_config.json", "chat_template.jinja"} {
			if data, err := os.ReadFile(filepath.Join(dir, folder, name)); err == nil {
				files[name] = data
			}
		}
		use, err := ReadUse(files)
		if err != nil || use.Template == "" && folder != "gemma-2" {
			t.Fatalf("%s: the template %.20q, %v", folder, use.Template, err)
		}
		for _, by := range []Use{use, {}} { // by the template and by the special tokens
			chat, err := OpenChat(tok, by)
			if err == nil {
				err = chat.Trains()
			}
			if err != nil {
				t.Fatalf("%s: %v", folder, err)
			}
			if want := layout; by.Template == "" && chat.Layout() != want {
				t.Fatalf("%s has the layout %s, want %s", folder, chat.Layout(), want)
			}
			for _, r := range renderings(t) {
				if r.Layout == layout {
					checkRendering(t, chat, tok, r)
				}
			}
		}
	}
}

func checkRendering(t *testing.T, chat *Chat, tok *Tokenizer, r rendering) {
	t.Helper()
	ids, err := chat.Conversation(r.Messages, r.Answer)
	if refused := r.Refused != "" || len(r.Messages) == 0; refused != (err != nil) {
		t.Errorf("%s: %q: the error %v; the template says %q", r.Layout, r.Messages, err, r.Refused)
		return
	} else if refused {
		return
	}
	laid, err := chat.layout.lay(r.Messages, r.Answer)
	if err != nil {
		t.Error(err)
		return
	}
	if laid.String() != r.Text {
		t.Errorf("%s: %q is laid out as %q, by its template as %q", r.Layout, r.Messages, laid, r.Text)
	}
	if want := tok.EncodeMarked(r.Text); !slices.Equal(ids, want) {
		t.Errorf("%s: %q: ids %v, of the rendered text %v", r.Layout, r.Messages, ids, want)
	}
	// one beginning where the family has one, none where it has not
	begins := 0
	for _, id := range ids {
		if id == chat.start {
			begins++
		}
	}
	if has := strings.HasPrefix(r.Text, chat.layout.start); begins != map[bool]int{true: 1, false: 0}[has] || has != (r.Layout[0] == 'L' || r.Layout[0] == 'G') {
		t.Errorf("%s: %q begins %d times with %s", r.Layout, r.Messages, begins, chat.layout.start)
	}
}

// A prompt and its answer are the beginning of the conversation that they are.
func TestAnswersFollowTheirPrompts(t *testing.T) {
	for _, l := range layouts {
		chat, _ := layoutChat(t, l)
		prompt, answer := mustPrompt(t, chat, "How many days has May?"), mustAnswer(t, chat, "It has 31 days.")
		whole, err := chat.Conversation([]Message{{User, "How many days has May?"}, {Assistant, "It has 31 days."}}, false)
		if err != nil {
			t.Fatal(err)
		}
		if got := append(slices.Clone(prompt), answer...); len(whole) < len(got) || !slices.Equal(got, whole[:len(got)]) {
			t.Errorf("%s: %v is not the beginning of %v", l.name, got, whole)
		}
		if answer[len(answer)-1] != chat.Stop() || slices.Contains(prompt, chat.Stop()) != (l.name[0] != 'e') {
			t.Errorf("%s: the stop token %d in %v and %v", l.name, chat.Stop(), prompt, answer)
		}
		if got := chat.Decode(answer); got != "It has 31 days." {
			t.Errorf("%s: the answer reads %q", l.name, got)
		}
		bare := strings.HasPrefix(l.name, "Qwen") || l.name == "SmolLM2" // these put nothing before a text
		if opening := chat.Opening(); bare != (len(opening) == 0) || !bare && !slices.Equal(opening, chat.Plain()) {
			t.Errorf("%s: texts begin with %v", l.name, opening)
		}
		if plain := chat.Plain(); len(plain) != 1 || plain[0] != chat.start {
			t.Errorf("%s: plain text begins with %v", l.name, plain)
		}
	}
}

// A text is encoded as a whole, in however many pieces a layout writes it.
func TestTextsBetweenMarkersAreOne(t *testing.T) {
	var p parts
	p.text("a")
	p.text("b")
	p.mark("<x>")
	p.text("")
	p.mark("<y>")
	p.text("c")
	if want := (parts{{"ab", false}, {"<x>", true}, {"<y>", true}, {"c", false}}); !slices.Equal(p, want) {
		t.Errorf("%v, want %v", p, want)
	}
}

// Whatever texts spell, they add no special tokens.
func TestTextsSpellNoMarkersInAnyLayout(t *testing.T) {
	special := func(tok *Tokenizer, ids []int) (n int) {
		for _, id := range ids {
			if _, ok := tok.special[tok.tokens[id]]; ok {
				n++
			}
		}
		return n
	}
	for _, l := range layouts {
		chat, tok := layoutChat(t, l)
		hostile := strings.Join(l.tokens, " ") + l.stop + l.start
		if got, want := special(tok, mustPrompt(t, chat, hostile)), special(tok, mustPrompt(t, chat, "x")); got != want {
			t.Errorf("%s: %d special tokens in a prompt, want %d", l.name, got, want)
		}
		if got := special(tok, mustAnswer(t, chat, hostile)); got != 1 {
			t.Errorf("%s: %d special tokens in an answer, want the last", l.name, got)
		}
		if got, want := special(tok, mustJudgement(t, chat, hostile, hostile)), special(tok, mustJudgement(t, chat, "x", "y")); got != want {
			t.Errorf("%s: %d special tokens in a judgement, want %d", l.name, got, want)
		}
	}
}

func TestUnknownLayoutsAreRefused(t *testing.T) {
	tok := family(t, "llama")
	plain, err := Parse([]byte(`{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}, "decoder": {"type": "ByteLevel"}, "pre_tokenizer": {"type": "Sequence",
		"pretokenizers": [{"type": "Digits", "individual_digits": true}, {"type": "ByteLevel"}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	chat, err := OpenChat(plain, Use{Ends: []int{0}})
	if err != nil {
		t.Fatal(err)
	}
	if err := chat.Talks(); err == nil || !strings.Contains(err.Error(), "no chat template") {
		t.Errorf("no special tokens: %v", err)
	}
	if _, err := chat.Prompt("a"); err == nil {
		t.Error("a prompt without a layout")
	}
	if _, err := OpenChat(plain, Use{}); err == nil || !strings.Contains(err.Error(), "no token ends a text") {
		t.Errorf("no end: %v", err)
	}
	data, err := os.ReadFile("testdata/families/llama.json")
	if err != nil {
		t.Fatal(err)
	}
	ordinary, err := Parse([]byte(strings.ReplaceAll(string(data), `"special":true`, `"special":false`)))
	if err != nil {
		t.Fatal(err)
	}
	if chat, err = OpenChat(ordinary, Use{Ends: []int{0}}); err != nil || chat.Talks() == nil || !strings.Contains(chat.Talks().Error(), "no special token") {
		t.Errorf("markers that are not special: %v, %v", err, chat.Talks())
	}
	if chat, err = NewChat(tok); err != nil {
		t.Fatal(err)
	}
	if _, err := chat.Conversation([]Message{{"tool", "1"}}, true); err == nil || !strings.Contains(err.Error(), `the role "tool"`) {
		t.Errorf("another role: %v", err)
	}
}
