package machine

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"runtime/debug"
)

// Version is the release that this source belongs to. CHANGELOG.md and CITATION.cff name it too, and a test holds them together.
const Version = "0.1.0"

// Commit is the git commit that the program was built from, which the Go tool writes into the binary, and whether files differed from
// it. It is empty where the build did not stamp it. The working folder says nothing about it: it may belong to another repository.
func Commit() (revision string, dirty bool) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", false
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value
		case "vcs.modified":
			dirty = s.Value == "true"
		}
	}
	return revision, dirty
}

// Program is the SHA-256 of the program's file, which the commit of a changed working tree does not tell; empty if it cannot be read.
func Program() string {
	self, err := os.Executable()
	if err != nil {
		return ""
	}
	f, err := os.Open(self)
	if err != nil {
		return ""
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
}
