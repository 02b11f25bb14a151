package paper

import (
	"encoding/json"
	"fmt"
	"strings"

	"congrad/harness/config"
	"congrad/results/outcome"
	"congrad/results/table"
)

// Card is what an exported model's README.md is made of.
type Card struct {
	Experiment *config.Experiment
	Arm        config.Arm
	Seed       uint64
	Iteration  int

	BaseID   string // of the model that it was trained from, on the hub; empty where it has none
	Revision string // of that
	Base     string // the hash of its weights
	Weights  string // the hash of those in the folder, before they are rounded
	DType    string
	Licence  string // of the base model, as its files say; empty where they do not
	Commit   string // of the program
	Dirty    bool
	Run      string // the command that made the run
	Export   string // the command that wrote the folder

	Known *Run // what the finished run recorded; nil where it has not finished
}

// Markdown is the card, with the head that the hub and its libraries read.
func (c Card) Markdown() []byte {
	var b strings.Builder
	c.head(&b)
	x := c.Experiment
	fmt.Fprintf(&b, "\n# %s, arm %s\n\n", x.Name, c.Arm.Name)
	fmt.Fprintf(&b, "A language model, trained further on preferences in %s.", table.Counted(len(c.trained()), "language"))
	if c.Arm.Caption != "" {
		fmt.Fprintf(&b, " The arm in one line: %s.", table.EscapeMarkdown(c.Arm.Caption))
	}
	b.WriteString("\n")
	b.WriteString("It comes from an experiment that compares ways of training and is not meant for use. It was not checked for harmful answers.\n")
	c.training(&b)
	c.evaluation(&b)
	b.WriteString("\n## Limits\n\n")
	for _, l := range c.limits() {
		fmt.Fprintf(&b, "- %s\n", table.EscapeMarkdown(l))
	}
	c.loading(&b)
	c.reproduction(&b)
	return []byte(b.String())
}

// trained are the languages whose pairs it was trained on.
func (c Card) trained() []string { return c.Arm.Meets(c.Experiment.Languages.Seen) }

// head is YAML between dashes. Text is quoted as JSON, which YAML reads too and which keeps the Norwegian "no" a word.
func (c Card) head(b *strings.Builder) {
	b.WriteString("---\n")
	if c.BaseID != "" {
		fmt.Fprintf(b, "base_model: %s\n", quoted(c.BaseID))
	}
	b.WriteString("language:\n")
	for _, code := range c.trained() {
		fmt.Fprintf(b, "- %s\n", quoted(code))
	}
	name, own := strings.CutPrefix(c.Licence, "other: ")
	switch {
	case own:
		fmt.Fprintf(b, "license: other\nlicense_name: %s\n", quoted(name))
	case c.Licence != "":
		fmt.Fprintf(b, "license: %s\n", quoted(c.Licence))
	default:
		b.WriteString("# license: not given in the base model's files; fill it in before publishing\n")
	}
	b.WriteString("library_name: transformers\npipeline_tag: text-generation\ntags:\n")
	for _, tag := range []string{"congrad", "preference-alignment", "multilingual", c.Arm.Loss.Kind} {
		fmt.Fprintf(b, "- %s\n", quoted(tag))
	}
	b.WriteString("---\n")
}

func quoted(text string) string {
	data, err := json.Marshal(text)
	if err != nil {
		return `""` // no string fails
	}
	return string(data)
}

