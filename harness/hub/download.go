package hub

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"
)

// wanted are the files that a model consists of here: its shape, its tokenizer, how it is used, its card, which names the
// licence, and its weights under the names that are read. Repositories hold the same weights in other formats, too.
var wanted = regexp.MustCompile(`^(?:README\.md|config\.json|tokenizer\.json|tokenizer_config\.json|special_tokens_map\.json|added_tokens\.json|chat_template\.jinja|` +
	`generation_config\.json|model\.safetensors|model\.safetensors\.index\.json|model-\d{5}-of-\d{5}\.safetensors)$`)

// Progress is told how many bytes of a file are there.
type Progress func(name string, there, size int64)

// Download fetches a model into the cache, except for what is there, and returns its folder. A stopped call loses nothing:
// the next one goes on. A file gets its name when its checksum is right, and the model its folder when all files are there.
func (c *Client) Download(ctx context.Context, cache Cache, id ID, progress Progress) (string, error) {
	l, err := c.list(ctx, id, wanted.MatchString)
	if err != nil {
		return "", err
	}
	if err := l.check(); err != nil {
		return "", fmt.Errorf("%s cannot be used: %w", id, err)
	}
	return c.bring(ctx, cache, id, l, progress)
}

// bring fetches the files of a listing, except for what is there, and returns their folder.
func (c *Client) bring(ctx context.Context, cache Cache, id ID, l listing, progress Progress) (string, error) {
	folder := cache.folder(id)
	for _, f := range l.files {
		if err := c.blob(ctx, cache, id, l.commit, f, progress); err != nil {
			return "", err
		}
	}
	snapshot := filepath.Join(folder, "snapshots", l.commit)
	for _, f := range l.files {
		link := filepath.Join(snapshot, filepath.FromSlash(f.name))
		up := strings.Repeat("../", 2+strings.Count(f.name, "/"))
		if err := errors.Join(os.MkdirAll(filepath.Dir(link), 0o755), replaceLink(filepath.FromSlash(up+"blobs/"+f.hash), link)); err != nil {
			return "", fmt.Errorf("downloading %s: %w", id, err)
		}
	}
	if id.Revision != l.commit {
		ref := filepath.Join(folder, "refs", filepath.FromSlash(id.Revision))
		if err := errors.Join(os.MkdirAll(filepath.Dir(ref), 0o755), renameio.WriteFile(ref, []byte(l.commit), 0o644)); err != nil {
			return "", fmt.Errorf("downloading %s: %w", id, err)
		}
	}
	return snapshot, nil
}

// check says which file a model lacks, before anything large is fetched.
func (l listing) check() error {
	has := func(name string) bool {
		return slices.ContainsFunc(l.files, func(f file) bool { return f.name == name })
	}
	for _, name := range []string{configFile, tokenizerFile} {
		if !has(name) {
			return fmt.Errorf("it has no %s", name)
		}
	}
	if !has(weightsFile) && !has(indexFile) {
		return fmt.Errorf("it has neither %s nor %s; other weight formats are not supported", weightsFile, indexFile)
	}
	return nil
}

// blob fetches a file's content under its hash, if it is not there. Other processes wait at the lock that huggingface_hub, too,
// takes for it.
func (c *Client) blob(ctx context.Context, cache Cache, id ID, commit string, f file, progress Progress) error {
	final := filepath.Join(cache.folder(id), "blobs", f.hash)
	lock := flock.New(filepath.Join(string(cache), ".locks", filepath.Base(cache.folder(id)), f.hash+".lock"))
	if err := errors.Join(os.MkdirAll(filepath.Dir(final), 0o755), os.MkdirAll(filepath.Dir(lock.Path()), 0o755)); err != nil {
		return fmt.Errorf("downloading %s: %w", id, err)
	}
	if _, err := lock.TryLockContext(ctx, 200*time.Millisecond); err != nil {
		return fmt.Errorf("downloading %s: %s: %w", id, f.name, err)
	}
	defer lock.Unlock()
	if stat, err := os.Stat(final); err == nil && stat.Size() == f.size {
		progress(f.name, f.size, f.size)
		return nil
	}
	part := final + ".incomplete"
	if err := c.fetch(ctx, id, commit, f, part, progress); err != nil {
		return err
	}
	sum, err := f.sum(part)
	if err != nil {
		return fmt.Errorf("downloading %s: %s: %w", id, f.name, err)
	}
	if sum != f.hash {
		return errors.Join(fmt.Errorf("downloading %s: %s has the checksum %s, published is %s; the file was removed, try again", id, f.name, sum, f.hash), os.Remove(part))
	}
	if err := os.Rename(part, final); err != nil {
		return fmt.Errorf("downloading %s: %s: %w", id, f.name, err)
	}
	return nil
}

