package measure

import (
	"math"
	"testing"

	"congrad/experiments"
)

func recorded(t *testing.T) []Landmark {
	t.Helper()
	observed, err := experiments.Files.ReadFile("tiny/map/observed.csv")
	if err != nil {
		t.Fatal(err)
	}
	grid, err := experiments.Files.ReadFile("tiny/map/grid.csv")
	if err != nil {
		t.Fatal(err)
	}
	list, err := Landmarks(observed, grid, "joint")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Every cell of the recorded map is its own nearest, and distances are Euclidean in units of the spread.
func TestLandmarksAreNearestToThemselves(t *testing.T) {
	list := recorded(t)
	if len(list) != 9 {
		t.Fatalf("%d cells, want 9", len(list))
	}
	for _, l := range list {
		sorted := Nearest(Observation{Cosine: l.Cosine, Against: l.Against}, list)
		if sorted[0].Row != l.Row || sorted[0].Column != l.Column || sorted[0].Distance != 0 || sorted[1].Distance <= 0 {
			t.Errorf("nearest to %+v: %+v", l, sorted[0])
		}
		if !(l.Seen.Low < l.Seen.Mean && l.Seen.Mean < l.Seen.High) {
			t.Errorf("the interval of %+v", l)
		}
	}
	two := []Landmark{{Cosine: 0, Against: 0.1}, {Cosine: 0.2, Against: 0.3}} // spreads 0.1 and 0.1
	got := Nearest(Observation{Cosine: 0.2, Against: 0.2}, two)
	if got[0].Cosine != 0.2 || math.Abs(got[0].Distance-1) > 1e-12 || math.Abs(got[1].Distance-math.Sqrt(5)) > 1e-12 {
		t.Errorf("%+v", got)
	}
}

// A map that lacks something is no map.
func TestBrokenMaps(t *testing.T) {
	for _, c := range [][2]string{
		{"", ""},
		{"base.shared_share,judge.noise,cosine,negative\n0,0,0.1,0.2\n", "languages,base.shared_share,judge.noise,n\nseen,1,1,3\n"},
		{"base.shared_share,judge.noise,cosine,negative\n0,0,0.1\n", ""},
	} {
		if list, err := Landmarks([]byte(c[0]), []byte(c[1]), "joint"); err == nil {
			t.Errorf("%q and %q: %v", c[0], c[1], list)
		}
	}
}
