//go:build !cgo || !linux

package device

// TuneAllocator does nothing here: the setting is glibc's.
func TuneAllocator() {}

// Allocator is empty: there is nothing to say.
func Allocator() string { return "" }