// fetch brings the partial file to its size: it goes on where the file ends, and again behind a cut connection, as long as
// each attempt brings something.
func (c *Client) fetch(ctx context.Context, id ID, commit string, f file, part string, progress Progress) error {
	out, err := os.OpenFile(part, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return fmt.Errorf("downloading %s: %w", id, err)
	}
	there, err := out.Seek(0, io.SeekEnd)
	if there > f.size { // of another time
		there = 0
	}
	for err == nil && there != f.size {
		before := there
		if there, err = c.more(ctx, id, commit, f, out, there, progress); err != nil && there > before && ctx.Err() == nil {
			err = nil
		}
	}
	progress(f.name, there, f.size)
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("downloading %s: %s: %w (the part that arrived is kept; the same command continues)", id, f.name, err)
	}
	return nil
}

// more makes one attempt to fetch a file from a byte onwards, and returns how many bytes are there then.
func (c *Client) more(ctx context.Context, id ID, commit string, f file, out *os.File, from int64, progress Progress) (int64, error) {
	address := c.endpoint
	if id.Data {
		address += "/" + id.kind()
	}
	for _, part := range append([]string{id.Org, id.Name, "resolve", commit}, strings.Split(f.name, "/")...) {
		address += "/" + url.PathEscape(part)
	}
	resp, err := c.get(ctx, id, address, from)
	if err != nil {
		return from, err
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusPartialContent && strings.HasPrefix(resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", from)):
	case resp.StatusCode == http.StatusOK:
		from = 0 // all of it, whatever was asked for
	case from > 0: // the server does not go on from here
		return c.more(ctx, id, commit, f, out, 0, progress)
	default:
		return 0, fmt.Errorf("%s answers %s", resp.Request.URL.Host, resp.Status)
	}
	if err := out.Truncate(from); err != nil {
		return from, err
	}
	if _, err := out.Seek(from, io.SeekStart); err != nil {
		return from, err
	}
	w := &counter{out, from, func(there int64) { progress(f.name, there, f.size) }}
	_, err = io.Copy(w, io.LimitReader(resp.Body, f.size-from+1))
	switch {
	case err != nil:
	case w.there > f.size:
		return 0, fmt.Errorf("more than the published %d bytes arrived", f.size)
	case w.there < f.size:
		err = io.ErrUnexpectedEOF
	}
	return w.there, err
}

// counter tells how far a file has come.
type counter struct {
	to    io.Writer
	there int64
	tell  func(there int64)
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.there += int64(n)
	c.tell(c.there)
	return n, err
}

// sum is the checksum of a file on disk, of the kind that was published: what was read, not what was sent, is checked.
func (f file) sum(path string) (string, error) {
	in, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer in.Close()
	var h hash.Hash = sha256.New()
	if len(f.hash) == 2*sha1.Size {
		h = sha1.New()
		fmt.Fprintf(h, "blob %d\x00", f.size)
	}
	_, err = io.Copy(h, in)
	return hex.EncodeToString(h.Sum(nil)), err
}

// replaceLink makes a symbolic link, in place of what may be there.
func replaceLink(target, path string) error {
	if there, err := os.Readlink(path); err == nil && there == target {
		return nil
	}
	fresh := path + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return errors.Join(os.Symlink(target, fresh), os.Rename(fresh, path))
}
