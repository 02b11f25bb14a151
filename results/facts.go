package results

import (
	"fmt"
	"slices"
	"strings"

	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/table"
)

// Fact is one line of what a study is made of, in words.
type Fact struct{ Name, Value string }

// factsTable prints what the study is made of, and the cost of its methods.
func factsTable(s *outcome.Study) table.Table {
	t := table.Table{Name: "facts", Title: "The method and its cost", Columns: []table.Column{text("", "what"), text("", "value")}}
	for _, f := range Facts(s) {
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(f.Name), table.Text(f.Value)}})
	}
	return t
}

// Facts describes the fields of a study and of its arms in words. Fields that are not recorded are left out.
func Facts(s *outcome.Study) []Fact {
	var list []Fact
	add := func(name, format string, args ...any) { list = append(list, Fact{name, fmt.Sprintf(format, args...)}) }
	if m := s.Model; m.Name != "" {
		add("model", "%s: %d parameters (%d layers, width %d, %d tokens), weights %.12s", m.Name, m.Parameters, m.Layers, m.Width, m.Vocabulary, m.Weights)
	}
	for _, b := range s.Bases {
		add("starts from "+b.Name, "seeds %s, weights %.12s", strings.Trim(fmt.Sprint(b.Seeds), "[]"), b.Weights)
	}
	if g := s.Generate; g.Samples > 0 {
		add("prompts", "%d per seen language and iteration, %d answers each at temperature %g and top-p %g", g.PerLanguage, g.Samples, g.Temperature, g.TopP)
	}
	if s.Judge.Kind != "" {
		add("judge", "%s", judgeInWords(s.Judge))
	}
	if s.Loss.Kind != "" {
		add("loss", "%s", lossInWords(s.Loss))
	}
	switch t := s.Train; {
	case s.Evaluate.Split != "":
		add("training", "AdamW, peak learning rate %s (%s), %s per step, %s%s", peak(t), t.Schedule, table.Counted(t.BatchPairs, "pair"), table.Counted(t.Epochs, "epoch"), combinedBy(t))
		add("evaluation", "greedy answers to at most %d prompts per language of the %s split%s%s", s.Evaluate.PerLanguage, s.Evaluate.Split, judgedBy(s.Evaluate), sampledInWords(s.Evaluate))
	case s.TasksOnly():
		add("training", "none, and no evaluation: the study scores tasks only")
	case len(s.Arms) > 0 && len(s.Trained()) == 0:
		add("training", "none, and no evaluation: the study is about scoring only")
	}
	if f := s.Answers; f != nil {
		add("opponent", "the answers in %s: %s, %d of them for these prompts, SHA-256 %s", f.Path, table.Counted(f.Rows, "row"), f.Used, f.SHA256)
	}
	for _, t := range s.Tasks {
		if len(t.Files) > 0 && len(s.Trained()) > 0 {
			add("task "+t.Name, "%s", taskInWords(t))
		}
	}
	if a := s.Model.Adapters; a != nil {
		add("adapters", "LoRA of rank %d, alpha %g, %s; %d parameters are trained (%.2f %%)", a.Rank, a.Alpha, adaptedLayers(a.Layers), s.Model.Trained, 100*float64(s.Model.Trained)/float64(s.Model.Parameters))
	}
	if p := s.Model.Precision; p != "" && p != "float32" {
		add("precision", "the blocks' matrix products in %s", p)
	}
	if f := s.Model.Further; f != nil {
		add("base model", "trained further for %s of %s, %g %% of their defects shared, peak learning rate %g", table.Counted(f.Steps, "step"), table.Counted(f.Batch, "example"), 100*f.SharedShare, f.LearningRate)
	}
	for _, a := range s.Arms {
		list = append(list, armFacts(s, a)...)
	}
	return list
}

