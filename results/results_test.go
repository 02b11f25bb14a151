package results

import (
	"bytes"
	"encoding/csv"
	"flag"
	"image/png"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"congrad/harness/record"
	"congrad/results/synthetic"
)

// go test ./results -update writes the goldens again; look at what changed before committing.
var update = flag.Bool("update", false, "write testdata/small again")

const golden = "testdata/small"

// rendered are the files of a set by path, without PNGs and PDFs.
func rendered(t *testing.T, set *record.Set) map[string][]byte {
	t.Helper()
	files, err := render(set, false)
	if err != nil {
		t.Fatal(err)
	}
	byPath := map[string][]byte{}
	for i, f := range files {
		byPath[f.Path] = f.Data
		if i > 0 && files[i-1].Path >= f.Path {
			t.Errorf("%s comes after %s", f.Path, files[i-1].Path)
		}
	}
	return byPath
}

// PNGs and PDFs have no goldens: their compression belongs to the Go release. SVG coordinates have five digits, few enough to come
// out alike on processors with and without fused multiply-add.
func TestGoldens(t *testing.T) {
	files := rendered(t, synthetic.Set(synthetic.Small()))
	if *update {
		if err := os.RemoveAll(golden); err != nil {
			t.Fatal(err)
		}
	}
	wanted := map[string]bool{}
	for path, data := range files {
		wanted[path] = true
		at := filepath.Join(golden, filepath.FromSlash(path))
		if *update {
			if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(at, data, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(at)
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(data, want) {
			t.Errorf("%s differs from its golden from %q on (go test ./results -update writes it again)", path, firstDifference(data, want))
		}
	}
	err := filepath.WalkDir(golden, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if rel, err := filepath.Rel(golden, path); err != nil || !wanted[filepath.ToSlash(rel)] {
			t.Errorf("%s is no longer rendered", path)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func firstDifference(a, b []byte) string {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return string(a[max(0, n-20):min(len(a), n+60)])
}

func TestOrderOfRecordsDoesNotMatter(t *testing.T) {
	want := rendered(t, synthetic.Set(synthetic.Small()))
	set := synthetic.Set(synthetic.Small())
	synthetic.Shuffle(set)
	for path, data := range rendered(t, set) {
		if !bytes.Equal(data, want[path]) {
			t.Errorf("%s depends on the order of the records", path)
		}
	}
}

// What a table prints is the plain mean of the records.
func TestTablesShowPlainMeans(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	files := rendered(t, set)
	for _, row := range rows(t, files["tables/languages.csv"]) {
		for _, a := range set.Study.Arms {
			if !a.Trained {
				continue
			}
			sum, n := 0.0, 0
			for _, e := range set.Evaluations {
				if e.Arm == a.Name && e.Lang == row["language"] {
					sum += e.Win
					n++
				}
			}
			got, err := strconv.ParseFloat(row[a.Name], 64)
			if err != nil || math.Abs(got-sum/float64(n)) > 1e-8 || row["n"] != strconv.Itoa(n) {
				t.Errorf("%s in %s: the table has %s of n = %s, the records %g of %d", a.Name, row["language"], row[a.Name], row["n"], sum/float64(n), n)
			}
		}
	}
	main := rows(t, files["tables/main.csv"])
	var arms []string
	for _, row := range main[:len(set.Study.Arms)] {
		arms = append(arms, row["arm"])
		if row["languages"] != "seen" {
			t.Errorf("the first block is %q", row["languages"])
		}
	}
	if got := strings.Join(arms, " "); got != "baseline joint congrad random" {
		t.Errorf("arms are in the order %s", got)
	}
}

func rows(t *testing.T, data []byte) []map[string]string {
	t.Helper()
	records, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]string
	for _, r := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = r[i]
		}
		list = append(list, row)
	}
	return list
}

// Whatever is missing, there is a report, no panic and no NaN.
func TestMissingRecords(t *testing.T) {
	size := synthetic.Small()
	for name, change := range map[string]func(*record.Set){
		"nothing at all":   func(s *record.Set) { *s = record.Set{} },
		"study only":       func(s *record.Set) { *s = record.Set{Study: s.Study} },
		"no evaluation":    func(s *record.Set) { s.Evaluations = nil },
		"no tax":           func(s *record.Set) { s.Choices, s.Passages = nil, nil },
		"no passages":      func(s *record.Set) { s.Passages = nil },
		"no pairs":         func(s *record.Set) { s.Pairs, s.Pairing = nil, nil },
		"no answers":       func(s *record.Set) { s.Answers = nil },
		"no consensus":     func(s *record.Set) { s.Consensus, s.Fidelity = nil, nil },
		"no kept gram":     func(s *record.Set) { s.Consensus[0].KeptGram = nil },
		"zero gram":        func(s *record.Set) { s.Consensus[0].Gram[0] = make([]float64, 3) },
		"no steps":         func(s *record.Set) { s.Steps = nil },
		"one step":         func(s *record.Set) { s.Steps = s.Steps[:1] },
		"one evaluation":   func(s *record.Set) { s.Evaluations = s.Evaluations[80:81] },
		"no clusters":      func(s *record.Set) { clearClusters(s) },
		"all ties":         func(s *record.Set) { allTies(s) },
		"no known answers": func(s *record.Set) { unknown(s) },
		"no captions, no name": func(s *record.Set) {
			s.Study.Title, s.Study.Name, s.Study.Model, s.Study.Loss = "", "", record.Model{}, record.Loss{}
		},
		"no reference":       func(s *record.Set) { s.Study.Reference = "" },
		"constant alignment": func(s *record.Set) { constant(s) },
		"empty texts":        func(s *record.Set) { s.Pairs[0].Chosen, s.Pairs[0].Rejected = "", "\n" },
	} {
		set := synthetic.Set(size)
		change(set)
		checkFiles(t, name, rendered(t, set))
	}
	for name, size := range map[string]synthetic.Size{
		"one seed":       {Seeds: 1, Languages: 6, Arms: 4, Iterations: 1, Prompts: 8, Pairs: 6, Answers: 8, Items: 4, Steps: 3},
		"one language":   {Seeds: 2, Languages: 1, Arms: 4, Iterations: 1, Prompts: 8, Pairs: 6, Answers: 8, Items: 4, Steps: 3},
		"baseline only":  {Seeds: 3, Languages: 6, Arms: 1, Iterations: 1, Prompts: 8, Pairs: 6, Answers: 8, Items: 4, Steps: 3},
		"joint only":     {Seeds: 3, Languages: 6, Arms: 2, Iterations: 1, Prompts: 8, Pairs: 6, Answers: 8, Items: 4, Steps: 3},
		"more than arms": {Seeds: 2, Languages: 15, Arms: 7, Iterations: 3, Prompts: 8, Pairs: 6, Answers: 8, Items: 4, Steps: 3},
		"one of each":    {Seeds: 1, Languages: 1, Arms: 3, Iterations: 1, Prompts: 1, Pairs: 1, Answers: 1, Items: 1, Steps: 1},
	} {
		checkFiles(t, name, rendered(t, synthetic.Set(size)))
	}
}

func checkFiles(t *testing.T, name string, files map[string][]byte) {
	t.Helper()
	for path, data := range files {
		for _, bad := range []string{"NaN", "Inf", "%!"} {
			if bytes.Contains(data, []byte(bad)) {
				t.Errorf("%s: %s holds %q", name, path, bad)
			}
		}
	}
	for _, path := range []string{"report.md", "report.html"} {
		if len(files[path]) == 0 {
			t.Errorf("%s: no %s", name, path)
		}
	}
}

func clearClusters(s *record.Set) {
	for i := range s.Evaluations {
		s.Evaluations[i].Cluster = ""
	}
}

func allTies(s *record.Set) {
	for i := range s.Evaluations {
		s.Evaluations[i].Win = 0.5
	}
}

func unknown(s *record.Set) {
	for i := range s.Evaluations {
		s.Evaluations[i].Known = -1
	}
	for i := range s.Pairs {
		s.Pairs[i].KnownGap = 0
	}
	for i := range s.Pairing {
		s.Pairing[i].JudgeRight, s.Pairing[i].JudgeWrong = 0, 0
	}
}

func constant(s *record.Set) {
	for i := range s.Pairs {
		s.Pairs[i].Score = 0.1
	}
	for i := range s.Fidelity {
		s.Fidelity[i].Exact = 0.1
	}
}

// Two renderings give equal files, whatever is done at once; pictures have the size that the figure has in print at 300 dots per inch.
func TestPictures(t *testing.T) {
	first, err := Render(synthetic.Set(synthetic.Small()))
	if err != nil {
		t.Fatal(err)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	second, err := Render(synthetic.Set(synthetic.Small()))
	if err != nil {
		t.Fatal(err)
	}
	pictures, pages := 0, 0
	for i, f := range first {
		if !bytes.Equal(f.Data, second[i].Data) {
			t.Errorf("%s differs between two renderings", f.Path)
		}
		if strings.HasSuffix(f.Path, ".pdf") {
			pages++
		}
		if !strings.HasSuffix(f.Path, ".png") {
			continue
		}
		pictures++
		c, err := png.DecodeConfig(bytes.NewReader(f.Data))
		if err != nil || (c.Width != 909 && c.Width != 1890) {
			t.Errorf("%s: %d dots wide, %v", f.Path, c.Width, err)
		}
	}
	if pictures != 7 || pages != pictures {
		t.Errorf("%d pictures and %d PDFs instead of 7", pictures, pages)
	}
}

func TestBrokenRecordsAreRefused(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	set.Passages[3].Bits = math.NaN()
	if _, err := Render(set); err == nil || !strings.Contains(err.Error(), "passages: seed 1") {
		t.Errorf("got %v, want an error with coordinates", err)
	}
	set = synthetic.Set(synthetic.Small())
	set.Evaluations[3].Win = 5
	if _, err := Render(set); err == nil || !strings.Contains(err.Error(), "a win of 5, want 0 to 1") {
		t.Errorf("a win of 5: %v", err)
	}
}

func TestPartialStandsOnEverything(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	set.Study.Partial = "--limit 8"
	for path, data := range rendered(t, set) {
		if strings.HasPrefix(path, "figures/") {
			continue
		}
		if !bytes.Contains(data, []byte("--limit 8")) {
			t.Errorf("%s does not say that the records are partial", path)
		}
	}
}

// From the bytes of the records to those of the files, as congrad report does it.
func BenchmarkReport(b *testing.B) {
	files, err := synthetic.Set(synthetic.Large()).Files()
	if err != nil {
		b.Fatal(err)
	}
	dir := fstest.MapFS{}
	for name, data := range files {
		dir[name] = &fstest.MapFile{Data: data}
	}
	for b.Loop() {
		set, err := record.Load(dir)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Render(set); err != nil {
			b.Fatal(err)
		}
	}
}

// Planted conflicts have tables and a section, only where there are some.
func TestPlantedConflictsAreRendered(t *testing.T) {
	files := rendered(t, synthetic.Plant(synthetic.Set(synthetic.Small())))
	table := rows(t, files["tables/planted.csv"])
	var arms []string
	for _, row := range table {
		arms = append(arms, row["arm"]+" "+row["iteration"])
	}
	if got := strings.Join(arms, ", "); got != "joint 1, joint 2, congrad 1, congrad 2, random 1, random 2" {
		t.Errorf("the rows are %s", got)
	}
	if table[0]["AUROC"] != "" || table[2]["AUROC"] == "" || table[2]["minus congrad"] != "" || table[4]["minus congrad"] == "" {
		t.Errorf("joint ranks nothing, congrad is what others are compared with: %v", table)
	}
	var codes []string
	for _, row := range rows(t, files["tables/planted-languages.csv"]) {
		codes = append(codes, row["language"])
	}
	if got := strings.Join(codes, " "); got != "ar ja mean" {
		t.Errorf("the languages are %s", got)
	}
	if !bytes.Contains(files["report.html"], []byte(`id="planted"`)) || files["figures/planted.svg"] == nil {
		t.Error("the report lacks the section or the figure")
	}
	if bytes.Contains(rendered(t, synthetic.Set(synthetic.Small()))["report.html"], []byte(`id="planted"`)) {
		t.Error("a report without planted conflicts has a section of them")
	}
}

// The numbers of the whole that congrad diagnose prints are in the report of a run whose records have what it takes.
func TestObservablesAreRendered(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	for i := range set.Consensus {
		c := &set.Consensus[i]
		for k := range c.Languages {
			c.Squares = append(c.Squares, 20*c.MeanGram[k][k])
		}
	}
	table := rows(t, rendered(t, set)["tables/observables.csv"])
	if len(table) != 2*3 || table[0]["iteration"] != "1" || table[5]["iteration"] != "2" {
		t.Fatalf("the rows are %v", table)
	}
	// with 10 pairs, (10 - 20)/(9*20) of the square length: the pairs agree on less than nothing
	if within, err := strconv.ParseFloat(table[0]["agreement within"], 64); err != nil || math.Abs(within+1.0/18) > 1e-8 || table[0]["agreement shared"] != "" {
		t.Errorf("agreement within is %s and shared %q", table[0]["agreement within"], table[0]["agreement shared"])
	}
}

// The page can be read on a phone and on paper, and asks for nothing: what is wide scrolls in a box of its own, of which readers
// and keyboards know; no address is loaded or linked to; print has rules of its own.
func TestPageStandsAlone(t *testing.T) {
	page := string(rendered(t, synthetic.Plant(synthetic.Set(synthetic.Large())))["report.html"])
	box := regexp.MustCompile(`<div class="wide" tabindex="0" role="region" aria-label="[^"]+">\s*(<table|<svg)`)
	if boxes, wide := len(box.FindAllString(page, -1)), strings.Count(page, "<table")+strings.Count(page, "<svg"); boxes != wide || wide < 20 {
		t.Errorf("%d of %d tables and figures scroll", boxes, wide)
	}
	addresses := strings.NewReplacer(`xmlns="http://www.w3.org/2000/svg"`, "", `xmlns:xlink="http://www.w3.org/1999/xlink"`, "").Replace(page)
	for _, bad := range []string{"http:", "https:", "//cdn", "url(", "@import", "<script", "<link", "<img", "<iframe", "@font-face", "file:"} {
		if strings.Contains(addresses, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	for _, want := range []string{`content="width=device-width, initial-scale=1"`, "@media print", "break-inside: avoid", "color-scheme: light dark", `<meta charset="utf-8">`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}
