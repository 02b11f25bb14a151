// Command bench measures how reporting grows with the number of records: it makes up runs and has a built congrad report them. It prints
// the rows of the table in docs/performance.md.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"congrad/results/synthetic"
)

func main() {
	program := flag.String("congrad", "bin/congrad", "the program")
	times := flag.Int("times", 3, "reports of each run, of which the medians are printed")
	write := flag.String("write", "", "only make up a run in this folder, of as many records as the first argument says")
	flag.Parse()
	if err := do(*program, *times, *write, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func do(program string, times int, write string, counts []string) error {
	if len(counts) == 0 {
		counts = []string{"100000", "1000000"}
	}
	for _, count := range counts {
		var n int
		if _, err := fmt.Sscan(count, &n); err != nil || n < 1000 {
			return fmt.Errorf("%q is not a number of records, of 1000 at least", count)
		}
		if write != "" {
			return makeUp(write, n)
		}
		if err := measure(program, times, n); err != nil {
			return err
		}
	}
	return nil
}

// makeUp writes a run with about n records.
func makeUp(folder string, n int) error {
	const large = 145_000 // records of synthetic.Large
	files, err := synthetic.Set(synthetic.Large().Times(float64(n) / large)).Files()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(folder, "records"), 0o755); err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(folder, "records", name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// measure prints what reports of a run of n records take. Trap: the peak of a process counts that of its parent before exec, so a process
// of its own makes up the run.
func measure(program string, times, n int) error {
	folder, err := os.MkdirTemp("", "congrad-reports-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if _, err := output(exec.Command(self, "-write", folder, fmt.Sprint(n))); err != nil {
		return err
	}
	var seconds, peaks []float64
	for range times {
		state, err := output(exec.Command(program, "report", folder))
		if err != nil {
			return err
		}
		seconds = append(seconds, (state.UserTime() + state.SystemTime()).Seconds())
		if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
			peaks = append(peaks, float64(usage.Maxrss)/1e3) // KiB, on Linux
		}
	}
	slices.Sort(seconds)
	slices.Sort(peaks)
	fmt.Printf("| %d | %.1f s | %.0f MB |\n", n, seconds[len(seconds)/2], peaks[len(peaks)/2])
	return nil
}

// output runs a command to its end; what it prints is in errors only.
func output(c *exec.Cmd) (*os.ProcessState, error) {
	printed, err := c.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", strings.Join(c.Args, " "), err, printed)
	}
	return c.ProcessState, nil
}
