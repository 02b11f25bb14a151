package bench

import (
	"strings"
	"testing"

	"congrad/harness/data"
)

// An id that no prompt has is an error: the zero prompt would be judged by an empty instruction.
func TestPromptsByID(t *testing.T) {
	find := ByID([]data.Prompt{{ID: "de/1", Text: "a"}, {ID: "de/2", Text: "b"}})
	if p, err := find("de/2"); err != nil || p.Text != "b" {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := find("de/3"); err == nil || !strings.Contains(err.Error(), `"de/3", which is not among the 2 prompts`) {
		t.Errorf("an unknown id: %v", err)
	}
}
