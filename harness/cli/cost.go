package cli

import (
	"fmt"

	"congrad/harness/record"
	"congrad/harness/run"
	"congrad/results"
)

// costTable is the table of what a run took, which is made of its manifest and not of its records.
func costTable(set *record.Set, m run.Manifest) ([]results.File, error) {
	programs := ""
	if m.Built != (run.Built{}) {
		programs = m.Built.String()
	}
	files, err := results.Cost(set, m.Spent, programs)
	if err != nil {
		return nil, fmt.Errorf("writing the cost table: %w", err)
	}
	return files, nil
}
