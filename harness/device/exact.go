//go:build !goexperiment.simd

package device

// simd is not set in the usual build: the pure-Go backend gives the same bits on every processor of an architecture.
const simd = false