// armFacts are those of one arm.
func armFacts(s *outcome.Study, a record.Arm) []Fact {
	var list []Fact
	add := func(what, format string, args ...any) {
		list = append(list, Fact{a.Name + ": " + what, fmt.Sprintf(format, args...)})
	}
	seen, _ := s.Group("seen")
	if own := changes(a); own != "" {
		add("changed from the experiment", "%s", own)
	}
	if g, k := a.Gradients, a.Sketch; g != nil && k != nil {
		add("sketch", "%s: %d numbers per gradient (%.1f %% of the parameters)%s; %s", sketched(*k), k.Numbers, 100*float64(k.Numbers)/float64(max(1, s.Model.Trained)), hashed(*k), compared(k.Layers))
		if g.With == record.WithConsensus {
			languages := len(slices.DeleteFunc(slices.Clone(seen.Codes), func(code string) bool { return slices.Contains(a.Without, code) }))
			add("state added", "%.2f MB for %s and the consensus, in addition to %.2f MB of weights", megabytes((languages+1)*k.Numbers), table.Counted(languages, "language"), megabytes(s.Model.Trained))
		}
		if a.Mode != "online" { // an online arm has only the sketches of one batch at a time
			add("pairs' sketches", "%s", together(*k))
		}
		add("compared with", "%s", comparedWith(*g, a.Mode))
	}
	if len(a.Without) > 0 {
		add("leaves out", "the pairs of %s", strings.Join(a.Without, ", "))
	}
	if a.Temperature > 0 {
		add("sampled answers", "at the temperature %g", a.Temperature)
	}
	if a.MatchSteps != "" {
		each := ""
		if a.Policy == "mono" {
			each = "of each model "
		}
		add("optimiser steps", "%sas many as %s takes; its passes over its pairs are repeated or cut", each, a.MatchSteps)
	}
	if a.MatchKL != "" {
		add("ends", "at the last checkpoint that has not drifted further than %s after the same iteration (table training)", a.MatchKL)
	}
	if len(a.Groups) > 0 {
		add("models", "one for each of %s, trained on the pairs of its languages and evaluated in them", strings.Join(a.Groups, "; "))
	} else if a.Policy == "mono" {
		add("models", "one for each of the %d seen languages, trained on its pairs only and evaluated in it only", len(a.Languages))
	}
	if a.Keep != nil {
		add("kept", "%s", keptInWords(a))
	}
	switch a.Action {
	case "flip":
		add("not kept", "trained on with their answers swapped")
	case "weight":
		add("not kept", "trained on with weights that fall from 1 to 0 by rank")
	}
	if t := a.Train; t != nil && combinedBy(*t) != "" {
		most := min(len(seen.Codes), t.BatchPairs)
		add("in each step", "gradients of the languages in the batch%s; up to %d are in memory at the same time, %.2f MB", combinedBy(*t), most, megabytes(most*s.Model.Trained))
	}
	return list
}

// megabytes are those of so many numbers in float32.
func megabytes(numbers int) float64 { return 4e-6 * float64(numbers) }

// changes says in words what an arm changes in the experiment; empty if it changes nothing.
func changes(a record.Arm) string {
	var list []string
	for _, x := range a.Changed {
		of, name, _ := strings.Cut(x.Key, ".")
		if name == "kind" {
			name = of // "loss hinge"
		}
		if x.Key == "train.aggregator" {
			name = "aggregator of steps" // the filter has one too
		}
		list = append(list, strings.ReplaceAll(name, "_", " ")+" "+x.Value)
	}
	if len(a.Without) > 0 {
		list = append(list, "without "+strings.Join(a.Without, " "))
	}
	if a.MatchSteps != "" {
		list = append(list, "steps as "+a.MatchSteps)
	}
	if a.MatchKL != "" {
		list = append(list, "drift as "+a.MatchKL)
	}
	return strings.Join(list, ", ")
}

// peak is the learning rate, or what it is chosen from.
func peak(t record.Train) string {
	if len(t.Rates) == 0 {
		return fmt.Sprintf("%g", t.LearningRate)
	}
	return fmt.Sprintf("chosen from %s on development prompts", strings.Trim(strings.ReplaceAll(fmt.Sprint(t.Rates), " ", ", "), "[]"))
}

// combinedBy says how the languages' gradients are combined in a step; empty if a step has one gradient.
func combinedBy(t record.Train) string {
	if t.Aggregator == "" || t.Aggregator == "none" {
		return ""
	}
	return ", combined by " + t.Aggregator + within(t.Scope)
}

// within says in what parts of the weights an aggregator works; empty for the whole model.
func within(scope string) string {
	if scope == "" {
		return ""
	}
	return fmt.Sprintf(" %s by %s", scope, scope)
}

// judgeInWords names the judge and the noise on its scores.
func judgeInWords(j record.Judge) string {
	if j.Noise == 0 {
		return j.Kind
	}
	return fmt.Sprintf("%s, %g %% of its scores replaced at random", j.Kind, 100*j.Noise)
}

