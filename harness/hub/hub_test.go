package hub

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// server is a hub with one model, org/small, whose weights lie on a second host, as a hub's do.
type server struct {
	*httptest.Server
	elsewhere *httptest.Server
	files     map[string]string
	asked     []string // paths, with the range

	cut     int    // bytes after which the connection of the weights is cut, once; 0: never
	deaf    bool   // ranges are ignored
	lie     string // what the weights are instead
	token   string // without which there is no model
	gated   bool   // the list is public, the files are not
	leaked  bool   // the token reached the second host
	garbage string // in place of the list
	broken  bool   // the second host answers nothing but errors
	stall   bool   // the second host sends half and waits until the client has gone
}

const (
	commit = "0123456789abcdef0123456789abcdef01234567"
	older  = "fedcba9876543210fedcba9876543210fedcba98"
)

func blobID(s string) string {
	sum := sha1.Sum([]byte(fmt.Sprintf("blob %d\x00%s", len(s), s)))
	return hex.EncodeToString(sum[:])
}

func sha(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{files: map[string]string{
		"config.json": `{"model_type": "llama"}`, "tokenizer.json": "{}", "tokenizer_config.json": "", "generation_config.json": "{}",
		"model.safetensors": strings.Repeat("weights ", 10000), "pytorch_model.bin": "no", "README.md": "---\nlicense: mit\n---\n", "onnx/model.safetensors": "no",
		"consolidated.safetensors": "no",
	}}
	s.elsewhere = httptest.NewServer(http.HandlerFunc(s.store))
	s.Server = httptest.NewServer(http.HandlerFunc(s.hub))
	t.Cleanup(s.elsewhere.Close)
	t.Cleanup(s.Server.Close)
	home := t.TempDir()
	t.Setenv("HF_HOME", home)
	t.Setenv("HF_HUB_CACHE", "")
	t.Setenv("HF_TOKEN", "")
	t.Setenv("HF_ENDPOINT", s.URL+"/")
	return s
}

func (s *server) hub(w http.ResponseWriter, r *http.Request) {
	s.asked = append(s.asked, r.URL.Path+" "+r.Header.Get("Range"))
	refuse := func(code int, name string) {
		w.Header().Set("X-Error-Code", name)
		w.WriteHeader(code)
	}
	known := r.Header.Get("Authorization") == "Bearer "+s.token
	revision, listing := strings.CutPrefix(r.URL.EscapedPath(), "/api/models/org/small/revision/")
	name, file := strings.CutPrefix(r.URL.Path, "/org/small/resolve/"+commit+"/")
	switch {
	case s.token != "" && !known && (!s.gated || file):
		if s.gated {
			refuse(http.StatusUnauthorized, "GatedRepo")
		} else {
			refuse(http.StatusUnauthorized, "RepoNotFound")
		}
	case listing && s.garbage != "":
		fmt.Fprint(w, s.garbage)
	case listing && slices.Contains([]string{"main", commit, "v1.0", "refs%2Fpr%2F1"}, revision):
		type object = map[string]any
		var siblings []object
		for _, name := range slices.Sorted(maps.Keys(s.files)) {
			content := s.files[name]
			o := object{"rfilename": name, "size": len(content), "blobId": blobID(content)}
			if strings.HasSuffix(name, ".safetensors") {
				o["lfs"] = object{"sha256": sha(content), "size": len(content), "pointerSize": 134}
				o["blobId"] = older
			}
			siblings = append(siblings, o)
		}
		json.NewEncoder(w).Encode(object{"id": "org/small", "sha": commit, "siblings": siblings})
	case listing:
		refuse(http.StatusNotFound, "RevisionNotFound")
	case file && strings.HasSuffix(name, ".safetensors"):
		u, _ := url.Parse(s.elsewhere.URL)
		http.Redirect(w, r, "http://localhost:"+u.Port()+"/"+name, http.StatusFound)
	case file:
		s.serve(w, r, s.files[name])
	default:
		refuse(http.StatusNotFound, "RepoNotFound")
	}
}

