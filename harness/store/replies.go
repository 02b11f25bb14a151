package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"congrad/harness/disk"
)

// Replies are what a server answered, by the hash of what it was asked. They cost money or hours, and no plan can tell which of
// them a later run asks for again: they are files beside the artefacts' folders, which the collection of garbage leaves alone.
//
// Each is sealed. A damaged one is not taken: what it answered is asked again.
type Replies struct {
	Damaged int // records that were not taken

	mu    sync.Mutex
	log   *log
	scope string
	known map[string]json.RawMessage
}

// reply is a record of the file.
type reply struct {
	Key   string          `json:"key"`
	Reply json.RawMessage `json:"reply"`
}

// repliesPrefix stands before the hash of a server's name in the name of its file.
const repliesPrefix = "replies-"

// Replies opens those of a server, by whatever tells it from others.
func (s *Store) Replies(server string) (*Replies, error) {
	sum := sha256.Sum256([]byte(server))
	name := repliesPrefix + hex.EncodeToString(sum[:8])
	path := filepath.Join(s.root, name+".jsonl")
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading kept replies: %w", err)
	}
	r := &Replies{known: map[string]json.RawMessage{}, scope: name}
	if older := r.read(data); older {
		if err := r.rewrite(s.disk, path); err != nil {
			return nil, fmt.Errorf("sealing kept replies: %w", err)
		}
		data = nil
	}
	if r.log, err = openLog(s.disk, path); err != nil {
		return nil, fmt.Errorf("keeping replies: %w", err)
	}
	r.log.torn = len(data) > 0 && data[len(data)-1] != '\n'
	return r, nil
}

// read takes the replies of a file. older says that records without a checksum are among them, as an earlier version left them: they
// begin with a brace, which a sealed one does not with any one bit changed.
func (r *Replies) read(data []byte) (older bool) {
	for line := range bytes.Lines(data) {
		text, _, ok := openRecord(r.scope, line)
		if !ok && line[0] == '{' {
			text, ok = line, true
			older = true
		}
		var x reply
		if ok && json.Unmarshal(text, &x) == nil && x.Key != "" {
			r.known[x.Key] = x.Reply
		} else if line[len(line)-1] == '\n' && len(line) > 1 { // else it was cut by a kill
			r.Damaged++
		}
	}
	return older
}

// rewrite writes all replies that were taken, sealed.
func (r *Replies) rewrite(f disk.FS, path string) error {
	return disk.Write(f, path, func(w io.Writer) error {
		for _, key := range slices.Sorted(maps.Keys(r.known)) {
			text, err := json.Marshal(reply{key, r.known[key]})
			if err != nil {
				return err
			}
			line, _ := sealRecord(r.scope, text)
			if _, err := w.Write(line); err != nil {
				return err
			}
		}
		return nil
	})
}

// Len is the number of kept replies.
func (r *Replies) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.known)
}

// Get reads the reply to what has the key; false where there is none.
func (r *Replies) Get(key string, into any) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	text, ok := r.known[key]
	return ok && json.Unmarshal(text, into) == nil
}

// Put keeps a reply.
func (r *Replies) Put(key string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("keeping a reply: %w", err)
	}
	record, err := json.Marshal(reply{key, text})
	if err != nil {
		return fmt.Errorf("keeping a reply: %w", err)
	}
	line, _ := sealRecord(r.scope, record)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.log.append(line); err != nil {
		return fmt.Errorf("keeping a reply: %w", err)
	}
	r.known[key] = text
	return nil
}

// Close ends the writing.
func (r *Replies) Close() error { return r.log.close() }

// RepliesSize is the number of bytes of all kept replies.
func (s *Store) RepliesSize() (total int64, err error) {
	files, _ := filepath.Glob(filepath.Join(s.root, repliesPrefix+"*.jsonl")) // the pattern is well formed
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			return 0, fmt.Errorf("measuring the store: %w", err)
		}
		total += info.Size()
	}
	return total, nil
}
