package config

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"congrad/harness/lang"
	"congrad/harness/loss"
	"congrad/harness/method"
	"congrad/harness/model"
	"congrad/harness/suggest"
	"congrad/harness/tomlfile"
)

// World is what an experiment refers to by name.
type World struct {
	Languages lang.Table // any other language of ISO 639 is known, too
	Tasks     []string
	Embedded  []string // those tasks whose items are the embedded world's
	// TaskFile reports what is wrong with a task file outside the shipped ones.
	TaskFile func(path string) error
	// Measured reports why a task, by its name, gives no numbers of a measure in any of these languages.
	Measured func(name, measure string, languages []string) error
	// Instructions reports what is wrong with a file of a judge's instructions.
	Instructions func(path string) error
	// Model reports what is wrong with a model's name or folder.
	Model func(name string) error
}

// SeedsFlag begins the change that the flag --seeds makes: "--seeds 1,2" is "seeds=[1,2]" under the name that the user typed.
const SeedsFlag = "--seeds "

// Load reads an experiment. file is the name that errors carry; sets are "key=value" changes from the command line, or begin with SeedsFlag. All
// that is wrong is in the one error, a line for each, in the order of the file.
//
// A file with a table [grid] is as many experiments as the grid has cells, and what is returned is the one that has neither
// key of the grid, with the cells in it.
func Load(file string, source []byte, sets []string, world World) (*Experiment, error) {
	e, wrong := loadCell(file, source, sets, world, nil)
	wrong = blame(file, source, sets, world, wrong)
	if e.Grid != nil {
		wrong = append(wrong, e.Grid.fill(file, source, sets, world)...)
	}
	if err := joined(wrong); err != nil {
		return nil, err
	}
	return e, nil
}

// loadCell reads an experiment, or, with the values of a cell, that cell of its grid, and what is wrong with it.
func loadCell(file string, source []byte, sets []string, world World, cell []cellValue) (*Experiment, []problem) {
	raw := map[string]any{}
	if _, _, err := tomlfile.Decode(file, string(source), &raw); err != nil {
		return &Experiment{}, []problem{{0, err.Error()}}
	}
	b := &binder{file: file, lines: locate(string(source)), sets: map[string]bool{}, given: map[string]bool{}, bad: map[string]bool{}}
	for _, set := range sets {
		if list, seeds := strings.CutPrefix(set, SeedsFlag); seeds {
			set = "seeds=[" + list + "]"
		}
		b.set(raw, set)
	}
	e := &Experiment{Source: source}
	grid := b.takeGrid(raw)
	b.put(raw, cell)
	world.Languages = b.bindDefinitions(raw, e, world.Languages)
	nameLanguages(raw, world.Languages)
	defined := b.origins // which come last in a resolved file: behind a table there is no key of the file itself
	b.origins = nil
	b.bind("", "", raw, reflect.ValueOf(e).Elem(), reflect.Value{})
	b.bindArms(raw, e)
	b.bindPublished(raw, e)
	b.bindClaims(raw, e)
	b.settlePrompts(e)
	b.settlePairs(e)
	b.settleEndpoint(e)
	b.settleChat(e)
	b.settleAnswers(e)
	b.settleEvaluate(e)
	b.settleReference(e)
	b.across = true
	b.checkLanguages(e, world)
	b.checkTogether(e, world)
	for _, set := range sets {
		e.Partial = append(e.Partial, flagsOf([]string{set}))
	}
	e.Origins = append(b.origins, defined...)
	if cell == nil {
		e.Grid = grid
	}
	return e, b.wrong
}

// bindArms reads the arms, which inherit the experiment's loss, training, filter and share.
func (b *binder) bindArms(raw map[string]any, e *Experiment) {
	list, err := tables(raw["arms"])
	if err != nil {
		b.report("arms", "want a table [[arms]] for each arm, or a list of inline tables: %v", err)
		return
	}
	if len(list) == 0 {
		b.report("arms", "an experiment compares at least one arm: write [[arms]]")
		return
	}
	b.arms = ownNames(list)
	base := reflect.ValueOf(Arm{Loss: e.Loss, Train: e.Train, ConGrad: e.ConGrad, Keep: e.Keep})
	e.Arms = make([]Arm, len(list))
	for i, table := range list {
		key := "arms[" + itoa(i) + "]"
		b.bind(key, "arms", table, reflect.ValueOf(&e.Arms[i]).Elem(), base)
		b.settleAtZero(key+".keep", &e.Arms[i])
	}
}