// store serves what is large.
func (s *server) store(w http.ResponseWriter, r *http.Request) {
	s.asked = append(s.asked, r.URL.Path+" "+r.Header.Get("Range"))
	s.leaked = s.leaked || r.Header.Get("Authorization") != ""
	if s.broken {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	content := s.files[strings.TrimPrefix(r.URL.Path, "/")]
	if s.lie != "" {
		content = s.lie
	}
	if s.stall {
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		w.Write([]byte(content[:len(content)/2]))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return
	}
	if s.cut > 0 {
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		w.Write([]byte(content[:s.cut]))
		s.cut, s.broken = 0, true
		panic(http.ErrAbortHandler)
	}
	s.serve(w, r, content)
}

func (s *server) serve(w http.ResponseWriter, r *http.Request, content string) {
	var from int
	if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); err == nil && !s.deaf {
		if from >= len(content) {
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
			return
		}
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(content)-1, len(content)))
		w.WriteHeader(http.StatusPartialContent)
		content = content[from:]
	}
	w.Write([]byte(content))
}

// named is a model's id, and where models are kept.
func named(t *testing.T, name string) (ID, Cache) {
	t.Helper()
	id, err := ParseID(name)
	if err != nil {
		t.Fatal(err)
	}
	cache, err := CacheDir()
	if err != nil {
		t.Fatal(err)
	}
	return id, cache
}

func download(t *testing.T, name string) (dir string, err error) {
	t.Helper()
	id, cache := named(t, name)
	c, err := NewClient()
	if err != nil {
		t.Fatal(err)
	}
	return c.Download(context.Background(), cache, id, func(name string, there, size int64) {
		if there < 0 || there > size+1<<16 {
			t.Errorf("%s: %d of %d bytes", name, there, size)
		}
	})
}

func (s *server) check(t *testing.T, dir string) {
	t.Helper()
	var names []string
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil || string(data) != s.files[e.Name()] {
			t.Errorf("%s: %d bytes, %v", e.Name(), len(data), err)
		}
	}
	if want := []string{"README.md", "config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
}

// find is what Find says of a model: its folder, or the error's words.
func find(t *testing.T, name string) string {
	t.Helper()
	id, cache := named(t, name)
	dir, err := cache.Find(id)
	var absent Absent
	if err != nil && !errors.As(err, &absent) {
		t.Errorf("%v is no Absent", err)
	}
	if err != nil {
		return err.Error()
	}
	return dir
}

func TestFreshDownload(t *testing.T) {
	s := newServer(t)
	if got := find(t, "org/small"); got != "org/small was not downloaded" {
		t.Error(got)
	}
	dir, err := download(t, "org/small")
	if err != nil {
		t.Fatal(err)
	}
	s.check(t, dir)
	if want := filepath.Join(os.Getenv("HF_HOME"), "hub", "models--org--small", "snapshots", commit); dir != want {
		t.Errorf("%s, want %s", dir, want)
	}
	// the layout of huggingface_hub: links to blobs by hash, and a ref
	link, err := os.Readlink(filepath.Join(dir, "model.safetensors"))
	if want := filepath.Join("..", "..", "blobs", sha(s.files["model.safetensors"])); err != nil || link != want {
		t.Errorf("%s, want %s: %v", link, want, err)
	}
	ref, err := os.ReadFile(filepath.Join(dir, "../../refs/main"))
	if err != nil || string(ref) != commit {
		t.Errorf("%q, %v", ref, err)
	}
	for _, name := range []string{"org/small", "org/small@main", "org/small@" + commit} {
		if got := find(t, name); got != dir {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := find(t, "org/small@v1.0"); got != "org/small@v1.0 was not downloaded" {
		t.Error(got)
	}
	// again: only the list is asked for
	s.asked = nil
	if again, err := download(t, "org/small"); again != dir || err != nil || len(s.asked) != 1 {
		t.Errorf("%s, %v, %q", again, err, s.asked)
	}
}

func TestRevisions(t *testing.T) {
	s := newServer(t)
	for _, rev := range []string{"v1.0", "refs/pr/1", commit} {
		dir, err := download(t, "org/small@"+rev)
		if err != nil {
			t.Fatalf("%s: %v", rev, err)
		}
		s.check(t, dir)
		if got := find(t, "org/small@"+rev); got != dir {
			t.Errorf("%s: %s", rev, got)
		}
	}
	if got := find(t, "org/small"); got != "org/small was not downloaded" {
		t.Error(got)
	}
	if _, err := download(t, "org/small@v2.0"); err == nil || !strings.Contains(err.Error(), "org/small@v2.0: no such revision") {
		t.Error(err)
	}
}

// A cut connection loses nothing and leaves nothing under a final name; the next call goes on where it was cut.
func TestDownloadGoesOn(t *testing.T) {
	for name, c := range map[string]struct {
		deaf bool
		want string // what is asked of the second host in the end
	}{"from there": {false, "/model.safetensors bytes=20000-"}, "from the start, if the server cannot": {true, "/model.safetensors bytes=20000-"}} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.cut, s.deaf = 20000, c.deaf // afterwards the host answers errors only
			if _, err := download(t, "org/small"); err == nil || !strings.Contains(err.Error(), "500 Internal Server Error (the part that arrived is kept; the same command continues)") {
				t.Fatal(err)
			}
			cache, _ := CacheDir()
			final := filepath.Join(string(cache), "models--org--small", "blobs", sha(s.files["model.safetensors"]))
			if _, err := os.Stat(final); err == nil {
				t.Error("half a file stands under its final name")
			}
			if part, err := os.Stat(final + ".incomplete"); err != nil || part.Size() != 20000 {
				t.Errorf("%v, %v", part, err)
			}
			if got := find(t, "org/small"); got != "org/small was not downloaded" {
				t.Error(got)
			}
			s.broken, s.asked = false, nil
			dir, err := download(t, "org/small")
			if err != nil {
				t.Fatal(err)
			}
			s.check(t, dir)
			if last := s.asked[slices.IndexFunc(s.asked, func(a string) bool { return strings.HasPrefix(a, "/model.safetensors") })]; last != c.want {
				t.Errorf("%q, want %q", s.asked, c.want)
			}
		})
	}
}

