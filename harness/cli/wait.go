package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"congrad/harness/store"
)

// opening opens the store for work; with wait it does so as soon as no process holds it alone.
func (a *app) opening(ctx context.Context, wait bool) func(root string) (*store.Store, error) {
	return func(root string) (st *store.Store, err error) {
		err = a.waiting(ctx, wait, func() error {
			st, err = store.Open(root)
			return err
		})
		return st, err
	}
}

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
