// Package experiments is the record: the experiments, the languages and tasks they name, and the embedded world.
// A pattern below needs at least one file, so it is added together with the first file that it covers.
package experiments

import "embed"

// Files holds the record as it was when the program was built.
//
//go:embed languages/*.toml tiny/*.gz tiny/NOTICE.md
var Files embed.FS
