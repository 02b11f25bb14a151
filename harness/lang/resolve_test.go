package lang

import (
	"testing"

	"congrad/experiments"
)

func TestResolve(t *testing.T) {
	table, err := Load(experiments.Files, "languages")
	if err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]string{
		"en": "en", "EN": "en", "eng": "en", "English": "en", " english ": "en", "en-GB": "en", "en_US": "en", "eng_Latn": "en",
		"Deutsch": "de", "deu": "de", "swh": "sw", "Kiswahili": "sw", "zh-CN": "zh", "zh-Hans": "zh", "zho_Hans": "zh", "cmn": "zh", "中文": "zh",
		"ja": "ja", "jpn_Jpan": "ja", "kor": "ko", "arb_Arab": "ar", "ru-RU": "ru",
		// FLORES-200 and Belebele, all of them for the shipped languages.
		"ben_Beng": "bn", "fra_Latn": "fr", "hin_Deva": "hi", "ita_Latn": "it", "kor_Hang": "ko", "rus_Cyrl": "ru", "spa_Latn": "es", "swh_Latn": "sw",
		"deu_Latn": "de", "tha_Thai": "th", "tur_Latn": "tr", "kor_Kore": "ko", "ko-Hang": "ko", "cmn_Hans": "zh",
		// Names of the Aya data set, FLORES-200 and ISO 639-3.
		"Simplified Chinese": "zh", "Chinese (Simplified)": "zh", "Mandarin Chinese": "zh", "Standard Arabic": "ar", "Modern Standard Arabic": "ar", "Arabic, Standard": "ar",
		"Swahili (individual language)": "sw", "Spanish; Castilian": "es", "chinese simplified": "zh",
		"Traditional Chinese": "", "Chinese (Traditional)": "", "Egyptian Arabic": "", "Min Nan Chinese": "", "Swiss German": "", "Low German": "", "Old English": "", "Middle French": "",
		"Congo Swahili": "", "Simplified English": "", "Standard Malay": "", "Standard": "", "American English": "", "Modern Greek (1453-)": "", "Hindi (Latin)": "", "English, German": "", "German Sign Language": "",
		"zho_Hant": "", "cmn_Hani": "", "arb_Latn": "", "hin_Latn": "", "ben_Latn": "", "arz_Arab": "", "yue_Hant": "", "nan": "", "NaN": "",
		"zh-TW": "", "zh-Hant": "", "pt": "", "Englsh": "", "": "", "und": "", "hi-Latn": "", "en fr": "", "multilingual": "",
	} {
		if code, ok := table.Resolve(value); code != want || ok != (want != "") {
			t.Errorf("Resolve(%q) = %q, %v, want %q", value, code, ok, want)
		}
	}
	for _, l := range table.All() {
		for _, name := range []string{l.Code, l.Name, l.Endonym, l.Code + "-" + l.Script} {
			if code, ok := table.Resolve(name); !ok || code != l.Code {
				t.Errorf("Resolve(%q) = %q, want %s", name, code, l.Code)
			}
		}
	}
}
