package run

import (
	"congrad/harness/config"
	"congrad/harness/record"
)

// Claims are what the experiment's file claims, as records. They enter no stage.
func Claims(x *config.Experiment) []record.Claim {
	var list []record.Claim
	for _, c := range x.Claims {
		arm, minus := c.Compares(x.Evaluate.Reference)
		list = append(list, record.Claim{Text: c.Text, Measure: c.Measure, Task: c.Task, Arm: arm, Minus: minus, Group: c.Group, Direction: c.Direction, Effect: c.Effect})
	}
	return list
}
