package run

import (
	"congrad/harness/config"
	"congrad/harness/record"
)

// published are the numbers that the experiment's file sets beside its own, as records. They enter no stage.
func published(typed []config.Published) []record.Published {
	var list []record.Published
	for _, p := range typed {
		r := record.Published{Arm: p.Arm, Languages: p.Languages, Measure: p.Measure, Task: p.Task, Value: p.Value, Source: p.Source}
		if p.Bounded() {
			r.Low, r.High = &p.Low, &p.High
		}
		list = append(list, r)
	}
	return list
}
