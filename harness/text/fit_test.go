package text

import (
	"slices"
	"strings"
	"testing"
)

// A special token beyond the model's rows becomes text, and all other ids stay.
func TestFit(t *testing.T) {
	data := `{"added_tokens": [{"id": 2, "content": "<end>", "special": true}, {"id": 3, "content": "<image>", "special": true}],
		"model": {"type": "BPE", "vocab": {"a": 0, "<": 1}, "merges": []}, "decoder": {"type": "ByteLevel"}, "pre_tokenizer": {"type": "Sequence",
		"pretokenizers": [{"type": "Digits", "individual_digits": true}, {"type": "ByteLevel"}]}}`
	tok, err := Parse([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	if got := tok.EncodeMarked("a<image>a<end>"); !slices.Equal(got, []int{0, 3, 0, 2}) {
		t.Fatalf("before: %v", got)
	}
	if err := tok.Fit(4); err != nil || tok.special["<image>"] != 3 {
		t.Errorf("a model that has a row for each token: %v", err)
	}
	if err := tok.Fit(3); err != nil {
		t.Fatal(err)
	}
	if got := tok.EncodeMarked("a<image>a<end>"); slices.Contains(got, 3) || got[len(got)-1] != 2 {
		t.Errorf("after: %v", got)
	}
	if err := tok.Fit(1); err == nil || !strings.Contains(err.Error(), `token 1, "<", is not a special one`) {
		t.Errorf("too few rows: %v", err)
	}
}
