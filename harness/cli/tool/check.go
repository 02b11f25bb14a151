package tool

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"congrad/harness/exit"
	"congrad/harness/model"
	"congrad/harness/model/safetensors"
	"congrad/harness/nn"
	"congrad/harness/open"

	"github.com/spf13/cobra"
)

// modelCheck is what congrad model check is asked.
type modelCheck struct {
	reference string
	tolerance float64
	positions bool
}

func (a *app) modelCheckCommand() *cobra.Command {
	var o modelCheck
	c := &cobra.Command{
		Use:   "check DIR --reference FILE.safetensors",
		Short: "Compare a model's logits with those of transformers",
		Long: "Computes the logits after every token of some texts and compares them with a reference. FILE.safetensors has\n" +
			"input_ids [batch, seq] (int64) and logits [batch, seq, vocab] (float32); docs/models.md shows how to write one.\n" +
			"Relative differences are divided by the largest logit of the position.",
		Example: "  congrad model check my-model --reference reference.safetensors",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.checkModel(c.Context(), args[0], o)
		},
	}
	c.Flags().StringVar(&o.reference, "reference", "", "file with input_ids and logits")
	c.Flags().Float64Var(&o.tolerance, "tolerance", 1e-4, "largest difference between two logits that passes")
	c.Flags().BoolVar(&o.positions, "positions", false, "print a line per position instead of one per row")
	return c
}

func (a *app) checkModel(ctx context.Context, name string, o modelCheck) error {
	if o.reference == "" {
		return exit.With(exit.Config, fmt.Errorf("--reference is needed: a file with input_ids and logits (congrad model check --help)"))
	}
	if !(o.tolerance >= 0) || math.IsInf(o.tolerance, 0) {
		return exit.With(exit.Config, fmt.Errorf("--tolerance %g: want 0 or more", o.tolerance))
	}
	ref, err := openReference(o.reference) // before gigabytes are read
	if err != nil {
		return exit.With(exit.Data, fmt.Errorf("%s: %w", o.reference, err))
	}
	defer ref.file.Close()
	base, err := open.Weights(name)
	if err != nil {
		return err
	}
	if err := ref.fit(base.Config.Vocab); err != nil {
		return exit.With(exit.Data, fmt.Errorf("%s: %w", o.reference, err))
	}
	b, err := a.OpenBackend()
	if err != nil {
		return err
	}
	found, err := ref.compare(ctx, nn.NewEngine(b.Backend, base.Config), base.Weights)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "%s: %s, on %s\n", name, described(base.Config), b.Info)
	if err := a.printComparison(found, o.positions); err != nil {
		return err
	}
	w := worst(slices.Concat(found...))
	if !(w.difference <= o.tolerance) {
		return exit.With(exit.Data, fmt.Errorf("%s: the logits after token %d of row %d differ by %.2g from those of %s; --tolerance is %g",
			name, w.position, w.row, w.difference, o.reference, o.tolerance))
	}
	return nil
}

// described is a model's shape in words.
func described(c model.Config) string {
	text := fmt.Sprintf("%d layers of width %d, %d tokens", c.Layers, c.Hidden, c.Vocab)
	if list := c.Features.List(); len(list) > 0 {
		text += "; " + strings.Join(list, "; ")
	}
	return text
}

// reference is what another program computed.
type reference struct {
	file   *safetensors.Checkpoint
	ids    [][]int // [batch][seq]
	vocab  int
	logits []float32 // [batch*seq*vocab], read when it is known that they fit
}

// openReference opens a file of references and checks what can be checked without the model.
func openReference(name string) (*reference, error) {
	c, err := safetensors.OpenFile(os.DirFS(filepath.Dir(name)), filepath.Base(name))
	if err != nil {
		return nil, err
	}
	ref, err := readReference(c)
	if err != nil {
		c.Close()
		return nil, err
	}
	return ref, nil
}

