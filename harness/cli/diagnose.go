package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"congrad/experiments"
	"congrad/harness/bench"
	"congrad/harness/cli/progress"
	"congrad/harness/config"
	"congrad/harness/data"
	"congrad/harness/exit"
	"congrad/harness/kind/filtering"
	"congrad/harness/lang"
	"congrad/harness/nn"
	"congrad/harness/open"
	"congrad/harness/record"
	"congrad/harness/rng"
	"congrad/harness/sketch"
	"congrad/harness/stage"
	"congrad/harness/store"
	"congrad/results"
	"congrad/results/figure"
	"congrad/results/measure"
	"congrad/results/outcome"

	"github.com/spf13/cobra"
)

// diagnosis is what congrad diagnose is asked.
type diagnosis struct {
	file   string // of pairs, with {lang} several
	run    string // whose pairs, in place of a file's
	model  string
	loss   string
	sets   []string
	limit  int
	json   bool
	figure string
}

func (a *app) diagnoseCommand() *cobra.Command {
	var o diagnosis
	c := &cobra.Command{
		Use:   "diagnose [PAIRS]",
		Short: "Measure how much the languages of your preference pairs conflict, without training",
		Long: "Computes the gradient of every pair's loss and reports the cosines between the languages' mean gradients,\n" +
			"how many pairs point against the consensus of the languages, and how strong each language's signal is.\n\n" +
			"PAIRS is a .jsonl, .csv or .parquet file with the columns lang, prompt, chosen and rejected, as texts or as conversations (docs/own-pairs.md).\n" +
			"--set pairs.columns.chosen=... says how else a column is called; {lang} in the path means a file for each language.\n" +
			"With --run, the pairs are those of the run's first iteration under its first seed.",
		Example: "  congrad diagnose pairs.jsonl --model my-model\n  congrad diagnose --run tiny\n  congrad diagnose pairs.jsonl --set congrad.aggregator=mean --json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o.file = append(args, "")[0]
			return a.diagnose(c.Context(), o)
		},
	}
	c.Flags().StringVar(&o.run, "run", "", "use the pairs of a run instead of a file")
	c.Flags().StringVar(&o.model, "model", "tiny", open.ModelFlag)
	c.Flags().StringVar(&o.loss, "loss", "dpo", "preference loss whose gradients are computed (congrad ls losses)")
	c.Flags().StringArrayVar(&o.sets, "set", nil, "override a key of the experiment, as in --set congrad.aggregator=mean (repeatable)")
	c.Flags().IntVar(&o.limit, "limit", 200, "at most this many pairs per language, drawn at random")
	c.Flags().BoolVar(&o.json, "json", false, "print JSON")
	a.WideFlag(c)
	c.Flags().StringVar(&o.figure, "figure", "", "write a plot of the cosines to this file (.svg, .png or .pdf)")
	return c
}

func (a *app) diagnose(ctx context.Context, o diagnosis) error {
	if draw := drawings[filepath.Ext(o.figure)]; o.figure != "" && draw == nil {
		return exit.With(exit.Config, fmt.Errorf("--figure %s: want a file that ends in .svg, .png or .pdf", o.figure))
	}
	pairs, name, err := a.pairsToDiagnose(o)
	if err != nil {
		return err
	}
	codes, err := a.diagnosable(pairs)
	if err != nil {
		return exit.With(exit.Data, fmt.Errorf("%s: %w", name, err))
	}
	x, err := o.experiment(codes)
	if err != nil {
		return exit.With(exit.Config, err)
	}
	base, chat, err := open.Model(x.Model)
	if err == nil {
		err = open.Trainable(x.Model, chat)
	}
	if err != nil {
		return err
	}
	b, err := a.OpenBackend()
	if err != nil {
		return err
	}
	report := progress.New(a.Err, io.Discard)
	at := &bench.Bench{Engine: nn.NewEngine(b.Backend, base.Config), Config: base.Config, Chat: chat, Base: base, SketchBytes: 1e6 * x.Batch.SketchMB}
	pairs = drawn(pairs, o.limit, x.Seeds[0])
	line := report.Begin(&stage.Stage{Label: fmt.Sprintf("gradients of %d pairs", len(pairs))}, 1, 1)
	found, err := filtering.Diagnose(ctx, at, x, x.Arms[1], pairs, line)
	line.End(false, 0) // the numbers that are printed say that it is done
	report.Close()
	if err != nil {
		if !errors.Is(err, nn.ErrNotFinite) {
			err = exit.With(exit.Data, err)
		}
		return err
	}
	if found.Trimmed > 0 {
		fmt.Fprintf(a.Err, "the model's chat template trims the white space around %d of %d answers; their gradients are those of the trimmed answers\n", found.Trimmed, 2*len(pairs))
	}
	d := measured(found)
	if err := a.printDiagnosis(d, o); err != nil {
		return err
	}
	if o.figure == "" {
		return nil
	}
	return drawCosines(d, o.figure)
}

