package config

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Keys of one arm are set by its name; words with commas are a list where the key is one.
func TestSetOfAnArm(t *testing.T) {
	e, err := load(good, "arms.congrad.keep.share=0.1", `arms."random".caption=by chance`, "arms.congrad.without=[de]", "languages.seen=en,de,th", "seeds=7", "arms.congrad.congrad.trust=en, th")
	if err != nil {
		t.Fatal(err)
	}
	got := []any{e.Arms[1].Keep.Share, e.Arms[2].Keep.Share, e.Arms[2].Caption, e.Arms[1].Without, e.Languages.Seen, e.Seeds, e.Arms[1].ConGrad.Trust}
	want := []any{0.1, 0.3, "by chance", []string{"de"}, []string{"en", "de", "th"}, []uint64{7}, []string{"en", "th"}}
	if !reflect.DeepEqual(want, got) {
		t.Errorf("%v, want %v", got, want)
	}
	if from := e.From("arms[1].keep.share"); from != "--set" {
		t.Errorf("the share comes from %q", from)
	}
	if !slices.Contains(e.Partial, "--set arms.congrad.keep.share=0.1") {
		t.Errorf("%q", e.Partial)
	}
	for set, want := range map[string]string{
		"arms.congard.keep.share=1":    `--set arms.congard.keep.share=1: "congard": no such arm; did you mean "congrad"? (baseline, congrad, random)`,
		"arms.congrad.keep.share=3":    "--set: arms.congrad.keep.share: 3 is out of range",
		"arms.congrad.keep.shar=0.3":   `--set: arms.congrad.keep.shar: no such key; did you mean "share"?`,
		"arms.congrad.beta=0.3":        `--set: arms.congrad.beta: no such key; did you mean "arms.congrad.loss.beta"?`,
		"train={}":                     "--set train={}: is a table, whose keys are set one by one: train.KEY=VALUE",
		"arms.congrad.keep=1":          "--set arms.congrad.keep=1: is a table",
		"arms.congrad=1":               "--set arms.congrad=1: name a key of the arm, as in arms.congrad.keep.share=0.5",
		"arms=[]":                      "--set arms=[]: arms are listed in the file; to change one, write arms.NAME.key=value",
		"arms.keep.share=1":            "--set arms.keep.share=1: name the arm (baseline, congrad, random), as in arms.baseline.keep.share=VALUE",
		"train.epochs=1,2":             `--set: train.epochs: want a whole number, got the string "1,2" (congrad run --sweep runs each of several values)`,
		"claims.text=x":                "claims are made in the file",
		"arms.congrad.name.x=1":        "name is not a table",
		`arms."congrad.keep.share=0.1`: "want key=value",
		"languages.seen=en,xx":         `--set: languages.seen: the 2nd entry, "xx": no such language`,
	} {
		if _, err := load(good, set); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\ngot  %v\nwant %s", set, err, want)
		}
	}
}

// A line of the file that is right by itself is not blamed for what the command line changes, and of several changes those are named that
// bring the error about.
func TestBlame(t *testing.T) {
	text := replaced(`select = "congrad"`, `select = "validation"`)
	for sets, want := range map[string]string{
		"keep.share=0.9":                              "--set keep.share=0.9 (with x.toml:26): arms.congrad: keep.share (0.9) and congrad.held_back (0.2) add up to more than 1",
		"title=t keep.share=0.9":                      "--set keep.share=0.9 (with x.toml:26): ",
		"keep.share=0.7 congrad.held_back=0.4":        "--set keep.share=0.7 --set congrad.held_back=0.4 (with x.toml:26): ",
		"evaluate.opponent=joint":                     `--set: evaluate.opponent: "joint" is neither an arm nor a file`,
		"arms.congrad.name=other evaluate.drift=true": `(with x.toml:37): arms.random.match: "congrad": no such arm`,
	} {
		if _, err := load(text, strings.Fields(sets)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\ngot  %v\nwant %s", sets, err, want)
		}
	}
	broken := strings.Replace(good, "share = 0.3", "share = 3", 1)
	if _, err := load(broken, "train.epochs=2"); err == nil || !strings.HasPrefix(err.Error(), "x.toml:16: keep.share: 3 is out of range") {
		t.Errorf("an error of the file alone: %v", err)
	}
}

// Errors count from 1, and call arms by their names as soon as those are theirs alone.
func TestPlaces(t *testing.T) {
	b := &binder{arms: ownNames([]map[string]any{{"name": "a"}, {"name": "b c"}, {"name": "d"}, {"name": "d"}, {}})}
	for key, want := range map[string]string{
		"train.epochs": "train.epochs", "arms[0].keep.share": "arms.a.keep.share", "arms[1].match": `arms."b c".match`, "arms[0]": "arms.a", "arms[0].name": "the 1st arm: name",
		"arms[2].select": "the 3rd arm: select", "arms[4]": "the 5th arm", "claims[0].arms": "the 1st claim: arms", "published[11]": "the 12th published number",
	} {
		if got := b.shown(key); got != want {
			t.Errorf("%s is shown as %q, want %q", key, got, want)
		}
	}
}

// A key at the wrong place, or under another tool's name, is found at the right one.
func TestElsewhere(t *testing.T) {
	for source, want := range map[string]string{
		"[columns]\nprompt = \"q\"\n" + good:                        `columns: no such key; did you mean "prompts.columns" or "pairs.columns" or "evaluate.columns"?`,
		strings.Replace(good, "iterations = 3", "epochs = 2", 1):    `epochs: no such key; did you mean "train.epochs"?`,
		strings.Replace(good, "iterations = 3", "lr = 2", 1):        `lr: no such key; did you mean "train.learning_rate"?`,
		strings.Replace(good, "iterations = 3", "iteration = 2", 1): `iteration: no such key; did you mean "iterations"?`,
		strings.Replace(good, "[arms.loss]\n", "", 1):               "", // of [arms.congrad]
	} {
		_, err := load(source)
		if want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
