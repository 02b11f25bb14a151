package nn

import (
	"encoding/binary"
	"sync"
	"time"

	"congrad/harness/device"

	"github.com/gomlx/compute"
)

// programs are compiled programs by name and input shapes. A program holds memory for as long as it is kept, a hundred
// megabytes for a model of thirty blocks, and a study of many lengths compiles fifty: those that were used least recently are
// let go, and compiled again when they are asked for. Programs serve any number of goroutines.
type programs struct {
	backend compute.Backend
	most    int // so many are kept; those in use are kept in any case

	// compiling is held while a program is compiled: one at a time, since a compiler takes several times the memory of what it
	// makes.
	compiling sync.Mutex

	mu    sync.Mutex // guards byKey, clock, built, and users and used of each program
	byKey map[programKey]*program
	clock int
	built Built
}

// Built is how many programs were built and how long that took.
type Built struct {
	Compiled int     // programs
	Loaded   int     // programs whose executables an earlier process had compiled
	Seconds  float64 // for both, with the building of their graphs
}

// Sub is what was built since the earlier count.
func (b Built) Sub(earlier Built) Built {
	return Built{b.Compiled - earlier.Compiled, b.Loaded - earlier.Loaded, b.Seconds - earlier.Seconds}
}

// Built is what the engine built so far.
func (e *Engine) Built() Built {
	e.programs.mu.Lock()
	defer e.programs.mu.Unlock()
	return e.programs.built
}

// programKey tells programs apart.
type programKey struct {
	name   string
	shapes string // of the inputs, and which of them are handed over, see newKey
}

// program is compiled for inputs of some shapes.
type program struct {
	key        programKey
	executable func() (compute.Executable, error) // the first call compiles it, others wait
	users      int                                // goroutines that run it or wait for it
	used       int                                // the clock when it was last asked for
}

// mostBlocks is how many blocks the programs that are kept have together: 20 programs of a model of thirty blocks, 150 of the
// embedded one.
const mostBlocks = 600

// MostPrograms is how many programs of a model of so many blocks are kept.
func MostPrograms(layers int) int { return max(8, mostBlocks/max(1, layers)) }

func newPrograms(backend compute.Backend, layers int) *programs {
	return &programs{backend: backend, byKey: map[programKey]*program{}, most: MostPrograms(layers)}
}

// newKey writes shapes down in a few bytes: the next token of a decoder has a hundred inputs.
func newKey(name string, inputs []argument) programKey {
	var shapes []byte
	for _, in := range inputs {
		s := in.tensor.Shape()
		shapes = binary.AppendUvarint(shapes, uint64(s.DType))
		shapes = binary.AppendUvarint(shapes, uint64(s.Rank()))
		for _, n := range s.Dimensions {
			shapes = binary.AppendUvarint(shapes, uint64(n))
		}
		donated := byte(0)
		if in.donate {
			donated = 1
		}
		shapes = append(shapes, donated)
	}
	return programKey{name, string(shapes)}
}

// take returns the program of that key, which stays in memory until it is released. compile makes it if it is new, once
// whoever asks, and not yet.
func (p *programs) take(key programKey, compile func() (compute.Executable, error)) *program {
	p.mu.Lock()
	defer p.mu.Unlock()
	x := p.byKey[key]
	if x == nil {
		x = &program{key: key, executable: sync.OnceValues(func() (compute.Executable, error) {
			p.compiling.Lock()
			defer p.compiling.Unlock()
			begun, before := time.Now(), device.Loaded(p.backend)
			executable, err := compile()
			if err == nil {
				p.count(device.Loaded(p.backend)-before > 0, time.Since(begun))
			}
			return executable, err
		})}
		p.byKey[key] = x
		p.makeRoom(x)
	}
	p.clock++
	x.used = p.clock
	x.users++
	return x
}

// count notes a program that was built.
func (p *programs) count(loaded bool, took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.built.Seconds += took.Seconds()
	if loaded {
		p.built.Loaded++
	} else {
		p.built.Compiled++
	}
}

// release ends one use of a program. One that could not be compiled is forgotten, so that the next to ask tries again.
func (p *programs) release(x *program, failed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	x.users--
	if failed && p.byKey[x.key] == x {
		delete(p.byKey, x.key)
	}
}

// makeRoom lets programs go that were used least recently, but not the new one. Trap: freeing a program that runs crashes both
// backends, so those with users stay, and leave when room is made the next time.
func (p *programs) makeRoom(fresh *program) {
	for len(p.byKey) > p.most {
		var oldest *program
		for _, x := range p.byKey {
			if x != fresh && x.users == 0 && (oldest == nil || x.used < oldest.used) {
				oldest = x
			}
		}
		if oldest == nil {
			return
		}
		delete(p.byKey, oldest.key)
		if executable, err := oldest.executable(); err == nil { // at once: whoever compiled it was a user
			executable.Finalize()
		}
	}
}
