"""Writes small models with SentencePiece tokenizers as GGUF files, and what Hugging Face's tokenizers make of texts.

    pip install transformers==5.24.0 tokenizers==0.23.3 sentencepiece==0.2.3 gguf==0.19.0 protobuf torch && python make.py
    pip install xllamacpp==2026.10.11549    # optional: compares with llama.cpp, too

llama is a BPE with byte fallback and a space before texts; gemma one without that space and with runs of spaces and of line ends as
user-defined pieces; scores one whose pieces and scores are a Unigram's, so that they are not in the order of ids. Each is converted by
transformers' own converter to a tokenizer.json, and written with the metadata that llama.cpp's converter writes.

golden.json has a digest for each text: the first 12 hexadecimal digits of the SHA-256 of the ids and of the texts that they decode to,
without special tokens and with them. The first texts have the ids, too.
"""

import hashlib
import io
import json
import pathlib
import sys
import tempfile
import urllib.request

import gguf
import numpy as np
import sentencepiece as spm
import tokenizers
import transformers
from sentencepiece import sentencepiece_model_pb2 as pb
from transformers.convert_slow_tokenizer import GemmaConverter, LlamaConverter
from transformers.tokenization_utils_base import generate_merges

here = pathlib.Path(__file__).parent
lines = json.loads((here / "../../../text/testdata/lines.json").read_text(encoding="utf-8"))
NORMAL, UNKNOWN, CONTROL, USER, UNUSED, BYTE = 1, 2, 3, 4, 5, 6

edges = [
    "", " ", "  ", "▁", " a", "a ", "  two  spaces  ", "   three", "tab\tand\nnewline\r\n", "\n\n", "\n\n\n\nx", "\u00a0no\u00a0break", "▁a▁▁b ▁ c", "<s>", "a<s>b", "<bos>x</s> y",
    "<sep>", "a <sep> b<sep>c", "<sep> <sep>", "<0x0A>", "<unk>", "emoji \U0001f469\u200d\U0001f467 ☃ ü", "1234567.8 −12,5 ١٢٣", "e\u0301 é", "     five", "a     b", "\t\t", "{\n    \"k\": [1, 22],\n}\n",
    "\x00\x01\x7f", "\ufffd", "\U000e0001", "İ ı ſ", "a" * 100, " " * 40, "ab " * 30,
]  # fmt: skip
texts = edges + lines[1 :: len(lines) // 300][:300] + [s.replace(" ", "  ") for s in lines[2 :: len(lines) // 40]][:40]


def train(kind, **settings):
    out = io.BytesIO()
    spm.SentencePieceTrainer.train(
        sentence_iterator=iter(lines[::2]), model_writer=out, model_type=kind, normalization_rule_name="identity", remove_extra_whitespaces=False, split_digits=True,
        max_sentence_length=100000, num_threads=1, minloglevel=2, byte_fallback=True, character_coverage=0.99, **settings)  # fmt: skip
    proto = pb.ModelProto()
    proto.ParseFromString(out.getvalue())
    return proto


class Original:
    """What the converters ask of the slow tokenizer."""

    pad_token, eos_token, bos_token, legacy = "<pad>", "<eos>", "<bos>", True

    def __init__(self, path, proto, prefix):
        self.vocab_file, self.proto, self.add_prefix_space = path, proto, prefix

    def convert_ids_to_tokens(self, id):
        return self.proto.pieces[id].piece


class ByScore:
    """The extractor that the converters had before transformers 5: those of 5.24 ask for other arguments than they are given."""

    def __init__(self, path):
        self.path = path

    def extract(self, vocab_scores):
        return None, generate_merges({piece: id for id, (piece, _) in enumerate(vocab_scores)}, vocab_scores)


LlamaConverter.SpmExtractor = GemmaConverter.SpmExtractor = ByScore


def converted(proto, converter, prefix, bos):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "tokenizer.model")
        path.write_bytes(proto.SerializeToString())
        t = converter(Original(str(path), proto, prefix)).converted()
    t.add_special_tokens([tokenizers.AddedToken("<unk>", normalized=False)])  # as the tokenizer's class does, and published files have it
    id = t.token_to_id(bos)
    t.post_processor = tokenizers.processors.TemplateProcessing(single=f"{bos} $A", pair=f"{bos} $A {bos} $B", special_tokens=[(bos, id)])
    return t


