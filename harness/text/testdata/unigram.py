"""Writes families/unigram.json and families/unigram-words.json: small Unigram tokenizers as transformers' converters write them.

    pip install tokenizers==0.23.3 && python3 harness/text/testdata/unigram.py && python3 harness/text/testdata/goldens.py

unigram has byte fallback and a text as one piece, with ▁ put before it by the normalizer; unigram-words has no bytes, and Metaspace
cuts before every ▁. Both are trained on every other line of lines.json. Special tokens of the vocabulary are none that texts.json
spells: the reference finds such a token in a text even where it is asked to read special tokens as text.
"""
import json
import pathlib

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

here = pathlib.Path(__file__).parent
corpus = json.loads((here / "lines.json").read_text(encoding="utf-8"))[::2]


def added(id, content):
    return {"id": id, "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}


def write(name, size, bytes, normalizer, pre_tokenizer, decoder):
    t = Tokenizer(models.Unigram())
    t.pre_tokenizer = pre_tokenizers.Metaspace()
    t.train_from_iterator(corpus, trainers.UnigramTrainer(vocab_size=size, special_tokens=["[UNK]", "[BOS]"], unk_token="[UNK]", show_progress=False))
    vocab = json.loads(t.to_str())["model"]["vocab"]
    vocab = vocab[:2] + ([[f"<0x{b:02X}>", 0.0] for b in range(256)] if bytes else []) + vocab[2:]
    vocab = [[token, round(score, 6)] for token, score in vocab]
    if not bytes:
        vocab += [["▁ the", -3.0], ["▁▁", -9.5]]  # one that no piece holds, and one that only a whole text would
    bos = {"[BOS]": {"id": "[BOS]", "ids": [1], "tokens": ["[BOS]"]}}
    single = [{"SpecialToken": {"id": "[BOS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]
    file = {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [added(0, "[UNK]"), added(1, "[BOS]"), added(len(vocab), "<bos>"), added(len(vocab) + 1, "<|im_end|>")],
        "normalizer": normalizer, "pre_tokenizer": pre_tokenizer,
        "post_processor": {"type": "TemplateProcessing", "single": single, "pair": single + [{"Sequence": {"id": "B", "type_id": 1}}], "special_tokens": bos},
        "decoder": decoder,
        "model": {"type": "Unigram", "unk_id": 0, "vocab": vocab, "byte_fallback": bytes},
    }
    text = json.dumps(file, ensure_ascii=False, separators=(",", ":"))
    Tokenizer.from_str(text)
    (here / "families" / f"{name}.json").write_text(text + "\n", encoding="utf-8")


replace = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
back = {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}
strip = {"type": "Strip", "content": " ", "start": 1, "stop": 0}
metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
write("unigram", 1100, True, {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, replace]}, None,
      {"type": "Sequence", "decoders": [back, {"type": "ByteFallback"}, {"type": "Fuse"}, strip]})
write("unigram-words", 1300, False, None, metaspace, metaspace)
