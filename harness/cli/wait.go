package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"congrad/harness/store"
)

// opening opens the store in one of its ways, such as store.Open; with wait it does so as soon as no process is in the way.
func (a *app) opening(ctx context.Context, wait bool, open func(root string) (*store.Store, error)) (st *store.Store, err error) {
	err = a.waiting(ctx, wait, func() error {
		st, err = open(filepath.Join(a.Runs, ".store"))
		return err
	})
	return st, err
}

// reading opens the store to read from it.
func (a *app) reading() (*store.Store, error) { return store.Read(filepath.Join(a.Runs, ".store")) }

// waiting does something that another process may be in the way of, again and again until none is if wait says so.
func (a *app) waiting(ctx context.Context, wait bool, do func() error) error {
	said := false
	for {
		err := do()
		var busy *store.Busy
		if !wait || !errors.As(err, &busy) {
			return err
		}
		if !said {
			fmt.Fprintf(a.Err, "waiting: %s is in use by %s\n", busy.What, busy.By)
			said = true
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}