// measured are a diagnosis's numbers as reports have them.
func measured(d filtering.Diagnosis) measure.Diagnosis {
	r := measure.Round{Languages: d.Languages, Pairs: d.Pairs, Gram: d.Gram, Squares: d.Squares, Against: d.Against}
	return measure.Diagnosis{Observation: measure.Observe(r), Cosines: d.Cosines, Others: d.Others}
}

// experiment is the study of which a diagnosis is the first step, read like any other: the languages are those of the pairs.
func (o diagnosis) experiment(codes []string) (*config.Experiment, error) {
	s, err := open.ReadSurroundings()
	if err != nil {
		return nil, err
	}
	if o.limit < 1 {
		return nil, fmt.Errorf("--limit %d: want at least 1 pair per language", o.limit)
	}
	w := s.World()
	for _, code := range codes { // a name that no table knows is a language of these pairs
		if _, known := w.Languages.Know(code); !known {
			w.Languages = w.Languages.With(lang.Language{Code: code, Name: code})
		}
	}
	quoted, err := json.Marshal(map[string]any{"codes": codes, "model": o.model, "loss": o.loss, "file": cmp.Or(o.file, "pairs")})
	if err != nil {
		return nil, err
	}
	var q struct{ Codes, Model, Loss, File json.RawMessage } // TOML reads JSON's strings and lists of them
	if err := json.Unmarshal(quoted, &q); err != nil {
		return nil, err
	}
	source := fmt.Sprintf("name = \"diagnosis\"\nmodel = %s\n[languages]\nseen = %s\n[prompts]\nsource = \"files\"\npath = \"pairs\"\n[pairs]\nsource = \"files\"\npath = %s\n[evaluate]\njudge = \"self\"\nopponent = \"baseline\"\n", q.Model, q.Codes, q.File) +
		fmt.Sprintf("[loss]\nkind = %s\n[[arms]]\nname = \"baseline\"\nselect = \"none\"\n[[arms]]\nname = \"congrad\"\nselect = \"congrad\"\n", q.Loss)
	x, err := config.Load("congrad diagnose", []byte(source), o.sets, w)
	if err != nil { // the lines of this text are flags of the user's
		return nil, errors.New(regexp.MustCompile(`congrad diagnose:\d+: (model|loss\.kind): `).ReplaceAllStringFunc(err.Error(), func(at string) string {
			return map[bool]string{true: "--model: ", false: "--loss: "}[strings.HasSuffix(at, " model: ")]
		}))
	}
	if err == nil && x.Arms[1].ConGrad.Sketch == sketch.Exact {
		err = errors.New("--set congrad.sketch=exact: diagnose needs compressed gradients: flora or logra")
	}
	return x, err
}

// pairsToDiagnose reads the pairs of a file or of a run.
func (a *app) pairsToDiagnose(o diagnosis) ([]data.Preference, string, error) {
	file := o.file
	switch {
	case file == "" && o.run == "":
		return nil, "", exit.With(exit.Config, errors.New("give a file of pairs, or --run RUN (congrad diagnose --help)"))
	case file != "" && o.run != "":
		return nil, "", exit.With(exit.Config, fmt.Errorf("%s and --run %s: give only one of them", file, o.run))
	case o.run != "":
		pairs, err := a.pairsOfRun(o.run)
		return pairs, "run " + o.run, exit.With(exit.Data, err)
	}
	x, err := o.experiment([]string{"en", "de"}) // of which only the columns are read
	if err != nil {
		return nil, file, exit.With(exit.Config, err)
	}
	read, err := data.OpenPairs(data.PairSpec{Path: file, Columns: data.PairColumns(x.Pairs.Columns)})
	if err != nil {
		return nil, file, exit.With(exit.Data, err)
	}
	for _, f := range read.Files() {
		if note := data.UnusableNote(f); note != "" {
			fmt.Fprintln(a.Err, note)
		}
	}
	return read.All(), file, nil
}

// pairsOfRun are the pairs of a run's first iteration, which all arms met, under its first seed. Later iterations' pairs are
// those of policies, which are not at hand.
func (a *app) pairsOfRun(name string) ([]data.Preference, error) {
	folder, err := a.findRun(name)
	if err != nil {
		return nil, err
	}
	a.noteChanged(folder)
	set, err := folder.Load()
	if err != nil {
		return nil, err
	}
	asked := map[string]string{}
	for _, p := range set.Prompts {
		asked[p.ID] = p.Text
	}
	var pairs []data.Preference
	for i, p := range set.Pairs {
		if p.Seed != set.Pairs[0].Seed || p.Arm != set.Pairs[0].Arm || p.Iteration != 1 {
			continue
		}
		pairs = append(pairs, data.Preference{Lang: p.Lang, Prompt: asked[p.Prompt], Chosen: p.Chosen, Rejected: p.Rejected, File: "run " + name, Line: i + 2}) // behind the schema's line
	}
	if len(pairs) == 0 {
		return nil, fmt.Errorf("%q: the run recorded no pairs", name)
	}
	return pairs, nil
}

