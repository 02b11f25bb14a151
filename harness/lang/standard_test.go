package lang

import (
	"testing"

	"congrad/experiments"
)

func TestStandard(t *testing.T) {
	for value, want := range map[string]Language{
		"pt":                     {Code: "pt", Name: "Portuguese", Endonym: "português", Script: "Latn", Direction: "ltr"},
		"por_Latn":               {Code: "pt", Name: "Portuguese", Endonym: "português", Script: "Latn", Direction: "ltr"},
		"Portuguese":             {Code: "pt", Name: "Portuguese", Endonym: "português", Script: "Latn", Direction: "ltr"},
		"pt_br":                  {Code: "pt", Name: "Portuguese", Endonym: "português", Script: "Latn", Direction: "ltr"},
		"yor_Latn":               {Code: "yo", Name: "Yoruba", Endonym: "Èdè Yorùbá", Script: "Latn", Direction: "ltr"},
		"yoruba":                 {Code: "yo", Name: "Yoruba", Endonym: "Èdè Yorùbá", Script: "Latn", Direction: "ltr"},
		"heb":                    {Code: "he", Name: "Hebrew", Endonym: "עברית", Script: "Hebr", Direction: "rtl"},
		"urd_Arab":               {Code: "ur", Name: "Urdu", Endonym: "اردو", Script: "Arab", Direction: "rtl"},
		"Traditional Chinese":    {Code: "zh-Hant", Name: "Traditional Chinese", Endonym: "繁體中文", Script: "Hant", Direction: "ltr"},
		"zh-TW":                  {Code: "zh-Hant", Name: "Traditional Chinese", Endonym: "繁體中文", Script: "Hant", Direction: "ltr"},
		"Iranian Persian":        {Code: "fa", Name: "Persian", Endonym: "فارسی", Script: "Arab", Direction: "rtl"},
		"azb_Arab":               {Code: "azb", Name: "azb", Script: "Arab", Direction: "rtl"},
		"srp_Cyrl":               {Code: "sr", Name: "Serbian", Endonym: "српски", Script: "Cyrl", Direction: "ltr"},
		"kor_Hang":               {Code: "ko", Name: "Korean", Endonym: "한국어", Script: "Kore", Direction: "ltr"},
		"Modern Greek (1453-)":   {Code: "el", Name: "Greek", Endonym: "Ελληνικά", Script: "Grek", Direction: "ltr"},
		"North Levantine Arabic": {Code: "apc", Name: "apc"},
	} {
		got, ok := Standard(value)
		if want.Name == "apc" { // CLDR does not know its script everywhere
			got = Language{Code: got.Code, Name: want.Name}
		}
		if !ok || got.Code != want.Code || got.Name != want.Name || got.Endonym != want.Endonym || got.Script != want.Script || got.Direction != want.Direction {
			t.Errorf("Standard(%q) = %+v, want %+v", value, got, want)
		}
	}
	for _, value := range []string{"", "xx", "jp", "und", "mul", "multilingual", "Portugese", "en fr", "x-mine"} {
		if l, ok := Standard(value); ok {
			t.Errorf("Standard(%q) = %+v, want none", value, l)
		}
	}
}

// A table that an experiment's languages were added to finds them as it finds its own.
func TestWithResolves(t *testing.T) {
	table, err := Load(experiments.Files, "languages")
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{"pt", "yo", "zh-Hant", "ms"} {
		l, _ := Standard(value)
		table = table.With(l)
	}
	brazil, key, err := Define(Language{Code: "pt-BR", Name: "Brazilian Portuguese"})
	if err != nil || key != "" || brazil.Script != "Latn" || brazil.Direction != "ltr" {
		t.Fatalf("%+v, %s, %v", brazil, key, err)
	}
	table = table.With(brazil)
	for value, want := range map[string]string{
		"por": "pt", "por_Latn": "pt", "português": "pt", "pt_BR": "pt-BR", "pt-PT": "pt", "Brazilian Portuguese": "pt-BR", "Yoruba": "yo", "zh-TW": "zh-Hant",
		"Chinese (Traditional)": "zh-Hant", "zh": "zh", "zh_cn": "zh", "Simplified Chinese": "zh", "Standard Malay": "ms", "zsm_Latn": "ms", "Galician": "",
	} {
		if code, ok := table.Resolve(value); code != want || ok != (want != "") {
			t.Errorf("Resolve(%q) = %q, want %q", value, code, want)
		}
	}
}

func TestMeant(t *testing.T) {
	table, err := Load(experiments.Files, "languages")
	if err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]string{
		"jp":         `; did you mean "ja" (Japanese)?`,
		"cz":         `; did you mean "cs" (Czech)?`,
		"cn":         `; did you mean "zh" (Chinese)?`,
		"gr":         `; did you mean "el" (Greek)?`,
		"sp":         `; did you mean "es" (Spanish)?`,
		"ge":         `; did you mean "ka" (Georgian) or "de" (German)?`,
		"xx":         "",
		"qq":         "",
		"abcd":       "",
		"Portugese":  `; did you mean "pt" (Portuguese)?`,
		"Englsh":     `; did you mean "en" (English)?`,
		"gobbledygo": "",
	} {
		if got := table.Meant(word); got != want {
			t.Errorf("Meant(%q) = %s, want %s", word, got, want)
		}
	}
}
