package config

import (
	"fmt"
	"math"
	"strings"

	"github.com/BurntSushi/toml"
)

// ReadOrigins reads back what Experiment.Resolved wrote: every key with its value and where that comes from, in the file's order.
// Values have the types of TOML; keys have no documentation.
func ReadOrigins(resolved []byte) ([]Origin, error) {
	var list []Origin
	table, arrays := "", map[string]int{}
	for i, line := range strings.Split(string(resolved), "\n") {
		switch rest, comment := strings.CutPrefix(line, "# "); {
		case strings.HasPrefix(line, "[["):
			name := strings.Trim(line, "[]")
			table = fmt.Sprintf("%s[%d]", name, arrays[name])
			arrays[name]++
		case strings.HasPrefix(line, "["):
			table = strings.Trim(line, "[]")
			if name, of, nested := strings.Cut(table, "."); nested && arrays[name] > 0 {
				table = fmt.Sprintf("%s[%d].%s", name, arrays[name]-1, of)
			}
		case comment:
			key, behind, unset := strings.Cut(rest, " is not set")
			_, from, known := strings.Cut(behind, "# ")
			if unset && known {
				list = append(list, Origin{Key: dotted(table, key), Value: math.NaN(), From: from})
			}
		case strings.Contains(line, "="):
			o, err := readOrigin(line)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
			o.Key = dotted(table, o.Key)
			list = append(list, o)
		}
	}
	return list, nil
}

// readOrigin reads "key = value  # from". A string may hold what looks like the start of a comment, so the value ends at the
// first one in front of which there is valid TOML.
func readOrigin(line string) (Origin, error) {
	for at := 0; ; {
		next := strings.Index(line[at:], "  # ")
		if next < 0 {
			return Origin{}, fmt.Errorf("%q is not a key with a value and its source", line)
		}
		at += next
		var value map[string]any
		if toml.Unmarshal([]byte(line[:at]), &value) == nil {
			for key, v := range value {
				return Origin{Key: key, Value: v, From: line[at+4:]}, nil
			}
		}
		at += 4
	}
}
