package main

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	setName   = regexp.MustCompile(`%%?[a-z0-9-]+`)
	territory = regexp.MustCompile(`^[A-Z]{2}$`)
)

// territories are the officially assigned codes of ISO 3166-1: two letters, a numeric code below the user-assigned
// ones from 900, and a name in English today (which Yugoslavia and the like have lost).
func (r *reader) territories() []string {
	var mappings map[string]struct {
		Numeric string `json:"_numeric"`
	}
	r.decode(&mappings, supplement+"codeMappings.json", "supplemental", "codeMappings")
	var named map[string]string
	r.decode(&named, "cldr-localenames-full/main/en/territories.json", "main", "en", "localeDisplayNames", "territories")
	var codes []string
	for code, m := range mappings {
		numeric, err := strconv.Atoi(m.Numeric)
		if territory.MatchString(code) && err == nil && numeric < 900 && named[code] != "" {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	return codes
}

// spoken are the languages with many speakers, all territories and scripts together, that English has a name for.
func (r *reader) spoken() []string {
	var info map[string]struct {
		Population string `json:"_population"`
		Languages  map[string]struct {
			Percent string `json:"_populationPercent"`
		} `json:"languagePopulation"`
	}
	r.decode(&info, supplement+"territoryInfo.json", "supplemental", "territoryInfo")
	var named map[string]string
	r.decode(&named, "cldr-localenames-full/main/en/languages.json", "main", "en", "localeDisplayNames", "languages")
	speakers := map[string]float64{}
	for _, territory := range slices.Sorted(maps.Keys(info)) { // sorted, since a sum of floats depends on its order
		population, _ := strconv.ParseFloat(info[territory].Population, 64)
		languages := info[territory].Languages
		for _, tag := range slices.Sorted(maps.Keys(languages)) {
			percent, _ := strconv.ParseFloat(languages[tag].Percent, 64)
			code, _, _ := strings.Cut(tag, "_")
			speakers[code] += population * percent / 100
		}
	}
	var codes []string
	for code, n := range speakers {
		if n >= manySpeakers && named[code] != "" {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	return codes
}

// tender are the currencies that are legal tender in some territory and have no end date there.
func (r *reader) tender() []string {
	type use struct {
		From   string `json:"_from"`
		To     string `json:"_to"`
		Tender string `json:"_tender"`
	}
	var regions map[string][]map[string]use
	r.decode(&regions, supplement+"currencyData.json", "supplemental", "currencyData", "region")
	current := map[string]bool{}
	for _, uses := range regions {
		for _, use := range uses {
			for code, u := range use {
				if u.From != "" && u.To == "" && u.Tender != "false" {
					current[code] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(current))
}
