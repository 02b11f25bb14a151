package hub

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Prefix begins paths into data sets of the hub: "hub:org/name[@revision]/path/in/it".
const Prefix = "hub:"

// cardFile says what a data set is, and under which licence.
const cardFile = "README.md"

// DataPath is a path into a data set. Its file may be a pattern with * and ?, of all the shards that together are one table.
type DataPath struct {
	ID   ID
	File string
}

// ParseDataPath reads "hub:org/name[@revision]/file". A revision is a commit, or a branch or tag without a slash.
func ParseDataPath(s string) (DataPath, error) {
	rest, ok := strings.CutPrefix(s, Prefix)
	org, rest, ok2 := strings.Cut(rest, "/")
	name, file, ok3 := strings.Cut(rest, "/")
	if !ok || !ok2 || !ok3 || file == "" {
		return DataPath{}, fmt.Errorf("%q: want hub:org/name/file or hub:org/name@revision/file, where the file is one of the data set's", s)
	}
	id, err := ParseID(org + "/" + name)
	if err != nil {
		return DataPath{}, fmt.Errorf("%q: %w", s, err)
	}
	if !local(file) {
		return DataPath{}, fmt.Errorf("%q: %q is no file of a data set", s, file)
	}
	id.Data = true
	return DataPath{id, file}, nil
}

// local reports whether a name in a repository stays within its folder.
func local(name string) bool {
	return fs.ValidPath(name) && name != "." && filepath.IsLocal(filepath.FromSlash(name)) && !strings.ContainsAny(name, `\:`)
}

// FetchedData is what DownloadData leaves.
type FetchedData struct {
	Folder, Commit string
	Files          []string // that were asked for
}

// DownloadData fetches the files of a data set that match, and its card, into the cache, except for what is there. Like Download it goes on
// where it was stopped and gives a file its name only when its checksum is right. A branch is pinned: runs use the commit that it stands at
// now until it is downloaded again.
func (c *Client) DownloadData(ctx context.Context, cache Cache, id ID, match func(name string) bool, progress Progress) (FetchedData, error) {
	id.Data = true
	var others []string
	l, err := c.list(ctx, id, func(name string) bool {
		take := local(name) && (name == cardFile || match(name))
		if !take && slices.Contains([]string{".parquet", ".jsonl", ".csv"}, path.Ext(name)) {
			others = append(others, name)
		}
		return take
	})
	if err != nil {
		return FetchedData{}, err
	}
	d := FetchedData{Commit: l.commit}
	for _, f := range l.files {
		if match(f.name) {
			d.Files = append(d.Files, f.name)
		}
	}
	if len(d.Files) == 0 {
		return d, fmt.Errorf("%s has no such file%s", id, listed(others))
	}
	d.Folder, err = c.bring(ctx, cache, id, l, progress)
	return d, err
}

// listed names the first of the files that a data set has instead.
func listed(names []string) string {
	const most = 10
	switch {
	case len(names) == 0:
		return "; it has no .parquet, .jsonl or .csv file at all"
	case len(names) > most:
		return fmt.Sprintf("; it has %s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return "; it has " + strings.Join(names, ", ")
}

// Local is where the files that a path into a data set names lie, were they downloaded: the path on disk, with the pattern in it.
func Local(s string) (string, error) {
	p, err := ParseDataPath(s)
	if err != nil {
		return "", err
	}
	cache, err := CacheDir()
	if err != nil {
		return "", err
	}
	commit, err := cache.commit(p.ID)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache.folder(p.ID), "snapshots", commit)
	if _, err := os.Stat(dir); commit == "" || errors.Is(err, fs.ErrNotExist) {
		return "", Absent{p.ID, ""}
	}
	return filepath.Join(dir, filepath.FromSlash(p.File)), nil
}
