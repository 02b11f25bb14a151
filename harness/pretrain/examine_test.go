package pretrain

import (
	"context"
	"io/fs"
	"strings"
	"testing"

	"congrad/experiments"
	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/text"
	"congrad/harness/world"
)

// The embedded model is fit for preferences: in every language right and wrong answers are both common, and the judge
// tells them apart much more often than not. On the pure-Go backend one language stands for all.
func TestTheEmbeddedModelIsFit(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: samples answers and judges them")
	}
	r, err := Load(experiments.Files, "tiny/world-1.toml")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := fs.Sub(experiments.Files, "tiny/base-1")
	if err != nil {
		t.Fatal(err)
	}
	base, err := model.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	tokenizer, err := text.Parse(base.Tokenizer)
	if err != nil {
		t.Fatal(err)
	}
	chat, err := text.NewChat(tokenizer)
	if err != nil {
		t.Fatal(err)
	}
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		settings, per := r.World, 40
		if strings.HasSuffix(t.Name(), "/go") {
			settings.Languages, settings.Under, per = settings.Languages[:1], nil, 10
		}
		w, err := world.Open(experiments.Files, settings)
		if err != nil {
			t.Fatal(err)
		}
		e := nn.NewEngine(b, base.Config)
		weights, err := e.Upload(base.Weights)
		if err != nil {
			t.Fatal(err)
		}
		defer weights.Free()
		var examined []string
		err = Examine(context.Background(), e, weights, chat, w, per, func(x Examination) {
			examined = append(examined, x.Lang)
			right, ordered := float64(x.Sampled)/float64(x.Samples), float64(x.Ordered)/float64(x.Couples)
			if right < 0.1 || right > 0.8 || ordered < 0.75 || x.Unparsed*20 > x.Couples {
				t.Errorf("%s: %.2f of the sampled answers are right, %.2f of the pairs are ordered right, %d answers have no score", x.Lang, right, ordered, x.Unparsed)
			}
			if x.Items != per || x.Samples != examinedSamples*per || x.Couples < x.Items || x.Greedy > x.Items {
				t.Errorf("counts do not add up: %+v", x)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(examined) != len(settings.Languages) {
			t.Errorf("examined %v", examined)
		}
	})
}
