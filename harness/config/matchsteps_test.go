package config

import "testing"

func TestMatchSteps(t *testing.T) {
	const arm = "[[arms]]\nname = \"x\"\nselect = \"all\"\npolicy = \"mono\"\nmatch_steps = "
	for own, want := range map[string]string{
		arm + `"congrad"`:  "",
		arm + `"random"`:   "",
		arm + `"congradd"`: `x.toml:42: arms.x.match_steps: "congradd": no such arm; did you mean "congrad"?`,
		arm + `"x"`:        `x.toml:42: arms.x.match_steps: "x" cannot take as many steps as itself; name another arm, such as the one with select = "all"`,
		arm + `"baseline"`: `x.toml:42: arms.x.match_steps: "baseline" is not trained and takes no steps; name a trained arm, such as the one with select = "all"`,
		arm + "\"congrad\"\n[arms.train]\nepochs = 2":                                                        `x.toml:44: arms.x.train.epochs: give only one of match_steps and train.epochs`,
		arm + "\"congrad\"\n[arms.train]\nepochs = 0":                                                        `x.toml:42: arms.x.match_steps: "x" is not trained and takes no steps`,
		"[[arms]]\nname = \"x\"\nselect = \"none\"\nmatch_steps = \"congrad\"":                               `x.toml:41: arms.x.match_steps: "x" is not trained and takes no steps`,
		"[[arms]]\nname = \"x\"\nselect = \"congrad\"\nmatch_steps = \"congrad\"\ncongrad.mode = \"online\"": `x.toml:41: arms.x.match_steps: an online arm must see each pair once per epoch, so it takes the steps of its own epochs; remove this key`,
		"[[arms]]\nname = \"y\"\nselect = \"ifd\"\nmatch_steps = \"random\"\n" + arm + `"y"`:                 `x.toml:46: arms.x.match_steps: "y" takes as many steps as "random"; name that arm`,
		"[[arms]]\nname = \"y\"\nselect = \"all\"\npolicy = \"mono\"\n" + arm + `"y"`:                        `x.toml:46: arms.x.match_steps: "y" trains one model per language, and each takes its own number of steps; name an arm with one model`,
	} {
		if _, err := load(good + own + "\n"); err == nil && want != "" || err != nil && err.Error() != want {
			t.Errorf("%s:\ngot  %v\nwant %s", own, err, want)
		}
	}
}
