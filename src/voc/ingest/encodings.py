"""Which encoding a file is written in: a byte-order mark, else UTF-8, else what reads as the most ordinary Chinese.

GB18030 and Big5 accept nearly each other's bytes, so decoding without an error proves nothing. What tells them apart
is how many of the characters are everyday ones: level 1 of GB 2312 and of Big5 (5,401 characters) and punctuation.
"""

from __future__ import annotations

import codecs
import re
from functools import cache

from voc.errors import ConfigError, InputError

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What is decoded with, where a wider codec reads all of the named encoding and the strays files hold as well.
CODECS = {"utf-8": "utf-8-sig", "gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}
CANDIDATES = ("gb18030", "big5", "utf-16-le", "utf-16-be")
KNOWN = "UTF-8, UTF-16, GB18030 or Big5"
LEAST_ORDINARY = 0.5
MOST_BROKEN = 0.05  # of the characters beyond ASCII: a stray byte does not make a file another encoding
CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x1b") | {127})
MOST_CONTROL = 0.1
FOREIGN = re.compile(rb"[\x80-\xff]")
PUNCTUATION = "，。！？、；：“”‘’（）《》〈〉「」『』【】…—·～￥％＋－０１２３４５６７８９"


def canonical(encoding: str) -> str:
    """The usual name of an encoding.

    Raises: ConfigError where Python knows no such text encoding.

    >>> canonical("GBK"), canonical("utf8"), canonical("UTF_8_SIG")
    ('gbk', 'utf-8', 'utf-8')
    """
    try:
        "".encode(encoding)
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError) as error:
        raise ConfigError(f"there is no encoding {encoding!r}; use one such as utf-8, gb18030, big5, utf-16") from error
    return name.removesuffix("-sig")


def codec(encoding: str) -> str:
    """The codec an encoding is decoded with: a superset that also drops the byte-order mark.

    >>> codec("gbk"), codec("utf-16")
    ('gb18030', 'utf-16')
    """
    return CODECS.get(encoding, encoding)


def is_binary(sample: bytes) -> bool:
    r"""Whether bytes are no text at all: full of control characters and no UTF-16 or UTF-32.

    >>> is_binary(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), is_binary("好\0".encode()), is_binary("a,b".encode("utf-16"))
    (True, False, False)
    """
    if _marked(sample) or _utf16_by_zeros(sample):
        return False
    return len(sample) - len(sample.translate(None, CONTROL)) > max(3, MOST_CONTROL * len(sample))


def choose(sample: bytes, *, given: str, name: str) -> str:
    """The encoding of a file, from its first bytes and the one the caller gave, if any.

    Raises: InputError where nothing fits, or the given one does not.
    """
    found = detect(sample)
    if not given:
        if not found:
            raise InputError(f"{name} is not text in {KNOWN}; name its encoding with --encoding")
        return found
    if given == "utf-16" and found in ("utf-16-le", "utf-16-be"):
        return found
    implausible = found and ordinary(_telling(sample, found)) - ordinary(_telling(sample, given)) > 0.3
    if implausible or not _fits(sample, given):
        hint = f"it reads as {found}" if found else "name another"
        raise InputError(f"{name} is not {given}; {hint} (--encoding)")
    return given


def detect(sample: bytes) -> str:
    """The encoding of a text from its first bytes, '' where none of the known ones fits.

    >>> [detect("内容,评分\\n很好用的软件,5\\n".encode(name)) for name in ("utf-8", "gbk", "utf-16", "utf-16-le")]
    ['utf-8', 'gb18030', 'utf-16', 'utf-16-le']
    >>> detect("內容,評分\\n很好用的軟體,5\\n".encode("big5"))
    'big5'
    """
    known = _marked(sample) or _utf16_by_zeros(sample)
    if known:
        return known
    if _fits(sample, "utf-8"):
        return "utf-8"
    scores = {name: ordinary(_telling(sample, name)) for name in CANDIDATES}
    best = max(CANDIDATES, key=lambda name: scores[name])
    return best if scores[best] >= LEAST_ORDINARY else ""


def ordinary(text: str) -> float:
    """The share of everyday Chinese characters among those beyond ASCII, 0-1 (0 where there are none).

    >>> ordinary("很好 good"), ordinary("浣犲ソ") < 0.7, ordinary("good")
    (1.0, True, 0.0)
    """
    beyond = [char for char in text if char > "\x7f"]
    return sum(char in _everyday() for char in beyond) / len(beyond) if beyond else 0.0


def _marked(sample: bytes) -> str:
    return next((name for bom, name in BOMS if sample.startswith(bom)), "")


def _utf16_by_zeros(sample: bytes) -> str:
    """UTF-16 without a mark: the ASCII in it (commas, digits, line ends) leaves zeros on one side only."""
    even, odd = sample[:65536:2].count(0), sample[1:65536:2].count(0)
    if even + odd < max(2, len(sample[:65536]) // 100) or min(even, odd) > 0.2 * max(even, odd):
        return ""
    name = "utf-16-be" if even > odd else "utf-16-le"
    text = _decode(sample[:65536], name)
    return name if "\ufffd" not in text and (text.isascii() or ordinary(text) >= LEAST_ORDINARY) else ""


def _decode(sample: bytes, encoding: str) -> str:
    """What bytes read as; a character cut off at the end does not count as broken."""
    try:
        return codecs.getincrementaldecoder(codec(encoding))("replace").decode(sample)
    except UnicodeError:  # a codec that insists on a byte-order mark
        return "\ufffd"


def _fits(sample: bytes, encoding: str) -> bool:
    text = _decode(sample, encoding)
    as_written = sample.count("\ufffd".encode()) if encoding == "utf-8" else 0
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    return text.count("\ufffd") - as_written <= MOST_BROKEN * beyond_ascii


def _telling(sample: bytes, encoding: str) -> str:
    """The part of a sample that tells encodings apart: from its first byte beyond ASCII on."""
    first = FOREIGN.search(sample)
    start = first.start() - first.start() % 4 if first else 0
    return _decode(sample[start : start + 65536], encoding)


@cache
def _everyday() -> frozenset[str]:
    trails = [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
    gb = b"".join(bytes((lead, trail)) for lead in range(0xB0, 0xD8) for trail in range(0xA1, 0xFF))
    big5 = b"".join(bytes((lead, trail)) for lead in range(0xA4, 0xC7) for trail in trails)
    return frozenset(gb.decode("gb2312", "ignore") + big5.decode("big5", "ignore") + PUNCTUATION)
