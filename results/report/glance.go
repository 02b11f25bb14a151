package report

import (
	"fmt"
	"strings"

	"congrad/eval/stats"
	"congrad/results/outcome"
	"congrad/results/table"
)

// Glance says on one screen how far the study reaches, and what it says about the claims that were made before it ran.
func Glance(s *outcome.Study) []Block {
	list := []string{scope(s)}
	if s.Backend != "" {
		list = append(list, fmt.Sprintf("Backend: %s. Hardware, time and memory are in tables/cost.txt: they differ between equal runs, so this report leaves them out.", s.Backend))
	}
	for _, c := range s.Claims() {
		list = append(list, claimed(c))
	}
	if len(s.Claims()) == 0 {
		list = append(list, "No claim was made before the run ([[claims]] in the experiment's file), so nothing here tests one: the findings describe.")
	}
	var blocks []Block
	for _, d := range s.Doubts() { // first what makes the rest no result
		blocks = append(blocks, Block{Text: d.Text})
	}
	blocks = append(blocks, Block{List: list})
	if text := striking(s); text != "" {
		blocks = append(blocks, Block{Text: text})
	}
	return blocks
}

// scope says what was studied and how much of it.
func scope(s *outcome.Study) string {
	var parts []string
	if m := s.Model; m.Name != "" {
		parts = append(parts, fmt.Sprintf("model %s (%s parameters)", m.Name, rounded(m.Parameters)))
	}
	for _, name := range []string{"seen", "unseen"} {
		if g, ok := s.Group(name); ok {
			parts = append(parts, table.Counted(len(g.Codes), name+" language"))
		}
	}
	parts = append(parts, table.Counted(len(s.Arms), "arm"), s.Runs())
	if prompts, clusters := s.Prompts(); prompts > 0 {
		parts = append(parts, fmt.Sprintf("%s in %s", table.Counted(prompts, "evaluation prompt"), table.Counted(clusters, "cluster")))
	} else {
		parts = append(parts, "no evaluation prompts")
	}
	return "Scope: " + strings.Join(parts, ", ") + "."
}

// rounded is a number of parameters in two or three digits: "1.2 M".
func rounded(n int) string {
	switch x := float64(n); {
	case x >= 1e9:
		return fmt.Sprintf("%.3g G", x/1e9)
	case x >= 1e6:
		return fmt.Sprintf("%.3g M", x/1e6)
	case x >= 1e3:
		return fmt.Sprintf("%.3g k", x/1e3)
	}
	return fmt.Sprint(n)
}

// claimed is a claim with its verdict and one number.
func claimed(c outcome.Claim) string {
	number := "nothing was measured"
	switch e := c.Estimate; {
	case e.N > 0 && c.Minus == "": // a share
		e.Low, e.High = max(0, e.Low), min(1, e.High)
		number = fmt.Sprintf("%s %s %s", c.Measured(), table.Fixed(e.Mean, 3), bracket(e))
	case e.N > 0:
		number = fmt.Sprintf("%s %s", c.Measured(), signedBracket(e))
	}
	words := Verdict(c)
	return fmt.Sprintf("%s: %s (%s).", strings.ToUpper(words[:1])+words[1:], strings.TrimSuffix(c.Text, "."), number)
}

// Verdict is a claim's verdict in words.
func Verdict(c outcome.Claim) string {
	if c.Verdict == stats.NoDifference {
		return fmt.Sprintf("no difference larger than %g", c.Effect)
	}
	return string(c.Verdict)
}
