package tool

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"congrad/harness/exit"
	"congrad/harness/hub"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

func (a *app) downloadCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "download ORG/NAME[@REVISION]",
		Short: "Download a model from the hub into the cache",
		Long: "Downloads config.json, tokenizer, chat template, generation_config.json and safetensors of a model, and nothing else, into\n" +
			"the cache that transformers uses. Files in the cache are not downloaded again. Every file is checked against its published\n" +
			"checksum. If it is stopped, the same command continues. No other command downloads a model.\n\n" +
			"HF_ENDPOINT sets the hub, HF_TOKEN the access token (for gated and private models), HF_HOME or HF_HUB_CACHE the cache.",
		Example: "  congrad model download HuggingFaceTB/SmolLM2-135M-Instruct\n  congrad model download org/name@v1.0",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return a.download(c.Context(), args[0]) },
	}
}

func (a *app) download(ctx context.Context, name string) error {
	id, err := hub.ParseID(name)
	if err != nil {
		return exit.With(exit.Config, err)
	}
	cache, client, err := hubAccess()
	if err != nil {
		return exit.With(exit.Config, err)
	}
	meter := &meter{out: a.Err}
	dir, err := client.Download(ctx, cache, id, meter.show)
	if err != nil {
		return exit.With(exit.Data, err)
	}
	_, err = fmt.Fprintln(a.Out, dir)
	return err
}

// hubAccess is where downloads go and what fetches them, by the environment.
func hubAccess() (hub.Cache, *hub.Client, error) {
	cache, err := hub.CacheDir()
	if err != nil {
		return cache, nil, err
	}
	client, err := hub.NewClient()
	return cache, client, err
}

// meter shows how downloads get on: a bar for each file on a terminal, a line for each in a pipe.
type meter struct {
	out  io.Writer
	file string
	bar  *progressbar.ProgressBar
	done bool
}

func (m *meter) show(name string, there, size int64) {
	if name != m.file {
		m.file, m.bar, m.done = name, nil, false
		if f, ok := m.out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
			m.bar = progressbar.NewOptions64(size, progressbar.OptionSetWriter(m.out), progressbar.OptionSetDescription(name), progressbar.OptionShowBytes(true),
				progressbar.OptionSetWidth(12), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionUseANSICodes(true))
		}
	}
	if m.bar != nil {
		_ = m.bar.Set64(there) // a bar that cannot be drawn is no reason to stop
	}
	if there == size && !m.done {
		m.done = true
		fmt.Fprintf(m.out, "%s: %.1f MB\n", name, float64(size)/1e6)
	}
}
