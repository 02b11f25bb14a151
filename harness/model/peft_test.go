package model

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"congrad/harness/model/safetensors"
)

// adapterFolder is what WriteAdapter writes, as a folder.
func adapterFolder(t *testing.T, w *Weights) fstest.MapFS {
	t.Helper()
	dir := fstest.MapFS{}
	err := WriteAdapter(func(name string, content func(io.Writer) error) error {
		var b bytes.Buffer
		err := content(&b)
		dir[name] = &fstest.MapFile{Data: b.Bytes()}
		return err
	}, w, "base", safetensors.F32)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// trainedAdapters are adapters of a set that change the model.
func trainedAdapters(layers string) *Weights {
	c := small
	c.LoRA = LoRA{Rank: 3, Alpha: 6, Layers: layers}
	w := New(c, 2)
	for _, data := range w.Tensors {
		for i := range data {
			data[i] = float32(i%5)/4 - 0.5
		}
	}
	return w
}

// An adapter that was written and read again gives the model that merging gives, to the last bit; what PEFT expects of the files is there.
func TestAdaptersComeBack(t *testing.T) {
	for _, layers := range Sets {
		adapters := trainedAdapters(layers)
		dir := adapterFolder(t, adapters)
		base := New(small, 1)
		want, err := Merge(base, adapters)
		if err != nil {
			t.Fatal(err)
		}
		name, is, err := AdapterBase(dir)
		if err != nil || !is || name != "base" {
			t.Errorf("the folder is an adapter of %q: %v, %v", name, is, err)
		}
		f, err := Adapt(&Folder{Config: small, Weights: base}, dir)
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.Load()
		if err != nil {
			t.Fatal(err)
		}
		if got.Hash() != want.Hash() {
			t.Errorf("%s: the adapter that is read is not the one that was written", layers)
		}
		var settings struct {
			TargetModules []string `json:"target_modules"`
			Layers        []int    `json:"layers_to_transform"`
		}
		if err := json.Unmarshal(dir[peftConfig].Data, &settings); err != nil {
			t.Fatal(err)
		}
		attention := slices.Contains(settings.TargetModules, "q_proj") && slices.Contains(settings.TargetModules, "o_proj")
		mlp := slices.Contains(settings.TargetModules, "gate_proj") && slices.Contains(settings.TargetModules, "down_proj")
		if attention != (layers != MLP) || mlp != (layers != Attention) || (len(settings.Layers) == 1) != (layers == Last) {
			t.Errorf("%s: %+v", layers, settings)
		}
		c, err := safetensors.OpenFile(dir, peftWeights)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range c.Names() {
			if !strings.HasPrefix(name, "base_model.model.model.layers.") {
				t.Errorf("%s is no module of PEFT's", name)
			}
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A rank-stabilised adapter is scaled by the root of its rank.
func TestRankStableAdapters(t *testing.T) {
	adapters := trainedAdapters(AllProjections)
	dir := adapterFolder(t, adapters)
	dir[peftConfig].Data = bytes.Replace(dir[peftConfig].Data, []byte(`"bias"`), []byte(`"use_rslora": true, "bias"`), 1)
	adapters.Config.LoRA.Alpha *= 1.7320508075688772 // sqrt(3): alpha/sqrt(rank) is alpha·sqrt(rank)/rank
	want, err := Merge(New(small, 1), adapters)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Adapt(&Folder{Config: small, Weights: New(small, 1)}, dir)
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Load()
	if err != nil {
		t.Fatal(err)
	}
	for i := range got.Tensors {
		for j, x := range got.Tensors[i] {
			if d := float64(x - want.Tensors[i][j]); d > 1e-6 || d < -1e-6 {
				t.Fatalf("%s is %g from the merged one", small.Shapes()[i].Name, d)
			}
		}
	}
}

// What would be merged wrongly is refused by name.
func TestAdaptersThatAreRefused(t *testing.T) {
	for change, want := range map[[2]string]string{
		{`"LORA"`, `"IA3"`}:                                  `adapter_config.json: peft_type "IA3"; only "LORA" is read`,
		{`"bias": "none"`, `"bias": "all"`}:                  `bias "all"; only "none" is read`,
		{`"bias"`, `"use_dora": true, "bias"`}:               "use_dora true",
		{`"fan_in_fan_out": false`, `"fan_in_fan_out":true`}: "fan_in_fan_out true",
		{`"bias"`, `"modules_to_save": ["lm_head"], "bias"`}: "modules_to_save [lm_head]",
		{`"bias"`, `"alpha_pattern": {"q_proj": 3}, "bias"`}: "alpha_pattern is not read",
		{`"r": 3`, `"r": 0`}:                                 "r 0 and lora_alpha 6: want both above 0",
		{`"base_model_name_or_path": "base"`, `"x": 1`}:      "base_model_name_or_path is missing",
		{`{`, ``}: "opening an adapter: adapter_config.json: ",
	} {
		dir := adapterFolder(t, trainedAdapters(AllProjections))
		dir[peftConfig].Data = bytes.Replace(dir[peftConfig].Data, []byte(change[0]), []byte(change[1]), 1)
		if _, err := Adapt(&Folder{Config: small, Weights: New(small, 1)}, dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s for %s: %v, want an error with %q", change[1], change[0], err, want)
		}
	}
	other := small
	other.Hidden *= 2
	if _, err := Adapt(&Folder{Config: other, Weights: New(other, 1)}, adapterFolder(t, trainedAdapters(AllProjections))); err == nil || !strings.Contains(err.Error(), "do not fit its shape") {
		t.Errorf("the adapter of another model: %v", err)
	}
	missing := fstest.MapFS{peftConfig: adapterFolder(t, trainedAdapters(MLP))[peftConfig]}
	if _, err := Adapt(&Folder{Config: small, Weights: New(small, 1)}, missing); err == nil || !strings.Contains(err.Error(), peftWeights) {
		t.Errorf("an adapter without weights: %v", err)
	}
}
