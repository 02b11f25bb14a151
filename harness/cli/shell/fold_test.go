package shell

import (
	"strings"
	"testing"

	"github.com/clipperhouse/displaywidth"
)

const table = `A title
A note that says what the columns mean, in a line that is longer than the terminal has room for.

---------  -----  -----  --------------------  ---------------
languages  arm    n      win rate              minus joint
---------  -----  -----  --------------------  ---------------
seen       日本   6000   0.500 [0.500, 0.500]  -0.1 [-0.2, 0]
           joint  6000   0.519 [0.509, 0.529]  +0.1 [+0.0, 1]
---------  -----  -----  --------------------  ---------------
  a footnote
`

// A table that is too wide becomes several with the same first columns, and nothing of it is lost.
func TestFold(t *testing.T) {
	if got := fold(table, 200); got != table {
		t.Errorf("a wide terminal changes a table:\n%s", got)
	}
	want := `A title
A note that says what the columns mean, in
a line that is longer than the terminal has
room for.

---------  -----  -----
languages  arm    n
---------  -----  -----
seen       日本   6000
           joint  6000
---------  -----  -----

---------  -----  --------------------
languages  arm    win rate
---------  -----  --------------------
seen       日本   0.500 [0.500, 0.500]
           joint  0.519 [0.509, 0.529]
---------  -----  --------------------

---------  -----  ---------------
languages  arm    minus joint
---------  -----  ---------------
seen       日本   -0.1 [-0.2, 0]
           joint  +0.1 [+0.0, 1]
---------  -----  ---------------
  a footnote
`
	if got := fold(table, 43); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for width := 40; width < 100; width++ {
		for line := range strings.Lines(fold(table, width)) {
			if n := displaywidth.String(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("a line of %d cells at width %d: %s", n, width, line)
			}
		}
	}
}

// The last column hangs below itself.
func TestHanging(t *testing.T) {
	rows := [][]string{{"key", "what it says, in a sentence that is long"}, {"日本", "short"}}
	want := "  key   what it says, in a\n        sentence that is long\n  日本  short\n"
	if got := hanging(rows, "  ", 30); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
