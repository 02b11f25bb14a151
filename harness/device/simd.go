//go:build goexperiment.simd

package device

// simd is set in a build with GOEXPERIMENT=simd: the pure-Go backend uses the processor's vector instructions, and rounds as they do.
const simd = true
