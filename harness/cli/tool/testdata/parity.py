"""Compares a model as congrad has it with what transformers makes of the same files.

    python parity.py < cases.json

The cases are what transformers_test.go writes: a folder (and the name of a GGUF file in it), and texts or conversations with
their ids, the greedy continuation of each and the log-probabilities of its tokens. Every one of them is made again here.
"""

import json
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

given = json.load(sys.stdin)
how = {"gguf_file": given["gguf"]} if given["gguf"] else {}
tokenizer = AutoTokenizer.from_pretrained(given["folder"], **how)
model = AutoModelForCausalLM.from_pretrained(given["folder"], dtype=torch.float32, **how).eval()
wrong = 0


def differs(case, what, ours, theirs):
    global wrong
    wrong += 1
    print(f"{case['text']!r}: {what}: {ours}, transformers has {theirs}")


for case in given["cases"]:
    if case["chat"]:
        messages = [{"role": "user", "content": case["text"]}]
        ids = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=True)["input_ids"]
    else:
        ids = case["opening"] + tokenizer(case["text"], add_special_tokens=False)["input_ids"]
    if ids != case["ids"]:
        differs(case, "ids", case["ids"], ids)
        continue
    with torch.no_grad():
        made = model.generate(torch.tensor([ids]), do_sample=False, max_new_tokens=given["max_tokens"], eos_token_id=case["stops"],
                              attention_mask=torch.ones(1, len(ids)), pad_token_id=0)[0, len(ids):].tolist()  # fmt: skip
        if made and made[-1] in case["stops"]:
            made = made[:-1]
        if made != case["answer"]:
            differs(case, "greedy", case["answer"], made)
            continue
        logits = model(torch.tensor([ids + made])).logits[0].log_softmax(-1)
        theirs = logits[torch.arange(len(made)) + len(ids) - 1, torch.tensor(made, dtype=torch.long)].double()
    error = (theirs - torch.tensor(case["logprobs"], dtype=torch.float64)).abs().max().item() if made else 0.0
    if error > given["tolerance"]:
        differs(case, "log-probabilities", case["logprobs"], theirs.tolist())
    if tokenizer.decode(made, skip_special_tokens=True, clean_up_tokenization_spaces=False) != case["continuation"]:
        differs(case, "text", case["continuation"], tokenizer.decode(made))
    print(f"{case['text']!r}: {len(ids)} + {len(made)} tokens alike, log-probabilities within {error:.1e}")
print(f"{len(given['cases'])} cases, generation stops at {model.generation_config.eos_token_id}")
sys.exit(wrong > 0)
