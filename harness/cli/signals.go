package cli

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"syscall"
)

// ending are the signals that end a call in an orderly way: what is at work saves what it has. SIGUSR1 is the one that schedulers such
// as Slurm can be asked to send some time before a job's end (sbatch --signal).
var ending = append([]os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}, warning...)

// interruptible is cancelled by the first of these signals, with the signal as its cause. A second one kills.
func interruptible() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	for _, s := range ending {
		if !signal.Ignored(s) { // as nohup does with SIGHUP
			signal.Notify(signals, s)
		}
	}
	go func() {
		s, ok := <-signals
		if ok {
			signal.Stop(signals)
			cause := stopped{signal: s}
			if s == syscall.SIGQUIT {
				cause.stacks = stacks()
			}
			cancel(cause)
		}
	}()
	return ctx, func() { signal.Stop(signals); close(signals); cancel(nil) }
}

// stopped is the cause of a cancelled context.
type stopped struct {
	signal os.Signal
	stacks string // of all goroutines when SIGQUIT came, who asks for them
}

func (s stopped) Error() string { return "stopped by " + s.signal.String() }

// code is the exit code: 128 and the number of the signal, as shells have it.
func (s stopped) code() int {
	if n, ok := s.signal.(syscall.Signal); ok {
		return 128 + int(n)
	}
	return 130
}

// stacks are those of all goroutines.
func stacks() string {
	text := make([]byte, 1<<20)
	return string(text[:runtime.Stack(text, true)])
}
