"""Writes golden.json: what lm-evaluation-harness makes of the tasks beside it with the embedded model.

    pip install torch "lm_eval==0.4.13" transformers==5.23.0 accelerate && python make.py

Run it here. The harness gets its own task descriptions, and its own prompts with them; the items are those of en.jsonl, de.jsonl
and ja.jsonl. The embedded tokenizer puts nothing before a text by itself, so a copy of it gets the token that texts begin with.
Of plain text the harness puts that token before what the tokenizer made, and a chat template has it, so there the tokenizer must
not: with both, texts begin with two of them, and a text of this model costs up to 22 % more.
"""

import json
import shutil
import tempfile
from pathlib import Path

from lm_eval import simple_evaluate
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks.hellaswag.utils import process_docs

here = Path(__file__).resolve().parent
tiny = here.parents[3] / "experiments/tiny/base-1"
languages = ["en", "de", "ja"]


template = (
    "{{- '<|bos|><|user|>' + messages[0]['content'] -}}{%- if add_generation_prompt -%}{{- '<|assistant|>' -}}{%- endif -%}"
)


def model(folder, bos):
    shutil.copy(tiny / "model.safetensors", folder)
    config = json.loads((tiny / "config.json").read_text()) | {"eos_token_id": 5}
    (folder / "config.json").write_text(json.dumps(config))
    t = json.loads((tiny / "tokenizer.json").read_text())
    t["post_processor"] = {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "<|bos|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {"<|bos|>": {"id": "<|bos|>", "ids": [1], "tokens": ["<|bos|>"]}},
    }
    (folder / "tokenizer.json").write_text(json.dumps(t))
    (folder / "tokenizer_config.json").write_text(json.dumps(
        {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<|bos|>", "eos_token": "<|end|>", "pad_token": "<|pad|>", "chat_template": template}))
    return HFLM(pretrained=str(folder), device="cpu", dtype="float32", batch_size=3, add_bos_token=bos, max_length=2048)


scored = [{"metric": m, "aggregation": "mean", "higher_is_better": True} for m in ["acc", "acc_norm", "acc_bytes"]]
choice = {"output_type": "multiple_choice", "metric_list": scored}
tasks = {
    "labelled": choice | {
        "doc_to_text": "Question: {{question}}\nAnswer:", "doc_to_choice": "{{choices.text}}",
        "doc_to_target": "{{choices.label.index(answerKey)}}"},
    "joined": choice | {  # nothing between question and option, and white space at the question's end
        "doc_to_text": "{{question}}\n", "doc_to_choice": "{{choices.text}}", "target_delimiter": "",
        "doc_to_target": "{{choices.label.index(answerKey)}}"},
    "letters": choice | {
        "doc_to_text": "{{question.strip()}}\nA. {{A}}\nB. {{B}}\nC. {{C}}\nAnswer:", "doc_to_choice": ["A", "B", "C"],
        "doc_to_target": "{{['A', 'B', 'C'].index(right)}}", "description": "Choose a letter.\n\n", "num_fewshot": 2,
        "fewshot_split": "shots", "fewshot_config": {"sampler": "first_n"}},
    "passages": {
        "output_type": "loglikelihood_rolling", "doc_to_text": "", "doc_to_target": "{{question}}",
        "metric_list": [{"metric": "bits_per_byte"}]},
    "captions": choice | {"process_docs": process_docs, "doc_to_text": "{{query}}", "doc_to_target": "{{label}}", "doc_to_choice": "choices"},
    "chatted": choice | {
        "doc_to_text": "{{question.strip()}}", "doc_to_choice": "{{choices.text}}",
        "doc_to_target": "{{choices.label.index(answerKey)}}", "num_fewshot": 1,
        "fewshot_split": "shots", "fewshot_config": {"sampler": "first_n"}},
    "generated": {
        "output_type": "generate_until", "doc_to_text": "{{question.strip()}}", "doc_to_target": "{{A}}",
        "generation_kwargs": {"until": [" "], "max_gen_toks": 12, "do_sample": False}, "metric_list": [{"metric": "exact_match"}]},
    "continued": {
        "output_type": "generate_until", "doc_to_text": "{{B}}, {{C}}, {{A}} -", "doc_to_target": "{{A}}",
        "generation_kwargs": {"until": ["\n", "."], "max_gen_toks": 12, "do_sample": False}, "metric_list": [{"metric": "exact_match"}],
        "num_fewshot": 1, "fewshot_split": "shots", "fewshot_config": {"sampler": "first_n"}},
}  # fmt: skip


def main():
    golden = []
    with tempfile.TemporaryDirectory() as tmp:
        for name, settings in tasks.items():
            chat = name in ("chatted", "generated")
            lm = model(Path(tmp), bos=name != "passages" and not chat)
            for lang in languages:
                items = here / f"{lang}{'.captions' if name == 'captions' else ''}.jsonl"
                if not items.exists():
                    continue
                files = {"test": str(items)}
                if "num_fewshot" in settings:
                    files["shots"] = str(here / f"{lang}.shots.jsonl")
                config = {"task": name, "dataset_path": "json", "dataset_kwargs": {"data_files": files}, "test_split": "test"} | settings
                out = simple_evaluate(model=lm, tasks=[config], log_samples=True, bootstrap_iters=0, apply_chat_template=chat, fewshot_as_multiturn=False)
                samples = sorted(out["samples"][name], key=lambda s: s["doc_id"])
                entry = {"task": name, "lang": lang, "items": []}
                for s in samples:
                    responses = s["filtered_resps"]
                    if "generation_kwargs" in settings:
                        entry["items"].append({"id": str(s["doc"]["id"]), "text": responses[0]})
                        continue
                    entry["items"].append({"id": str(s["doc"]["id"]), "log_likelihoods": [float(r[0] if isinstance(r, (list, tuple)) else r) for r in responses]})
                scores = out["results"][name]
                for m in ["acc", "acc_norm", "acc_bytes", "bits_per_byte"]:
                    if f"{m},none" in scores:
                        entry[m] = scores[f"{m},none"]
                golden.append(entry)
    (here / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")


main()