// What an earlier call left may be of no use.
func TestDownloadStartsAnew(t *testing.T) {
	for name, part := range map[string]string{"too long": strings.Repeat("x", 90000), "wrong": "nonsense", "whole and wrong": strings.Repeat("x", 80000)} {
		s := newServer(t)
		cache, _ := CacheDir()
		final := filepath.Join(string(cache), "models--org--small", "blobs", sha(s.files["model.safetensors"]))
		if err := os.MkdirAll(filepath.Dir(final), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(final+".incomplete", []byte(part), 0o644); err != nil {
			t.Fatal(err)
		}
		dir, err := download(t, "org/small")
		if name != "too long" { // found out by the checksum, and removed
			if err == nil || !strings.Contains(err.Error(), "the file was removed, try again") {
				t.Errorf("%s: %v", name, err)
			}
			dir, err = download(t, "org/small")
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		s.check(t, dir)
	}
}

func TestWrongBytesGetNoName(t *testing.T) {
	for name, c := range map[string]struct{ lie, want string }{
		"others":   {strings.Repeat("Weights ", 10000), "model.safetensors has the checksum " + sha(strings.Repeat("Weights ", 10000)) + ", published is "},
		"too many": {strings.Repeat("weights ", 10001), "more than the published 80000 bytes arrived"},
		"too few":  {"weights ", "unexpected EOF"},
	} {
		s := newServer(t)
		s.lie = c.lie
		_, err := download(t, "org/small")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if got := find(t, "org/small"); got != "org/small was not downloaded" {
			t.Errorf("%s: %s", name, got)
		}
		s.lie = ""
		dir, err := download(t, "org/small")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		s.check(t, dir)
	}
	// small files are checked, too, by git's hash
	s := newServer(t)
	s.garbage = strings.ReplaceAll(fmt.Sprintf(`{"sha":%q,"siblings":[{"rfilename":"config.json","size":2,"blobId":%q},
		{"rfilename":"tokenizer.json","size":2,"blobId":%q},{"rfilename":"model.safetensors","size":2,"blobId":"-","lfs":{"sha256":%q,"size":2}}]}`,
		commit, blobID("[]"), blobID("{}"), sha("xx")), "-", older)
	s.files["config.json"] = "{}"
	if _, err := download(t, "org/small"); err == nil || !strings.Contains(err.Error(), "config.json has the checksum "+blobID("{}")) {
		t.Error(err)
	}
}

func TestTokens(t *testing.T) {
	for _, c := range []struct {
		gated       bool
		token, want string
	}{
		{false, "", "org/small: no such model, or it is private: set HF_TOKEN"},
		{false, "wrong", "org/small: no such model, or HF_TOKEN is not valid"},
		{false, "secret", ""},
		{true, "", "the model is gated: accept the terms on its page, and set HF_TOKEN"},
		{true, "wrong", "the model is gated, and the account of HF_TOKEN has no access"},
		{true, "secret", ""},
	} {
		s := newServer(t)
		s.token, s.gated = "secret", c.gated
		t.Setenv("HF_TOKEN", c.token)
		dir, err := download(t, "org/small")
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%+v: %v", c, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		s.check(t, dir)
		if s.leaked {
			t.Errorf("%+v: the token was sent to another host", c)
		}
	}
}

func TestModelsThatCannotBeHad(t *testing.T) {
	newServer(t)
	if _, err := download(t, "org/other"); err == nil || !strings.Contains(err.Error(), "org/other: no such model") {
		t.Error(err)
	}
	for name, want := range map[string]string{
		"tokenizer.json":    "org/small cannot be used: it has no tokenizer.json",
		"model.safetensors": "it has neither model.safetensors nor model.safetensors.index.json",
	} {
		s := newServer(t)
		delete(s.files, name)
		if _, err := download(t, "org/small"); err == nil || !strings.Contains(err.Error(), want) || len(s.asked) != 1 {
			t.Errorf("without %s: %v, %q", name, err, s.asked)
		}
	}
	s := newServer(t)
	for _, garbage := range []string{
		"<html>", `{}`, `{"sha": "main"}`, `{"sha":"` + commit + `","siblings":[{"rfilename":"config.json","size":2}]}`,
		`{"sha":"` + commit + `","siblings":[{"rfilename":"config.json","size":2,"blobId":"../../x"}]}`,
	} {
		s.garbage = garbage
		if _, err := download(t, "org/small"); err == nil || !strings.Contains(err.Error(), "cannot read the answer of") {
			t.Errorf("%s: %v", garbage, err)
		}
	}
	t.Setenv("HF_ENDPOINT", "host")
	if _, err := NewClient(); err == nil || !strings.Contains(err.Error(), `HF_ENDPOINT "host"`) {
		t.Error(err)
	}
}

func TestCancelledDownload(t *testing.T) {
	newServer(t).stall = true
	ctx, cancel := context.WithCancel(context.Background())
	cache, _ := CacheDir()
	c, err := NewClient()
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Download(ctx, cache, ID{Org: "org", Name: "small", Revision: "main"}, func(name string, there, _ int64) {
		if name == "model.safetensors" && there > 0 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Models that other programs fetched are found, if they are whole.
func TestFindsWhatOthersFetched(t *testing.T) {
	newServer(t)
	dir := filepath.Join(os.Getenv("HF_HOME"), "hub", "models--org--big")
	write := func(name, content string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	snapshot := "snapshots/" + commit + "/"
	write("refs/main", commit+"\n")
	for _, step := range []struct{ file, content, want string }{
		{"config.json", "{}", "org/big was not downloaded completely: model.safetensors is missing"},
		{"model.safetensors.index.json", `{"weight_map": {"a": "model-00002-of-00002.safetensors", "b": "model-00001-of-00002.safetensors"}}`, "tokenizer.json is missing"},
		{"tokenizer.json", "{}", "model-00001-of-00002.safetensors is missing"},
		{"model-00001-of-00002.safetensors", "", "model-00002-of-00002.safetensors is missing"},
		{"model-00002-of-00002.safetensors", "", filepath.Join(dir, "snapshots", commit)},
	} {
		write(snapshot+step.file, step.content)
		if got := find(t, "org/big"); !strings.HasSuffix(got, step.want) {
			t.Errorf("behind %s: %s, want %s", step.file, got, step.want)
		}
	}
	write("refs/main", "../../x")
	if got := find(t, "org/big"); got != "org/big was not downloaded" {
		t.Error(got)
	}
}

// huggingface_hub 2.4 keeps large contents once for all models, in the cache's own folder blobs, and a model's blob is a link to one
// (utils/_shared_blobs.py; the layout is what it writes). Such a model is found, read and downloaded over, and what is shared is
// never written to.
func TestSharedBlobsOfTheCache(t *testing.T) {
	s := newServer(t)
	hub := filepath.Join(os.Getenv("HF_HOME"), "hub")
	content, xet := s.files["model.safetensors"], "ab"+strings.Repeat("1", 62)
	shared := filepath.Join(hub, "blobs", "ab", xet)
	model := filepath.Join(hub, "models--org--small")
	blob := filepath.Join(model, "blobs", sha(content))
	snapshot := filepath.Join(model, "snapshots", commit)
	write := func(path, content string, mode os.FileMode) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), mode)); err != nil {
			t.Fatal(err)
		}
	}
	link := func(target, path string) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.Symlink(target, path)); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(hub, "blobs", ".huggingface-shared-blobs"), "1\n", 0o444)
	write(shared, content, 0o444)
	write(shared+".refs", "models--org--small/blobs/"+sha(content)+"\n", 0o666)
	write(shared+".lock", "", 0o666)
	link(filepath.Join("..", "..", "blobs", "ab", xet), blob)
	link(filepath.Join("..", "..", "blobs", sha(content)), filepath.Join(snapshot, "model.safetensors"))
	for _, name := range []string{"config.json", "tokenizer.json"} {
		write(filepath.Join(model, "blobs", blobID(s.files[name])), s.files[name], 0o644)
		link(filepath.Join("..", "..", "blobs", blobID(s.files[name])), filepath.Join(snapshot, name))
	}
	write(filepath.Join(model, "refs", "main"), commit, 0o644)
	if got := find(t, "org/small"); got != snapshot {
		t.Fatal(got)
	}
	if got, err := fs.ReadFile(os.DirFS(snapshot), "model.safetensors"); err != nil || string(got) != content {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	// a download fetches what is missing and leaves the link
	if _, err := download(t, "org/small"); err != nil {
		t.Fatal(err)
	}
	s.check(t, snapshot)
	if target, err := os.Readlink(blob); err != nil || target != filepath.Join("..", "..", "blobs", "ab", xet) {
		t.Errorf("%s, %v", target, err)
	}
	if slices.ContainsFunc(s.asked, func(path string) bool {
		return strings.HasPrefix(path, "/org/small/resolve/"+commit+"/model.safetensors")
	}) {
		t.Errorf("the weights were fetched again: %q", s.asked)
	}
	// a shared content of another size is replaced for this model alone; one that is gone is missing
	if err := errors.Join(os.Chmod(shared, 0o644), os.WriteFile(shared, []byte("other"), 0o644)); err != nil {
		t.Fatal(err)
	}
	if _, err := download(t, "org/small"); err != nil {
		t.Fatal(err)
	}
	s.check(t, snapshot)
	if got, err := os.ReadFile(shared); err != nil || string(got) != "other" {
		t.Errorf("the shared content became %q, %v", got, err)
	}
	if err := os.Remove(blob); err != nil {
		t.Fatal(err)
	}
	link(filepath.Join("..", "..", "blobs", "ab", sha("gone")), blob)
	if got := find(t, "org/small"); got != "org/small was not downloaded completely: model.safetensors is missing" {
		t.Error(got)
	}
	if _, err := download(t, "org/small"); err != nil {
		t.Fatal(err)
	}
	s.check(t, snapshot)
}

func TestCacheDir(t *testing.T) {
	for _, c := range []struct{ hub, home, xdg, want string }{
		{"/c", "/h", "/x", "/c"}, {"", "/h", "/x", "/h/hub"}, {"", "", "/x", "/x/huggingface/hub"}, {"", "", "", "/me/.cache/huggingface/hub"},
	} {
		t.Setenv("HF_HUB_CACHE", c.hub)
		t.Setenv("HF_HOME", c.home)
		t.Setenv("XDG_CACHE_HOME", c.xdg)
		t.Setenv("HOME", "/me")
		if got, err := CacheDir(); string(got) != c.want || err != nil {
			t.Errorf("%+v: %s, %v", c, got, err)
		}
	}
}

// As in huggingface_hub 2.4 (constants.py: expandvars of expanduser): unknown variables stay as they are.
func TestCacheDirIsExpanded(t *testing.T) {
	t.Setenv("HOME", "/me")
	t.Setenv("DATA", "/big")
	for path, want := range map[string]string{
		"~": "/me/hub", "~/hf": "/me/hf/hub", "$DATA/hf": "/big/hf/hub", "${DATA}hf": "/bighf/hub", "/x/$DATA": "/x//big/hub",
		"$NO_SUCH_THING/x": "$NO_SUCH_THING/x/hub", "/a~b/~": "/a~b/~/hub", "~other/x": "~other/x/hub",
	} {
		t.Setenv("HF_HUB_CACHE", "")
		t.Setenv("HUGGINGFACE_HUB_CACHE", "")
		t.Setenv("HF_HOME", path)
		if got, err := CacheDir(); filepath.Clean(string(got)) != filepath.Clean(want) || err != nil {
			t.Errorf("HF_HOME=%s: %s, %v, want %s", path, got, err, want)
		}
		for _, variable := range []string{"HUGGINGFACE_HUB_CACHE", "HF_HUB_CACHE"} {
			t.Setenv(variable, path+"/hub")
			if got, err := CacheDir(); filepath.Clean(string(got)) != filepath.Clean(want) || err != nil {
				t.Errorf("%s=%s/hub: %s, %v, want %s", variable, path, got, err, want)
			}
		}
	}
	t.Setenv("HUGGINGFACE_HUB_CACHE", "/old")
	t.Setenv("HF_HUB_CACHE", "/new")
	if got, _ := CacheDir(); got != "/new" {
		t.Errorf("%s, want that of HF_HUB_CACHE", got)
	}
}

func TestParseID(t *testing.T) {
	for s, want := range map[string]ID{
		"org/name": {Org: "org", Name: "name", Revision: "main"}, "o-r.g/Na_me-1.5B": {Org: "o-r.g", Name: "Na_me-1.5B", Revision: "main"},
		"org/name@v1": {Org: "org", Name: "name", Revision: "v1"}, "org/name@refs/pr/1": {Org: "org", Name: "name", Revision: "refs/pr/1"},
	} {
		if got, err := ParseID(s); got != want || err != nil {
			t.Errorf("%s: %+v, %v", s, got, err)
		}
	}
	for _, s := range []string{
		"", "name", "/name", "org/", "a/b/c", "../name", "org/..", "./a", "org/na me", "a--b/c", "org/name@", "org/name@../x", "org/name@a//b", "org/name@-x",
		"org/name@a/..", `org\x/y`, "org/name?x", "org/name@" + strings.Repeat("x", 300),
	} {
		if got, err := ParseID(s); err == nil {
			t.Errorf("%q: %+v", s, got)
		}
	}
}

// Whatever an id is, its places are inside of the cache, and it reads back.
func FuzzParseID(f *testing.F) {
	for _, s := range []string{"org/name", "org/name@v1", "a/b@refs/pr/1", "a/..", "a/b@../c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := ParseID(s)
		if err != nil {
			return
		}
		if again, err := ParseID(id.String()); again != id || err != nil {
			t.Errorf("%q: %+v, then %+v, %v", s, id, again, err)
		}
		folder := Cache("/cache").folder(id)
		ref := filepath.Join(folder, "refs", filepath.FromSlash(id.Revision))
		if filepath.Dir(folder) != "/cache" || !strings.HasPrefix(ref, folder+"/refs/") {
			t.Errorf("%q: %s, %s", s, folder, ref)
		}
	})
}

// Whatever a server lists, what is taken of it has a plain name and a checksum.
func FuzzListing(f *testing.F) {
	f.Add([]byte(`{"sha":"` + commit + `","siblings":[{"rfilename":"config.json","size":2,"blobId":"` + older + `"},{"rfilename":"a/../config.json"}]}`))
	f.Add([]byte(`{"sha":"` + commit + `","siblings":[{"rfilename":"model.safetensors","lfs":{"sha256":"` + strings.Repeat("0", 64) + `","size":3}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := parseListing(data, wanted.MatchString)
		if err != nil {
			return
		}
		for _, x := range l.files {
			if x.name != filepath.Base(x.name) || x.size < 0 || len(x.hash) != 40 && len(x.hash) != 64 || strings.Trim(x.hash, "0123456789abcdef") != "" {
				t.Errorf("%+v", x)
			}
		}
	})
}
