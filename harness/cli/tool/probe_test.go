package tool

import (
	"strings"
	"testing"
	"time"

	"congrad/harness/device"
	"congrad/harness/nn"
)

// A measurement is found again where it was made, with its day, and says so if the machine was busy.
func TestKeptMeasurement(t *testing.T) {
	t.Setenv("CONGRAD_CACHE", t.TempDir())
	if p, ok := Kept("go"); ok {
		t.Errorf("an empty cache has %+v", p)
	}
	site, err := device.SiteOf("go")
	if err != nil {
		t.Fatal(err)
	}
	for busy, says := range map[float64]string{0.1: "", 3.4: "load average 3.4 on "} {
		p := Probed{Speed: nn.Speed{Single: 50, Half: 20, Train: 1000}, Busy: busy, When: time.Date(2031, 5, 27, 0, 0, 0, 0, time.UTC)}
		site.Save("speed", p)
		kept, ok := Kept("go")
		if !ok || kept != p {
			t.Errorf("%v, %+v instead of %+v", ok, kept, p)
		}
		for _, text := range []string{kept.String(), "2031-05-27" + busyNote(busy)} {
			if !strings.Contains(text, "2031-05-27") || !strings.Contains(text, says) || (says == "") == strings.Contains(text, "busy") {
				t.Errorf("%g cores busy: %q", busy, text)
			}
		}
	}
	t.Setenv("XLA_FLAGS", "--x")
	if _, ok := Kept("go"); ok {
		t.Error("a measurement is taken for one in another environment")
	}
}
