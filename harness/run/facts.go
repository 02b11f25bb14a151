package run

import (
	"fmt"
	"slices"
	"strings"

	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/kind"
	"congrad/harness/kind/filtering"
	"congrad/harness/loss"
	"congrad/harness/method"
	"congrad/harness/model"
	"congrad/harness/record"
	"congrad/harness/sketch"
	"congrad/harness/stage"
	"congrad/harness/store"
)

// modelFields describe the model that all arms start from, and what of it is trained.
func modelFields(x *config.Experiment, b *bench.Bench) (record.Model, error) {
	base := b.Base.Config
	weights, err := b.Base.Hash()
	if err != nil {
		return record.Model{}, err
	}
	m := record.Model{
		Name: x.Model, Parameters: base.Parameters(), Layers: base.Layers, Width: base.Hidden, Vocabulary: base.Vocab, Weights: weights,
		Trained: b.Config.Parameters(), Precision: x.Precision,
	}
	if x.LoRA.Rank > 0 {
		m.Adapters = &record.Adapters{Rank: x.LoRA.Rank, Alpha: x.LoRA.Alpha, Layers: x.LoRA.Layers}
	}
	if x.Base.Steps > 0 {
		f := b.Recipe.Further(b.World, x.Base.SharedShare, x.Base.Steps).Recipe
		m.Further = &record.Further{Steps: f.Train.Steps, Batch: f.Train.Batch, SharedShare: f.World.SharedShare, LearningRate: f.Train.LearningRate}
	}
	return m, nil
}

// baseFields say which seeds start from which model; nil where all start from one.
func baseFields(x *config.Experiment, b *bench.Bench) ([]record.Base, error) {
	if len(x.Bases) == 0 {
		return nil, nil
	}
	var list []record.Base
	for i, m := range append([]*model.Folder{b.Base}, b.Others...) {
		weights, err := m.Hash()
		if err != nil {
			return nil, err
		}
		list = append(list, record.Base{Name: append([]string{x.Model}, x.Bases...)[i], Weights: weights})
	}
	for _, seed := range x.Seeds {
		of := &list[x.Start(seed)]
		of.Seeds = append(of.Seeds, seed)
	}
	return slices.DeleteFunc(list, func(b record.Base) bool { return len(b.Seeds) == 0 }), nil
}

// lossFields are the loss with the parameters that its kind takes.
func lossFields(l loss.Loss) record.Loss {
	r := record.Loss{Kind: l.Kind, Beta: l.Beta}
	for _, k := range loss.Kinds() {
		if k.Name == l.Kind {
			r.Title = k.Title
		}
	}
	for _, p := range l.Parameters() {
		r.Parameters = append(r.Parameters, record.Parameter(p))
	}
	return r
}

// keepFields say which of the pairs that an arm ranks it keeps.
func keepFields(a config.Arm) *record.Keep {
	k := &record.Keep{}
	switch {
	case a.Keep.ByThreshold():
		k.Threshold = &a.Keep.Threshold
		return k
	case a.Keep.ByBand():
		k.Band = a.Keep.Band
	default:
		k.Share = a.Keep.Share
	}
	if !a.Online() { // whose share is that of a batch
		k.Quota = a.Keep.Quota
	}
	return k
}

// gradientFields say what an arm compares gradients with, and how.
func gradientFields(a config.Arm, reads method.Reading) *record.Gradients {
	c := a.ConGrad
	g := &record.Gradients{With: record.WithHeldBack, Similarity: c.Similarity, HeldBack: c.HeldBack, Adam: reads == method.ReadsHeldBackAdam}
	if reads.HeldBack() {
		return g
	}
	g.With, g.HeldBack = record.WithLanguage, 0
	g.LanguageGradient, g.LeaveOneOut = c.LanguageGradient, c.LeaveOneOut && !a.Online()
	if c.LanguageGradient == "ema" {
		g.EMADecay = c.EMADecay
	}
	if reads == method.ReadsConsensus {
		g.With, g.Normalise, g.Aggregator = record.WithConsensus, c.Normalise, c.Aggregator
		if c.Scope != model.WholeModel {
			g.Scope = c.Scope
		}
	}
	if reads == method.ReadsTrust {
		s := filtering.TrustingOf(c)
		g.With, g.Similarity, g.Trust, g.TrustPairs = record.WithTrusted, "cosine", s.Trust, s.TrustPairs
	}
	if a.Online() {
		g.RenewEvery, g.ResampleEvery = c.RenewEvery, c.ResampleEvery
	}
	return g
}

// sketchFields say how an arm compresses gradients, and what the sketches of its largest round take.
func (p *Plan) sketchFields(st *store.Store, b *bench.Bench, a config.Arm) (*record.Sketch, error) {
	of := filtering.SketchOf(a.ConGrad)
	whole := of
	whole.Numbers = 0
	s := &record.Sketch{
		Kind: of.Kind, Rank: of.Rank, Projection: of.Projection, Layers: of.Layers,
		Numbers: sketch.Numbers(b.Config, of), Whole: sketch.Numbers(b.Config, whole),
	}
	if a.Online() || of.Kind == sketch.Exact { // no more than a batch's at a time, or none
		return s, nil
	}
	for _, r := range p.rounds {
		if r.arm.Name == a.Name {
			list, err := kind.Pairs(stage.Shelf{Store: st}, r.pairs.Key)
			if err != nil {
				return nil, err
			}
			s.Pairs = max(s.Pairs, len(list))
		}
	}
	s.MB = p.Experiment.Batch.SketchMB
	s.Passes = filtering.Passes(1e6*s.MB, s.Pairs, s.Numbers)
	return s, nil
}

// ownValues are the settings that an arm changes of the experiment, as far as it uses them.
func ownValues(changed []config.Origin, a config.Arm) []record.Setting {
	var list []record.Setting
	for _, o := range changed {
		if uses(a, o.Key) {
			list = append(list, record.Setting{Key: o.Key, Value: fmt.Sprint(o.Value)})
		}
	}
	return list
}

// uses reports whether the key of a table makes a difference to the arm.
func uses(a config.Arm, key string) bool {
	selector, _ := method.FindSelector(a.Select)
	switch table, _, _ := strings.Cut(key, "."); {
	case table == "keep":
		return key == "keep.action" && a.Match != "" || a.Ranks() && (key != "keep.quota" || !a.Online())
	case table == "train":
		return a.Trained()
	case table != "congrad":
		return a.MeetsPairs()
	}
	switch key {
	case "congrad.mode":
		return a.Select == "congrad"
	case "congrad.renew_every", "congrad.resample_every":
		return a.Online()
	case "congrad.normalise", "congrad.aggregator", "congrad.scope":
		return selector.Reads == method.ReadsConsensus
	case "congrad.fidelity_pairs", "congrad.fidelity_seeds":
		return a.Select == "congrad" && !a.Online()
	case "congrad.trust", "congrad.trust_pairs":
		return selector.Reads == method.ReadsTrust
	case "congrad.similarity":
		return selector.Reads.Gradients() && selector.Reads != method.ReadsTrust
	case "congrad.held_back":
		return selector.Reads.HeldBack()
	case "congrad.language_gradient", "congrad.ema_decay", "congrad.leave_one_out":
		return selector.Reads.Gradients() && !selector.Reads.HeldBack()
	case "congrad.sketch", "congrad.sketch_rank", "congrad.projection", "congrad.sketch_numbers":
		return selector.Reads.Gradients() && selector.Reads != method.ReadsHeldBackAdam
	}
	return selector.Reads.Gradients()
}
