package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// No word of Go's library reaches a user, however deep an error is wrapped or joined.
func TestInWords(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "f")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, none := os.Open(filepath.Join(dir, "none"))
	_, below := os.Open(filepath.Join(file, "x"))
	_, long := os.Open(filepath.Join(dir, strings.Repeat("x", 300)))
	_, number := strconv.Atoi("x1")
	var v struct{ Size int }
	for want, err := range map[string]error{
		"opening: " + dir + "/none: no such file or folder":                        fmt.Errorf("opening: %w", none),
		file + "/x: a part of the path is a file, not a folder":                    below,
		"the name is too long for the file system":                                 long,
		dir + ": cannot be removed: the folder is not empty":                       os.Remove(dir),
		file + ": cannot be made: file exists":                                     os.Mkdir(file, 0o700),
		"a: is not valid JSON, at byte 2\nb: is not valid JSON: it ends too early": errors.Join(fmt.Errorf("a: %w", json.Unmarshal([]byte("{x}"), &v)), fmt.Errorf("b: %w", json.Unmarshal([]byte("{"), &v))),
		"f: Size: want a whole number, have string":                                fmt.Errorf("f: %w", json.Unmarshal([]byte(`{"Size": "a"}`), &v)),
		"f: it ends too early":                                                     fmt.Errorf("f: %w", io.ErrUnexpectedEOF),
		`"x1" is not a number, or too large a one`:                                 number,
		"all is well": errors.New("all is well"),
	} {
		if got := inWords(err); !strings.HasSuffix(got, want) {
			t.Errorf("%v: %s, want %s", err, got, want)
		}
	}
}
