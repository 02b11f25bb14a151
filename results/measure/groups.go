package measure

import (
	"math"
	"slices"
)

// Grouping is a partition of languages by their gradients.
type Grouping struct {
	Groups  [][]string // each in the order of the languages, by their first
	Within  float64    // mean cosine of two languages of one group; NaN where every group has one
	Between float64    // of two groups; NaN with one group
}

// Groupings are partitions into 2, 3, ... up to most groups, by average linkage of cosines: from languages by themselves on, the two groups
// whose languages have the highest mean cosine are joined. Of equal ones, the first in the order of the languages.
func Groupings(codes []string, cosines [][]float64, most int) []Grouping {
	var groups [][]int
	for i := range codes {
		groups = append(groups, []int{i})
	}
	var list []Grouping
	for len(groups) > 1 {
		if len(groups) <= most {
			list = append(list, grouping(codes, cosines, groups))
		}
		a, b, closest := 0, 1, math.Inf(-1)
		for i := range groups {
			for j := range i {
				if c := meanCosine(cosines, groups[j], groups[i]); c > closest {
					a, b, closest = j, i, c
				}
			}
		}
		groups[a] = append(groups[a], groups[b]...)
		slices.Sort(groups[a])
		groups = slices.Delete(groups, b, b+1)
	}
	slices.Reverse(list)
	return list
}

// grouping describes a partition.
func grouping(codes []string, cosines [][]float64, groups [][]int) Grouping {
	var g Grouping
	within, pairs, between, across := 0.0, 0, 0.0, 0
	for k, members := range groups {
		var names []string
		for _, i := range members {
			names = append(names, codes[i])
			for _, j := range members {
				if j < i {
					within, pairs = within+cosines[i][j], pairs+1
				}
			}
		}
		g.Groups = append(g.Groups, names)
		for _, other := range groups[:k] {
			between, across = between+meanCosine(cosines, other, members)*float64(len(other)*len(members)), across+len(other)*len(members)
		}
	}
	g.Within, g.Between = within/float64(pairs), between/float64(across)
	return g
}

// meanCosine is that of the languages of two groups.
func meanCosine(cosines [][]float64, a, b []int) float64 {
	sum := 0.0
	for _, i := range a {
		for _, j := range b {
			sum += cosines[i][j]
		}
	}
	return sum / float64(len(a)*len(b))
}
