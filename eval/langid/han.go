package langid

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// evidence is what a text in Han characters or kana shows of its language: kana alone are none, since Chinese sentences quote them and
// shops have の in their names, and a Japanese heading may have no kana at all.
type evidence struct {
	kana, han                 int
	chinese, japanese         int // Han characters that only one of the two is written in
	saysChinese, saysJapanese bool
}

// fewestKana is the share of kana among Han characters and kana, in percent, that running Japanese does not fall below: no paragraph of the
// Universal Declaration of Human Rights has less than 32.
const fewestKana = 20

// readHan reads the text outside quotation marks if there is enough of it: what a sentence quotes may be in another language.
func readHan(text string) evidence {
	own := unquoted(text)
	e := evidence{}
	if e.read(own); e.han+e.kana < 4 {
		e = evidence{}
		e.read(text)
	}
	running := 100*e.kana >= fewestKana*(e.han+e.kana)
	e.saysJapanese = e.kana > 0 && running && e.chinese < e.kana || e.kana == 0 && e.japanese >= few && e.chinese == 0
	e.saysChinese = !e.saysJapanese && (e.kana == 0 || !running) && e.chinese >= few && e.chinese > e.japanese
	return e
}

func (e *evidence) read(text string) {
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			e.kana++
		case unicode.Is(unicode.Han, r):
			e.han++
			switch ofOne()[r] {
			case 'C':
				e.chinese++
			case 'J':
				e.japanese++
			}
		}
	}
}

// ofOne says of Han characters of Unicode's first block which language alone has them: 'C' those that JIS X 0208 lacks, such as 这 and 你, and 'J'
// those that it has and neither GB 2312 nor Big5, such as 庁 and 説.
var ofOne = sync.OnceValue(func() map[rune]byte {
	in := func(e encoding.Encoding) func(rune) bool {
		encoder := e.NewEncoder()
		return func(r rune) bool {
			encoder.Reset()
			_, err := encoder.String(string(r))
			return err == nil
		}
	}
	japanese, simplified, traditional := in(japanese.ShiftJIS), in(simplifiedchinese.HZGB2312), in(traditionalchinese.Big5)
	of := map[rune]byte{}
	for r := rune(0x4e00); r < 0xa000; r++ {
		j, c := japanese(r), simplified(r) || traditional(r)
		switch {
		case c && !j:
			of[r] = 'C'
		case j && !c:
			of[r] = 'J'
		}
	}
	return of
})

// closing are the quotation marks that end a quotation, by those that begin it.
var closing = map[rune]rune{'“': '”', '‘': '’', '「': '」', '『': '』', '《': '》', '〈': '〉', '"': '"', '（': '）', '(': ')'}

// unquoted is a text without what is between quotation marks or brackets. A mark that is never closed quotes nothing.
func unquoted(text string) string {
	var b strings.Builder
	for text != "" {
		at := strings.IndexFunc(text, func(r rune) bool { return closing[r] != 0 })
		if at < 0 {
			break
		}
		var mark rune
		for _, r := range text[at:] {
			mark = r
			break
		}
		rest := text[at+len(string(mark)):]
		end := strings.IndexRune(rest, closing[mark])
		b.WriteString(text[:at])
		if text = rest; end >= 0 {
			text = rest[end+len(string(closing[mark])):]
		}
	}
	return b.String() + text
}