func (c Card) training(b *strings.Builder) {
	x, a := c.Experiment, c.Arm
	b.WriteString("\n## How it was trained\n\n")
	from := code(x.Model)
	if c.BaseID != "" {
		from = code(c.BaseID) + ", revision " + code(c.Revision)
	}
	fmt.Fprintf(b, "- From: %s, weights with hash %s (SHA-256 over shapes and values in float32).\n", from, code(c.Base))
	fmt.Fprintf(b, "- Seed %d, iteration %d of %d: in each iteration the model answers prompts (%d samples each, temperature %g), the judge %s scores the answers, and the best and the worst answer form a pair.\n",
		c.Seed, c.Iteration, x.Iterations, x.Generate.Samples, x.Generate.Temperature, code(x.Judge.Kind))
	fmt.Fprintf(b, "- Languages of the pairs: %s.\n", strings.Join(c.trained(), ", "))
	chosen := "pairs are selected by " + code(a.Select)
	switch {
	case a.Select == "all":
		chosen = "all pairs are trained on"
	case a.Match != "":
		chosen += ", as many as " + code(a.Match) + " keeps"
	case a.Ranks() && a.Keep.ByBand():
		chosen += fmt.Sprintf(", those that rank between the shares %g and %g, counted from the best", a.Keep.Band[0], a.Keep.Band[1])
	case a.Online():
		chosen += fmt.Sprintf(", batch by batch during training, the share %g of each batch", a.Keep.Share)
	case a.Ranks() && a.Keep.ByThreshold():
		chosen += fmt.Sprintf(", those that score at least %g", a.Keep.Threshold)
	case a.Ranks():
		chosen += fmt.Sprintf(", the share %g is kept (%s)", a.Keep.Share, a.Keep.Quota)
	}
	fmt.Fprintf(b, "- Method: %s.\n", chosen)
	loss := fmt.Sprintf("%s, beta %g", code(a.Loss.Kind), a.Loss.Beta)
	for _, p := range a.Loss.Parameters() {
		loss += fmt.Sprintf(", %s %g", p.Key, p.Value)
	}
	fmt.Fprintf(b, "- Loss %s.\n", loss)
	fmt.Fprintf(b, "- AdamW, peak rate %s (%s, warm-up %g), %s, %d pairs a step, clipped at %g.\n",
		peak(a.Train), a.Train.Schedule, a.Train.Warmup, passes(a), a.Train.BatchPairs, a.Train.Clip)
	if a.Train.Surgery() {
		fmt.Fprintf(b, "- The languages' gradients in a step are combined by %s%s.\n", code(a.Train.Aggregator), map[string]string{"block": ", in each decoder block by itself", "weight": ", in each weight by itself"}[a.Train.Scope])
	}
	if a.Train.Temperature != 1 {
		fmt.Fprintf(b, "- Languages are sampled with temperature %g.\n", a.Train.Temperature)
	}
	if x.LoRA.Rank > 0 {
		fmt.Fprintf(b, "- Adapters of rank %d (alpha %g, %s), merged into these weights.\n", x.LoRA.Rank, x.LoRA.Alpha, x.LoRA.Layers)
	}
	if c.Known == nil {
		return
	}
	met, kept, steps, tokens := 0, 0, 0, 0
	for _, p := range c.Known.Set.Pairs {
		if p.Arm == a.Name && p.Seed == c.Seed && p.Iteration <= c.Iteration {
			met++
			if p.Kept {
				kept++
			}
		}
	}
	for _, s := range c.Known.Set.Steps {
		if s.Arm == a.Name && s.Seed == c.Seed && s.Iteration <= c.Iteration {
			steps++
			tokens += s.Tokens
		}
	}
	fmt.Fprintf(b, "- Up to these weights: %d pairs seen, %d kept, %d optimiser steps, %d tokens without padding.\n", met, kept, steps, tokens)
}

func (c Card) evaluation(b *strings.Builder) {
	b.WriteString("\n## Evaluation\n\n")
	switch {
	case c.Known == nil:
		b.WriteString("The run has no records yet, so there are no results.\n")
		return
	case c.Iteration < c.Experiment.Iterations:
		fmt.Fprintf(b, "The run evaluates only the last iteration (%d), not this one.\n", c.Experiment.Iterations)
		return
	}
	s := c.Known.Study
	if prompts, _ := s.Prompts(); prompts == 0 {
		b.WriteString("The run evaluates nothing.\n")
		return
	}
	seeds := make([]string, len(s.Seeds))
	for i, seed := range s.Seeds {
		seeds[i] = fmt.Sprint(seed)
	}
	if s.Partial != "" {
		fmt.Fprintf(b, "**Only a part of the experiment (%s).** ", table.EscapeMarkdown(s.Partial))
	}
	fmt.Fprintf(b, "Win rates of greedy answers to held-out prompts against those of %s, judged by %s. Mean [95 %% interval] over the arm's models of %s (%s); these weights are those of seed %d.\n\n",
		table.EscapeMarkdown(s.Against()), c.Known.judge(), table.Counted(len(seeds), "seed"), strings.Join(seeds, ", "), c.Seed)
	b.WriteString("| languages | answers | win rate |\n|---|--:|--:|\n")
	for _, g := range s.Groups() {
		if e := s.WinRate(c.Arm.Name, g); e.N > 0 {
			fmt.Fprintf(b, "| %s (%d) | %d | %s |\n", g.Name, len(g.Codes), e.N, table.Interval(e, 3, 0, 1).Text)
		}
	}
	c.tax(b, s)
}

