package results

import (
	"slices"
	"sync"

	"congrad/results/figure"
	"congrad/results/measure"
	"congrad/results/outcome"
	"congrad/results/report"
	"congrad/results/table"
)

// chapter is a section of the report with all that it shows, in order. A chapter without a place is not made.
type chapter struct {
	id, title string
	has       func(*outcome.Study) bool // nil: always
	pieces    []piece
}

// piece makes one part of a chapter: a table, a figure or text. A table without rows is left out. A figure without data leaves a
// note, unless it is optional.
type piece struct {
	table    func(*outcome.Study) table.Table
	figure   func(*outcome.Study) figure.Figure
	optional bool
	text     func(*outcome.Study) []report.Block
}

func tableOf(build func(*outcome.Study) table.Table) piece { return piece{table: build} }

func figureOf(build func(*outcome.Study) figure.Figure) piece { return piece{figure: build} }

func optional(build func(*outcome.Study) figure.Figure) piece {
	return piece{figure: build, optional: true}
}

func textOf(build func(*outcome.Study) []report.Block) piece { return piece{text: build} }

// contents lists everything that a report holds. Nothing else is made.
func contents() []chapter {
	return []chapter{
		{id: "glance", title: "At a glance", pieces: []piece{textOf(report.Glance), optional(figure.Differences)}},
		{id: "run", title: "What was run", pieces: []piece{textOf(report.Run)}},
		{id: "findings", title: "Findings", pieces: []piece{tableOf(claimsTable), textOf(report.Findings)}},
		{id: "win-rates", title: "Win rates", has: evaluated, pieces: []piece{
			tableOf(mainTable), tableOf(publishedTable), tableOf(sampledTable), figureOf(figure.WinRates), tableOf(languagesTable),
			optional(figure.Iterations), tableOf(iterationsTable), optional(figure.Drift),
			tableOf(paysTable), tableOf(roomTable), tableOf(matrixTable),
			optional(figure.KeepSweep), optional(figure.RankSweep), tableOf(lengthsTable), tableOf(lengthsLanguagesTable),
			tableOf(answerLanguagesTable), tableOf(judgeTable), tableOf(ablationTable),
		}},
		{id: "tax", title: "Alignment tax", has: taxed, pieces: []piece{figureOf(figure.TradeOff), optional(figure.Tax), tableOf(taxTable)}},
		{id: "data", title: "Data and selection", pieces: []piece{
			tableOf(promptsTable), tableOf(dataTable), figureOf(figure.Alignments), optional(figure.Kept), tableOf(pairsTable),
		}},
		{id: "planted", title: "Planted conflicts", has: planted, pieces: []piece{figureOf(figure.Planted), tableOf(plantedTable), tableOf(plantedLanguagesTable)}},
		{id: "gradients", title: "Gradients", pieces: []piece{
			figureOf(figure.Cosines), tableOf(conflictsTable), tableOf(groupsTable), tableOf(conflictGainTable), tableOf(observablesTable), optional(figure.Fidelity), tableOf(fidelityTable),
		}},
		{id: "training", title: "Training", pieces: []piece{figureOf(figure.Training), tableOf(trainingTable), tableOf(ratesTable), tableOf(surgeryTable)}},
		{id: "examples", title: "Examples", pieces: []piece{textOf(report.Examples)}},
		{id: "facts", title: "Method, cost and intervals", pieces: []piece{tableOf(factsTable), tableOf(intervalsTable)}},
		{id: "reading", title: "How to read this", pieces: []piece{textOf(report.Reading)}},
	}
}

func evaluated(s *outcome.Study) bool {
	prompts, _ := s.Prompts()
	return prompts > 0
}

func taxed(s *outcome.Study) bool { return evaluated(s) || len(s.TaxTasks()) > 0 }

func planted(s *outcome.Study) bool {
	_, ok := measure.PlantedLanguages(s.Study)
	return ok
}

// blocks is what a piece shows; nil if it has nothing.
func (p piece) blocks(s *outcome.Study) []report.Block {
	switch {
	case p.table != nil:
		t := p.table(s)
		if len(t.Rows) == 0 {
			return nil
		}
		t.Partial = s.Partial
		t.Footnotes = append(s.DoubtsOf(t.Name), t.Footnotes...)
		return []report.Block{{Table: &t}}
	case p.figure != nil:
		f := p.figure(s)
		if f.Empty() && p.optional {
			return nil
		}
		return []report.Block{{Figure: &f}}
	}
	return p.text(s)
}

// sections makes everything that a report holds. Pieces are made at once, as none depends on another.
func sections(s *outcome.Study) []report.Section {
	var list []report.Section
	var made [][][]report.Block // by section and piece
	var wait sync.WaitGroup
	for _, c := range contents() {
		if c.has != nil && !c.has(s) {
			continue
		}
		blocks := make([][]report.Block, len(c.pieces))
		for i, p := range c.pieces {
			wait.Go(func() { blocks[i] = p.blocks(s) })
		}
		list, made = append(list, report.Section{ID: c.id, Title: c.title}), append(made, blocks)
	}
	wait.Wait()
	for i := range list {
		list[i].Blocks = slices.Concat(made[i]...)
	}
	return list
}
