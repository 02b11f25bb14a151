package record

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// everything has a value of each type that records have.
type everything struct {
	Seed   uint64      `json:"seed"`
	Text   string      `json:"text"`
	Lang   string      `json:"lang,omitempty"`
	Count  int         `json:"count"`
	Kept   bool        `json:"kept"`
	Score  float64     `json:"score,omitempty"`
	Met    *int        `json:"met,omitempty"`
	Codes  []string    `json:"codes"`
	Gram   [][]float64 `json:"gram"`
	Of     *Verdict    `json:"of,omitempty"`
	Answer Prompt      `json:"answer"`
}

// byLibrary is a line as encoding/json reads it.
func byLibrary(line []byte) (e everything, err error) {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err = dec.Decode(&e); err == nil && len(bytes.TrimSpace(line[dec.InputOffset():])) > 0 {
		err = errTrailing
	}
	return e, err
}

// checkLine compares a reading with that of encoding/json.
func checkLine(t *testing.T, r *lineReader, line []byte) {
	t.Helper()
	want, fault := byLibrary(line)
	var got everything
	err := r.read(line, reflect.ValueOf(&got).Elem())
	if (err == nil) != (fault == nil) {
		t.Fatalf("%q: got the error %v, want %v", line, err, fault)
	}
	if d := cmp.Diff(want, got); err == nil && d != "" {
		t.Fatalf("%q: %s", line, d)
	}
}

var lines = []string{
	`{"seed":18446744073709551615,"text":"日本 <b> & \u2028 \"x\" \\","count":-3,"kept":true,"score":1e-7,"met":0,"codes":["a","b"],"gram":[[1,0.5],[],[-0]],"of":{"first":1,"second":0,"by":"text"},"answer":{"id":"x","lang":"","text":""}}`,
	`{"seed":0,"text":"","count":0,"kept":false,"codes":null,"gram":null,"answer":{"id":"","lang":"","text":""}}`,
	`{"text":"a","seed":1}`, `{"seed":1,"seed":2}`, `{"seed":1 }`, ` {"seed":1}`, `{"Seed":1}`, `{}`, `{} {}`, `{}x`, `[]`, `null`, ``, `{`, `{"seed":`, `{"seed":1,}`, `{,}`,
	`{"seed":-1}`, `{"seed":1.0}`, `{"seed":01}`, `{"count":1e2}`, `{"count":99999999999999999999}`, `{"score":1e999}`, `{"score":.5}`, `{"score":1.}`, `{"score":-}`,
	`{"score":0x1p3}`, `{"score":1_0}`, `{"score":NaN}`, `{"score":+1}`, `{"score":2E+3}`, `{"score":"1"}`, `{"kept":tru}`, `{"kept":null}`, `{"met":null}`, `{"met":"1"}`, `{"of":{"firts":1}}`,
	"{\"text\":\"\x01\"}", "{\"text\":\"é\x01\"}", "{\"text\":\"\xff\"}", `{"text":"\ud800"}`, `{"text":"\x"}`, `{"text":"a\"`, `{"text":"a\`, `{"text":"a`, `{"codes":["a",]}`, `{"codes":[,]}`, `{"codes":["a"`, `{"gram":[[1],2]}`,
}

func TestLinesAreReadAsTheLibraryReadsThem(t *testing.T) {
	r := newLineReader(reflect.TypeFor[everything]())
	for _, line := range lines {
		checkLine(t, r, []byte(line))
		for cut := range len(line) {
			checkLine(t, r, []byte(line[:cut]))
		}
		for _, with := range []string{`"`, `}`, `1`, ` `, `\`} { // in the place of each byte
			for at := range len(line) {
				checkLine(t, r, []byte(line[:at]+with+line[at+1:]))
			}
		}
	}
}

// The quick way takes what Encode writes, but for null: it would else be as slow as the library without anyone noticing.
func TestWrittenLinesTakeTheQuickWay(t *testing.T) {
	met, right := 2, true
	for _, record := range []any{
		Answer{Text: "日本 \"<b>\" & \n", Known: -1, Score: 1e-9},
		Pair{Met: &met, Score: 0.1},
		Step{Lang: "ja"},
		Evaluation{Verdict: &Verdict{First: 1}},
		Choice{CorrectChars: &right, LogLikelihoods: []float64{-1, 2.5e-300}},
		Passage{Bits: 1.5},
		Fidelity{ExactKept: true},
		Pairing{Shared: 1},
		Prompt{Right: "x"},
		Reply{},
		Consensus{Languages: []string{"en"}, Gram: [][]float64{{1}}, MeanGram: [][]float64{}, KeptGram: [][]float64{{1}}, Weights: []float64{1}, Thresholds: []float64{}},
	} {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(record); err != nil {
			t.Fatal(err)
		}
		r := newLineReader(reflect.TypeOf(record))
		r.rest = bytes.TrimSuffix(b.Bytes(), []byte("\n"))
		got := reflect.New(reflect.TypeOf(record)).Elem()
		if !r.value(got, r.shape) || len(r.rest) > 0 {
			t.Errorf("%s: stops at %q", b.String(), r.rest)
		}
		if d := cmp.Diff(record, got.Interface()); d != "" {
			t.Error(d)
		}
	}
}

func FuzzLine(f *testing.F) {
	for _, line := range lines {
		f.Add([]byte(line))
	}
	r := newLineReader(reflect.TypeFor[everything]())
	f.Fuzz(func(t *testing.T, line []byte) { checkLine(t, r, line) })
}

func BenchmarkDecode(b *testing.B) {
	answers := make([]Answer, 10000)
	for i := range answers {
		answers[i] = Answer{Seed: 1, Arm: "baseline", Iteration: 1, Lang: "ja", Prompt: "ja-0001", Text: strings.Repeat("日", 1+i%40), Tokens: i % 9, Score: 7, Parsed: true, Known: 0.325}
	}
	var file bytes.Buffer
	if err := Encode(&file, "answers", answers); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode[Answer](file.Bytes(), "answers.jsonl", "answers"); err != nil {
			b.Fatal(err)
		}
	}
}
