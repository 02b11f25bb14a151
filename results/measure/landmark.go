package measure

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"

	"congrad/eval/stats"
)

// Landmark is a cell of a recorded grid: what could be observed in it without known answers, and what the filter was worth.
type Landmark struct {
	Row      Setting `json:"row"`
	Column   Setting `json:"column"`
	Cosine   float64 `json:"cosine"`   // as Observation has it
	Against  float64 `json:"against"`  // the same
	Distance float64 `json:"distance"` // see Nearest
	// Win rate of the filter minus the reference's, which trains on all pairs.
	Seen   stats.Estimate `json:"minus_joint_seen"`
	Unseen stats.Estimate `json:"minus_joint_unseen"`
}

// Setting is a key of the grid and its value in a cell.
type Setting struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Landmarks reads the tables `observed` and `grid` of a grid, as CSV: the first two columns of the former are the grid's keys. reference is
// the arm whose differences are read.
func Landmarks(observed, grid []byte, reference string) ([]Landmark, error) {
	keys, cells, err := readTable(observed)
	if err != nil {
		return nil, fmt.Errorf("the map's table of observables: %w", err)
	}
	_, contrasts, err := readTable(grid)
	if err != nil {
		return nil, fmt.Errorf("the map's table of contrasts: %w", err)
	}
	minus := "minus " + reference
	var list []Landmark
	for _, c := range cells {
		l := Landmark{Row: c.setting(keys[0]), Column: c.setting(keys[1]), Cosine: c.number("cosine"), Against: c.number("negative")}
		for _, x := range contrasts {
			if x.setting(l.Row.Key) != l.Row || x.setting(l.Column.Key) != l.Column {
				continue
			}
			e := stats.Estimate{
				Mean: x.number(minus), Low: x.number(minus + " low"), High: x.number(minus + " high"), N: int(x.number("n")), Seeds: 2, // several, to be bounded
			}
			if x.text["languages"] == "seen" {
				l.Seen = e
			} else {
				l.Unseen = e
			}
		}
		if values := []float64{l.Cosine, l.Against, l.Seen.Low, l.Unseen.High}; slices.ContainsFunc(values, math.IsNaN) || l.Seen.N == 0 || l.Unseen.N == 0 {
			return nil, fmt.Errorf("the map lacks numbers of the cell %v", c.text)
		}
		list = append(list, l)
	}
	return list, nil
}

// Nearest sorts landmarks by how far they lie from an observation: Euclidean distance over the mean cosine and the share of
// pairs against the consensus, each in units of its standard deviation over the landmarks.
func Nearest(o Observation, landmarks []Landmark) []Landmark {
	spread := func(of func(Landmark) float64) float64 {
		mean, sum := 0.0, 0.0
		for _, l := range landmarks {
			mean += of(l) / float64(len(landmarks))
		}
		for _, l := range landmarks {
			sum += (of(l) - mean) * (of(l) - mean) / float64(len(landmarks))
		}
		return cmp.Or(math.Sqrt(sum), 1)
	}
	cosine := spread(func(l Landmark) float64 { return l.Cosine })
	against := spread(func(l Landmark) float64 { return l.Against })
	list := slices.Clone(landmarks)
	for i, l := range list {
		list[i].Distance = math.Hypot((l.Cosine-o.Cosine)/cosine, (l.Against-o.Against)/against)
	}
	slices.SortStableFunc(list, func(a, b Landmark) int { return cmp.Compare(a.Distance, b.Distance) })
	return list
}

// row is a line of a CSV table by its columns.
type row struct{ text map[string]string }

// number is NaN if there is no number.
func (r row) number(column string) float64 {
	v, err := strconv.ParseFloat(r.text[column], 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

// setting is the value of a key.
func (r row) setting(key string) Setting { return Setting{key, r.text[key]} }

// readTable returns the names of the columns, two at least, and the rows, one at least.
func readTable(data []byte) (columns []string, rows []row, err error) {
	lines, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		return nil, nil, err
	}
	for _, line := range lines[min(1, len(lines)):] {
		r := row{map[string]string{}}
		for i, text := range line {
			r.text[lines[0][i]] = text
		}
		rows = append(rows, r)
	}
	if len(rows) == 0 || len(lines[0]) < 2 {
		return nil, nil, fmt.Errorf("it has no rows")
	}
	return lines[0], rows, nil
}
