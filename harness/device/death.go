package device

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// ErrEnvironment marks what no other plugin mends: the environment tells XLA something that it refuses.
var ErrEnvironment = errors.New("correct or unset XLA_FLAGS")

var (
	// logged is a line of XLA's log: its level, the file in XLA's source and the message. The levels are I, W, E and F (fatal).
	logged = regexp.MustCompile(`^([IWEF])\d{4} \S+\s+\d+ ([\w./]+:\d+)\] (.*)$`)
	// signalled is how the runtimes of Go, C and LLVM begin to report a death. Traces of calls follow.
	signalled = regexp.MustCompile(`^(SIG[A-Z]+): |^fatal error: |^panic: |^runtime: out of memory|^LLVM ERROR: |^\*\*\* `)
	// thrown is what C++ says of an exception that nothing catches.
	thrown = regexp.MustCompile(`^terminate called after throwing an instance of '(.*)'`)
	// linker is what the dynamic linker says before a program starts, or when a symbol is missing in the middle.
	linker = regexp.MustCompile(`error while loading shared libraries: |symbol lookup error: |version .* not found \(required by`)
	// ignored is what the dynamic linker only notes.
	ignored = regexp.MustCompile(`^ERROR: ld\.so: .*: ignored\.$`)
)

// notice is the fixed first line of XLA's log, whatever follows.
const notice = "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR"

// signals are the deaths of a process that a plugin causes, in words.
var signals = map[string]string{
	"SIGILL":  "SIGILL: it uses an instruction that this processor does not have",
	"SIGBUS":  "SIGBUS: its file is cut, or the disk or memory behind it is full",
	"SIGSEGV": "SIGSEGV: it reads memory that is not its own",
	"SIGABRT": "SIGABRT: it ended the process without a reason",
}

// Death is why a process with XLA in it ended, from what it wrote to stderr and how it ended. The line with the reason is rarely the
// first or the last: XLA begins its log with a notice and ends it with a list of its flags, Go ends with traces of calls.
func Death(stderr string, ended error) error {
	var lines []string
	for line := range strings.Lines(stderr) {
		if line = strings.TrimSpace(line); line != "" && line != notice && !ignored.MatchString(line) {
			lines = append(lines, line)
		}
	}
	if reason, file := fatal(lines); reason != "" {
		if strings.HasPrefix(file, "parse_flags_from_env.cc") {
			return fmt.Errorf("%s (%w)", reason, ErrEnvironment)
		}
		return errors.New(reason)
	}
	for i, line := range lines {
		if m := thrown.FindStringSubmatch(line); m != nil {
			return errors.New(exception(m[1], lines[i+1:]))
		}
		if m := signalled.FindStringSubmatch(line); m != nil {
			if words, ok := signals[m[1]]; ok {
				return errors.New(words)
			}
			return errors.New(line)
		}
	}
	for _, line := range lines {
		if own, ok := strings.CutPrefix(line, "congrad: "); ok {
			return errors.New(strings.TrimSuffix(own, " (congrad doctor)"))
		}
		if linker.MatchString(line) {
			return errors.New(line)
		}
	}
	for _, line := range lines {
		if m := logged.FindStringSubmatch(line); m == nil || m[1] == "E" {
			return fmt.Errorf("%w: %s", ended, line)
		}
	}
	if strings.Contains(ended.Error(), "signal: killed") {
		return errors.New("the system killed it, as it does when memory is short")
	}
	return fmt.Errorf("%w, without a message", ended)
}

// exception is a C++ exception in words; the line after its name may have its message.
func exception(name string, after []string) string {
	if name == "std::bad_alloc" {
		return "it ran out of memory (std::bad_alloc)"
	}
	if len(after) > 0 {
		if _, what, ok := strings.Cut(after[0], "what():"); ok {
			return strings.TrimSpace(what) + " (" + name + ")"
		}
	}
	return "it threw an exception (" + name + ")"
}

// fatal is the message of the fatal line of XLA's log, and where XLA wrote it. Of a failed check the error before it is the reason.
func fatal(lines []string) (reason, file string) {
	for _, line := range lines {
		m := logged.FindStringSubmatch(line)
		switch {
		case m == nil || m[1] == "I" || m[1] == "W":
		case m[1] == "E":
			reason = m[3]
		case reason == "" || !strings.HasPrefix(m[3], "Check failed"):
			return m[3], m[2]
		default:
			return reason, m[2]
		}
	}
	return "", ""
}

// notLoaded are the words of go-xla around the dynamic linker's, and around a library that is no plugin.
var notLoaded = regexp.MustCompile(`failed to dynamically load PJRT plugin from "(.*?)": "`)

// loadError is the linker's reason why a library cannot be loaded, instead of go-xla's, which names the file three times.
func loadError(path string, err error) error {
	if m := notLoaded.FindStringSubmatch(err.Error()); m != nil {
		return errors.New(strings.TrimPrefix(m[1], path+": "))
	}
	if strings.Contains(err.Error(), `failed to find symbol "GetPjrtApi"`) {
		return errors.New("it is a library, but not a PJRT plugin (it has no GetPjrtApi)")
	}
	return err
}
