package text

// added are the tokens that are cut from the raw text before anything else happens to it.
type added struct {
	special []bool // by node: the token that ends there is special
	id      []int  // by node: the token that ends there, -1 for none
	next    map[edge]int32
	first   [256]bool // bytes that a token begins with
}

// edge leads from a node of the trie by one more byte.
type edge struct {
	node int32
	b    byte
}

func newAdded() *added {
	return &added{special: []bool{false}, id: []int{-1}, next: map[edge]int32{}}
}

func (a *added) add(token string, id int, special bool) {
	node := int32(0)
	for i := range len(token) {
		e := edge{node, token[i]}
		child, ok := a.next[e]
		if !ok {
			child = int32(len(a.id))
			a.next[e] = child
			a.id, a.special = append(a.id, -1), append(a.special, false)
		}
		node = child
	}
	a.id[node], a.special[node] = id, special
	a.first[token[0]] = true
}

// remove takes a token out that was added.
func (a *added) remove(token string) {
	node := int32(0)
	for i := range len(token) {
		node = a.next[edge{node, token[i]}]
	}
	a.id[node] = -1
}

// find is the first token in s from i on, the longest of those that begin there, as s[start:end]; without one, id is -1
// and start and end are len(s). Special tokens are passed over as if they were text unless markers is set; what else a
// passed one holds is not looked at, as in the reference.
func (a *added) find(s string, markers bool) (start, end, id int) {
	for i := 0; i < len(s); i++ {
		if !a.first[s[i]] {
			continue
		}
		node, match, stop := int32(0), int32(0), i
		for j := i; j < len(s); j++ {
			child, ok := a.next[edge{node, s[j]}]
			if !ok {
				break
			}
			if node = child; a.id[node] >= 0 {
				match, stop = node, j+1
			}
		}
		if stop == i {
			continue
		}
		if markers || !a.special[match] {
			return i, stop, a.id[match]
		}
		i = stop - 1
	}
	return len(s), len(s), -1
}