// judgedBy names the judge of the evaluation where it is not the reference answer.
func judgedBy(v record.Evaluate) string {
	switch v.Judge {
	case "self":
		return ", judged by the base model"
	case "endpoint":
		return fmt.Sprintf(", compared by %s at %s in both orders", v.Model, v.URL)
	}
	return ""
}

// sampledInWords says how answers of the evaluation were sampled next to the greedy ones.
func sampledInWords(v record.Evaluate) string {
	if v.Samples == 0 {
		return ""
	}
	return fmt.Sprintf(", and %s sampled for each at temperature %g and top-p %g", table.Counted(v.Samples, "answer"), v.Temperature, v.TopP)
}

// lossInWords names the loss and its parameters.
func lossInWords(l record.Loss) string {
	words := fmt.Sprintf("%s, beta %g", l.Title, l.Beta)
	for _, p := range l.Parameters {
		words += fmt.Sprintf(", %s %g", strings.ReplaceAll(p.Key, "_", " "), p.Value)
		if p.Key == "length_penalty" {
			words += " per token"
		}
	}
	return words
}

// taskInWords says what a task from files asked, and of what files.
func taskInWords(t record.Task) string {
	words := table.Counted(t.Items, "item")
	if t.Layout != "" {
		words += fmt.Sprintf(", %d-shot, %s layout", t.Shots, t.Layout)
	}
	var files []string
	for _, f := range t.Files {
		files = append(files, fmt.Sprintf("%s (%s, SHA-256 %.12s)", f.Path, table.Counted(f.Rows, "row"), f.SHA256))
	}
	return words + "; " + strings.Join(files, ", ")
}

// comparedWith says what the gradients of pairs are compared with, and how.
func comparedWith(g record.Gradients, mode string) string {
	if g.With == record.WithHeldBack {
		with := fmt.Sprintf("mean gradient of the %g %% of each language's pairs that are held back, by %s", 100*g.HeldBack, g.Similarity)
		if g.Adam {
			with += "; the pairs' gradients are scaled like Adam's updates at the start of the iteration"
		}
		return with
	}
	with := fmt.Sprintf("%s gradient of the pair's own language", g.LanguageGradient)
	if g.With == record.WithConsensus {
		with = fmt.Sprintf("consensus: %s%s of %s%s gradients", g.Aggregator, within(g.Scope), map[bool]string{true: "unit-length "}[g.Normalise == "unit"], g.LanguageGradient)
	}
	if g.With == record.WithTrusted {
		with = fmt.Sprintf("mean direction of the %s gradients of %s", g.LanguageGradient, trusted(g))
	}
	with += ", by " + g.Similarity
	switch {
	case mode == "online":
		with += ", each batch before it is added"
	case g.LeaveOneOut:
		with += ", leave-one-out"
	}
	return with
}

// keptInWords says which of the pairs that an arm ranks are trained on.
func keptInWords(a record.Arm) string {
	k, online := a.Keep, a.Mode == "online"
	which := fmt.Sprintf("the best %g %% of each language's pairs", 100*k.Share)
	switch {
	case k.Band != nil:
		of := "each language's pairs"
		if k.Quota == "global" {
			of = "all pairs together"
		}
		if online {
			of = "each batch"
		}
		which = fmt.Sprintf("%g to %g %% of %s, counted from the best", 100*k.Band[0], 100*k.Band[1], of)
	case online && k.Threshold != nil:
		which = fmt.Sprintf("pairs of each batch that score at least %g", *k.Threshold)
	case online:
		which = fmt.Sprintf("the best %g %% of each batch", 100*k.Share)
	case k.Threshold != nil:
		which = fmt.Sprintf("pairs that score at least %g", *k.Threshold)
	case k.Quota == "global":
		which = fmt.Sprintf("the best %g %% of all pairs together", 100*k.Share)
	}
	if !online || a.Gradients == nil {
		return which
	}
	every := "every batch"
	if n := a.Gradients.RenewEvery; n > 1 {
		every = fmt.Sprintf("every %d batches", n)
	}
	return fmt.Sprintf("%s, all of the first %d; the consensus is renewed %s", which, a.Gradients.RenewEvery, every)
}

// trusted says in which languages the judge is trusted.
func trusted(g record.Gradients) string {
	switch {
	case len(g.Trust) > 0:
		return strings.Join(g.Trust, ", ")
	case g.TrustPairs > 0:
		return fmt.Sprintf("the languages whose first %d pairs show the judge at least half as good above chance as in the best", g.TrustPairs)
	}
	return "the languages whose pairs are at least half as coherent as in the most coherent one"
}
