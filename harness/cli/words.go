package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"reflect"
	"strconv"
	"strings"
	"syscall"
)

// inWords is the text of an error without the words of Go's library: names of system calls, of types and of functions say nothing to
// the user.
func inWords(err error) string {
	text := err.Error()
	walk(err, func(e error) {
		if words := ofLibrary(e); words != "" {
			text = strings.ReplaceAll(text, e.Error(), words)
		}
	})
	for _, p := range [][2]string{{"json: unknown field ", "no such key: "}, {"strconv.Atoi: ", ""}} {
		text = strings.ReplaceAll(text, p[0], p[1])
	}
	return strings.TrimSpace(text)
}

// walk calls f with an error and all that it wraps, the outermost first.
func walk(err error, f func(error)) {
	if err == nil {
		return
	}
	f(err)
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		walk(e.Unwrap(), f)
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			walk(inner, f)
		}
	}
}

// ofLibrary is what an error of Go's library says, in words; empty for all others.
func ofLibrary(err error) string {
	switch e := err.(type) {
	case *fs.PathError:
		return e.Path + ": " + ofSystem(e.Op, e.Err)
	case *os.LinkError:
		return e.New + ": " + ofSystem(e.Op, e.Err)
	case *os.SyscallError:
		return ofSystem(e.Syscall, e.Err)
	case *json.SyntaxError:
		if strings.Contains(e.Error(), "unexpected end") {
			return "is not valid JSON: it ends too early"
		}
		return fmt.Sprintf("is not valid JSON, at byte %d", e.Offset)
	case *json.UnmarshalTypeError:
		return fmt.Sprintf("%swant %s, have %s", prefix(e.Field), ofType(e.Type), e.Value)
	case *strconv.NumError:
		return fmt.Sprintf("%q is not a number, or too large a one", e.Num)
	case *url.Error:
		return e.URL + ": " + inWords(e.Err)
	case *net.OpError:
		if errors.Is(e.Err, syscall.ECONNREFUSED) {
			return "no server answers there"
		}
	}
	switch err {
	case io.EOF, io.ErrUnexpectedEOF:
		return "it ends too early"
	}
	return ""
}

func prefix(field string) string {
	if field == "" {
		return ""
	}
	return field + ": "
}

// ofSystem is why a call of the system failed.
func ofSystem(op string, err error) string {
	verb := "cannot be read"
	switch op {
	case "mkdir", "mkdirat", "create", "createtemp", "mkdirtemp":
		verb = "cannot be made"
	case "unlink", "unlinkat", "remove", "rmdir":
		verb = "cannot be removed"
	case "rename", "link", "symlink":
		verb = "cannot be put in its place"
	case "write", "sync", "fsync", "truncate", "close", "chmod", "chtimes":
		verb = "cannot be written"
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file or folder"
	case errors.Is(err, fs.ErrPermission):
		return verb + ": no permission"
	case errors.Is(err, syscall.ENOSPC):
		return verb + ": the disk is full"
	case errors.Is(err, syscall.EROFS):
		return verb + ": the disk is read-only"
	case errors.Is(err, syscall.ENAMETOOLONG):
		return "the name is too long for the file system"
	case errors.Is(err, syscall.ENOTDIR):
		return "a part of the path is a file, not a folder"
	case errors.Is(err, syscall.EISDIR):
		return "is a folder, not a file"
	case errors.Is(err, syscall.ENOTEMPTY):
		return verb + ": the folder is not empty"
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return verb + ": too many files are open (ulimit -n)"
	}
	return verb + ": " + err.Error()
}

// ofType is a Go type as people who write JSON call it.
func ofType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "an object"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Pointer:
		return ofType(t.Elem())
	}
	return "a whole number"
}