// tables are the tables of a list, written as [[name]] or as name = [{...}, {...}]; none if the list is not given.
func tables(given any) ([]map[string]any, error) {
	switch given := given.(type) {
	case nil:
		return nil, nil
	case []map[string]any:
		return given, nil
	case []any:
		list := make([]map[string]any, len(given))
		for i, x := range given {
			table, ok := x.(map[string]any)
			if !ok {
				return nil, fmt.Errorf("the %s entry is %s", nth(i), describe(x))
			}
			list[i] = table
		}
		return list, nil
	}
	return nil, fmt.Errorf("got %s", describe(given))
}

// joined is what is wrong, by line, each problem once.
func joined(wrong []problem) error {
	if len(wrong) == 0 {
		return nil
	}
	slices.SortStableFunc(wrong, func(x, y problem) int { return cmp.Or(cmp.Compare(x.line, y.line), cmp.Compare(x.text, y.text)) })
	var lines []string
	for _, p := range slices.Compact(wrong) {
		lines = append(lines, p.text)
	}
	return errors.New(strings.Join(lines, "\n"))
}

// longestName is in bytes. A file system takes 255 in a name, and the run's folder adds what the command line changed.
const longestName = 120

var wellNamed = regexp.MustCompile(`^\w[\w.-]*$`)

// CheckName reports what is wrong with an experiment's name. It is a folder below runs/ and an argument of commands: it
// cannot lead elsewhere, hide itself or look like a flag.
func CheckName(s string) error {
	if len(s) > longestName {
		return fmt.Errorf("%q...: has %d characters, want at most %d: it becomes a part of file names", s[:20], len(s), longestName)
	}
	if !wellNamed.MatchString(s) {
		return fmt.Errorf(`%q: want letters (a to z), digits, ".", "_" and "-", without "." or "-" at the start`, s)
	}
	return nil
}

// checkTogether holds the values against each other and against what they name.
func (b *binder) checkTogether(e *Experiment, w World) {
	if err := CheckName(e.Name); err != nil {
		b.report("name", "%v", err)
	}
	names := func(key string, list, known []string, what, command string) {
		for i, name := range list {
			if !slices.Contains(known, name) {
				b.report(key, "the %s entry, %q: no such %s%s (%s)", nth(i), name, what, w.Languages.DidYouMean(name, known), command)
			}
		}
	}
	if b.sound("languages.seen", "languages.unseen") {
		names("languages.under_represented", e.Languages.UnderRepresented, e.Languages.All(), "language of this experiment", "it must be in seen or unseen")
	}
	if b.sound("languages.seen") {
		names("pair.flip_languages", e.Pair.FlipLanguages, e.Languages.Seen, "seen language of this experiment", "only pairs of seen languages are trained on")
	}
	b.checkTrust(e, w)
	b.checkTasks(e, w)
	for i, code := range e.Languages.Unseen {
		if b.sound("languages.seen") && slices.Contains(e.Languages.Seen, code) {
			b.report("languages.unseen", "the %s entry, %q, is also in seen; list a language only once", nth(i), code)
		}
	}
	if err := w.Model(e.Model); err != nil {
		b.report("model", "%v", err)
	}
	b.checkBases(e, w)
	if b.sound("base.steps") && !math.IsNaN(e.Base.SharedShare) && e.Base.Steps == 0 {
		b.report("base.shared_share", "needs further training on the new mixture, but base.steps is 0; set base.steps too")
	}
	b.checkPrompts(e)
	b.checkPairs(e)
	b.checkEndpoint(e, w)
	b.checkEvaluate(e)
	b.checkChat(e)
	b.checkAnswerColumns(e)
	b.checkArms(e, w)
	b.checkAdapters(e)
	b.checkPublished(e, w)
	b.checkClaims(e, w)
}

// checkAdapters reports what adapters leave no room for.
func (b *binder) checkAdapters(e *Experiment) {
	if e.LoRA.Rank == 0 || !b.sound("lora.rank") {
		return
	}
	if e.Base.Steps > 0 && b.sound("base.steps") {
		b.report("lora.rank", "adapters cannot be combined with further training, and base.steps is %d; set one of them to 0", e.Base.Steps)
	}
	told := map[string]bool{}
	for i, a := range e.Arms {
		have, want := e.LoRA.Layers, a.ConGrad.Layers
		key := b.giving("arms["+itoa(i)+"].", "congrad.layers")
		if b.sound("lora.layers") && b.soundArm(i, "congrad.layers") && !told[key] && (have == model.Attention && want == model.MLP || have == model.MLP && want == model.Attention) {
			b.report(key, "%q: only the matrices of %q have adapters (lora.layers), so there is no gradient to compare", want, have)
			told[key] = true
		}
	}
}

