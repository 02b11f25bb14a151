package results

import (
	"encoding/csv"
	"math"
	"strconv"
	"strings"
	"testing"

	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/synthetic"
	"congrad/results/table"
)

// rowsOf are the rows of a table by their first cells, as CSV has them, by column.
func rowsOf(t *testing.T, of table.Table, keys int) map[string]map[string]string {
	t.Helper()
	text, err := of.CSV()
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]map[string]string{}
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows[strings.Join(line[:keys], " ")] = row
	}
	return rows
}

func bounded(t *testing.T) (*record.Set, *outcome.Study) {
	t.Helper()
	set := synthetic.Sample(synthetic.Bound(synthetic.Set(synthetic.Small())))
	s, err := outcome.New(set)
	if err != nil {
		t.Fatal(err)
	}
	return set, s
}

// The cells are the plain shares and differences of the records, by language and kind.
func TestWhoPays(t *testing.T) {
	set, s := bounded(t)
	kinds := map[string]string{}
	for _, p := range set.Prompts {
		kinds[p.ID] = p.Kind
	}
	share := func(list []record.Evaluation, arm, lang, kind string) float64 {
		right, n := 0.0, 0.0
		for _, e := range list {
			if e.Arm == arm && e.Lang == lang && (kind == "all" || kinds[e.Prompt] == kind) {
				n++
				if e.Known == 1 {
					right++
				}
			}
		}
		return right / n
	}
	rows := rowsOf(t, paysTable(s), 2)
	if len(rows) != 6*4 {
		t.Errorf("%d rows, want each language's with three kinds and all", len(rows))
	}
	for key, row := range rows {
		lang, kind, _ := strings.Cut(key, " ")
		want := map[string]float64{
			"baseline": share(set.Evaluations, "baseline", lang, kind), "joint": share(set.Evaluations, "joint", lang, kind), "mono": share(set.Evaluations, "mono", lang, kind),
			"sampled joint minus baseline": share(set.Trials, "joint", lang, kind) - share(set.Trials, "baseline", lang, kind),
		}
		want["greedy joint minus baseline"], want["greedy mono minus joint"] = want["joint"]-want["baseline"], want["mono"]-want["joint"]
		for column, x := range want {
			got, err := strconv.ParseFloat(row[column], 64)
			if unseen := math.IsNaN(x); unseen != (err != nil) || !unseen && math.Abs(got-x) > 1e-8 {
				t.Errorf("%s, %s: %q, want %g", key, column, row[column], x)
			}
		}
	}
}

// What bounds a filter is the arm that keeps the right pairs, by how it picks them and not by its name.
func TestRoomForAFilter(t *testing.T) {
	set, _ := bounded(t)
	s, err := outcome.New(synthetic.Rename(set, map[string]string{"oracle": "x", "random": "oracle"}))
	if err != nil {
		t.Fatal(err)
	}
	rows := rowsOf(t, roomTable(s), 1)
	all, _ := s.Group("seen")
	got, err := strconv.ParseFloat(rows["seen"]["x minus joint greedy"], 64)
	if want := s.Exact("x", all).Mean - s.Exact("joint", all).Mean; err != nil || math.Abs(got-want) > 1e-8 {
		t.Errorf("%+v, want %g", rows["seen"], want)
	}
	wrong, n := 0.0, 0.0
	for _, p := range set.Pairs {
		if p.Arm == "joint" && p.KnownGap != 0 {
			n++
			if p.KnownGap < 0 {
				wrong++
			}
		}
	}
	if got, err := strconv.ParseFloat(rows["seen"]["wrong"], 64); err != nil || math.Abs(got-wrong/n) > 1e-8 {
		t.Errorf("%+v, want %g wrong pairs", rows["seen"], wrong/n)
	}
}

// Every two arms are compared once in each block, and an arm without a model for the languages has no row.
func TestMatrixOfArms(t *testing.T) {
	_, s := bounded(t)
	x := matrixTable(s)
	n := 0
	for _, r := range x.Rows {
		for _, c := range r.Cells[3:] {
			if c.Mark != "" {
				n++
			}
		}
	}
	if seen, unseen := 6*5/2, 5*4/2; n != 2*(seen+unseen) || len(x.Rows) != 2*(5+4) {
		t.Errorf("%d comparisons in %d rows", n, len(x.Rows))
	}
}

// Without the roles that they are about tables are left out.
func TestTablesOfMissingRoles(t *testing.T) {
	made := func(change func(*record.Set)) string {
		set := synthetic.Sample(synthetic.Bound(synthetic.Set(synthetic.Small())))
		change(set)
		s, err := outcome.New(set)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, x := range []table.Table{paysTable(s), roomTable(s), matrixTable(s), conflictGainTable(s)} {
			if len(x.Rows) > 0 {
				names = append(names, x.Name)
			}
		}
		return strings.Join(names, " ")
	}
	for want, change := range map[string]func(*record.Set){
		"who-pays room arms conflict-gain": func(*record.Set) {},
		"who-pays arms conflict-gain":      func(set *record.Set) { set.Study.Arms[4].Select, set.Study.Arms[5].Policy = "random", "shared" },
		"arms":                             func(set *record.Set) { set.Study.Reference = "" },
		"room arms":                        func(set *record.Set) { set.Study.Baseline = "" },
		"who-pays room arms":               func(set *record.Set) { set.Consensus = nil },
		"": func(set *record.Set) {
			set.Evaluations, set.Trials = nil, nil
		},
		"room arms conflict-gain": func(set *record.Set) { // neither kinds nor models of one language
			set.Study.Arms[5].Policy = "shared"
			set.Prompts = nil
		},
	} {
		if got := made(change); got != want {
			t.Errorf("%q are made, want %q", got, want)
		}
	}
}
