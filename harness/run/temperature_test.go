package run

import (
	"strings"
	"testing"

	"congrad/harness/record"

	"github.com/google/go-cmp/cmp"
)

// An arm with a temperature of its own samples at it, with the random numbers and against the answers of the base model at the
// experiment's temperature; with that one it is the base model. Greedy answers know no temperature, and no other arm changes.
func TestArmsSampleAtTheirTemperature(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs a study")
	}
	l := newLab(t)
	sets := []string{"evaluate.samples=2", "evaluate.tasks=[]", "congrad.fidelity_pairs=0"}
	sharper := strings.Replace(small, "[[arms]]\nname = \"joint\"", `[[arms]]
name = "sharper"
select = "none"
evaluate_temperature = 0.1
[[arms]]
name = "same"
select = "none"
evaluate_temperature = 0.7
[[arms]]
name = "joint"`, 1)
	before := map[string]bool{}
	for _, s := range l.planOf(t, small, sets...).Stages {
		before[string(s.Key)] = true
	}
	plan, added := l.planOf(t, sharper, sets...), ""
	for _, s := range plan.Stages {
		if !before[string(s.Key)] {
			added += s.Kind
		}
	}
	if added != "sampled" {
		t.Errorf("the arms add %q, want one stage that samples", added)
	}
	files, err := l.run(t, t.Context(), plan, t.TempDir(), &follower{})
	if err != nil {
		t.Fatal(err)
	}
	set := load(t, files)
	of := map[string][]record.Evaluation{}
	for _, e := range set.Evaluations {
		arm := e.Arm
		e.Arm = ""
		of[arm] = append(of[arm], e)
	}
	for _, e := range set.Trials {
		arm := e.Arm
		e.Arm = ""
		of["sampled "+arm] = append(of["sampled "+arm], e)
	}
	if d := cmp.Diff(of["baseline"], of["sharper"]); d != "" || len(of["baseline"]) == 0 {
		t.Errorf("greedy answers: %s", d)
	}
	base, same, sharp := of["sampled baseline"], of["sampled same"], of["sampled sharper"]
	if d := cmp.Diff(base, same); d != "" || len(base) == 0 {
		t.Errorf("at the experiment's temperature: %s", d)
	}
	differ := 0
	for i := range sharp {
		if sharp[i].Opponent != base[i].Known {
			t.Errorf("%+v is compared with another answer than %+v", sharp[i], base[i])
		}
		if sharp[i].Text != base[i].Text {
			differ++
		}
	}
	if differ == 0 {
		t.Error("a temperature changes no answer")
	}
	for _, a := range set.Study.Arms {
		if want := map[string]float64{"sharper": 0.1, "same": 0.7}[a.Name]; a.Temperature != want {
			t.Errorf("%s samples at %g, want %g", a.Name, a.Temperature, want)
		}
	}
}
