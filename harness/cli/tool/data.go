package tool

import (
	"cmp"
	"context"
	"fmt"
	"os"

	"congrad/harness/cli/shell"
	"congrad/harness/data"
	"congrad/harness/exit"
	"congrad/harness/model"
	"congrad/harness/open"

	"github.com/spf13/cobra"
)

func (a *app) dataCommand() *cobra.Command {
	c := &cobra.Command{Use: "data", Short: "Download data sets", Args: cobra.ArbitraryArgs, RunE: shell.NeedsCommand}
	c.AddCommand(&cobra.Command{
		Use:   "download EXPERIMENT|hub:ORG/NAME[@REVISION]/FILE",
		Short: "Download the data sets that an experiment reads, or files of one",
		Long: "Fetches files of data sets from the hub that HF_ENDPOINT names into the cache of huggingface_hub (HF_HOME), with HF_TOKEN where it is set,\n" +
			"and checks their checksums. A stopped download continues. Nothing else downloads data: runs read what is there.\n\n" +
			"FILE is a file of the data set, or a pattern with *; {lang} stands for a language. Of an experiment only its languages are fetched.\n" +
			"A branch is pinned to the commit that it stands at; REVISION names another branch, a tag or a commit.",
		Example: "  congrad data download mine.toml\n  congrad data download 'hub:facebook/belebele/data/{lang}.jsonl'",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return a.downloadData(c.Context(), args[0]) },
	})
	return c
}

func (a *app) downloadData(ctx context.Context, arg string) error {
	list := []open.HubData{{Path: arg}}
	s, err := open.ReadSurroundings()
	if err != nil {
		return err
	}
	if !data.Hub(arg) {
		e, of, err := open.Experiment(arg, open.Options{Shape: true})
		if err != nil {
			return err
		}
		s, list = of, open.FromHub(e, of)
		if len(list) == 0 {
			_, err := fmt.Fprintf(a.Out, "%s: reads no data of the hub\n", arg)
			return err
		}
	}
	cache, client, err := hubAccess()
	if err != nil {
		return exit.With(exit.Config, err)
	}
	meter := &meter{out: a.Err}
	for _, h := range list {
		id, match, err := data.Download(h.Path, h.Languages, s.Languages)
		if err != nil {
			return exit.With(exit.Config, err)
		}
		got, err := client.DownloadData(ctx, cache, id, match, meter.show)
		if err != nil {
			return exit.With(exit.Data, err)
		}
		licence, err := model.Licence(os.DirFS(got.Folder))
		if err != nil {
			return exit.With(exit.Data, err)
		}
		fmt.Fprintf(a.Out, "%s: %d files at commit %s, licence: %s\n", h.Path, len(got.Files), got.Commit, cmp.Or(licence, "not stated"))
	}
	return nil
}
