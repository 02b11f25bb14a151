package filtering

import (
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"congrad/harness/bench"
	"congrad/harness/data"
	"congrad/harness/sketch"
	"congrad/harness/text"

	"gonum.org/v1/gonum/mat"
)

// Every number of a diagnosis against its definition, on gradients in two dimensions.
func TestDiagnosisIsTheDefinition(t *testing.T) {
	sketches := [][]float32{{1, 0}, {3, 1}, {-1, 2}, {0, 3}, {-2, -2}}
	language := []int{0, 0, 1, 1, 1}
	round, err := sketch.Gather(sketches, language, []string{"a", "b"}, sketch.Mean, 1, "1")
	if err != nil {
		t.Fatal(err)
	}
	got := diagnosis(round, []float64{1, -1, -1, -1, 0}, []string{"a", "b"})
	m := []*mat.VecDense{mat.NewVecDense(2, []float64{2, 0.5}), mat.NewVecDense(2, []float64{-1, 1})}
	for what, pair := range map[string][2]float64{
		"cosine":               {got.Cosines[0][1], mat.Dot(m[0], m[1]) / mat.Norm(m[0], 2) / mat.Norm(m[1], 2)},
		"cosine with itself":   {got.Cosines[1][1], 1},
		"inner product":        {got.Gram[0][1], mat.Dot(m[0], m[1])},
		"square of a's mean":   {got.Gram[0][0], mat.Dot(m[0], m[0])},
		"mean square in a":     {got.Squares[0], (1.0 + 10) / 2},
		"mean square in b":     {got.Squares[1], (5.0 + 9 + 8) / 3},
		"others in a":          {got.Others[0], 1}, // (1,0) and (3,1) with (-1,1)
		"others in b":          {got.Others[1], 2.0 / 3},
		"what a's pairs share": {2*got.Gram[0][0] - got.Squares[0], 3}, // <(1,0), (3,1)>, of which a signal is made
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-12 {
			t.Errorf("%s: got %g, want %g", what, pair[0], pair[1])
		}
	}
	if !slices.Equal(got.Pairs, []int{2, 3}) || !slices.Equal(got.Against, []int{1, 2}) {
		t.Errorf("pairs %v, %v of them against the consensus", got.Pairs, got.Against)
	}
}

// chatOf is the chat of a family's tokenizer.
func chatOf(t *testing.T, family string) *text.Chat {
	t.Helper()
	file, err := os.ReadFile("../../text/testdata/families/" + family + ".json")
	if err != nil {
		t.Fatal(err)
	}
	tokenizer, err := text.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	chat, err := text.NewChat(tokenizer)
	if err != nil {
		t.Fatal(err)
	}
	return chat
}

// A pair whose answers come to the same tokens, as the two spellings of an umlaut do under NFC, is an error with its line.
func TestPairsOfOneAnswerAreRefused(t *testing.T) {
	chat := chatOf(t, "qwen")
	pairs := []data.Preference{
		{Lang: "de", Prompt: "a", Chosen: "ja", Rejected: "nein", File: "f", Line: 1},
		{Lang: "de", Prompt: "a", Chosen: "Gr\u00f6\u00dfe", Rejected: "Gro\u0308\u00dfe", File: "f", Line: 2},
	}
	if _, err := materialOf(&bench.Bench{Chat: chat}, pairs[:1], []string{"de"}, 99); err != nil {
		t.Errorf("two answers: %v", err)
	}
	if _, err := materialOf(&bench.Bench{Chat: chat}, pairs, []string{"de"}, 99); err == nil || !strings.Contains(err.Error(), "f:2: chosen and rejected come to the same tokens") {
		t.Errorf("one answer in two spellings: %v", err)
	}
	pairs[0].Lang = "sv"
	if _, err := materialOf(&bench.Bench{Chat: chat}, pairs, []string{"de", "sw"}, 99); err == nil || err.Error() != `f:1: the language "sv" is not among those compared: de, sw; did you mean "sw"?` {
		t.Errorf("a language that is not compared: %v", err)
	}
}

// Answers that differ only in white space that the model's layout trims are one answer, too; a layout that keeps it has two.
func TestPairsOfOneTrimmedAnswerAreRefused(t *testing.T) {
	for family, refused := range map[string]bool{"llama": true, "gemma": true, "qwen": false} {
		chat := chatOf(t, family)
		pairs := []data.Preference{{Lang: "de", Prompt: "a", Chosen: "ja", Rejected: "\n\nja ", File: "f", Line: 3}}
		_, err := materialOf(&bench.Bench{Chat: chat}, pairs, []string{"de"}, 99)
		if refused != (err != nil && strings.Contains(err.Error(), "f:3: chosen and rejected come to the same tokens")) {
			t.Errorf("%s: %v", family, err)
		}
	}
}

// The prompt of a pair of several turns is the conversation as the template lays it out.
func TestPairsOfSeveralTurns(t *testing.T) {
	chat := chatOf(t, "qwen")
	pair := data.Preference{Lang: "de", Prompt: "Und du?", Before: []data.Turn{{Role: "system", Content: "Kurz!"}, {Role: "user", Content: "Wer?"}, {Role: "assistant", Content: "Ich."}}, Chosen: "ja", Rejected: "nein"}
	m, err := materialOf(&bench.Bench{Chat: chat}, []data.Preference{pair}, []string{"de"}, 99)
	if err != nil {
		t.Fatal(err)
	}
	want, err := chat.Conversation([]text.Message{{Role: "system", Content: "Kurz!"}, {Role: "user", Content: "Wer?"}, {Role: "assistant", Content: "Ich."}, {Role: "user", Content: "Und du?"}}, true)
	if err != nil || !slices.Equal(m.units[0][1].Prompt, want) {
		t.Errorf("%v: got %v, want %v", err, m.units[0][1].Prompt, want)
	}
}
