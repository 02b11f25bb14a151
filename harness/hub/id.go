// Package hub fetches models and data sets from a model hub, on request only, into the cache that other programs keep theirs in.
//
// Own code instead of gomlx/go-huggingface, whose v0.3.1 was read for this: it starts every file again, compares no checksum, gives
// a file whose connection was cut its final name (the error of a failed read is lost), and knows neither HF_HOME nor HF_TOKEN.
// The layout of the cache is that of the Python package huggingface_hub, so either finds what the other has fetched:
//
//	models--org--name/blobs/<hash>               contents, by SHA-256 (large files) or git's SHA-1 (small ones)
//	models--org--name/snapshots/<commit>/<file>  a link to one of them
//	models--org--name/refs/<revision>            the commit that a branch or tag stood at
//
// Data sets are in datasets--org--name, laid out alike; of them only the files that were asked for are there.
//
// Since 2.4 a large content may be in blobs/<two digits>/<hash> of the cache, for all models, and models--org--name/blobs/<hash> a link
// to it. Such contents are read, never written.
package hub

import (
	"fmt"
	"regexp"
	"strings"
)

// ID names a model: org/name, or org/name@revision with a branch, a tag or a commit.
type ID struct {
	Org, Name string
	Revision  string // "main" where none is given

	Data bool // a data set's, and not a model's
}

// The hub's own rules are stricter; these keep a name from being a path, or two from one folder.
var (
	wordOfID = regexp.MustCompile(`^[\pL\pN_][\pL\pN_.-]{0,95}$`)
	revision = regexp.MustCompile(`^[\w][\w.-]*(/[\w][\w.-]*)*$`)
)

// ParseID reads org/name[@revision].
func ParseID(s string) (ID, error) {
	name, rev, given := strings.Cut(s, "@")
	org, name, ok := strings.Cut(name, "/")
	if !given {
		rev = "main"
	}
	switch {
	case !ok || strings.Contains(s, "--") || strings.Contains(s, "..") || !wordOfID.MatchString(org) || !wordOfID.MatchString(name):
		return ID{}, fmt.Errorf("%q is not a model id: want org/name or org/name@revision", s)
	case !revision.MatchString(rev) || len(rev) > 255:
		return ID{}, fmt.Errorf("%q: %q is not a revision: want a branch, a tag or a commit", s, rev)
	}
	return ID{Org: org, Name: name, Revision: rev}, nil
}

// kind is what the hub calls models and data sets in its addresses.
func (id ID) kind() string {
	if id.Data {
		return "datasets"
	}
	return "models"
}

// what is a model or a data set, for people.
func (id ID) what() string {
	if id.Data {
		return "data set"
	}
	return "model"
}

func (id ID) String() string {
	if id.Revision == "main" {
		return id.Org + "/" + id.Name
	}
	return id.Org + "/" + id.Name + "@" + id.Revision
}
