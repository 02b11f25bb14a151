package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"strconv"

	"congrad/harness/disk"
)

// errDamaged reports a sealed file or record whose bytes are not those that were written.
var errDamaged = errors.New("its checksum differs")

// A sealed file has parts and says of every byte whether it is the one that was written:
//
//	the parts, one after the other
//	newline, a list of their names, lengths and SHA-256, newline
//	the list's length in 16 hexadecimal digits, space, SHA-256 over scope and list, " congrad sealed 1", newline
//
// The scope says whose file it is: one that was moved to another place does not open there.
const sealMark = " congrad sealed 1\n"

const footerSize = 16 + 1 + 2*sha256.Size + len(sealMark)

// writeSealed writes a sealed file. fill adds its parts. loose does not flush it: after a power cut it may not open.
func writeSealed(f disk.FS, path, scope string, loose bool, fill func(add AddFile) error) error {
	write := disk.Write
	if loose {
		write = disk.WriteLoose
	}
	return write(f, path, func(w io.Writer) error {
		var list []File
		err := fill(func(name string, content func(io.Writer) error) error {
			counted := &counter{w: w, sum: sha256.New()}
			if err := content(counted); err != nil {
				return err
			}
			list = append(list, File{name, counted.n, hex.EncodeToString(counted.sum.Sum(nil))})
			return nil
		})
		if err != nil {
			return err
		}
		text, err := json.Marshal(list)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, "\n%s\n%016x %s%s", text, len(text), sealOf(scope, text), sealMark)
		return err
	})
}

// counter measures and hashes what passes through it.
type counter struct {
	w   io.Writer
	n   int64
	sum hash.Hash
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	c.sum.Write(p[:n])
	return n, err
}

// sealOf is the hexadecimal SHA-256 of a text in its scope.
func sealOf(scope string, text []byte) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%d %s\n", len(scope), scope)
	sum.Write(text)
	return hex.EncodeToString(sum.Sum(nil))
}

// readSealed returns the parts of a sealed file: errDamaged where any byte of it is another, or where it is another's.
func readSealed(path, scope string) (map[string][]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	body := len(data) - footerSize
	if body < 2 || !bytes.HasSuffix(data, []byte(sealMark)) {
		return nil, errDamaged
	}
	footer := data[body:]
	size, err := strconv.ParseUint(string(footer[:16]), 16, 63)
	start := body - 1 - int(min(size, uint64(body))) // of the list, if there is room for it
	if err != nil || start < 1 || data[start-1] != '\n' || data[body-1] != '\n' {
		return nil, errDamaged
	}
	text := data[start : body-1]
	if want := fmt.Sprintf("%016x %s%s", len(text), sealOf(scope, text), sealMark); string(footer) != want {
		return nil, errDamaged
	}
	var list []File
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, errDamaged
	}
	parts, rest := map[string][]byte{}, data[:start-1]
	for _, part := range list {
		if part.Bytes > int64(len(rest)) {
			return nil, errDamaged
		}
		parts[part.Name], rest = rest[:part.Bytes:part.Bytes], rest[part.Bytes:]
		if sum := sha256.Sum256(parts[part.Name]); hex.EncodeToString(sum[:]) != part.SHA256 {
			return nil, errDamaged
		}
	}
	if len(rest) > 0 {
		return nil, errDamaged
	}
	return parts, nil
}
