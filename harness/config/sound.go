package config

import (
	"maps"
	"slices"
	"strings"
)

// badKeys lists the keys without a usable value.
func (b *binder) badKeys() []string { return slices.Sorted(maps.Keys(b.bad)) }

// within reports whether a key is the other one or in its table or list.
func within(key, table string) bool {
	rest, ok := strings.CutPrefix(key, table)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// sound reports whether all of these keys, and what is in them if they are tables, have usable values: then what follows from
// them can be checked although other keys are wrong.
func (b *binder) sound(keys ...string) bool {
	return !slices.ContainsFunc(b.badKeys(), func(bad string) bool {
		return slices.ContainsFunc(keys, func(key string) bool { return within(key, bad) || within(bad, key) })
	})
}

// soundArms reports the same of these keys of all arms, and of the experiment's tables that arms inherit them from.
func (b *binder) soundArms(e *Experiment, keys ...string) bool {
	if b.bad["arms"] {
		return false
	}
	for i := range e.Arms {
		if !b.soundArm(i, keys...) {
			return false
		}
	}
	return true
}

// soundArm reports the same of one arm.
func (b *binder) soundArm(i int, keys ...string) bool {
	for _, key := range keys {
		if !b.sound("arms[" + itoa(i) + "]." + key) {
			return false
		}
		if inherited := strings.Contains(key, ".") || len(keysOf(key)) > 0; inherited && !b.sound(key) {
			return false
		}
	}
	return true
}