// checkAggregators reports those that a table gives and that do not exist; owner is "" or the arm.
func (b *binder) checkAggregators(owner string, c ConGrad, t Train) {
	for _, x := range []struct {
		key, name string
		known     []string
	}{
		{owner + "congrad.aggregator", c.Aggregator, aggregators()},
		{owner + "train.aggregator", t.Aggregator, append([]string{noSurgery}, aggregators()...)},
	} {
		if b.given[x.key] && !slices.Contains(x.known, x.name) {
			b.report(x.key, "%q: no such aggregator%s (congrad ls methods)", x.name, suggest.DidYouMean(x.name, x.known))
		}
	}
}

// checkScopes reports scopes of an arm where nothing tells the weights apart, or where nothing is combined.
func (b *binder) checkScopes(i int, a Arm) {
	arm := "arms[" + itoa(i) + "]."
	if b.given[arm+"train.scope"] && a.Train.Scope != model.WholeModel && !a.Train.Surgery() {
		b.report(arm+"train.scope", "is read by train.aggregator, and arm %q has none", a.Name)
	}
	key, c := b.giving(arm, "congrad.scope"), a.ConGrad
	switch {
	case c.Scope == model.WholeModel:
	case a.Selector().Reads != method.ReadsConsensus:
		if b.given[arm+"congrad.scope"] {
			b.report(key, "is read by %s; arm %q finds no consensus", and(selectors(func(s method.Selector) bool { return s.Reads == method.ReadsConsensus })), a.Name)
		}
	case a.Online():
		b.report(key, "%q: during training, the consensus is one of the whole model, and arm %q is online", c.Scope, a.Name)
	case c.Sketch == "exact":
		b.report(key, "%q: exact gradients are compared over all weights at once; choose a sketch, since arm %q has congrad.sketch = \"exact\"", c.Scope, a.Name)
	case c.SketchNumbers != 0:
		b.report(key, "%q: congrad.sketch_numbers = %d adds up the numbers of all weights; set it to 0", c.Scope, c.SketchNumbers)
	}
}

func (b *binder) checkArms(e *Experiment, w World) {
	var names []string
	b.checkAggregators("", e.ConGrad, e.Train)
	for i, a := range e.Arms {
		key := "arms[" + itoa(i) + "]"
		if slices.Contains(names, a.Name) {
			b.report(key+".name", "%q: another arm has this name", a.Name)
		}
		names = append(names, a.Name)
		if err := checkArmName(a.Name); err != nil {
			b.report(key+".name", "%v", err)
		}
		b.checkAggregators(key+".", a.ConGrad, a.Train)
		if b.soundArm(i, "select") && !matching(a.Selector()) && a.Match != "" {
			b.report(key+".match", "only an arm with select = \"random\" or \"oracle\" can match another arm's count")
		}
	}
	for i, a := range e.Arms {
		key := "arms[" + itoa(i) + "]"
		if (a.Selector().Picks == method.PicksMatching || matching(a.Selector()) && a.Match != "") && b.soundArm(i, "match") && b.soundArms(e, "name", "select", "policy") {
			other := e.FindArm(a.Match)
			switch {
			case a.Match == "":
				b.report(key, "an arm with select = \"random\" needs match = \"...\", the arm whose count it copies")
			case other == nil:
				b.report(key+".match", "%q: no such arm%s", a.Match, suggest.DidYouMean(a.Match, names))
			case other.Mono():
				b.report(key+".match", "%q trains one model per language; match an arm whose models see the same pairs", a.Match)
			case !other.Ranks() || other.Match != "":
				b.report(key+".match", "%q does not choose how many pairs it keeps; match an arm that ranks them, such as one with select = \"congrad\"", a.Match)
			}
		}
		if left := 1 - a.ConGrad.HeldBack; b.soundArm(i, "select", "keep", "congrad.held_back") && a.Selector().Reads.HeldBack() && a.Keep.ByShare() && a.Keep.Share > left+1e-9 {
			b.report(key, "keep.share (%g) and congrad.held_back (%g) add up to more than 1", a.Keep.Share, a.ConGrad.HeldBack)
		}
	}
	for i, a := range e.Arms {
		if a.Mono() && b.soundArm(i, "select", "keep.quota", "train.temperature") {
			b.checkMono("arms["+itoa(i)+"]", a)
		}
		if b.sound("languages.seen") && b.soundArm(i, "select", "policy") {
			b.checkWithout("arms["+itoa(i)+"].without", a, e.Languages.Seen, w)
			b.checkGroups(i, a, e.Languages.Seen, w)
		}
	}
	for i, a := range e.Arms {
		b.checkMatchSteps(i, e, names)
		b.checkMatchKL(i, e, names)
		if b.soundArm(i, "select", "keep") {
			b.checkOracle("arms["+itoa(i)+"].keep", a)
			b.checkAction("arms["+itoa(i)+"].", a)
		}
	}
	b.checkOpponent(e, names)
	b.checkReference(e)
	for i, a := range e.Arms {
		if b.soundArm(i, "select", "congrad", "keep", "train.temperature", "train.aggregator", "train.scope", "train.rates", "match_kl") {
			b.checkOnline(i, a, e)
			b.checkScopes(i, a)
			b.checkRates(i, a)
		}
	}
	if b.sound("loss") {
		b.checkLoss("loss", e.Loss, loss.Loss{}) // whose default beta is DPO's
	}
	for i, a := range e.Arms {
		if b.soundArm(i, "loss") {
			b.checkLoss("arms["+itoa(i)+"].loss", a.Loss, e.Loss)
		}
	}
	b.checkKeep("keep")
	for i := range e.Arms {
		b.checkKeep("arms[" + itoa(i) + "].keep")
	}
}

