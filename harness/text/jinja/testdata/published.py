"""Renders published templates by Jinja2, for TestPublishedTemplatesAreThoseOfTheReference.

    make templates            # fetches the packages, calls this and runs the test
    python3 published.py FOLDER OUT

FOLDER holds what the packages have: *.jinja, tokenizer_config.json, and llama.cpp's test-chat-template.cpp, whose templates are
string literals of C. OUT gets a file for each template: {Name, Template, Renders: [{Values, Text or Error}]}.
"""
import ast
import json
import pathlib
import random
import re
import sys

from environment import render

source, out = map(pathlib.Path, sys.argv[1:3])
templates = {}
for path in sorted(source.rglob("*.jinja")):
    templates[path.stem] = path.read_text(encoding="utf-8")
for path in sorted(source.rglob("tokenizer_config.json")):
    t = json.loads(path.read_text(encoding="utf-8")).get("chat_template")
    for named in t if isinstance(t, list) else [{"name": "", "template": t}] if t else []:
        templates[f"{path.parent.name}{named['name'] and '-' + named['name']}"] = named["template"]
for path in sorted(source.rglob("test-chat-template.cpp")):
    literals = r'(?:R"\((.*?)\)"|((?:"(?:[^"\\\n]|\\.)*"\s*)+))'
    for i, m in enumerate(re.finditer(r"template_str=?\s*\*/\s*" + literals, path.read_text(encoding="utf-8"), re.S)):
        raw, quoted = m.groups()
        text = raw if raw is not None else "".join(ast.literal_eval("'''" + q.replace("'", "\\'") + "'''") for q in re.findall(r'"((?:[^"\\\n]|\\.)*)"', quoted))
        templates[f"llama.cpp-{i}"] = text

words = ["How many days has May?", "31", "\u4f60\u597d\uff0c\u4e16\u754c", "\u0645\u0631\u062d\u0628\u0627", "e\u0301 \U0001f600", "  spaces \t\u00a0\x1f ", "\n\nlines\n",
         "", " ", "<think>\nlong\n</think>\n\nb", "no beginning</think>b</think>\nc", "<think>only", "{{ bos_token }} {% raw %} & < > \" '", "f(x) = {x}", "<|im_end|> [INST] </s>",
         "<tool_response>1</tool_response>", "a\\b \\n", "it's \"so\"", "# Head\n\n- one\n- two\r\n", "x" * 300, "\u00df \u0130 \u01c5", "1", "None", "content"]
rng = random.Random(1)
pick = lambda: rng.choice(words)
turn = lambda role: {"role": role, "content": pick()}
conversations = []
for i in range(50):
    kind, messages = i % 10, []
    if kind in (1, 3, 5):
        messages.append(turn("system"))
    for k in range(1 + i % 4):
        messages.append(turn("user"))
        messages.append(turn("assistant"))
    if kind in (0, 1, 4, 5, 6, 7):
        messages.pop()
    if kind == 6:
        messages.append(turn("user"))
    if kind == 7:
        messages.insert(1, turn("system"))
    if kind == 8:
        messages = messages[1:]
    conversations.append(messages)

out.mkdir(parents=True, exist_ok=True)
for name, template in templates.items():
    renders = []
    for messages in conversations:
        for answer in (True, False):
            values = {"messages": messages, "add_generation_prompt": answer, "bos_token": "<s>", "eos_token": "</s>", "enable_thinking": False, "tools": None, "documents": None}
            text, error = render(template, values)
            renders.append({"Values": values, "Text": text, "Error": error or ""})
    fine = sum(r["Text"] is not None for r in renders)
    print(f"{name}: {fine} of {len(renders)} rendered")
    (out / f"{name}.json").write_text(json.dumps({"Name": name, "Template": template, "Renders": renders}), encoding="utf-8")
