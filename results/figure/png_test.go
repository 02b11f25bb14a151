package figure

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"congrad/harness/rng"
)

// Go's own library reads the picture back, pixel by pixel.
func TestPNGIsThePicture(t *testing.T) {
	r := rng.Stream(1, "pixels")
	for _, size := range []image.Point{{1, 1}, {3, 2}, {200, 97}} {
		m := image.NewRGBA(image.Rectangle{Max: size})
		for i := range m.Pix {
			if m.Pix[i] = 0xff; i%4 < 3 && i/4%7 == 0 {
				m.Pix[i] = byte(r.IntN(256))
			}
		}
		data, err := encodePNG(m)
		if err != nil {
			t.Fatal(err)
		}
		got, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if got.Bounds() != m.Rect {
			t.Fatalf("%v, want %v", got.Bounds(), m.Rect)
		}
		for y := range size.Y {
			for x := range size.X {
				if got.At(x, y) != m.At(x, y) {
					t.Fatalf("(%d, %d) is %v, want %v", x, y, got.At(x, y), m.At(x, y))
				}
			}
		}
	}
}
