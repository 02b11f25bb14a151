package pretrain

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"congrad/harness/world"
)

// Every key of a recipe is in the documents.
func TestKeysAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/base-models.md")
	if err != nil {
		t.Fatal(err)
	}
	var look func(of reflect.Type)
	look = func(of reflect.Type) {
		for i := range of.NumField() {
			f := of.Field(i)
			key := f.Tag.Get("toml")
			if f.Type.Kind() != reflect.Struct && !strings.Contains(string(text), "`"+key+"`") && !strings.Contains(string(text), "."+key+"`") {
				t.Errorf("docs/base-models.md does not explain %s", key)
			}
			if f.Type.Kind() == reflect.Struct && f.Type != reflect.TypeFor[world.Settings]() {
				look(f.Type)
			}
		}
	}
	look(reflect.TypeFor[Recipe]())
	for _, of := range []reflect.Type{reflect.TypeFor[world.Settings](), reflect.TypeFor[world.Habit](), reflect.TypeFor[world.JudgeError]()} {
		look(of)
	}
}
