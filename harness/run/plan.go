// Package run lays an experiment out as a plan of stages, has them done, and writes the run's folder.
//
// The way of the data: an experiment's rounds and finals are planned as stages (planner), stages are done by package stage, and
// what they left is collected into records. What a stage does is its kind's business, see package kind.
package run

import (
	"fmt"

	"congrad/eval/task"
	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/method"
	"congrad/harness/stage"
)

// Plan is an experiment as stages, in an order in which inputs come first, and what its records are made of.
type Plan struct {
	Experiment *config.Experiment
	Stages     []*stage.Stage
	tasks      []task.Task // those of the experiment, in its order
	start      []*stage.Stage
	rounds     []round
	finals     []final

	given, givenJudged *stage.Stage // a file's answers that win rates are against, and their scores where a model judges; nil where an arm is the opponent
}

// round is one iteration of one trained arm.
type round struct {
	seed      uint64
	arm       config.Arm
	only      []string // languages that are trained on; nil for all
	label     string   // names whose pairs these are, for people
	iteration int
	before    *round // the model's last one, nil in the first
	policy    bench.Policy
	asked     bench.Asked
	size      int      // pairs, if every prompt makes one
	languages []string // those of the pairs
	selector  method.Selector

	generated, judged *stage.Stage // nil where the pairs are given
	all               *stage.Stage // pairs in all languages
	pairs             *stage.Stage // those that the arm meets
	reference         *stage.Stage
	unprompted        *stage.Stage   // nil unless the selector reads it
	heldBack          *stage.Stage   // nil unless the selector reads what a training on held-back pairs does
	rehearsal         *stage.Stage   // that training
	trained           *stage.Stage   // the log-probs under its policy
	gradients         *stage.Stage   // nil unless the selector reads gradients
	selection         *stage.Stage   // nil where all pairs are kept; the training itself where it picks them
	fidelity          *stage.Stage   // nil but for the first round of the seeds that ask for it
	train             *stage.Stage   // nil where nothing is trained
	candidates        []*stage.Stage // trainings with several rates and their answers, of which train takes one
}

// where names the round for people.
func (r *round) where(who string) string {
	return fmt.Sprintf("seed %d, iteration %d, %s", r.seed, r.iteration, who)
}

// stages are those of the round; some may be nil.
func (r *round) stages() []*stage.Stage {
	return append([]*stage.Stage{r.generated, r.judged, r.all, r.pairs, r.reference, r.unprompted, r.heldBack, r.rehearsal, r.trained, r.gradients, r.selection, r.fidelity, r.train}, r.candidates...)
}

// final is what one model of an arm and seed is measured by, at its end or after an earlier iteration.
type final struct {
	seed      uint64
	arm       config.Arm
	iteration int          // after which; 0 at the model's end
	greedy    trial        // without stages where only tasks are scored
	sampled   trial        // without stages where nothing is sampled
	drift     *stage.Stage // nil where it is not measured, and for the model that all arms start from
	tasks     []*stage.Stage
}

// trial is a model's answers to the held-out prompts, greedy or sampled, and what judges them.
type trial struct {
	answer   *stage.Stage
	judged   *stage.Stage // nil where the reference answer judges, or a server
	compared *stage.Stage // nil where no server judges, and for the opponent
}

// stages are those of the final; some may be nil.
func (f final) stages() []*stage.Stage {
	return append([]*stage.Stage{f.greedy.answer, f.greedy.judged, f.greedy.compared, f.sampled.answer, f.sampled.judged, f.sampled.compared, f.drift}, f.tasks...)
}

// Union is the stages of several plans in an order in which inputs come first; what plans share is there once.
func Union(plans []*Plan) []*stage.Stage {
	var stages []*stage.Stage
	seen := map[stage.Ref]bool{}
	for _, p := range plans {
		for _, s := range p.Stages {
			if !seen[s.Key] {
				seen[s.Key] = true
				stages = append(stages, s)
			}
		}
	}
	return stages
}

// Requests is how many requests stages make at most of a server, retries left aside.
func Requests(stages []*stage.Stage) (n int) {
	for _, s := range stages {
		n += s.Requests
	}
	return n
}

// ref is the key of a stage; empty where there is none.
func ref(s *stage.Stage) stage.Ref {
	if s == nil {
		return ""
	}
	return s.Key
}