// diagnosable are the codes of the pairs' languages, in the order of their first pairs, by which the pairs then call them. A name that is
// of no language is taken as it is, since nothing depends on the language but how pairs are grouped; it may be a slip, so it is said.
func (a *app) diagnosable(pairs []data.Preference) ([]string, error) {
	s, err := open.ReadSurroundings()
	if err != nil {
		return nil, err
	}
	var codes []string
	named := map[string]string{} // codes by what the pairs call their languages
	for i, p := range pairs {
		code, there := named[p.Lang]
		if !there {
			if l, known := s.Languages.Know(p.Lang); known {
				code = l.Code
			} else {
				code = p.Lang
				fmt.Fprintf(a.Err, "line %d: %q is not a known language%s; it is used as it is (congrad ls languages)\n", p.Line, p.Lang, s.Languages.Meant(p.Lang))
			}
			named[p.Lang] = code
		}
		pairs[i].Lang = code
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	if len(codes) < 2 {
		return nil, fmt.Errorf("all pairs are in %q; a comparison needs at least two languages", strings.Join(codes, ""))
	}
	return codes, nil
}

// drawn are at most limit pairs of each language, in their order.
func drawn(pairs []data.Preference, limit int, seed uint64) []data.Preference {
	members := map[string][]int{}
	for i, p := range pairs {
		members[p.Lang] = append(members[p.Lang], i)
	}
	taken := make([]bool, len(pairs))
	for lang, list := range members {
		for _, k := range rng.Stream(seed, "pairs to diagnose", lang).Perm(len(list))[:min(limit, len(list))] {
			taken[list[k]] = true
		}
	}
	var kept []data.Preference
	for i, p := range pairs {
		if taken[i] {
			kept = append(kept, p)
		}
	}
	return kept
}

func (a *app) printDiagnosis(d measure.Diagnosis, o diagnosis) error {
	landmarks, err := recordedMap()
	if err != nil {
		return err
	}
	if o.json {
		e := json.NewEncoder(a.Out)
		e.SetIndent("", "  ")
		return e.Encode(struct {
			measure.Diagnosis
			Map []measure.Landmark `json:"map"` // the cells of when-it-helps, nearest first
		}{d, measure.Nearest(d.Observation, landmarks)})
	}
	var b bytes.Buffer
	for i, t := range append(results.DiagnosisTables(d), results.LandmarkTable(d.Observation, landmarks, mapReference)) {
		if i > 0 {
			b.WriteByte('\n')
		}
		text, err := t.Plain()
		if err != nil {
			return err
		}
		b.Write(text)
	}
	return a.Table(b.String())
}

// mapReference is the reference arm of the recorded run of when-it-helps.
const mapReference = "joint"

// recordedMap is what a whole run of when-it-helps left, as the program ships it (make record).
func recordedMap() ([]measure.Landmark, error) {
	observed, err := experiments.Files.ReadFile("tiny/map/observed.csv")
	if err != nil {
		return nil, err
	}
	grid, err := experiments.Files.ReadFile("tiny/map/grid.csv")
	if err != nil {
		return nil, err
	}
	return measure.Landmarks(observed, grid, mapReference)
}

// drawCosines draws the matrix as the report of a run does.
func drawCosines(d measure.Diagnosis, path string) error {
	set := &record.Set{Study: record.Study{Arms: []record.Arm{{Name: "congrad", Select: "congrad"}}, Iterations: 1}}
	c := record.Consensus{Arm: "congrad", Iteration: 1, Gram: d.Cosines, MeanGram: d.Cosines}
	for _, l := range d.Languages {
		set.Study.Languages = append(set.Study.Languages, record.Language{Code: l.Code, Name: l.Code, Seen: true})
		c.Languages = append(c.Languages, l.Code)
	}
	set.Consensus = []record.Consensus{c}
	s, err := outcome.New(set)
	if err != nil {
		return err
	}
	data, err := drawings[filepath.Ext(path)](figure.Cosines(s))
	if err != nil {
		return err
	}
	return store.WriteFile(path, data)
}

// drawings are the formats of figures by the endings of their files.
var drawings = map[string]func(figure.Figure) ([]byte, error){".svg": figure.Figure.SVG, ".png": figure.Figure.PNG, ".pdf": figure.Figure.PDF}
