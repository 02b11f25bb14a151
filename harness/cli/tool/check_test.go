package tool_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"congrad/harness/cli"
	"congrad/harness/exit"
	"congrad/harness/model/safetensors"
	"congrad/harness/text"
)

// families are small models, and what transformers computes with them.
const families = "../../nn/testdata/families"

// modelWithTokenizer copies a model into a folder with a tokenizer, which it lacks there.
func modelWithTokenizer(t *testing.T, name string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(families, name))); err != nil {
		t.Fatal(err)
	}
	added := []map[string]any{}
	for i, token := range text.SpecialTokens {
		added = append(added, map[string]any{"id": i + 1, "content": token, "special": true})
	}
	data, err := json.Marshal(map[string]any{
		"version": "1.0", "added_tokens": added, "decoder": map[string]any{"type": "ByteLevel"},
		"pre_tokenizer": map[string]any{"type": "Sequence", "pretokenizers": []any{
			map[string]any{"type": "Digits", "individual_digits": true}, map[string]any{"type": "ByteLevel"},
		}},
		"model": map[string]any{"type": "BPE", "vocab": map[string]int{"a": 0}, "merges": []string{}},
	})
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "tokenizer.json"), data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func checking(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = cli.Main(append([]string{"model", "check", "--device", "go"}, args...), strings.NewReader(""), &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

func TestModelsComputeWhatTransformersDoes(t *testing.T) {
	folders, err := os.ReadDir(families)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		dir := modelWithTokenizer(t, f.Name())
		code, out, errs := checking(t, dir, "--reference", filepath.Join(dir, "reference.safetensors"))
		if code != 0 || !strings.Contains(out, "the likeliest next token is the same in 60 of 60 positions") || strings.Count(out, "20 of 20") != 3 {
			t.Errorf("%s: exit code %d\n%s%s", f.Name(), code, out, errs)
		}
	}
}

// stored is a tensor of a file of references under construction.
type stored struct {
	name  string
	dtype safetensors.DType
	dims  []int
	data  []byte
}

func writeReference(t *testing.T, tensors ...stored) string {
	t.Helper()
	header, body := map[string]any{}, []byte{}
	for _, s := range tensors {
		header[s.name] = map[string]any{"dtype": s.dtype, "shape": s.dims, "data_offsets": []int{len(body), len(body) + len(s.data)}}
		body = append(body, s.data...)
	}
	text, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "reference.safetensors")
	if err := os.WriteFile(file, slices.Concat(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text, body), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func ids(dims []int, list ...int64) stored {
	s := stored{"input_ids", safetensors.I64, dims, nil}
	for _, id := range list {
		s.data = binary.LittleEndian.AppendUint64(s.data, uint64(id))
	}
	return s
}

func logits(dims []int, list ...float32) stored {
	s := stored{"logits", safetensors.F32, dims, nil}
	for _, x := range list {
		s.data = binary.LittleEndian.AppendUint32(s.data, math.Float32bits(x))
	}
	return s
}

// One logit of the reference is changed, in row 2 after token 7.
func TestModelCheckFindsTheDifference(t *testing.T) {
	dir := modelWithTokenizer(t, "qwen3")
	c, err := safetensors.OpenFile(os.DirFS(dir), "reference.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	list, values := make([]int64, 3*20), make([]float32, 3*20*64)
	if err := c.Int64("input_ids", list); err != nil {
		t.Fatal(err)
	}
	if err := c.Float32("logits", values); err != nil {
		t.Fatal(err)
	}
	at := (2*20+7)*64 + 9
	for _, x := range []struct {
		by   float32
		args []string
		code int
		want string
	}{
		{0.5, nil, exit.Data, "the logits after token 8 of row 3 differ by 0.5 from those of"},
		{float32(math.NaN()), nil, exit.Data, "the logits after token 8 of row 3 differ by NaN"},
		{0.5, []string{"--tolerance", "0.6"}, 0, ""},
		{1000, []string{"--tolerance", "2e3", "--positions"}, 0, ""},
	} {
		before := values[at]
		values[at] += x.by
		file := writeReference(t, ids([]int{3, 20}, list...), logits([]int{3, 20, 64}, values...))
		code, out, errs := checking(t, append(x.args, dir, "--reference", file)...)
		if code != x.code || !strings.Contains(errs, x.want) || !strings.Contains(out, "after token 8 of row 3;") {
			t.Errorf("one logit changed by %g: exit code %d\n%s%s", x.by, code, out, errs)
		}
		lines := strings.Count(out, "\n")
		if positions := len(x.args) == 3; positions && (lines != 1+1+60+1 || !strings.Contains(out, "in 59 of 60 positions")) || !positions && lines != 1+1+3+1 {
			t.Errorf("%d lines:\n%s", lines, out)
		}
		values[at] = before
	}
}

func TestModelCheckRefuses(t *testing.T) {
	dir := modelWithTokenizer(t, "llama")
	some := make([]float32, 2*64)
	short := logits([]int{1, 2, 64}, some...)
	short.dtype, short.dims = safetensors.BF16, []int{1, 4, 64}
	for name, c := range map[string]struct {
		tensors []stored
		want    string
	}{
		"no ids":          {[]stored{logits([]int{1, 2, 64}, some...)}, `no tensor "input_ids"; input_ids and logits are needed (the file has logits)`},
		"no logits":       {[]stored{ids([]int{1, 2}, 1, 2)}, `no tensor "logits"`},
		"ids of one row":  {[]stored{ids([]int{2}, 1, 2), logits([]int{1, 2, 64}, some...)}, "input_ids have the shape [2]; want [batch, seq]"},
		"no rows":         {[]stored{ids([]int{0, 2}), logits([]int{0, 2, 64})}, "input_ids have the shape [0 2]"},
		"flat logits":     {[]stored{ids([]int{1, 2}, 1, 2), logits([]int{2, 64}, some...)}, "logits have the shape [2 64]; want [batch, seq, vocab]"},
		"last logits":     {[]stored{ids([]int{1, 2}, 1, 2), logits([]int{1, 1, 64}, some[:64]...)}, "input_ids have the shape [1 2] and logits [1 1 64]"},
		"another type":    {[]stored{ids([]int{1, 4}, 1, 2, 3, 4), short}, "logits are stored as BF16; want F32"},
		"ids as floats":   {[]stored{{"input_ids", safetensors.F32, []int{1, 2}, make([]byte, 8)}, logits([]int{1, 2, 64}, some...)}, "input_ids are stored as F32; want I64"},
		"an id too large": {[]stored{ids([]int{1, 2}, 1, 64), logits([]int{1, 2, 64}, some...)}, "input_ids: token 2 of row 1 is 64, but the logits cover ids 0 to 63"},
		"a negative id":   {[]stored{ids([]int{1, 2}, -1, 2), logits([]int{1, 2, 64}, some...)}, "input_ids: token 1 of row 1 is -1"},
		"other tokens":    {[]stored{ids([]int{1, 2}, 1, 2), logits([]int{1, 2, 60}, some[:120]...)}, "the logits cover 60 tokens, the model has 64"},
	} {
		file := writeReference(t, c.tensors...)
		if code, _, errs := checking(t, dir, "--reference", file); code != exit.Data || !strings.Contains(errs, file+": "+c.want) {
			t.Errorf("%s: exit code %d, %q, want an error with %q", name, code, errs, c.want)
		}
	}
	fits := writeReference(t, ids([]int{1, 2}, 1, 2), logits([]int{1, 2, 64}, some...))
	for args, c := range map[string]struct {
		code int
		want string
	}{
		dir:                          {exit.Config, "--reference is needed"},
		dir + " --reference nothing": {exit.Data, "nothing: reading safetensors: nothing: no such file or folder"},
		dir + " --reference " + fits + " --tolerance=-1": {exit.Config, "--tolerance -1: want"},
		"nowhere --reference " + fits:                    {exit.Data, `"nowhere" is neither`},
		"--reference " + fits:                            {exit.Config, "congrad: model check: name a model folder, as in"},
	} {
		if code, _, errs := checking(t, strings.Fields(args)...); code != c.code || !strings.Contains(errs, c.want) {
			t.Errorf("congrad model check %s: exit code %d, %q, want an error with %q", args, code, errs, c.want)
		}
	}
	var out, errs bytes.Buffer
	if code := cli.Main([]string{"model", "chekc"}, strings.NewReader(""), &out, &errs); code != exit.Config || !strings.Contains(errs.String(), `"chekc": no such command; did you mean "check"? (congrad model --help)`) {
		t.Errorf("congrad model chekc: exit code %d, %q", code, errs.String())
	}
}
