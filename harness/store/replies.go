package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// Replies are what a server answered, by the hash of what it was asked. They cost money or hours, and no plan can tell which of
// them a later run asks for again: they are files beside the artefacts' folders, which the collection of garbage leaves alone.
type Replies struct {
	mu    sync.Mutex
	log   *os.File
	known map[string]json.RawMessage
}

// reply is a line of the file.
type reply struct {
	Key   string          `json:"key"`
	Reply json.RawMessage `json:"reply"`
}

// repliesPrefix stands before the hash of a server's name in the name of its file.
const repliesPrefix = "replies-"

// Replies opens those of a server, by whatever tells it from others.
func (s *Store) Replies(server string) (*Replies, error) {
	sum := sha256.Sum256([]byte(server))
	path := filepath.Join(s.root, repliesPrefix+hex.EncodeToString(sum[:8])+".jsonl")
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading kept replies: %w", err)
	}
	r := &Replies{known: map[string]json.RawMessage{}}
	for line := range bytes.Lines(data) {
		var x reply
		if json.Unmarshal(line, &x) == nil && x.Key != "" { // else a line cut by a kill: what it held is asked again
			r.known[x.Key] = x.Reply
		}
	}
	if r.log, err = os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644); err != nil {
		return nil, fmt.Errorf("keeping replies: %w", err)
	}
	if len(data) > 0 && data[len(data)-1] != '\n' {
		if _, err := r.log.WriteString("\n"); err != nil {
			return nil, errors.Join(fmt.Errorf("keeping replies: %w", err), r.log.Close())
		}
	}
	return r, nil
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
	line, err := json.Marshal(reply{key, text})
	if err != nil {
		return fmt.Errorf("keeping a reply: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, err := r.log.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("keeping a reply: %w", err)
	}
	r.known[key] = text
	return nil
}

// Close ends the writing.
func (r *Replies) Close() error { return r.log.Close() }

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