// checkOpponent reports an opponent of win rates that is neither an untrained arm nor a file; names are those of the arms.
func (b *binder) checkOpponent(e *Experiment, names []string) {
	if !b.soundArms(e, "name", "select") {
		return
	}
	opponent := e.FindArm(e.Evaluate.Opponent)
	switch {
	case opponent == nil && answersFile.MatchString(e.Evaluate.Opponent):
		if e.Untouched() == nil {
			b.report("evaluate.opponent", "%q: win rates against a file's answers are compared with those of the base model: add an arm with select = \"none\"", e.Evaluate.Opponent)
		}
	case opponent == nil:
		b.report("evaluate.opponent", "%q is neither an arm nor a file of answers (.jsonl, .csv, .parquet)%s", e.Evaluate.Opponent, suggest.DidYouMean(e.Evaluate.Opponent, names))
	case opponent.MeetsPairs():
		b.report("evaluate.opponent", "%q is trained; win rates are against the base model, an arm with select = \"none\"", e.Evaluate.Opponent)
	}
}

// checkWithout reports languages that an arm cannot do without, and arms that do without any as it is.
func (b *binder) checkWithout(key string, a Arm, seen []string, w World) {
	for i, code := range a.Without {
		if !slices.Contains(seen, code) {
			b.report(key, "the %s entry, %q: not a seen language%s; arms have pairs only of seen languages", nth(i), code, w.Languages.DidYouMean(code, seen))
		}
	}
	switch {
	case len(a.Without) == 0:
	case !a.MeetsPairs():
		b.report(key, "the base model is trained on no language")
	case a.Mono():
		b.report(key, "with policy = \"mono\" each language has its own model, which sees no other language's pairs")
	case len(a.Meets(seen)) == 0:
		b.report(key, "no language is left")
	}
}

// checkMono reports what brings languages together in an arm that trains a model for each of them.
func (b *binder) checkMono(key string, a Arm) {
	if !a.Selector().OwnLanguage() {
		b.report(key+".select", "%q compares languages and cannot be used with policy = \"mono\"; want one of %s", a.Select, strings.Join(selectors(method.Selector.OwnLanguage), ", "))
	}
	if a.Ranks() && a.Keep.Quota == "global" {
		b.report(key, "keep.quota = \"global\" compares the pairs of all languages, but policy = \"mono\" separates them")
	}
	if a.Train.Temperature != 1 {
		b.report(key, "train.temperature = %g weighs languages against each other, but with policy = \"mono\" each has its own model", a.Train.Temperature)
	}
}
