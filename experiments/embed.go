// Package experiments is the record: the experiments, the languages and tasks they name, and the embedded world.
package experiments

import "embed"

// Files holds the record as it was when the program was built.
//
//go:embed *.toml languages/*.toml tasks/*.toml tiny/*.gz tiny/*.toml tiny/base-* tiny/NOTICE.md tiny/map/*.csv shapes/*.json
var Files embed.FS
