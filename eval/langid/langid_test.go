package langid

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"congrad/experiments"

	"github.com/BurntSushi/toml"
)

var shipped = strings.Fields("en es de fr it ru zh ja ko ar tr hi th bn sw")

func TestRule(t *testing.T) {
	for _, c := range []struct{ candidates, text, want string }{
		{"", "", "?"},
		{"", "722,694.00", "?"},
		{"", "NGN", "?"},
		{"", "Costa Rican Colón", "?"}, // fifteen letters: a name
		{"", "2 de enero de 2017", "?"},
		{"", "Das ist ein ganzer Satz, auf Deutsch.", "de"},
		{"", "Hii ni sentensi nzima kwa Kiswahili.", "sw"},
		{"", "20 กรกฎาคม", "th"},
		{"", "€ และ", "th"},
		{"", "2031年5月27日", "?"}, // Han: Chinese or Japanese
		{"", "5월", "?"},
		{"", "2031년 5월 27일", "ko"},
		{"", "ケララ", "ja"},
		{"", "日本語で書かれた文です", "ja"},
		{"", "Ελληνικά", Other},
		{"", "אנגלית", Other},
		{"", "ไทย (Thai)", "?"}, // as many Latin letters as others
		{"", "ภาษาไทย (Thai)", "th"},
		{"en th", "NGN", "?"}, // Latin letters say nothing in so few, whoever else may be
		{"en th", "Nairobi, Mombasa and Kisumu", "en"},
		{"zh ko", "中文", "zh"}, // Korean is written in Hangul
		{"uk ru", "да", "?"},
		{"uk ru", "Это предложение написано по-русски.", "?"}, // there is no model of Ukrainian
		{"it sw", "Questa è una frase intera, in italiano.", "it"},
		{"it pl", "Questa è una frase intera, in italiano.", "?"},
		{"xx-Zzzz en", "Ελληνικά", "?"}, // of one language the script is not known
		{"pt-BR th", "Esta frase está escrita em português.", "pt-BR"},
	} {
		codes := shipped
		if c.candidates != "" {
			codes = strings.Fields(c.candidates)
		}
		got := New(codes).Identify(c.text)
		if !got.Known {
			got.Code = "?"
		}
		if got.Code != c.want {
			t.Errorf("%q among %v: %s, want %s", c.text, codes, got.Code, c.want)
		}
	}
}

// Kana in a Chinese sentence are quoted or part of a name, and a Japanese heading may have none. The characters of each language are those of its
// national standards (JIS X 0208:1997, GB/T 2312-1980, Big5); lingua 1.4 and CLD3 take any kana for Japanese and headings for Chinese.
func TestChineseAndJapanese(t *testing.T) {
	for text, want := range map[string]string{
		"日语中的\"はい\"表示肯定,用来回答问题或者表示同意对方的意见": "zh",
		"这家店叫优の良品,我们全家都很喜欢在那里买零食和饮料":       "zh",
		"日语的“ありがとうございます”是谢谢的意思":            "zh",
		"「さくら」在日语里是樱花的意思":                  "zh",
		"俄语字母\"Ж\"的发音在汉语里没有对应的音":           "zh",
		"我爱你": "zh",
		"你們說的日語「はい」是什麼意思":            "zh",
		"東京都庁舎建設計画概要説明書及添付資料一覧表作成依頼": "ja",
		"日本国憲法第九条戦争放棄":               "?",
		"中国語の「你好」は挨拶です":              "ja",
		"「这」は日本語では使わない漢字です":          "ja",
		"人参はβカロテン含有量が高く栄養豊富":         "ja",
		"これは日本語です":                   "ja",
		"𠮷野家":                        "?",
		"大韓民國 헌법":                    "?",
		"中文":                         "?",
	} {
		got := New(shipped).Identify(text)
		if !got.Known {
			got.Code = "?"
		}
		if got.Code != want {
			t.Errorf("%q: %s, want %s", text, got.Code, want)
		}
	}
	for _, c := range []struct{ candidates, text, want string }{
		{"en ja", "这家店我们全家都很喜欢", Other},
		{"en zh", "これは日本語で書かれた文です", Other},
		{"en zh", "人参はβカロテン含有量が高く栄養豊富", Other},
		{"en zh", "这家店叫优の良品", "zh"},
		{"en ja", "東京都", "ja"},
	} {
		if got := New(strings.Fields(c.candidates)).Identify(c.text); got != (Verdict{c.want, true}) {
			t.Errorf("%q among %s: %v, want %s", c.text, c.candidates, got, c.want)
		}
	}
}

