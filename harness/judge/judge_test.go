package judge

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"regexp"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/text"
)

func TestReference(t *testing.T) {
	ctx := context.Background()
	scores, err := Reference{}.Scores(ctx, []Item{{"?", "Kenya", "Kenya"}, {"?", "Kenia", "Kenya"}, {"?", "xyz", "Kenya"}, {"?", "", "Kenya"}})
	if err != nil {
		t.Fatal(err)
	}
	if scores[0].Value != 1 || !(scores[1].Value < 1 && scores[1].Value > scores[2].Value) || scores[3].Value != 0 {
		t.Errorf("%v", scores)
	}
	if _, err := (Reference{}).Scores(ctx, []Item{{"?", "Kenya", ""}}); err == nil {
		t.Error("an answer was judged against nothing")
	}
}

func TestExpectedDigit(t *testing.T) {
	ids := []int{2, 3, 4, 5, 6} // of the digits 1 to 5
	low := float32(-30)
	for name, c := range map[string]struct {
		logits []float32
		want   Score
	}{
		"certain":                  {[]float32{low, low, low, low, low, low, 9}, Score{5, true}},
		"between two":              {[]float32{low, low, low, 1, 1, low, low}, Score{2.5, true}},
		"with other tokens beside": {[]float32{0.9, low, 1, low, low, low, 1}, Score{3, true}},
		"something else is said":   {[]float32{1.1, low, 1, low, low, low, 1}, Score{}},
	} {
		got := expected(c.logits, ids)
		if got.Parsed != c.want.Parsed || math.Abs(got.Value-c.want.Value) > 1e-6 {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// self is a judge of random weights whose tokens are bytes.
func self(t *testing.T, b device.Backend, change func(w *model.Weights)) Self {
	t.Helper()
	data, err := text.Train(nil, 256+len(text.SpecialTokens), text.SpecialTokens)
	if err != nil {
		t.Fatal(err)
	}
	tokenizer, err := text.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	s := Self{Tokens: 256}
	if s.Chat, err = text.NewChat(tokenizer); err != nil {
		t.Fatal(err)
	}
	w := model.New(model.Config{Vocab: tokenizer.Size(), Hidden: 8, Layers: 1, Heads: 2, KVHeads: 1, HeadDim: 4, FFN: 12, RopeBase: 100, NormEps: 1e-5, Tied: true}, 1)
	change(w)
	s.Engine = nn.NewEngine(b, w.Config)
	if s.Weights, err = s.Engine.Upload(w); err != nil {
		t.Fatal(err)
	}
	return s
}

var items = []Item{{"Capital?", "Nairobi", "Nairobi"}, {"Capital?", "Kisumu", "Nairobi"}}

func TestJudgeThatIsNoNumberIsAnError(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		if _, err := self(t, b, func(*model.Weights) {}).Scores(context.Background(), items); err != nil {
			t.Fatal(err)
		}
		for _, damage := range []float64{math.NaN(), math.Inf(1)} {
			s := self(t, b, func(w *model.Weights) { w.Tensors[0][0] = float32(damage) }) // the logit of padding, which no digit is compared with
			if _, err := s.Scores(context.Background(), items); !errors.Is(err, nn.ErrNotFinite) {
				t.Errorf("a logit of %g: %v", damage, err)
			}
		}
	})
}

func TestCancelledJudgingStops(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := self(t, b, func(*model.Weights) {}).Scores(ctx, items); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
}

// The interface that docs/add-a-judge.md shows is the one that there is.
func TestDocumentedInterface(t *testing.T) {
	document, err := os.ReadFile("../../docs/add-a-judge.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("judge.go")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("(?ms)^```go\n(.*?)^```").FindSubmatch(document)
	if shown == nil || !bytes.Contains(source, shown[1]) {
		t.Errorf("judge.go has not what the document shows: %s", shown)
	}
}
