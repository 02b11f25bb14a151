package text

import (
	"slices"
	"testing"

	"congrad/experiments"
)

func TestPad(t *testing.T) {
	file, err := experiments.Files.ReadFile("tiny/base-1/tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	padded, err := Pad(file, 5000)
	if err != nil {
		t.Fatal(err)
	}
	before, err := Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	after, err := Parse(padded)
	if err != nil {
		t.Fatal(err)
	}
	if after.Size() != 5000 || before.Size() >= 5000 {
		t.Errorf("%d tokens, before %d", after.Size(), before.Size())
	}
	for _, text := range []string{"What is 2 + 3?", "<4999>", "ขอ 東京", ""} {
		if !slices.Equal(before.Encode(text), after.Encode(text)) {
			t.Errorf("%q has other ids", text)
		}
	}
	if got := after.Decode([]int{4999}); got != "<4999>" {
		t.Errorf("the last token is %q", got)
	}
	if _, err := Pad([]byte("{}"), 3); err == nil {
		t.Error("nothing was padded")
	}
}
