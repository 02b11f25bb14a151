package config

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
)

// nth is a position for people: 0 is the first.
func nth(i int) string { return humanize.Ordinal(i + 1) }

// shown is a key as errors write it: arms[1].keep.share is arms.congrad.keep.share, which --set understands. An arm without a name
// of its own, and the tables that have none, are counted from 1.
func (b *binder) shown(key string) string {
	list, rest, in := strings.Cut(key, "[")
	index, below, _ := strings.Cut(rest, "]")
	i, err := strconv.Atoi(index)
	if !in || err != nil {
		return key
	}
	below = strings.TrimPrefix(below, ".")
	if list == "arms" && below != "name" && i < len(b.arms) && b.arms[i] != "" {
		return strings.TrimSuffix("arms."+quotedPart(b.arms[i])+"."+below, ".")
	}
	noun := map[string]string{"arms": "arm", "published": "published number", "claims": "claim"}[list]
	return strings.TrimSuffix("the "+nth(i)+" "+noun+": "+below, ": ")
}

// ownNames are the names of arms, empty for those that have none, or the name of another.
func ownNames(arms []map[string]any) []string {
	names, times := make([]string, len(arms)), map[string]int{}
	for i, arm := range arms {
		names[i], _ = arm["name"].(string)
		if checkArmName(names[i]) != nil {
			names[i] = ""
		}
		times[names[i]]++
	}
	for i, name := range names {
		if times[name] > 1 {
			names[i] = ""
		}
	}
	return names
}

var barePart = regexp.MustCompile(`^[\w-]+$`)

// quotedPart is a part of a dotted key, in quotes where TOML wants them.
func quotedPart(part string) string {
	if barePart.MatchString(part) {
		return part
	}
	return `"` + part + `"`
}
