package jinja

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

type fixture struct {
	Values json.RawMessage
	Cases  []struct {
		Template string
		Text     *string
		Error    string
	}
}

func fixtures(t testing.TB) (f fixture) {
	t.Helper()
	data, err := os.ReadFile("testdata/cases.json")
	if err == nil {
		err = json.Unmarshal(data, &f)
	}
	if err != nil || len(f.Cases) < 100 {
		t.Fatalf("%d cases, %v", len(f.Cases), err)
	}
	return f
}

// Small templates come out as Jinja2 renders them, or are refused as it refuses them (testdata/cases.py).
func TestTemplatesAreThoseOfTheReference(t *testing.T) {
	f := fixtures(t)
	for _, c := range f.Cases {
		values, err := decode(f.Values)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		template, err := Parse(c.Template)
		if err == nil {
			got, err = template.Render(values)
		}
		switch {
		case c.Text == nil && err == nil:
			t.Errorf("%q: rendered as %q; Jinja2: %s", c.Template, got, c.Error)
		case c.Text != nil && err != nil:
			t.Errorf("%q: %v; Jinja2 has %q", c.Template, err, *c.Text)
		case c.Text != nil && got != *c.Text:
			t.Errorf("%q:\n got %q\nwant %q", c.Template, got, *c.Text)
		}
	}
}

// What is not supported is refused by name, with its line, before anything is rendered.
func TestUnknownConstructsAreRefusedByName(t *testing.T) {
	for source, want := range map[string]string{
		"{% if false %}\n{{ a | escape }}\n{% endif %}": `line 2: the filter "escape" is not supported`,
		"{{ a | tojsn }}":                                    `the filter "tojsn" is not supported; did you mean "tojson"`,
		"{{ a is filter }}":                                  `line 1: the test "filter" is not supported`,
		"\n\n{{ a.encode('utf-8') }}":                        `line 3: the method "encode" is not supported`,
		"{% include 'a' %}":                                  `the statement "include" is not supported`,
		"{% call f() %}{% endcall %}":                        `the statement "call" is not supported`,
		"{{ f(*a) }}":                                        "arguments with * are not supported",
		"{{ cycler(1) }}":                                    `"cycler" is not supported`,
		"{% for a in b recursive %}{% endfor %}":             "a recursive loop is not supported",
		"{% macro f() %}{{ caller() }}{% endmacro %}":        `"caller" is not supported`,
		strings.Repeat("(", 200) + "{{":                      "the tag has no end",
		"{{ " + strings.Repeat("(", 200) + " }}":             "more than 100",
		strings.Repeat("{% if a %}", 200):                    "statements are more than 100 deep",
		"{{ " + strings.Repeat("a if b else ", 200) + "c }}": "expressions are more than 100 deep",
		strings.Repeat("a", mostSource+1):                    "at most 1048576 are read",
	} {
		if _, err := Parse(source); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %q", source, err, want)
		}
	}
}

// A template that asks for too much ends in an error, soon.
func TestRenderingIsBounded(t *testing.T) {
	for source, want := range map[string]string{
		"{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}":                               "steps",
		"{% set n = namespace(t='a') %}{% for a in range(99) %}{% set n.t = n.t ~ n.t %}{% endfor %}":                  "steps",
		"{% set n = namespace(t='a') %}{% for a in range(99) %}{% set n.t = n.t + n.t %}{% endfor %}":                  "steps",
		"{% set n = namespace(t='aa') %}{% for a in range(99) %}{% set n.t = n.t.replace('a', n.t) %}{% endfor %}":     "steps",
		"{% set n = namespace(t=[1]) %}{% for a in range(99) %}{% set n.t = [n.t, n.t] %}{% endfor %}{{ n.t }}":        "steps",
		"{% set n = namespace(t=[1]) %}{% for a in range(999) %}{% set n.t = [n.t] %}{% endfor %}{{ n.t }}":            "deep",
		"{% set n = namespace(t=[1]) %}{% for a in range(99) %}{% set n.t = [n.t, n.t] %}{% endfor %}{{ n.t == n.t }}": "steps",
		"{{ 'a' * 9000000000 }}":                          "steps",
		"{{ [1] * 9000000000 }}":                          "steps",
		"{{ 'a' | indent(9000000000, true) }}":            "steps",
		"{{ [1] | tojson(indent=900000) }}":               "tojson indents by 900000",
		"{{ range(9000000000) }}":                         "more than 100000 numbers",
		"{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}": "more than 50 deep",
		"{% macro f(n) %}{% if n %}{{ f(n-1) }}{{ f(n-1) }}{% endif %}{% endmacro %}{{ f(40) }}": "steps",
		"{{ 9 ** 99 }}":                   "too large",
		"{{ 9223372036854775807 + 1 }}":   "too large",
		"{{ 9223372036854775807 * 2 }}":   "too large",
		"{{ raise_exception('system') }}": "refuses this conversation: system",
	} {
		template, err := Parse(source)
		if err != nil {
			t.Errorf("%q: %v", source, err)
			continue
		}
		start := time.Now()
		_, err = template.Render(nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", source, err, want)
		}
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("%q took %v", source, took)
		}
	}
}

func TestRaisedErrorsAreMarked(t *testing.T) {
	template, err := Parse("{{ raise_exception('no') }}")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := template.Render(nil); !errors.Is(err, ErrRaised) {
		t.Errorf("%v is not ErrRaised", err)
	}
}

func TestNamesAndLiterals(t *testing.T) {
	template, err := Parse("<a>{{ strftime_now('%d') ~ '<b>' }}{% if '<b>' in c %}{% endif %}")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(template.Literals(), " "); got != "%d <b>" {
		t.Errorf("literals %q", got)
	}
	if !template.Reads("strftime_now") || !template.Reads("c") || template.Reads("messages") {
		t.Error("names that are read are not those of the template")
	}
}

// Whatever the source, parsing and rendering end, in a text or an error.
func FuzzTemplate(f *testing.F) {
	cases := fixtures(f)
	for _, c := range cases.Cases {
		f.Add(c.Template)
	}
	values, err := decode(cases.Values)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, source string) {
		template, err := Parse(source)
		if err != nil {
			return
		}
		first, err := template.Render(values)
		second, again := template.Render(values)
		if first != second || (err == nil) != (again == nil) {
			t.Errorf("%q renders as %q, %v and then as %q, %v", source, first, err, second, again)
		}
	})
}

func BenchmarkRender(b *testing.B) {
	template, err := Parse("{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] | trim + '<|im_end|>\n' }}{% endfor %}")
	if err != nil {
		b.Fatal(err)
	}
	values, err := decode(fixtures(b).Values)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := template.Render(values); err != nil {
			b.Fatal(err)
		}
	}
}
