package figure

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// span is the range of an axis.
type span struct{ low, high float64 }

// over is the smallest span that holds the values; empty input gives one that and will replace.
func over(values ...float64) span {
	s := span{math.Inf(1), math.Inf(-1)}
	for _, v := range values {
		s = s.and(v)
	}
	return s
}

func (s span) and(v float64) span { return span{math.Min(s.low, v), math.Max(s.high, v)} }

// wide leaves a margin on both sides, as a share of the span, and opens up a span that is empty or a single point.
func (s span) wide(share float64) span {
	if s.low > s.high {
		return span{-1, 1}
	}
	d := s.high - s.low
	if least := 1e-6 * math.Max(1, math.Abs(s.high)); d < least {
		d = math.Max(0.02, math.Abs(s.high)/10)
		return span{s.low - d, s.high + d}
	}
	return span{s.low - share*d, s.high + share*d}
}

func (s span) set(a *plot.Axis, ticks int) {
	a.Min, a.Max = s.low, s.high
	a.Tick.Marker = plot.ConstantTicks(s.ticks(ticks))
}

// ticks are about n round numbers within the span, all with the same digits after the point.
func (s span) ticks(n int) []plot.Tick {
	step, digits := roundStep((s.high - s.low) / float64(max(n, 1)))
	var ticks []plot.Tick
	for k := math.Ceil(s.low/step - 1e-9); k*step <= s.high+1e-9*step && len(ticks) < 50; k++ {
		v := k * step
		if k == 0 {
			v = 0 // no "-0.0"
		}
		label := strconv.FormatFloat(v, 'f', digits, 64)
		if v < 0 {
			label = "\u2212" + label[1:]
		}
		ticks = append(ticks, plot.Tick{Value: v, Label: label})
	}
	return ticks
}

// roundStep is the smallest of 1, 2, 5 times a power of ten that is not far below d, and the digits that it takes to
// write.
func roundStep(d float64) (step float64, digits int) {
	power := math.Floor(math.Log10(d))
	for _, m := range []float64{1, 2, 5, 10} {
		step = m * math.Pow(10, power)
		if step >= 0.7*d {
			if m == 10 {
				power++
			}
			break
		}
	}
	return step, max(0, int(-power))
}
