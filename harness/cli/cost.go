package cli

import (
	"fmt"

	"congrad/harness/record"
	"congrad/harness/run"
	"congrad/results"
)

// renderCost writes the table of what a run took, which is made of its manifest and not of its records.
func (a *app) renderCost(folder run.Folder, set *record.Set, m run.Manifest) error {
	programs := ""
	if m.Built != (run.Built{}) {
		programs = m.Built.String()
	}
	files, err := results.Cost(set, m.Spent, programs)
	if err != nil {
		return fmt.Errorf("writing the cost table: %w", err)
	}
	return write(folder, files)
}
