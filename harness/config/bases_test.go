package config

import (
	"strings"
	"testing"
)

// Further models are checked like the first, and there is a seed for each.
func TestBases(t *testing.T) {
	bases := strings.Replace(good, "iterations = 3", "iterations = 3\nbases = [\"tiny-b\"]", 1)
	for name, c := range map[string]struct {
		sets []string
		want string
	}{
		"good":           {nil, ""},
		"the model":      {[]string{"bases=[\"tiny\"]"}, `bases: the 1st entry, "tiny", is the model itself; name further ones`},
		"fewer seeds":    {[]string{"seeds=[2]"}, ""},
		"adapters":       {[]string{"lora.rank=4"}, "bases: adapters stand on one model; set lora.rank to 0, or run the experiment once for each model"},
		"no such model":  {[]string{"bases=[\"nowhere\"]"}, "bases: the 1st entry: "},
		"judging a file": {[]string{"evaluate.judge=self", "evaluate.opponent=a.jsonl"}, "bases: the base model judges the answers of a file"},
	} {
		_, err := load(bases, c.sets...)
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}
