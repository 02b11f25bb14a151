package run

import (
	"regexp"
	"strings"
	"testing"

	"congrad/harness/doctest"
)

// The kind of stage that docs/add-a-stage.md adds compiles as it is shown there, does what its test says, and is planned, owned and
// whole.
func TestDocumentedStage(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: compiles the document's code")
	}
	o := doctest.New(t, "../..")
	shown := map[string]string{} // lines, by how they begin
	for _, b := range doctest.Blocks(t, "../../docs/add-a-stage.md") {
		if file := regexp.MustCompile(`^// (harness/\S*\.go)\n`).FindStringSubmatch(b); file != nil {
			o.Lay(file[1], b)
		} else {
			shown[strings.Fields(b)[0]] = b
		}
	}
	// after inserts a line that the document shows behind another one of a file, and puts what the document says in words.
	after := func(path, line, begins string, inWords ...string) {
		changed := regexp.MustCompile(`(?m)^`+regexp.QuoteMeta(line)+`.*\n`).ReplaceAllStringFunc(o.Original(path), func(l string) string { return l + shown[begins] })
		changed = strings.NewReplacer(inWords...).Replace(changed)
		if shown[begins] == "" || !strings.Contains(changed, shown[begins]) {
			t.Fatalf("%s has no line %q, or the document shows none that begins with %s", path, line, begins)
		}
		o.Lay(path, changed)
	}
	after("harness/run/kinds.go", "\tkind.Of[sampling.Within]", "kind.Of[sampling.Distinct](),")
	after("harness/run/round.go", "\tr.generated = p.add(", "r.distinct")
	after("harness/run/plan.go", "\tgenerated, judged *stage.Stage", "distinct", "r.fidelity, r.train}", "r.fidelity, r.train, r.distinct}")
	if o.Len() != 5 {
		t.Fatalf("%d files are laid over the project's, want 5", o.Len())
	}
	out := o.Test("TestDistinct|TestKindsAreWhole|TestPlanFilesSuffice|TestEveryStageHasAnOwner", ".", "../kind/sampling")
	for _, want := range []string{"--- PASS: TestDistinct", "--- PASS: TestPlanFilesSuffice", "--- PASS: TestEveryStageHasAnOwner"} {
		if !strings.Contains(out, want) {
			t.Errorf("the run says nothing of %q:\n%s", want, out)
		}
	}
}
