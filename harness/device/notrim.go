//go:build !cgo || !linux

package device

// Trim does nothing here: nothing is known to be kept.
func Trim() {}