def write(name, proto, arch, bos, eos, unk, prefix, added_bos):
    """As convert_hf_to_gguf.py does: spaces of user-defined pieces are spaces, with the score -1000, and the list is padded."""
    tokens, scores, types = [], [], []
    for p in proto.pieces:
        user = p.type == USER
        tokens.append(p.piece.replace("▁", " ") if user else p.piece)
        scores.append(-1000.0 if user or p.type == CONTROL else p.score)
        types.append(p.type)
    while len(tokens) % 16:
        tokens.append(f"[PAD{len(tokens)}]")
        scores.append(-10000.0)
        types.append(UNUSED)
    path = str(here / f"{name}.gguf")
    w = gguf.GGUFWriter(path, arch)
    w.add_block_count(1)
    w.add_context_length(512)
    w.add_embedding_length(4)
    w.add_feed_forward_length(4)
    w.add_head_count(1)
    w.add_head_count_kv(1)
    w.add_key_length(4)
    w.add_value_length(4)
    w.add_layer_norm_rms_eps(1e-6)
    w.add_rope_dimension_count(4)
    if arch == "gemma2":
        w.add_sliding_window(16)
    w.add_tokenizer_model("llama")
    w.add_tokenizer_pre("default")
    w.add_token_list([t.encode() for t in tokens])
    w.add_token_scores(scores)
    w.add_token_types(types)
    w.add_bos_token_id(bos)
    w.add_eos_token_id(eos)
    w.add_unk_token_id(unk)
    if added_bos is not None:
        w.add_add_bos_token(added_bos)
    if prefix is not None:
        w.add_add_space_prefix(prefix)
    w.add_tensor("token_embd.weight", np.zeros((len(tokens), 4), np.float16))
    norms = ["attn_norm", "ffn_norm"] + (["post_attention_norm", "post_ffw_norm"] if arch == "gemma2" else [])
    for norm in norms:
        w.add_tensor(f"blk.0.{norm}.weight", np.ones(4, np.float32))
    for matrix in ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"]:
        w.add_tensor(f"blk.0.{matrix}.weight", np.zeros((4, 4), np.float32))
    w.add_tensor("output_norm.weight", np.ones(4, np.float32))
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()
    return path


def digest(t, ids):
    record = [",".join(map(str, ids)), t.decode(ids, skip_special_tokens=True), t.decode(ids, skip_special_tokens=False)]
    return hashlib.sha256("\n".join(record).encode()).hexdigest()[:12]


def compare(name, path, t):
    """Says on how many texts transformers' GGUF reader and llama.cpp agree with the converted tokenizer.json."""
    want = {s: t.encode(s, add_special_tokens=False).ids for s in texts}
    try:
        read = transformers.AutoTokenizer.from_pretrained(str(here), gguf_file=f"{name}.gguf")
        other = [s for s in texts if read(s, add_special_tokens=False)["input_ids"] != want[s]]
        print(f"{name}: transformers' reading of the GGUF file differs on {len(other)} of {len(texts)}: {other[:8]}")
    except Exception as e:  # noqa: BLE001
        print(f"{name}: transformers does not read the file: {e}")
    try:
        import xllamacpp
    except ImportError:
        return
    p = xllamacpp.CommonParams()
    p.model.path, p.n_ctx, p.warmup = path, 64, False
    server = xllamacpp.Server(p)
    other = []
    for s in texts:
        body = json.dumps({"content": s, "add_special": False, "parse_special": True}).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{server.listening_address}/tokenize", body, {"Content-Type": "application/json"})) as reply:
            got = json.load(reply)["tokens"]
        if got != want[s]:
            other.append(s)
    print(f"{name}: llama.cpp differs on {len(other)} of {len(texts)}: {other[:12]}")


llama = train("bpe", vocab_size=2000, user_defined_symbols=["<sep>"])
gemma = train("bpe", vocab_size=2000, add_dummy_prefix=False, allow_whitespace_only_pieces=True, pad_id=0, eos_id=1, bos_id=2, unk_id=3, pad_piece="<pad>", eos_piece="<eos>", bos_piece="<bos>",
              user_defined_symbols=["<start_of_turn>", "<sep>", "\n", "\n\n", "\n\n\n", "▁▁", "▁▁▁", "▁▁▁▁"])  # fmt: skip
unigram = train("unigram", vocab_size=2000, user_defined_symbols=["<sep>"])
unigram.trainer_spec.model_type = 2  # its pieces and scores, merged as those of a BPE are
del unigram.pieces[:0]
rest = sorted(unigram.pieces[260:], key=lambda p: hashlib.sha256(p.piece.encode()).digest())  # not in the order of scores
del unigram.pieces[260:]
unigram.pieces.extend(rest)

golden = {"transformers": transformers.__version__, "tokenizers": tokenizers.__version__, "sentencepiece": spm.__version__, "texts": texts, "cases": []}
for name, proto, converter, prefix, arch, said, added_bos in [
    ("llama", llama, LlamaConverter, True, "llama", None, None),
    ("gemma", gemma, GemmaConverter, False, "gemma2", False, True),
    ("scores", unigram, LlamaConverter, True, "llama", True, True),
]:
    pieces = [p.piece for p in proto.pieces]
    bos, eos = ("<bos>", "<eos>") if name == "gemma" else ("<s>", "</s>")
    t = converted(proto, converter, prefix, bos)
    path = write(name, proto, arch, pieces.index(bos), pieces.index(eos), pieces.index("<unk>"), said, added_bos)
    ids = [t.encode(s).ids for s in texts]
    golden["cases"].append({"name": name, "size": t.get_vocab_size(), "examples": ids[: len(edges)], "digests": [digest(t, i) for i in ids]})
    compare(name, path, t)
    if len(sys.argv) > 1:
        t.save(str(pathlib.Path(sys.argv[1], f"{name}.json")))
out = json.dumps(golden, ensure_ascii=True, separators=(",", ":")).replace(',{"name"', ',\n{"name"').replace('"cases"', '\n"cases"')
(here / "golden.json").write_text(out + "\n", encoding="utf-8")
