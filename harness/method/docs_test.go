package method

import (
	"regexp"
	"strings"
	"testing"

	"congrad/harness/doctest"
)

// The aggregator that docs/add-a-method.md adds compiles as it is shown there, passes its test and the suite.
func TestDocumentedAggregator(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: compiles the document's code")
	}
	o := doctest.New(t, "../..")
	const table, start = "harness/method/aggregator.go", "var Aggregators = []NamedAggregator{\n"
	for _, b := range doctest.Blocks(t, "../../docs/add-a-method.md") {
		if name := regexp.MustCompile(`^// (harness/method/rlw\S*\.go)\n`).FindStringSubmatch(b); name != nil {
			o.Lay(name[1], b)
		}
		if strings.HasPrefix(b, `{"rlw"`) {
			o.Lay(table, strings.Replace(o.Original(table), start, start+b, 1))
		}
	}
	if o.Len() != 3 {
		t.Fatalf("the document shows %d of a file, a test and a line", o.Len())
	}
	out := o.Test("TestRLW|TestEveryAggregator|TestPropertiesAreAsTheTableSays", ".")
	for _, want := range []string{"--- PASS: TestRLW", "/rlw"} {
		if !strings.Contains(out, want) {
			t.Errorf("the run says nothing of %q:\n%s", want, out)
		}
	}
}
