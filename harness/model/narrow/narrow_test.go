package narrow

import (
	"math"
	"testing"
)

// The formats' definitions, in exact arithmetic: ±2^(e-bias)·1.f, ±2^(1-bias)·0.f.
func value(bits uint16, fractionBits, bias int) float64 {
	sign := 1 - 2*float64(bits>>15)
	exponent, fraction := int(bits&0x7fff)>>fractionBits, float64(int(bits)&(1<<fractionBits-1))
	switch exponent {
	case 0:
		return sign * math.Ldexp(fraction, 1-bias-fractionBits)
	case 2*bias + 1:
		if fraction != 0 {
			return math.NaN()
		}
		return math.Inf(int(sign))
	}
	return sign * math.Ldexp(1+math.Ldexp(fraction, -fractionBits), exponent-bias)
}

func same(a, b float64) bool {
	return a == b && math.Signbit(a) == math.Signbit(b) || a != a && b != b
}

func TestEveryValue(t *testing.T) {
	for i := range 1 << 16 {
		bits := uint16(i)
		if got, want := float64(Half(bits)), value(bits, 10, 15); !same(got, want) {
			t.Fatalf("half %#04x is %g, want %g", bits, got, want)
		}
		x := BFloat16(bits)
		if want := value(bits, 7, 127); !same(float64(x), want) {
			t.Fatalf("bfloat16 %#04x is %g, want %g", bits, x, want)
		}
		if back := ToBFloat16(x); back != bits && x == x {
			t.Fatalf("bfloat16 %#04x comes back as %#04x", bits, back)
		} else if x != x && BFloat16(back) == BFloat16(back) {
			t.Fatalf("NaN %#04x comes back as %#04x", bits, back)
		}
	}
}

// Between two neighbours the nearer one is taken, and the even one in the middle.
func TestRoundingToBFloat16(t *testing.T) {
	for i := range 0x7f7f {
		low, high := uint16(i), uint16(i+1)
		middle := math.Float32frombits(uint32(low)<<16 | 0x8000)
		even := low + low&1
		for _, c := range []struct {
			x    float32
			want uint16
		}{{math.Nextafter32(middle, 0), low}, {middle, even}, {math.Nextafter32(middle, math.MaxFloat32), high}} {
			if got := ToBFloat16(c.x); got != c.want {
				t.Fatalf("%g rounds to %#04x, want %#04x", c.x, got, c.want)
			}
			if got := ToBFloat16(-c.x); got != c.want|0x8000 {
				t.Fatalf("%g rounds to %#04x, want %#04x", -c.x, got, c.want|0x8000)
			}
		}
	}
	if got := ToBFloat16(math.MaxFloat32); got != 0x7f80 {
		t.Errorf("the largest float32 rounds to %#04x, want infinity", got)
	}
	if got := BFloat16(ToBFloat16(math.Float32frombits(0x7f800001))); got == got {
		t.Errorf("a NaN whose payload is cut off becomes %g", got)
	}
}
