package forecast

import (
	"math"
	"os"
	"testing"

	"congrad/harness/model"
)

// Training Llama-3-8B in bfloat16 under adapters of rank 16, by hand: what is on the device and what in the program's memory.
func TestPlaces(t *testing.T) {
	source, err := os.ReadFile("../../experiments/shapes/llama-3-8b.json")
	if err != nil {
		t.Fatal(err)
	}
	c, err := model.ParseConfig(source)
	if err != nil {
		t.Fatal(err)
	}
	c.LoRA = model.LoRA{Rank: 16, Alpha: 16, Layers: "all"}
	m := Model{Config: c, BFloat16: true, Recompute: true, AtOnce: 1 << 25}
	const vocab, hidden, ffn, layers, kv = 128256, 4096, 14336, 32, 1024
	matrices := 2.0*vocab*hidden + layers*(2*hidden*hidden+2*hidden*kv+3*hidden*ffn)
	adapters := float64(layers * 16 * (2*(hidden+hidden) + 2*(hidden+kv) + 3*(hidden+ffn)))
	norms := float64((2*layers + 1) * hidden)
	stage := Stage{Kind: "train", Work: Trains, Largest: Block{Rows: 4, Seq: 512, Span: 256}, Policies: 2, Accumulated: 1}
	host, device := m.places(stage, 0)
	b := stage.Largest
	want := 2*matrices + 4*norms + (2+3+1)*4*adapters + m.Activations(b) + m.Logits(b) + m.Head()
	if math.Abs(device-want) > 1e-6*want {
		t.Errorf("on the device: %.4g bytes, want %.4g", device, want)
	}
	if at := 6 * 4 * adapters; host < at || host > at+10e9 {
		t.Errorf("on the host: %.4g bytes, at least %.4g of a checkpoint", host, at)
	}
	// All is somewhere: on a CPU both are one.
	for _, work := range []Work{Reads, Decodes, Differentiates, Trains} {
		s := Stage{Work: work, Largest: b, Answered: 4, Policies: 1, Pairs: 10, Numbers: 1000}
		host, device := m.places(s, 3)
		if whole := sum(m.bytes(s, 3)); host+device < 0.999*whole {
			t.Errorf("work %d: %.4g on the host and %.4g on the device are less than the %.4g of a CPU", work, host, device, whole)
		}
	}
}

// A profile's bfloat16 is what the products are reckoned in.
func TestProfiles(t *testing.T) {
	for _, p := range Profiles {
		if p.Speed.Half < p.Speed.Single || p.Memory < 20e9 || p.Speed.Efficiency <= 0 || p.Speed.Memory < 0.5e12 {
			t.Errorf("%+v", p)
		}
		if found, ok := FindProfile(p.Name); !ok || found != p {
			t.Errorf("%s is not found", p.Name)
		}
	}
}
