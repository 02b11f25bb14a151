package config

import (
	"strings"
	"testing"
)

func TestEvaluateTemperature(t *testing.T) {
	const control = "[[arms]]\nname = \"sharper\"\nselect = \"none\"\nevaluate_temperature = 0.3\n"
	for source, want := range map[string]string{
		good + control: `x.toml:41: arms.sharper.evaluate_temperature: is for sampled answers, but evaluate.samples is 0; set it to 1 or more`,
		strings.Replace(good, "[evaluate]", "[evaluate]\nsamples = 2", 1) + control:                                                                      "",
		strings.NewReplacer("[evaluate]", "[evaluate]\nsamples = 2", "select = \"none\"", "select = \"none\"\nevaluate_temperature = 0.3").Replace(good): `x.toml:26: arms.baseline.evaluate_temperature: "baseline" is the opponent, whose answers are sampled at evaluate.temperature; add another arm with select = "none"`,
	} {
		if _, err := load(source); err == nil && want != "" || err != nil && err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}
