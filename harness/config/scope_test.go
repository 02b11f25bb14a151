package config

import "testing"

func TestScope(t *testing.T) {
	const arm = "[[arms]]\nname = \"x\"\nselect = "
	for own, want := range map[string]string{
		arm + "\"congrad\"\n[arms.congrad]\nscope = \"block\"":                       "",
		arm + "\"anti\"\n[arms.congrad]\nscope = \"weight\"":                         "",
		arm + "\"all\"\n[arms.train]\naggregator = \"mgda\"\nscope = \"block\"":      "",
		arm + "\"all\"\n[arms.train]\nscope = \"block\"":                             `x.toml:42: arms.x.train.scope: is read by train.aggregator, and arm "x" has none`,
		arm + "\"validation\"\n[arms.congrad]\nscope = \"block\"":                    `x.toml:42: arms.x.congrad.scope: is read by congrad and anti; arm "x" finds no consensus`,
		arm + "\"congrad\"\n[arms.congrad]\nscope = \"blocks\"":                      `x.toml:42: arms.x.congrad.scope: "blocks": want one of model, block, weight; did you mean "block"?`,
		arm + "\"congrad\"\n[arms.congrad]\nscope = \"block\"\nsketch = \"exact\"":   `x.toml:42: arms.x.congrad.scope: "block": exact gradients are compared over all weights at once; choose a sketch, since arm "x" has congrad.sketch = "exact"`,
		arm + "\"congrad\"\n[arms.congrad]\nscope = \"block\"\nsketch_numbers = 100": `x.toml:42: arms.x.congrad.scope: "block": congrad.sketch_numbers = 100 adds up the numbers of all weights; set it to 0`,
		arm + "\"congrad\"\n[arms.congrad]\nscope = \"weight\"\nmode = \"online\"\n": `x.toml:42: arms.x.congrad.scope: "weight": during training, the consensus is one of the whole model, and arm "x" is online`,
		"[congrad]\nscope = \"block\"\n" + arm + "\"validation\"\n":                  "",
	} {
		if _, err := load(good + own + "\n"); err == nil && want != "" || err != nil && err.Error() != want {
			t.Errorf("%s:\ngot  %v\nwant %s", own, err, want)
		}
	}
}
