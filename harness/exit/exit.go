// Package exit holds the codes that the program ends with, and marks errors with them.
package exit

import "errors"

// The exit codes. A signal that ends the program adds its number to 128.
const (
	Other      = 1
	Config     = 2 // the experiment file, the flags or the arguments
	Data       = 3 // data or weights
	Backend    = 4 // the device or its plugin
	Numerical  = 5 // numbers that mean nothing any more
	Full       = 6 // no space is left on a disk
	Unwritable = 7 // a disk or a folder cannot be written
	Busy       = 8 // another process is at work there
)

// failure is an error with its code.
type failure struct {
	code int
	err  error
}

func (f failure) Error() string { return f.err.Error() }
func (f failure) Unwrap() error { return f.err }

// With marks an error with a code, unless it has one already. A nil error stays nil.
func With(code int, err error) error {
	var f failure
	if err == nil || errors.As(err, &f) {
		return err
	}
	return failure{code, err}
}

// Code is the code that an error is marked with; Other if it has no mark.
func Code(err error) int {
	var f failure
	if errors.As(err, &f) {
		return f.code
	}
	return Other
}
