package machine

import "runtime/debug"

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
