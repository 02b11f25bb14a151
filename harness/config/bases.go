package config

import "slices"

// Start is the place among model and bases of the model that a seed starts from: seeds 1, 2, ... take them in turn. It depends on the seed
// alone, so that a run with fewer seeds is a part of the whole.
func (e *Experiment) Start(seed uint64) int { return int((seed - 1) % uint64(len(e.Bases)+1)) }

// checkBases reports further models that seeds cannot start from.
func (b *binder) checkBases(e *Experiment, w World) {
	if len(e.Bases) == 0 || !b.sound("bases") {
		return
	}
	for i, name := range e.Bases {
		if err := w.Model(name); err != nil {
			b.report("bases", "the %s entry: %v", nth(i), err)
		}
	}
	switch {
	case b.sound("model") && slices.Contains(e.Bases, e.Model):
		b.report("bases", "the %s entry, %q, is the model itself; name further ones", nth(slices.Index(e.Bases, e.Model)), e.Model)
	case b.sound("lora.rank") && e.LoRA.Rank > 0:
		b.report("bases", "adapters stand on one model; set lora.rank to 0, or run the experiment once for each model")
	case b.sound("evaluate.judge", "evaluate.opponent") && e.Evaluate.Judge == "self" && answersFile.MatchString(e.Evaluate.Opponent):
		b.report("bases", "the base model judges the answers of a file (evaluate.judge = \"self\"), and there would be several; choose another judge")
	}
}
