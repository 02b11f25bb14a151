package device

import (
	"errors"
	"os/exec"
	"regexp"
	"strings"
)

// findPip returns a command that runs pip.
func findPip() ([]string, error) {
	for _, command := range [][]string{{"python3", "-m", "pip"}, {"pip3"}, {"pip"}, {"python", "-m", "pip"}} {
		path, err := exec.LookPath(command[0])
		if err != nil {
			continue
		}
		if exec.Command(path, append(command[1:], "--version")...).Run() == nil {
			return append([]string{path}, command[1:]...), nil
		}
	}
	return nil, errors.New("pip is not installed, so the wheel cannot be downloaded")
}

var (
	// broken is pip's warning that it cannot reach the package index, with Python's text of the exception.
	broken = regexp.MustCompile(`after connection broken by ['"](.*)['"]: (?:/|https?://)`)
	// closing is what ends that text after the message.
	closing = regexp.MustCompile(`['"]\)*$`)
)

// pipReason is why pip failed. Without a network its last line is that no such version exists; a warning before says the reason.
func pipReason(out string) string {
	reason := "it printed nothing"
	var wrong string
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		if m := broken.FindStringSubmatch(line); m != nil {
			text := m[1]
			// the names of exceptions and the addresses of connections before the last > or ) tell nobody anything
			if i := max(strings.LastIndex(text, ">: "), strings.LastIndex(text, "): ")); i >= 0 {
				text = text[i+len(">: "):]
			}
			return "the package index cannot be reached: " + closing.ReplaceAllString(text, "")
		}
		if rest, ok := strings.CutPrefix(line, "ERROR: "); ok {
			wrong = rest
		}
		if line != "" {
			reason = line
		}
	}
	if wrong != "" {
		return wrong
	}
	return reason
}
