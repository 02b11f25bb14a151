package config

import (
	"slices"
	"strings"
)

// checkGroups reports groups of languages that an arm's models cannot be for.
func (b *binder) checkGroups(i int, a Arm, seen []string, w World) {
	key := "arms[" + itoa(i) + "].groups"
	if len(a.Groups) == 0 {
		return
	}
	if !a.Mono() {
		b.report(key, "only an arm with policy = \"mono\" has several models")
		return
	}
	of := map[string]string{}
	for k, group := range a.Groups {
		codes := strings.Fields(group)
		if len(codes) == 0 {
			b.report(key, "the %s entry has no language", nth(k))
		}
		for _, code := range codes {
			switch {
			case !slices.Contains(seen, code):
				b.report(key, "the %s entry, %q: %q is not a seen language%s", nth(k), group, code, w.Languages.DidYouMean(code, seen))
			case of[code] != "":
				b.report(key, "%q is in two groups, %q and %q", code, of[code], group)
			}
			of[code] = group
		}
	}
	if missing := slices.DeleteFunc(slices.Clone(seen), func(code string) bool { return of[code] != "" }); len(missing) > 0 {
		b.report(key, "no group has %s; every seen language needs a model", strings.Join(missing, ", "))
	}
}
