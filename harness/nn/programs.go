package nn

import "github.com/gomlx/gomlx/pkg/core/graph"

// programs are compiled programs by name. A program holds memory for as long as it is kept, a hundred megabytes for a model of
// thirty blocks, and a study of many lengths compiles fifty: those that were used least recently are let go, and compiled again
// when they are asked for.
type programs struct {
	byName map[string]*program
	most   int // so many are kept, one for each shape of a name's inputs; the one in use is kept in any case
	clock  int
}

// program is what one name stands for.
type program struct {
	exec   *graph.Exec
	shapes int // for which it is compiled
	used   int // the clock at its last use
}

// mostBlocks is how many blocks the programs that are kept have together: 20 programs of a model of thirty blocks, 150 of the
// embedded one.
const mostBlocks = 600

// MostPrograms is how many programs of a model of so many blocks are kept.
func MostPrograms(layers int) int { return max(8, mostBlocks/max(1, layers)) }

func newPrograms(layers int) *programs {
	return &programs{byName: map[string]*program{}, most: MostPrograms(layers)}
}

// find returns the program of that name, or nil.
func (p *programs) find(name string) *program {
	p.clock++
	x := p.byName[name]
	if x != nil {
		x.used = p.clock
	}
	return x
}

func (p *programs) add(name string, x *program) {
	x.used = p.clock
	p.byName[name] = x
}

// makeRoom lets programs go that were used least recently, but not the one in use.
func (p *programs) makeRoom(inUse *program) {
	for p.kept() > p.most && len(p.byName) > 1 {
		oldest := ""
		for name, other := range p.byName {
			if other != inUse && (oldest == "" || other.used < p.byName[oldest].used) {
				oldest = name
			}
		}
		p.byName[oldest].exec.Finalize()
		delete(p.byName, oldest)
	}
}

// kept is the number of programs in memory.
func (p *programs) kept() (n int) {
	for _, x := range p.byName {
		n += x.shapes
	}
	return n
}
