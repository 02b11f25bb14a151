package measure

import (
	"testing"

	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/synthetic"
)

// By hand: the mean over seeds and languages of the plain AUROC of each.
func TestPlantedAUROCIsTheMeanOverStrata(t *testing.T) {
	set := synthetic.Plant(synthetic.Set(synthetic.Small()))
	s := study(t, set)
	g, ok := PlantedLanguages(s)
	if !ok || len(g.Codes) != 2 || g.Codes[0] != "ar" || g.Codes[1] != "ja" {
		t.Fatalf("planted languages are %v", g.Codes)
	}
	areas := map[string]float64{}
	for _, arm := range []string{"congrad", "random"} {
		sum, n := 0.0, 0.0
		for _, seed := range s.Seeds {
			for _, lang := range g.Codes {
				var right, wrong []float64
				for _, p := range set.Pairs {
					if p.Seed != seed || p.Arm != arm || p.Iteration != 1 || p.Lang != lang {
						continue
					}
					switch {
					case p.Planted && p.KnownGap < 0:
						wrong = append(wrong, p.Score)
					case !p.Planted && p.KnownGap > 0:
						right = append(right, p.Score)
					}
				}
				if area, ok := stats.AUROC(right, wrong); ok {
					sum += area
					n++
				}
			}
		}
		if n < 4 {
			t.Fatal("the made-up study has too few planted pairs to test with")
		}
		areas[arm] = sum / n
		near(t, arm, PlantedAUROC(s, arm, 1, g).Mean, sum/n)
	}
	if areas["congrad"] < areas["random"]+0.1 {
		t.Errorf("congrad, which sees the planted pairs, has %g and random %g", areas["congrad"], areas["random"])
	}
	near(t, "the paired difference", PlantedAUROCMinus(s, "congrad", "random", 1, g).Mean, areas["congrad"]-areas["random"])
	near(t, "an arm and itself", PlantedAUROCMinus(s, "congrad", "congrad", 1, g).Mean, 0)
	if e := PlantedAUROC(s, "joint", 1, g); e.N != 0 {
		t.Errorf("joint ranks nothing and has an AUROC of %g", e.Mean)
	}
}

func TestPlantedShareCountsKeptPairs(t *testing.T) {
	set := synthetic.Plant(synthetic.Set(synthetic.Small()))
	s := study(t, set)
	g, _ := PlantedLanguages(s)
	pairs, planted := Planted(s, "joint", 1, g)
	if pairs != 3*2*10 || planted == 0 || planted == pairs {
		t.Fatalf("%d of %d pairs are planted", planted, pairs)
	}
	near(t, "of all", PlantedShare(s, "joint", 1, g).Mean, float64(planted)/float64(pairs))
	kept, bad := 0.0, 0.0
	for _, p := range set.Pairs {
		if p.Arm == "congrad" && p.Iteration == 1 && g.Has(p.Lang) && p.Kept {
			kept++
			bad += float64(count(p.Planted))
		}
	}
	near(t, "of those that congrad kept", PlantedShare(s, "congrad", 1, g).Mean, bad/kept)
}

// Arms that rank different pairs are compared on those that both rank.
func TestPlantedDifferencesArePaired(t *testing.T) {
	set := synthetic.Plant(synthetic.Set(synthetic.Small()))
	var fewer []record.Pair
	for i, p := range set.Pairs {
		if p.Arm == "random" && i%5 == 0 {
			p.Rank, p.Kept = 0, false // as those that validation holds back
		}
		fewer = append(fewer, p)
	}
	set.Pairs = fewer
	s := study(t, set)
	g, _ := PlantedLanguages(s)
	if d, all := PlantedAUROCMinus(s, "congrad", "random", 1, g), PlantedAUROC(s, "congrad", 1, g); d.N >= all.N || d.N > PlantedAUROC(s, "random", 1, g).N || d.N == 0 {
		t.Errorf("%d pairs are compared, congrad ranks %d", d.N, all.N)
	}
	near(t, "the other way round", PlantedAUROCMinus(s, "congrad", "random", 1, g).Mean, -PlantedAUROCMinus(s, "random", "congrad", 1, g).Mean)
}

func TestNothingPlanted(t *testing.T) {
	s := study(t, synthetic.Set(synthetic.Small()))
	if g, ok := PlantedLanguages(s); ok || len(PlantedArms(s)) > 0 {
		t.Errorf("planted languages are %v", g.Codes)
	}
}
