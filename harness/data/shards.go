package data

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"congrad/harness/hub"
	"congrad/harness/lang"
)

// shard is a file on disk, and how errors call it.
type shard struct{ disk, name string }

// Hub reports whether a path leads into a data set of the hub.
func Hub(path string) bool { return strings.HasPrefix(path, hub.Prefix) }

// onDisk is where a path leads on disk: one into a data set of the hub leads into the cache of what was downloaded.
func onDisk(path string) (string, error) {
	if !Hub(path) {
		return path, nil
	}
	disk, err := hub.Local(path)
	var absent hub.Absent
	if errors.As(err, &absent) {
		return "", fmt.Errorf("%s: the data set %w (congrad data download %s)", path, err, path)
	}
	return disk, err
}

// shardsOf are the files that a path names: one, or all that a pattern into a data set of the hub fits, in the order of their names.
func shardsOf(name string) ([]shard, error) {
	disk, err := onDisk(name)
	if err != nil || !Hub(name) {
		return []shard{{disk, name}}, err
	}
	found, err := filepath.Glob(disk)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	slices.Sort(found)
	if len(found) == 0 {
		return nil, fmt.Errorf("%s: was not downloaded, %w (congrad data download %s)", name, os.ErrNotExist, name)
	}
	shards := make([]shard, len(found))
	for i, f := range found {
		shards[i] = shard{f, path.Dir(name) + "/" + filepath.Base(f)}
	}
	return shards, nil
}

// thereIs reports whether there is a file, or a shard.
func thereIs(name string) bool {
	shards, err := shardsOf(name)
	if err != nil {
		return false
	}
	_, err = os.Stat(shards[0].disk)
	return err == nil
}

// Download is what a path into a data set of the hub asks for: the data set, and which of its files. {lang} stands for the languages given, by
// any of their names; for any language if none is given.
func Download(path string, languages []string, table lang.Table) (hub.ID, func(name string) bool, error) {
	p, err := hub.ParseDataPath(path)
	if err != nil {
		return hub.ID{}, nil, err
	}
	before, after, each := strings.Cut(p.File, PlaceOfLanguage)
	if !each {
		return p.ID, func(name string) bool { fits, err := filepath.Match(p.File, name); return fits && err == nil }, nil
	}
	return p.ID, func(name string) bool {
		part, found := strings.CutPrefix(name, before)
		if !found {
			return false
		}
		language, found := cutFitting(part, strings.ReplaceAll(after, PlaceOfLanguage, "*"), true)
		code, known := table.Resolve(language)
		return found && (languages == nil || known && slices.Contains(languages, code))
	}, nil
}