// tax lists what training changed elsewhere, by task and measure, over all languages.
func (c Card) tax(b *strings.Builder, s *outcome.Study) {
	untouched := s.Untouched()
	all, ok := s.Group("all")
	if untouched == nil || !ok {
		return
	}
	var rows []string
	for _, task := range s.TaxTasks() {
		for _, m := range outcome.Measures() {
			own, change := s.Tax(m, task, c.Arm.Name, all), s.TaxMinus(m, task, c.Arm.Name, untouched.Name, all)
			if own.N > 0 && change.N > 0 {
				rows = append(rows, fmt.Sprintf("| %s | %s | %s | %s |\n", table.EscapeMarkdown(task), m.Name, table.Fixed(own.Mean, 3), table.Difference(change, 3, "").Text))
			}
		}
	}
	if len(rows) > 0 {
		fmt.Fprintf(b, "\nAlignment tax, over all languages: the model's own value and its paired difference to the base model. More bits per byte is worse.\n\n| task | measure | value | difference |\n|---|---|--:|--:|\n%s", strings.Join(rows, ""))
	}
}

func (c Card) limits() []string {
	list := []string{
		"Trained on " + strings.Join(c.trained(), ", ") + "; in other languages it behaves like the base model, changed as a side effect.",
		"The errors of the base model and the restrictions of its licence apply to this model too.",
	}
	if c.DType != "float32" {
		list = append(list, "Weights are rounded to "+c.DType+"; the evaluation used float32 weights.")
	}
	if c.Known == nil {
		return append(list, "Its evaluation results are not known.")
	}
	return append(list, c.Known.Limits()...)
}

func (c Card) loading(b *strings.Builder) {
	b.WriteString("\n## Loading\n\n```python\nfrom transformers import AutoModelForCausalLM, AutoTokenizer\n\n" +
		"folder = \".\"  # this one\n" +
		"tokenizer = AutoTokenizer.from_pretrained(folder)\nmodel = AutoModelForCausalLM.from_pretrained(folder)\n" +
		"messages = [{\"role\": \"user\", \"content\": \"Hello!\"}]\n" +
		"inputs = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors=\"pt\", return_dict=True)\n" +
		"outputs = model.generate(**inputs, max_new_tokens=32, do_sample=False)\n" +
		"print(tokenizer.decode(outputs[0, inputs[\"input_ids\"].shape[1]:], skip_special_tokens=True))\n```\n")
}

func (c Card) reproduction(b *strings.Builder) {
	b.WriteString("\n## Reproducing it\n\n")
	fmt.Fprintf(b, "```sh\n%s\n%s\n```\n\n", c.Run, c.Export)
	program := "congrad, built from an unknown commit"
	if c.Commit != "" {
		program = "congrad at commit " + code(c.Commit)
	}
	if c.Dirty {
		program += ", with uncommitted changes"
	}
	fmt.Fprintf(b, "By %s. Hash of the weights: %s. The same backend, plugin and machine give the same weights again; others give nearly the same.\n", program, code(c.Weights))
}

// passes says how often an arm trains on its pairs in an iteration.
func passes(a config.Arm) string {
	if a.MatchSteps != "" {
		return "as many steps in an iteration as " + code(a.MatchSteps) + " takes"
	}
	words := table.Counted(a.Train.Epochs, "epoch") + " an iteration"
	if a.MatchKL != "" {
		words += ", ended where it had drifted as far as " + code(a.MatchKL)
	}
	return words
}

// peak is the learning rate, or how it is chosen.
func peak(t config.Train) string {
	if len(t.Rates) == 0 {
		return fmt.Sprintf("%g", t.LearningRate)
	}
	return fmt.Sprintf("chosen on development prompts from %v", t.Rates)
}
