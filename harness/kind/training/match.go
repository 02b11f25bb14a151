package training

import (
	"context"
	"errors"
	"fmt"

	"congrad/harness/disk"
	"congrad/harness/kind"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/record"
	"congrad/harness/stage"
	"congrad/harness/store"
)

// Match ends a training where its drift passes another policy's: the result is the last checkpoint that does not exceed the target. A
// checkpoint is a policy that training passed through, which a mean of two on either side of the target would not be, and it never has more
// drift than what it is compared with. The schedule is that of the whole training, so up to there it is the training that it would have been.
type Match struct {
	Target stage.Ref
	Probe  kind.Probe
}

// matchChecks is how often at most the drift is measured while a training goes on.
const matchChecks = 40

// errPassed ends a training whose drift has passed its target.
var errPassed = errors.New("the drift has passed its target")

// matching is what a training that ends by its drift has found so far.
type matching struct {
	probe   kind.Probe
	target  float64
	every   int
	start   *nn.Weights
	release func()
	checks  []record.Check // after ever more steps
	below   *model.Weights // of the last one that does not exceed the target; nil before there is one
	at      int            // its place among the checks
}

// openMatch begins, or goes on from what is left of the checks up to the steps that the trainer has taken.
func (c *course) openMatch(ctx context.Context) (err error) {
	if c.Match == nil {
		return nil
	}
	m := &matching{probe: c.Match.Probe, every: max(1, (c.settings.Steps(len(c.pairs))+matchChecks-1)/matchChecks)}
	if m.target, err = readTarget(c.desk.Shelf, c.Match.Target); err != nil {
		return err
	}
	if m.start, m.release, err = c.bench.Policy(c.desk.Shelf, m.probe.Start); err != nil {
		return err
	}
	c.match = m
	if c.trainer.Steps() == 0 {
		return m.check(ctx, c)
	}
	if m.checks, err = record.Decode[record.Check](c.kept[checksPart], checksPart, "checks"); err != nil {
		return damaged(c.desk.Scratch(), err)
	}
	data := c.kept[belowPart]
	if len(m.checks) == 0 || data == nil {
		return damaged(c.desk.Scratch(), errors.New("it has no policy from before"))
	}
	m.at = len(m.checks) - 1
	if m.below, err = model.Unmarshal(c.bench.Engine.Config, data); err != nil {
		return damaged(c.desk.Scratch(), err)
	}
	return nil
}

// due reports whether the drift is measured after a step of so many.
func (m *matching) due(step, steps int) bool { return step%m.every == 0 || step == steps }

// check measures the drift. It returns errPassed if that exceeds the target, unless no checkpoint was below it.
func (m *matching) check(ctx context.Context, c *course) error {
	w := c.trainer.Weights()
	drift, err := m.probe.Drift(ctx, c.bench, w, m.start)
	if err != nil {
		return fmt.Errorf("measuring the drift after step %d: %w", c.trainer.Steps(), err)
	}
	m.checks = append(m.checks, record.Check{Step: c.trainer.Steps(), Drift: drift})
	passed := drift > m.target
	if !passed || m.below == nil {
		m.at = len(m.checks) - 1
		if m.below, err = c.bench.Engine.Download(w); err != nil {
			return err
		}
	}
	if passed {
		return errPassed
	}
	return nil
}

// The parts of a checkpoint that belong to it: the checks, and the policy of the last one that does not exceed the target.
const checksPart, belowPart = "checks.jsonl", "below.safetensors"

// save adds its parts to a checkpoint.
func (m *matching) save(add store.AddFile) error {
	log, err := stage.Encode("checks", m.checks)
	if err != nil {
		return err
	}
	data, err := m.below.Marshal()
	if err != nil {
		return err
	}
	return errors.Join(add(checksPart, disk.Bytes(log)), add(belowPart, disk.Bytes(data)))
}

// result is what the training came to. all is how many steps it would have had.
func (m *matching) result(all int) record.Matched {
	x := record.Matched{Target: m.target, Drift: m.checks[m.at].Drift, Steps: m.checks[m.at].Step, All: all, Checks: m.checks}
	x.Reached = m.checks[len(m.checks)-1].Drift > m.target || x.Drift == m.target
	return x
}

// readMatched reads what a training left that ends by its drift.
func readMatched(s stage.Shelf, of stage.Ref) (x record.Matched, err error) {
	list, err := stage.Lines[record.Matched](s, of, "matched")
	if err == nil && len(list) != 1 {
		err = fmt.Errorf("stage %s: %d matches of its drift, want one", of.Short(), len(list))
	}
	if err != nil {
		return x, err
	}
	return list[0], nil
}
