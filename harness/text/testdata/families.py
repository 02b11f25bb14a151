"""Writes families/*.json: a small tokenizer.json with the pipeline, flags and added tokens of each family, and texts.json.

    pip install tokenizers && python3 harness/text/testdata/families.py && python3 harness/text/testdata/goldens.py

They are trained on every other line of lines.json (the Universal Declaration in 15 languages).
"""
import collections
import json
import pathlib
import random
import unicodedata

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

here = pathlib.Path(__file__).parent
lines = json.loads((here / "lines.json").read_text(encoding="utf-8"))
corpus = lines[::2]
CL100K = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def byte_level(regex, prefix=False):
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}


def split(digits):
    pattern = {"Regex": CL100K % digits}
    return {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": pattern, "behavior": "Isolated", "invert": False}, byte_level(False)]}


def added(tokens, vocab, special):
    outside = len(vocab)
    for token in tokens:
        id = vocab.get(token, outside)
        outside += id == outside
        yield {"id": id, "content": token, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": special(token)}


def train(normalizer, splitting, size, alphabet):
    t = Tokenizer(models.BPE())
    if normalizer:
        t.normalizer = normalizer
    t.pre_tokenizer = splitting
    t.train_from_iterator(corpus, trainers.BpeTrainer(vocab_size=size, initial_alphabet=list(alphabet), limit_alphabet=len(alphabet), show_progress=False))
    model = json.loads(t.to_str())["model"]
    return model["vocab"], [tuple(m) for m in model["merges"]]


def write(name, vocab, merges, tokens, special, normalizer, pre_tokenizer, post_processor, decoder, pairs, **flags):
    model = {
        "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
        "fuse_unk": False, "byte_fallback": False, "ignore_merges": False, **flags,
        "vocab": vocab, "merges": [list(m) if pairs else " ".join(m) for m in merges],
    }
    file = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": sorted(added(tokens, vocab, special), key=lambda a: a["id"]),
        "normalizer": normalizer, "pre_tokenizer": pre_tokenizer, "post_processor": post_processor, "decoder": decoder, "model": model,
    }
    text = json.dumps(file, ensure_ascii=False, separators=(",", ":"))
    Tokenizer.from_str(text)  # it has to be a file that the reference reads
    (here / "families" / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def renumber(vocab, front):
    """The vocabulary with other tokens before it."""
    rest = [t for t in sorted(vocab, key=vocab.get) if t not in front]
    return {t: i for i, t in enumerate(front + rest)}


def template(bos, id):
    single = [{"SpecialToken": {"id": bos, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]
    pair = single + [{"SpecialToken": {"id": bos, "type_id": 1}}, {"Sequence": {"id": "B", "type_id": 1}}]
    return {"type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": {bos: {"id": bos, "ids": [id], "tokens": [bos]}}}


everything = pre_tokenizers.ByteLevel.alphabet()


def bytes_of(digits):
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(CL100K % digits), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


# Llama-3: whole pieces before merges, added tokens behind the vocabulary, BOS by a template in a sequence
vocab, merges = train(None, bytes_of("{1,3}"), 900, everything)
for token in ["\u0120whole", "thing"]:  # no merges lead there
    vocab[token] = len(vocab)
llama = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|python_tag|>"]
write("llama", vocab, merges, llama, lambda t: True, None, split("{1,3}"),
      {"type": "Sequence", "processors": [byte_level(True), template("<|begin_of_text|>", len(vocab))]}, byte_level(True, True), False, ignore_merges=True)

# Qwen: normal form C, single digits, added tokens that are not special, empty prefix and suffix
vocab, merges = train(normalizers.NFC(), bytes_of(""), 900, everything)
qwen = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<tool_call>", "</tool_call>", "<think>", "</think>", "|>."]  # the last overlaps a special one
write("qwen", vocab, merges, qwen, lambda t: t.startswith("<|"), {"type": "NFC"}, split(""), byte_level(False), byte_level(False), True,
      continuing_subword_prefix="", end_of_word_suffix="")

# SmolLM2: Digits, ByteLevel's own pattern, special tokens at the front, 21 bytes missing, the symbol of one an added token
digits = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
vocab, merges = train(None, digits, 900, everything)
symbols = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
missing = {symbols.pre_tokenize_str(chr(c))[0][0] for c in (0x04, 0x06, 0x13, 0x14, 0x16, 0x1D)} | set("\u00f1\u00f2\u00c0\u00c1\u00f5\u00f6\u00f7\u00f8\u00f9\u00fa\u00fb\u00fc\u00fd\u00fe\u00ff")
smol = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<repo_name>", "<jupyter_start>"]
write("smollm2", renumber({t: i for t, i in vocab.items() if t not in missing}, smol), merges, smol + ["\u00f1"], lambda t: True, None,
      {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte_level(True)]}, None, byte_level(True, True), False)

# Gemma: characters with byte tokens (but for \t, and here ü's second byte, so that something is unknown), runs of \n, \t
# and ▁ and HTML tags as added tokens, a merge across a ▁, a token outside the vocabulary
words = pre_tokenizers.Split("\u2581", "merged_with_next")
counts = collections.Counter("".join(corpus).replace(" ", "\u2581"))
commonest = sorted(counts, key=lambda c: (-counts[c], c))[:330]
vocab, merges = train(normalizers.Replace(" ", "\u2581"), words, 1100, commonest)
runs = ["\n" * n for n in range(2, 6)] + ["\t" * n for n in range(2, 4)] + ["\u2581" * n for n in range(2, 6)]
gemma = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>", "<start_of_image>", "<table>", "<h1>", "</h1>"] + runs
bytes = ["\t" if b == 9 else f"<0x{b:02X}>" for b in range(256) if b != 0xBC]
more = ["\n", "<", ">", "/", "\u2581<", "</", "\u2581</", ">\u2581</"]
vocab = renumber({**vocab, **{t: len(vocab) + i for i, t in enumerate(more) if t not in vocab}}, gemma + bytes)
vocab.pop("\u00fc", None)
vocab = renumber(vocab, [])
merges = [m for m in merges if all(t in vocab for t in (*m, "".join(m)))]
merges = [("\u2581", "<"), ("<", "/"), ("\u2581<", "/"), ("\u2581", "</"), (">", "\u2581</")] + [("\n", "\n"), ("\u2581", "\u2581"), ("\u2581\u2581", "\u2581\u2581")] + merges
special = {"<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>", "<start_of_image>", "<image_soft_token>"}
write("gemma", vocab, merges, gemma + ["<image_soft_token>"], lambda t: t in special,
      {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"},
      {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False}, template("<bos>", vocab["<bos>"]),
      {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]},
      True, unk_token="<unk>", fuse_unk=True, byte_fallback=True)

# Texts: what tokenizers differ in, then lines of the Declaration, then splices of both.
tokens = sorted({*llama, *qwen, *smol, *gemma, "<image_soft_token>", "<|reserved_special_token_1|>", "<unused12>", "<0x41>", "<0x09>", "<|im_"})
edges = [
    "", " ", "  ", "a", " a", "a ", "  two  spaces  ", "tab\tand\nnewline\r\n", "\r\n\r\n x", " \n \n  x", "x \n", "\t\t\t", "\n\n\n\n\n\n\n", "\u00a0no\u00a0break\u00a0",
    "\u3000\u3000ideographic", "\u0085\u2028x", "\u180e\u200b\ufeff", "1234567.8 \u221212,5 \u0661\u0662\u0663 \u09ea\u09eb", "x\u00b2 \u00bd \u2167",
    "it's don't WE'LL I'D he'Re 'S '\u017f '\u017ft ''s 'x '", "x'\u017ft x'Ret x'Vet x'LLt x'vet x'ret x'llt x'tt x'mt x'dt", "\u00e9 e\u0301 \u00f1 n\u0303", "e\u0305\u0301 o\u0308\u0305\u0301\u0304", "\U00050000\U00090000", "\u0339" * 40 + "\u0301", "a" + "\u0301\u0323" * 20, "\u1112\u1161\u11ab\u1100\u1161 \ud55c",
    "\u212b \u2126 \u0344 \u0958 \ufb1d \uf900", "e\u0898\u0301 e\u0323\u0898\u0301", "\U00011935\U00011930 \U00011938 \U00011099\U000110ba", "\U00010041\u0301",
    "\U00010d40\U00010d41 \U00011bf0 \U0001ccf3 \U00011de3 \U00016ff4", "\U00010d50\n \n\U00010d50 \u0897 \u1c89x", "\u0939\u093f\u0928\u094d\u0926\u0940", "\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22",
    "\u09ac\u09be\u0982\u09b2\u09be", "\ud55c\uad6d\uc5b4 \ud14d\uc2a4\ud2b8", "\u65e5\u672c\u8a9e\u3001\u30c6\u30b9\u30c8\u3002", "\u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u0645\u064f\u0634\u064e\u0643\u0651\u064e\u0644\u0629",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1eb\U0001f1f7 ok", "a\u200db\u200cc", "\x00\x01\x04\x06\x13\x1d\x7f", "\ufffd\ufffd", "\u0130\u0131 \u015f\u011f", " whole thing whole",
    "mixed \u0420\u0423\u0421123\u65e5\u672c text!?\u2014\u2026", "\u00fc\u00fc \u00fc\u00ef\u00fc \u2603\u00fc\u2603", "<a> </a> |> </b>", "\u2581a\u2581\u2581b \u2581 c", "=====-----     x", "{\n    \"k\": [1, 22],\n}\n",
    "<|im_end|>. b|>. <|im_start|>|>.", *tokens, *[f"a {t} b{t}{t}\n{t[:-1]}" for t in tokens],
    *[c * n for c in ("a", " ", "\n", "\t", "\u00e9", "\u4e2d", "7", "\u0301", "\u2581", "\u00fc", "ab ") for n in (2, 3, 5, 17, 64, 130)],
    "".join("aeiou"[i * i % 5] for i in range(3000)),
]
chosen = lines[: len(lines) - 29][1::3]
rng = random.Random(1)
forms = [lambda s: unicodedata.normalize("NFD", s), lambda s: unicodedata.normalize("NFKD", s), str.upper, str.title, lambda s: s.replace(" ", "  "), lambda s: s.replace(" ", "\n")]
varied = [rng.choice(forms)(line) for line in chosen[::4]]
words = [w for line in lines for w in line.split()]
bits = edges[:40] + tokens + ["'s", "'", " ", " ", "\n", "\t", "1", "23", ".", ",", "\u0301", "\u0323", "\u00fc", "\u2581", "(", "\U0001f600"]
spliced = ["".join(rng.choice(words if rng.random() < 0.4 else bits) for _ in range(rng.randint(1, 9))) for _ in range(700)]
texts = edges + chosen + varied + spliced
(here / "families" / "texts.json").write_text(json.dumps(texts, ensure_ascii=True, indent=0) + "\n", encoding="utf-8")
broken = []
for _ in range(300):
    raw = b"".join(rng.choice([b"a", b" ", b"\x80", b"\xbf", b"\xc2", b"\xc0", b"\xe0", b"\xe0\xa0", b"\xed\xa0", b"\xed\x9f", b"\xef\xbf", b"\xf0\x90", b"\xf0\x90\x80", b"\xf4\x8f", b"\xf4\x90", b"\xff", "\u00e9\u4e2d\U0001f600".encode()]) for _ in range(rng.randint(1, 8)))
    broken.append([raw.hex(), raw.decode("utf-8", "replace")])
(here / "families" / "broken.json").write_text(json.dumps(broken, separators=(",", ":")).replace("],[", "],\n[") + "\n", encoding="utf-8")
