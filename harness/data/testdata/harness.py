"""Writes harness.json: made-up rows in the shapes of published data sets, with what lm-evaluation-harness's own task files make of them.

    pip install --no-deps lm_eval==0.4.13 && pip install jinja2 pyyaml && python harness.py
"""

import importlib.util
import json
import pathlib

import jinja2
import yaml

TASKS = pathlib.Path(importlib.util.find_spec("lm_eval").origin).parent / "tasks"
ENV = jinja2.Environment(undefined=jinja2.StrictUndefined)  # as lm_eval.utils has it
MMLU = {"question": " What is 1 + 1? ", "option_a": "1", "option_b": "2", "option_c": "3", "option_d": "4"}
CASES = {
    "global-mmlu": ("global_mmlu/default/de/_de_template_yaml", None, MMLU | {"sample_id": "x/test/1", "answer": "B"}),
    "belebele": ("belebele/_default_template_yaml", None, {
        "link": "https://x.org/a", "question_number": 2, "flores_passage": "It rained. Ann stayed in.", "question": "Who stayed in? ",
        "mc_answer1": "Ben", "mc_answer2": "Ann", "mc_answer3": "Cem", "mc_answer4": "No one", "correct_answer_num": "2", "dialect": "deu_Latn"}),
    "include": ("include/default/German/_german_template_yaml", "include/default/German/include_base_44_german_stem.yaml", MMLU | {"domain": "STEM", "answer": 1}),
    "xstorycloze": ("xstorycloze/default_ar.yaml", None, {
        "story_id": "s-1", "input_sentence_1": "Ann woke up.", "input_sentence_2": "It rained.", "input_sentence_3": "She looked out.", "input_sentence_4": "She took a coat.",
        "sentence_quiz1": "She went out.", "sentence_quiz2": "She swam home.", "answer_right_ending": 1}),
}


class Loader(yaml.SafeLoader):
    pass


Loader.add_multi_constructor("!function", lambda loader, suffix, node: None)


def rendered(template, row):
    if isinstance(template, list):
        return [rendered(t, row) for t in template]
    if template in row:  # a column, which is taken as it is
        return row[template]
    text = ENV.from_string(template).render(**row)
    return yaml.safe_load(text) if text.startswith("[") or text.isdigit() else text


out = {}
for task, (file, other, row) in CASES.items():
    spec = yaml.load((TASKS / file).read_text(), Loader)
    if other:
        spec |= yaml.load((TASKS / other).read_text(), Loader)
    choices = rendered(spec["doc_to_choice"], row)
    target = rendered(spec["doc_to_target"], row)
    out[task] = {
        "row": row, "prompt": spec.get("description", "") + rendered(spec["doc_to_text"], row),
        "options": choices, "right": target if isinstance(target, int) else choices.index(target),
    }
pathlib.Path("harness.json").write_text(json.dumps(out, ensure_ascii=False, indent=1) + "\n")