func TestUnmodelled(t *testing.T) {
	for codes, want := range map[string]string{
		strings.Join(shipped, " "): "",
		"it pl th":                 "pl",
		"uk ru th":                 "uk ru",
		"uk th":                    "", // alone in its script
		"pt-BR th":                 "",
		"pt-BR es":                 "pt-BR",
		"xx-Zzzz en":               "xx-Zzzz",
	} {
		if got := strings.Join(New(strings.Fields(codes)).Unmodelled(), " "); got != want {
			t.Errorf("%s: %q, want %q", codes, got, want)
		}
	}
}

// The list is what make lingua copied.
func TestModelsAreThoseCopied(t *testing.T) {
	folders, err := os.ReadDir("../../third_party/lingua-go/language-models")
	if err != nil {
		t.Fatal(err)
	}
	var copied []string
	for _, f := range folders {
		copied = append(copied, f.Name())
	}
	listed := strings.Fields(modelCodes)
	slices.Sort(listed)
	if !slices.Equal(copied, listed) {
		t.Errorf("models.txt lists %v, third_party/lingua-go has models of %v: run make lingua", listed, copied)
	}
}

// go test ./eval/langid -run Accuracy -v prints the table of docs/reading-results.md: of the shipped articles of the Universal
// Declaration, pieces of them and the prompts of the language table, how many are told, and of those how many rightly.
func TestAccuracy(t *testing.T) {
	texts := map[string]map[string][]string{"articles": {}, "80 letters": {}, "40 letters": {}, "20 letters": {}, "10 letters": {}, "prompts": {}}
	for code, articles := range declaration(t) {
		for _, article := range articles {
			for _, paragraph := range article {
				texts["articles"][code] = append(texts["articles"][code], paragraph)
				for name, n := range map[string]int{"80 letters": 80, "40 letters": 40, "20 letters": 20, "10 letters": 10} {
					if piece, ok := middle(paragraph, n); ok {
						texts[name][code] = append(texts[name][code], piece)
					}
				}
			}
		}
	}
	for _, code := range shipped {
		texts["prompts"][code] = prompts(t, code)
	}
	id := New(shipped)
	for _, kind := range []string{"articles", "80 letters", "40 letters", "20 letters", "10 letters", "prompts"} {
		told, right := 0, 0
		var all, codes, wrong []string
		for _, code := range shipped {
			all = append(all, texts[kind][code]...)
			codes = append(codes, slices.Repeat([]string{code}, len(texts[kind][code]))...)
		}
		n := len(all)
		for i, got := range id.IdentifyAll(all) {
			if alone := id.Identify(all[i]); got != alone {
				t.Errorf("%q is %v among others, alone %v", all[i], got, alone)
			}
			if !got.Known {
				continue
			}
			told++
			if got.Code == codes[i] {
				right++
			} else if !slices.Contains(wrong, codes[i]+" as "+got.Code) {
				wrong = append(wrong, codes[i]+" as "+got.Code)
			}
		}
		t.Logf("%-10s %4d texts, told %.3f, of those rightly %.4f %v", kind, n, float64(told)/float64(n), float64(right)/float64(told), wrong)
		if n < 200 || float64(right) < 0.99*float64(told) || kind != "10 letters" && float64(told) < 0.8*float64(n) {
			t.Errorf("%s: %d texts, %d told, %d rightly", kind, n, told, right)
		}
	}
}

// middle is a piece of n letters, and what stands between them, that begins within the text.
func middle(text string, n int) (string, bool) {
	r := []rune(text)
	if len(r) < 15+2*n {
		return "", false
	}
	have := 0
	for end := 16; end <= len(r); end++ {
		if counts(r[end-1]) {
			have++
		}
		if have == n {
			return string(r[15:end]), true
		}
	}
	return "", false
}

func declaration(t *testing.T) map[string][][]string {
	t.Helper()
	f, err := experiments.Files.Open("tiny/udhr.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	articles := map[string][][]string{}
	if err := json.NewDecoder(z).Decode(&articles); err != nil {
		t.Fatal(err)
	}
	return articles
}

func prompts(t *testing.T, code string) []string {
	t.Helper()
	var file struct{ Prompts map[string][]string }
	if _, err := toml.DecodeFS(experiments.Files, path.Join("languages", code+".toml"), &file); err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, forms := range file.Prompts {
		list = append(list, forms...)
	}
	slices.Sort(list)
	return list
}

func BenchmarkIdentify(b *testing.B) {
	id := New(shipped)
	const text = "Alle Menschen sind frei und gleich an Würde und Rechten geboren."
	id.Identify(text)
	for b.Loop() {
		id.Identify(text)
	}
}
