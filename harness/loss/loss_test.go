package loss

import (
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// paper is what a pair is in the papers: sums over the tokens of both answers, in float64, of policy and reference.
type paper struct {
	delta, perToken, desensitised float64 // Δ, of sums, of means and of LD-DPO's sums
	lead, mean                    float64 // log-probs per token of the policy alone: chosen minus rejected, chosen
	longer                        float64 // |chosen| - |rejected|
}

func onPaper(l Loss, pw, pl, rw, rl []float64) paper {
	sum := func(x []float64) (s float64) {
		for _, v := range x {
			s += v
		}
		return s
	}
	mean := func(x []float64) float64 { return sum(x) / float64(len(x)) }
	k := min(len(pw), len(pl))
	part := func(x []float64) float64 { return sum(x[:k]) + l.LDAlpha*sum(x[k:]) }
	return paper{
		delta:        sum(pw) - sum(rw) - (sum(pl) - sum(rl)),
		perToken:     mean(pw) - mean(rw) - (mean(pl) - mean(rl)),
		desensitised: part(pw) - part(rw) - (part(pl) - part(rl)),
		lead:         mean(pw) - mean(pl), mean: mean(pw),
		longer: float64(len(pw) - len(pl)),
	}
}

// oracle is the loss of one pair written a second time, as in the papers, and the margin of the implicit rewards.
func oracle(l Loss, p paper) (value, margin float64) {
	logSigmoid := func(x float64) float64 { return math.Log(1 / (1 + math.Exp(-x))) }
	z, rewards := l.Beta*p.delta+l.LengthPenalty*p.longer, l.Beta*p.delta
	switch l.Kind {
	case "dpo":
		return -logSigmoid(z), rewards
	case "cdpo":
		return -(1-l.LabelSmoothing)*logSigmoid(z) - l.LabelSmoothing*logSigmoid(-z), rewards
	case "robust":
		return (-(1-l.LabelSmoothing)*logSigmoid(z) + l.LabelSmoothing*logSigmoid(-z)) / (1 - 2*l.LabelSmoothing), rewards
	case "hinge":
		return math.Max(0, 1-z), rewards
	case "ipo":
		return math.Pow(p.perToken-1/(2*l.Beta), 2), l.Beta * p.perToken
	case "ipo_sum":
		return math.Pow(p.delta-1/(2*l.Beta), 2), rewards
	case "dpo_norm":
		return -logSigmoid(l.Beta * p.perToken), l.Beta * p.perToken
	case "ld_dpo":
		return -logSigmoid(l.Beta * p.desensitised), l.Beta * p.desensitised
	case "dpo_nll":
		return -logSigmoid(z) - l.NLLWeight*p.mean, rewards
	case "simpo":
		return -logSigmoid(l.Beta*p.lead - l.Beta*l.TargetMargin), l.Beta * p.lead
	}
	panic(l.Kind)
}

// losses are the losses under test, at parameters at which each differs from the others.
func losses() []Loss {
	var list []Loss
	for _, k := range Kinds() {
		l := Loss{Kind: k.Name, Beta: 0.7}
		for i, f := range l.Fields() {
			if l.Takes(f.Key) {
				*f.Value = 0.2 + 0.05*float64(i)
			}
		}
		list = append(list, l)
	}
	return list
}

// Values and margins are those of the papers, where the answers' lengths differ by much, both ways round, and where a pair
// leads by more than the hinge loss asks for.
func TestFormulas(t *testing.T) {
	long, short := []float64{-0.3, -1.2, -0.1, -2, -0.7}, []float64{-0.9, -0.2}
	other, brief := []float64{-0.8, -0.9, -0.3, -1.1, -0.5}, []float64{-0.4, -1.3} // of another model
	for _, l := range losses() {
		for _, c := range [][4][]float64{
			{long, short, other, brief},
			{short, long, brief, other},
			{short, long, {-4, -3}, {-0.1, -0.1, -0.2, -0.1, -0.1}},
		} {
			policy, reference := SumPair(c[0], c[1]), l.Reference(SumPair(c[2], c[3]))
			value, margin := oracle(l, onPaper(l, c[0], c[1], c[2], c[3]))
			if got := float64(Of(l, policy, Float(reference))); math.Abs(got-value) > 1e-12 {
				t.Errorf("%+v of %v is %.15g, want %.15g", l, c, got, value)
			}
			lead := policy.Lead(func(a Answer[Float]) Float { return ScoreOf(l, a) })
			if got := l.Beta * (float64(lead) - reference); math.Abs(got-margin) > 1e-12 {
				t.Errorf("%+v: the margin of %v is %.15g, want %.15g", l, c, got, margin)
			}
		}
	}
}

// softplus(x) - softplus(-x) is x, and both ends are finite.
func TestSoftplus(t *testing.T) {
	for _, x := range []Float{0, 1e-9, 0.3, 20, 700, 1e6} {
		if up, down := Softplus(x), Softplus(-x); math.Abs(float64(up-down-x)) > 1e-12*float64(1+x) || down < 0 || x <= 20 && down == 0 {
			t.Errorf("softplus of ±%g is %g and %g", x, up, down)
		}
	}
	if got := Softplus(Float(0)); math.Abs(float64(got)-math.Ln2) > 1e-15 {
		t.Errorf("softplus(0) is %g", got)
	}
}

// An answer without tokens has a score under every loss.
func TestNoTokens(t *testing.T) {
	for _, l := range losses() {
		if got := ScoreOf[Float](l, AnswerLogProb{}); got != 0 {
			t.Errorf("%s: no tokens score %g", l.Kind, got)
		}
	}
}

// Each parameter belongs to a kind, each kind's parameters exist and stand in the order of a file, and no two kinds share a name.
func TestKinds(t *testing.T) {
	var every []string
	for _, f := range new(Loss).Fields() {
		every = append(every, f.Key)
	}
	taken, names := map[string]bool{}, map[string]bool{}
	for _, k := range Kinds() {
		if found, ok := Find(k.Name); !ok || names[k.Name] || k.Title == "" || k.Doc == "" || cmp.Diff(k, found) != "" {
			t.Errorf("%+v, found %+v", k, found)
		}
		names[k.Name] = true
		var inOrder []string
		for _, p := range (Loss{Kind: k.Name}).Parameters() {
			inOrder, taken[p.Key] = append(inOrder, p.Key), true
		}
		if d := cmp.Diff(k.Takes, inOrder); d != "" {
			t.Errorf("%s: %s", k.Name, d)
		}
	}
	for _, key := range every {
		if !taken[key] {
			t.Errorf("no kind takes %s", key)
		}
	}
	if k, ok := Find("dpoo"); ok || (Loss{Kind: "dpoo"}).Reference(SumPair([]float64{-1}, nil)) != 0 {
		t.Errorf("an unknown kind is %+v", k)
	}
}

// The document's table has the losses in this order, each with its parameters.
func TestDocumentedLosses(t *testing.T) {
	document, err := os.ReadFile("../../docs/losses.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(document), "| `kind` |")
	table, _, _ = strings.Cut(table, "\n\n")
	var got, want []string
	word := regexp.MustCompile("`([a-z_]+)`")
	for _, line := range strings.Split(table, "\n")[2:] {
		cells := strings.Split(strings.ReplaceAll(line, `\|`, "/"), "|")
		words := []string{word.FindStringSubmatch(cells[1])[1]}
		for _, parameter := range word.FindAllStringSubmatch(cells[3], -1) {
			words = append(words, parameter[1])
		}
		slices.Sort(words[1:])
		got = append(got, strings.Join(words, " "))
	}
	for _, k := range Kinds() {
		want = append(want, strings.Join(append([]string{k.Name}, slices.Sorted(slices.Values(k.Takes))...), " "))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