func readReference(c *safetensors.Checkpoint) (*reference, error) {
	var dims [2][]int
	for i, t := range []struct {
		name  string
		dtype safetensors.DType
		shape string
		rank  int
	}{{"input_ids", safetensors.I64, "[batch, seq]", 2}, {"logits", safetensors.F32, "[batch, seq, vocab]", 3}} {
		var ok bool
		if dims[i], ok = c.Shape(t.name); !ok {
			return nil, fmt.Errorf("no tensor %q; input_ids and logits are needed (the file has %s)", t.name, strings.Join(c.Names(), ", "))
		}
		if c.DType(t.name) != t.dtype {
			return nil, fmt.Errorf("%s are stored as %s; want %s", t.name, c.DType(t.name), t.dtype)
		}
		if len(dims[i]) != t.rank || slices.Contains(dims[i], 0) {
			return nil, fmt.Errorf("%s have the shape %v; want %s", t.name, dims[i], t.shape)
		}
	}
	batch, seq := dims[0][0], dims[0][1]
	if dims[1][0] != batch || dims[1][1] != seq {
		return nil, fmt.Errorf("input_ids have the shape %v and logits %v: want logits for every token", dims[0], dims[1])
	}
	flat := make([]int64, batch*seq)
	if err := c.Int64("input_ids", flat); err != nil {
		return nil, err
	}
	ref := &reference{file: c, vocab: dims[1][2]}
	for i := range batch {
		row := make([]int, seq)
		for j := range row {
			id := flat[i*seq+j]
			if id < 0 || id >= int64(ref.vocab) {
				return nil, fmt.Errorf("input_ids: token %d of row %d is %d, but the logits cover ids 0 to %d", j+1, i+1, id, ref.vocab-1)
			}
			row[j] = int(id)
		}
		ref.ids = append(ref.ids, row)
	}
	return ref, nil
}

// fit reads the logits if they are those of a model with so many tokens.
func (r *reference) fit(vocab int) error {
	if r.vocab != vocab {
		return fmt.Errorf("the logits cover %d tokens, the model has %d", r.vocab, vocab)
	}
	r.logits = make([]float32, len(r.ids)*len(r.ids[0])*vocab)
	return r.file.Float32("logits", r.logits)
}

// compare computes the logits row by row.
func (r *reference) compare(ctx context.Context, e *nn.Engine, host *model.Weights) ([][]agreement, error) {
	weights, err := e.Upload(host)
	if err != nil {
		return nil, err
	}
	defer weights.Free()
	var all [][]agreement
	want := r.logits
	for i, ids := range r.ids {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		got, err := e.Logits(weights, ids)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", i+1, err)
		}
		var row []agreement
		for j, logits := range got {
			row = append(row, agree(logits, want[:r.vocab]))
			row[j].row, row[j].position = i+1, j+1
			want = want[r.vocab:]
		}
		all = append(all, row)
	}
	return all, nil
}

// agreement says how the logits behind one token compare with the reference's.
type agreement struct {
	row, position        int     // from 1
	difference, relative float64 // the largest difference of two logits, and over the reference's largest logit
	ours, theirs         int     // the likeliest next token
}

func agree(got, want []float32) (a agreement) {
	largest := 0.0
	for id, x := range want {
		a.difference = math.Max(a.difference, math.Abs(float64(got[id])-float64(x))) // NaN if either is
		largest = math.Max(largest, math.Abs(float64(x)))
		if got[id] > got[a.ours] {
			a.ours = id
		}
		if x > want[a.theirs] {
			a.theirs = id
		}
	}
	if a.difference != 0 {
		a.relative = a.difference / largest
	}
	return a
}

// worst is the first of the largest differences, or of those that are no number.
func worst(list []agreement) agreement {
	return slices.MaxFunc(list, func(a, b agreement) int {
		switch {
		case a.difference > b.difference || math.IsNaN(a.difference) && !math.IsNaN(b.difference):
			return 1
		case a.difference < b.difference || math.IsNaN(b.difference) && !math.IsNaN(a.difference):
			return -1
		}
		return 0
	})
}

func (a *app) printComparison(found [][]agreement, positions bool) error {
	out := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', tabwriter.AlignRight)
	same := func(row []agreement) (n int) {
		for _, x := range row {
			if x.ours == x.theirs {
				n++
			}
		}
		return n
	}
	if positions {
		fmt.Fprintln(out, "row\tposition\tdifference\trelative\tnext token\treference's\t")
	} else {
		fmt.Fprintln(out, "row\tworst position\tdifference\trelative\tsame next token\t")
	}
	for _, row := range found {
		if positions {
			for _, x := range row {
				fmt.Fprintf(out, "%d\t%d\t%.2g\t%.2g\t%d\t%d\t\n", x.row, x.position, x.difference, x.relative, x.ours, x.theirs)
			}
			continue
		}
		x := worst(row)
		fmt.Fprintf(out, "%d\t%d\t%.2g\t%.2g\t%d of %d\t\n", x.row, x.position, x.difference, x.relative, same(row), len(row))
	}
	if err := out.Flush(); err != nil {
		return err
	}
	all := slices.Concat(found...)
	x := worst(all)
	_, err := fmt.Fprintf(a.Out, "the largest difference is %.2g (relative %.2g), after token %d of row %d; the likeliest next token is the same in %d of %d positions\n",
		x.difference, x.relative, x.position, x.row, same(all), len(all))
	return err
}
