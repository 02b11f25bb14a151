package tool

import (
	"context"
	"fmt"
	"text/tabwriter"

	"congrad/harness/exit"
	"congrad/harness/open"
	"congrad/harness/pretrain"

	"github.com/spf13/cobra"
)

// examinedItems is how many prompts of each language a model is examined on.
const examinedItems = 200

func (a *app) examineCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "examine [MODEL]",
		Short: "Measure per language how well a model of the embedded world answers and judges",
		Long: "Lets a model (the embedded one, or a folder) answer prompts of the development split, greedily and by sampling,\n" +
			"and judge right answers against wrong ones: the starting point of self-rewarding.",
		Example: "  congrad examine\n  congrad examine my-base",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.examine(c.Context(), append(args, "tiny")[0])
		},
	}
}

func (a *app) examine(ctx context.Context, name string) error {
	base, chat, err := open.Model(name)
	if err != nil {
		return err
	}
	w, _, err := open.World(name)
	if err != nil {
		return exit.With(exit.Data, err)
	}
	e, weights, err := a.upload(base)
	if err != nil {
		return err
	}
	defer weights.Free()
	out := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(out, "language\tprompts\tgreedy right\tsampled right\tpairs judged\tordered right\ttied\tnot scored\t")
	err = pretrain.Examine(ctx, e, weights, chat, w, examinedItems, func(x pretrain.Examination) {
		fmt.Fprintf(a.Err, "%s ", x.Lang)
		fmt.Fprintf(out, "%s\t%d\t%s\t%s\t%d\t%s\t%s\t%d\t\n", x.Lang, x.Items, share(x.Greedy, x.Items), share(x.Sampled, x.Samples),
			x.Couples, share(x.Ordered, x.Couples), share(x.Tied, x.Couples), x.Unparsed)
	})
	fmt.Fprintln(a.Err)
	if err != nil {
		return err
	}
	return out.Flush()
}

// share is a part of a whole with three digits.
func share(part, whole int) string {
	if whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3f", float64(part)/float64(whole))
}
