"""Writes cases.json: small templates as Jinja2 renders them, set up as transformers does (environment.py).

    pip install jinja2==3.1.6 && python3 harness/text/jinja/testdata/cases.py
"""
import importlib.metadata
import json
import pathlib

from environment import render

u = {"role": "user", "content": " Hi\n"}
a = {"role": "assistant", "content": "<think>\nso\n</think>\n\nYes"}
values = {"messages": [{"role": "system", "content": "S"}, u, a], "add_generation_prompt": True, "bos_token": "<s>", "n": 7, "x": -2, "f": 2.5, "t": "it's\t\"so\" \u00df",
          "none_value": None, "d": {"b": 1, "A": [1, 2.0, None, True], "c": "z"}, "l": [3, 1, 2, 1], "w": ["b", "A", "a"], "yes": True}
templates = [
    # white space
    "a\n{% if yes %}\n  b\n  {% endif %}\nc\n", "a\n  {%- if yes %}  b  {%- endif -%}\n c", "  {% if yes %}x{% endif %}", "a {% if yes %} b {% endif %} c", "{{ n }}\n\n{{ n }}\n\n",
    "a\r\nb\rc\n", "  {# c #}\n  {%+ if yes %}\n x{%- endif +%}\ny", "a  {#- c -#}  b", "x {{- n -}} y\n{{ n -}}\n\n z", "{% raw %}{{ a }} {% if %}{% endraw %}b", "a\n  {%- raw -%}\n {{ b }} \n{%- endraw -%}\n c",
    "{% for m in l %}\n{{ m }}\n{% endfor %}\nend", "{{ '}}' }}{{ {'a': {'b': 1}}['a']['b'] }}", "a\x1f{%- if yes %}\u00a0b{% endif %}", "{% if yes %}\n\n a{% endif %}", "{{ n }}  {# a #} \n b", "{%\n if yes\n%}a{% endif %}", "{% raw %}a\n {% endraw %}\nb",
    # statements
    "{% for m in messages %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ m.role }}{% endfor %}",
    "{% for m in l if m > 1 %}{{ loop.length }}{{ m }}{% else %}none{% endfor %}", "{% for m in [] %}a{% else %}none{% endfor %}", "{% for a in missing %}a{% endfor %}b", "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}",
    "{% for k in d %}{{ k }}{% endfor %}{% for c in 'añb' %}[{{ c }}]{% endfor %}", "{% for a, b in [[1, 2], (3, 4)] %}{{ a + b }} {% endfor %}", "{% for a in 5 %}{% endfor %}", "{% for a, b in [[1, 2, 3]] %}{% endfor %}",
    "{% for m in l %}{% if loop.first %}{% set s = 'one' %}{% endif %}{{ s }}.{% endfor %}{{ s }}", "{% set s = 1 %}{% for m in l %}{{ s }}{% set s = 2 %}{{ s }}{% endfor %}{{ s }}", "{% if yes %}{% set s = 4 %}{% endif %}{{ s }}",
    "{% set ns = namespace(a=0, b='x') %}{% for m in l %}{% set ns.a = ns.a + m %}{% endfor %}{{ ns.a }}{{ ns.b }}{{ ns.c }}", "{% set ns = {} %}{% set ns.a = 1 %}", "{% set a, b = 1, 2 %}{{ b }}{{ a }}", "{% set a = 1, 2 %}{{ a }}{{ (1,) }}{{ () }}",
    "{% for m in l %}{% if m == 1 %}{% continue %}{% endif %}{{ m }}{% endfor %}", "{% for m in l %}x{% if m == 1 %}{% break %}{% endif %}{{ m }}{% endfor %}", "{% for m in l %}{{ loop.previtem }}-{{ loop.nextitem }} {% endfor %}",
    "{% macro f(a, b=n, c='z') %}[{{ a }}{{ b }}{{ c }}]{% endmacro %}{{ f(1) }}{{ f(1, 2) }}{{ f(1, c=3) }}{{ f() }}{{ f(c=1, a=2) }}", "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, 2) }}", "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(b=2) }}",
    "{% macro f(a) %}{% if a %}{{ a }}{{ f(a - 1) }}{% endif %}{% endmacro %}{{ f(4) }}", "{% set s %}a{{ n }}{% endset %}{{ s | length }}{{ s }}", "{% set s | upper %}a{{ n }}{% endset %}{{ s }}", "{% filter upper | trim %} a{{ n }} {% endfilter %}",
    "{% generation %}a{% set z = 1 %}{% endgeneration %}{{ z }}", "{% if n == 1 %}a{% elif n == 7 %}b{% else %}c{% endif %}", "{{ raise_exception('no ' ~ n) }}", "{% for m in messages %}{% for c in m.role %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}",
    # what is undefined
    "{{ missing }}|{{ missing is defined }}|{{ d.q is defined }}|{{ missing == none }}|{{ missing | default('x') }}|{{ '' | default('y', true) }}", "{{ missing.a }}", "{{ missing + 'a' }}", "{{ 'a' ~ missing ~ none_value ~ yes ~ f }}", "{{ missing[0] }}", "{{ missing() }}",
    "{{ missing | length }}{{ missing | upper }}{{ missing | list }}{{ missing in 'a' }}", "{{ 'a' in missing }}", "{{ missing | tojson }}", "{{ missing > 1 }}", "{{ l[9] }}{{ l['a'] }}{{ n.a }}{{ none_value.a }}|{{ d['q'] }}", "{{ 'a' if false }}|", "{{ ('a' if false) + 'b' }}",
    "{{ missing is iterable }}{{ missing is sequence }}{{ missing is string }}{{ missing is none }}{{ missing is mapping }}{{ not missing }}",
    # operators
    "{{ 7 // 2 }}{{ -7 // 2 }}{{ -7 % 3 }}{{ 7 % -3 }}{{ 7 / 2 }}{{ 2 ** 3 }}{{ 2 * 3 + 1 }}{{ 7.5 // 2 }}{{ -7.5 % 2 }}", "{{ 1 + '1' }}", "{{ 'a' + none_value }}", "{{ 'ab' * 2 }}{{ [1] * 2 }}{{ 'a' * -1 }}|{{ 2 * 'c' }}", "{{ 1 / 0 }}", "{{ [1] + [2] }}{{ (1,) + (2,) }}", "{{ [1] + (2,) }}",
    "{{ 1 == 1.0 }}{{ true == 1 }}{{ [1, 2] == [1, 2] }}{{ 'a' == 1 }}{{ none_value == false }}{{ {'a': 1} == {'a': 1} }}", "{{ 1 < 2 < 3 }}{{ 1 < 3 < 2 }}{{ 'a' < 'b' }}{{ [1, 2] < [1, 3] }}", "{{ 1 < 'a' }}", "{{ not 1 in [1] }}{{ 1 not in [2] }}{{ 'b' in 'abc' }}{{ 'b' in d }}{{ 1 in 'a' }}",
    "{{ 1 + 2 ~ 3 * 2 }}", "{{ n + 1 is string }}{{ x | abs }}{{ -x | abs }}{{ - - 3 }}{{ +n }}", "{{ true and 'a' or 'b' }}{{ '' or 0 or [] }}{{ not 0 }}{{ 1 and 0 }}", "{{ 'a' if n > 3 else 'b' if n else 'c' }}", "{{ 'a' 'b' \"c\" }}{{ 'a\\nb\\t\\'\\\\\\x41\\u00e9\\q' }}", "{{ 1_000 + 0 }}{{ 1.5e3 }}{{ 1e20 }}{{ 1e-7 }}{{ 100.0 }}{{ 0.1 + 0.2 }}",
    "{{ l[1:] }}{{ l[::-1] }}{{ l[:-1] }}{{ l[-2:] }}{{ l[1:9:2] }}{{ l[9:] }}{{ 'añb'[1:] }}{{ 'abc'[::-1] }}{{ 'abc'[-1] }}{{ l[-1] }}{{ l[none:2] }}{{ 'abc'[-1:0:-1] }}", "{{ l[::0] }}", "{{ messages[0].role }}{{ messages[0]['content'] }}{{ messages.0.role }}{{ messages[-1]['role'] }}", "{{ 9223372036854775807 - 1 }}",
    # tests
    "{{ n is odd }}{{ n is even }}{{ n is divisibleby 7 }}{{ n is divisibleby(3) }}{{ n is number }}{{ yes is number }}{{ yes is boolean }}{{ n is integer }}{{ yes is integer }}{{ f is float }}{{ n is string }}{{ t is string }}{{ d is mapping }}{{ l is mapping }}",
    "{{ t is iterable }}{{ n is iterable }}{{ t is sequence }}{{ l is sequence }}{{ d is sequence }}{{ none_value is none }}{{ n is not none }}{{ yes is true }}{{ n is true }}{{ yes is sameas true }}{{ none_value is sameas none }}", "{{ n is eq 7 }}{{ n is equalto(7) }}{{ n is ne 7 }}{{ n is gt 3 }}{{ n is lt 3 }}{{ n is ge 7 }}{{ n is le 7 }}{{ n is in [7] }}{{ n is not in [7] }}",
    "{{ 'A' is upper }}{{ 'a1' is lower }}{{ '1' is upper }}{{ f is defined and n is defined or x is string }}", "{% if n is defined and n is not string %}a{% endif %}", "{{ 'x' if n is odd else 'y' }}", "{{ range is callable }}{{ n is callable }}",
    # filters
    "{{ t | upper }}{{ 'STRA\u00dfE \u0130\u03a3' | lower }}{{ 'hello wORLD-a (b' | title }}{{ 'hELLO' | capitalize }}{{ '\u01c6a' | capitalize }}", "[{{ ' \x1f\u00a0a\u2003' | trim }}][{{ 'xxaxx' | trim('x') }}]", "{{ w | join }}{{ w | join(', ') }}{{ messages | join('|', attribute='role') }}{{ l | join(d='-') }}{{ none_value | join }}", "{{ l | join('-') }}",
    "{{ l | length }}{{ t | count }}{{ d | length }}", "{{ n | length }}", "{{ l | sort }}{{ l | sort(reverse=true) }}{{ w | sort }}{{ w | sort(case_sensitive=true) }}{{ messages | sort(attribute='role') | map(attribute='role') | join(',') }}", "{{ l | unique | list }}{{ w | unique | list }}", "{{ l | min }}{{ l | max }}{{ l | sum }}{{ l | first }}{{ l | last }}{{ [] | first }}{{ [] | max }}",
    "{{ l | reverse | list }}{{ 'abc' | reverse }}", "{{ d | dictsort }}{{ d.items() | list }}{{ d | items | list }}{{ d.keys() | list }}{{ d.values() | list }}", "{{ {'b': 1, 'a': 2} | dictsort(by='value', reverse=true) }}", "{{ '12' | int }}{{ '1.9' | int }}{{ 'a' | int }}{{ 'a' | int(3) }}{{ f | int }}{{ none_value | int }}{{ ' 7 ' | int }}{{ '2' | float }}{{ 'q' | float }}{{ 3 | float }}", "{{ 'a\nb\n\nc' | indent }}|{{ 'a\nb' | indent(2, true) }}|{{ 'a\n\nb\n' | indent(1, blank=true) }}|{{ 'a\nb' | indent('> ') }}",
    "{{ 'aXbX' | replace('X', 'y') }}{{ 'aXbX' | replace('X', 'y', 1) }}", "{{ messages | selectattr('role', 'equalto', 'user') | list | length }}{{ messages | rejectattr('role', 'eq', 'user') | map(attribute='role') | list }}{{ messages | selectattr('q') | list }}{{ none_value | selectattr('q') | list }}", "{{ l | select('odd') | list }}{{ l | reject('gt', 1) | list }}{{ [0, 1] | select | list }}", "{{ w | map('upper') | list }}{{ w | map('replace', 'a', 'q') | join }}{{ messages | map(attribute='q', default='-') | join }}", "{{ 'abc' | list }}{{ d | list }}", "{{ n | string ~ 'a' }}{{ 'a' | safe }}", "{{ '%s-%s' | format(1, 'a') }}{{ '%c%d%%' | format(233, 4) }}", "{{ -3 | abs }}{{ (-3) | abs }}{{ f | abs }}",
    # JSON and str of values
    "{{ d | tojson }}", "{{ d | tojson(indent=2) }}", "{{ d | tojson(separators=(',', ':')) }}{{ d | tojson(sort_keys=true) }}{{ [] | tojson(indent=2) }}{{ {} | tojson }}", "{{ t | tojson }}{{ t | tojson(ensure_ascii=true) }}{{ '\U0001f600\u00e9<>&\x7f\x01' | tojson(ensure_ascii=true) }}{{ '\u2028</' | tojson }}", "{{ d }}{{ l }}{{ none_value }}{{ yes }}{{ f }}{{ [t, \"a'b\", 'a\\\\b', '\x01\u00e9\u200b'] }}", "{{ range | tojson }}",
    # methods
    "[{{ ' \x1fa '.strip() }}][{{ ' a '.lstrip() }}][{{ ' a '.rstrip() }}][{{ 'xaxb'.strip('x') }}][{{ 'ab'.rstrip('b') }}]", "{{ 'a,b,c'.split(',') }}{{ 'a,b,c'.split(',', 1) }}{{ ' a  b '.split() }}{{ ' a  b c '.split(none, 1) }}{{ 'a,b,c'.rsplit(',', 1) }}{{ ' a b  c '.rsplit(none, 1) }}{{ ''.split() }}{{ ''.split(',') }}{{ 'a\x1fb'.split() }}{{ 'aaa'.split('a') }}{{ 'aaa'.rsplit('a') }}", "{{ 'a'.split('') }}", "{{ messages[2].content.split('</think>')[-1].lstrip('\\n') }}",
    "{{ 'abc'.startswith('ab') }}{{ 'abc'.endswith(('x', 'c')) }}{{ 'abc'.startswith('') }}", "{{ 'abc'.startswith(1) }}", "{{ 'aXbX'.replace('X', '') }}{{ 'aXbX'.replace('X', 'y', 1) }}{{ 'ab'.replace('', '-') }}", "{{ 'aB'.upper() }}{{ 'aB'.lower() }}{{ 'aB cD'.title() }}{{ 'aB cD'.capitalize() }}", "{{ 'a\\nb\\r\\nc'.splitlines() }}{{ 'añña'.count('ñ') }}{{ 'añb'.find('b') }}{{ 'a'.find('q') }}{{ 'aba'.rfind('a') }}{{ ','.join(w) }}{{ '12'.isdigit() }}{{ ''.isdigit() }}", "{{ ','.join(l) }}",
    "{{ d.get('b') }}{{ d.get('q') }}{{ d.get('q', 5) }}{{ messages[0].get('content') }}", "{{ l.append(1) }}", "{{ d.update({}) }}", "{{ n.strip() }}", "{{ 'abc'.removeprefix('a') }}{{ 'abc'.removesuffix('c') }}",
    # functions
    "{{ range(3) | list }}{{ range(1, 4) | list }}{{ range(5, 0, -2) | list }}", "{{ range(200000) | list }}", "{{ range(1, 2, 0) | list }}", "{{ strftime_now('%d %b %Y') }}|{{ strftime_now('%Y-%m-%d %A %B %H:%M:%S %j %y %%') }}", "{{ strftime_now is defined }}", "{{ dict(a=1, b=2) }}{{ dict({'a': 1}, b=3) }}", "{{ namespace(a=1).a }}", "{{ {'a': 1, 'a': 2, 1: 3} }}{{ {'a': 1}.a }}{{ {1: 'x'}[1] }}",
    # what Jinja2 does not read
    "{% if %}", "{% if yes %}", "{% endif %}", "{{ n", "{{ 'a }}", "{% for a in %}{% endfor %}", "{{ n n }}", "{{ }}", "{# a", "{{ (n }}", "{{ n) }}", "{% else %}", "{% set = 1 %}", "{{ $ }}", "{% for m in l %}{% else %}{% else %}{% endfor %}", "{% break %}", "{{ f(a=1, 2) }}", "{{ n | }}", "{{ n is }}", "{% macro %}{% endmacro %}",
]
out = []
for template in templates:
    text, error = render(template, values)
    out.append({"template": template, "text": text, **({"error": error} if error else {})})
text = json.dumps({"jinja2": importlib.metadata.version("jinja2"), "values": values, "cases": out}, ensure_ascii=True, separators=(",", ":"))
text = text.replace('},{"template"', '},\n{"template"').replace('"cases":[', '"cases":[\n')
(pathlib.Path(__file__).parent / "cases.json").write_text(text + "\n", encoding="utf-8")
print(len(out), "cases,", sum("error" in c for c in out), "of them errors")
