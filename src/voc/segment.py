"""Text to tokens: jieba on its own instance, with a user dictionary, multi-script terms and new words of the corpus."""

from __future__ import annotations

import copy
import functools
import logging
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voc import resources
from voc.errors import ConfigError

if TYPE_CHECKING:
    import jieba

_HAN_RUN = re.compile("[\u3400-\u9fff]+")
_WORD = re.compile(r"\w")
_BRANDS = "小米|红米|华为|荣耀|苹果|三星|魅族|一加|真我|努比亚"
_MODEL = "(?:Pro|Max|Plus|Ultra|Mini|SE|Air|Lite|Note|Pad|Turbo)(?![A-Za-z])"
_MODEL_TAIL = rf"(?: ?{_MODEL}\+?)*"
# 小米3台, App 2次: a number that counts something is not part of a name
_NAMES = (
    rf"(?:(?={_MODEL})|(?![\dA-Za-z]| ?(?:个|次|天|年|月|日|号(?!线)|点|小时|分|秒|元|块|台|条|人|遍|倍|多|颗|星|款"
    rf"|部|只|张|%|％|[./:]\d)))"
)
_TERM = (
    rf"(?:{_BRANDS}) ?[A-Za-z]?\d+[A-Za-z]{{0,2}}{_NAMES}{_MODEL_TAIL}"
    r"|(?![A-Za-z][\u3400-\u9fff])"  # T恤 and K歌 are words of the dictionary
    rf"[A-Za-z]+(?:[-+'][A-Za-z0-9]+)*(?:\+{{1,2}}(?![A-Za-z0-9+]))?(?: ?\d+(?:\.\d+)*{_NAMES}"
    rf"|\d+[A-Za-z]{{0,2}}{_NAMES})?{_MODEL_TAIL}"
    r"|\d+(?:\.\d+)*(?:[A-Za-z]+\d*|%|℃)?"
)


class Segmenter:
    """Segments Chinese text into tokens; holds one `jieba.Tokenizer` of its own (the global one is never touched).

    `user_words` are kept whole wherever they occur, also those that mix scripts and blanks ("iPad 横屏").
    Latin letters come out in lower case, without the hyphens and blanks inside a term ("Wi-Fi 6" -> "wifi6").
    """

    def __init__(self, *, user_words: Iterable[str] = (), stopwords: Iterable[str] = ()) -> None:
        self.user_words = tuple(sorted({word.strip() for word in user_words if word.strip()}))
        self.stopwords = frozenset(word.casefold() for word in stopwords)
        self._tokenizer = _load_jieba()
        for word in self.user_words:
            if _HAN_RUN.fullmatch(word):
                self._tokenizer.add_word(word)
        mixed = sorted((word for word in self.user_words if not _HAN_RUN.fullmatch(word)), key=len, reverse=True)
        self._term = re.compile("|".join([*map(re.escape, mixed), _TERM]), re.I)

    def __call__(self, text: str) -> list[str]:
        """All tokens of a text, without punctuation and blanks.

        >>> Segmenter(user_words=["iPad 横屏"])("小米 14 Pro连不上Wi-Fi 6，iPad 横屏不行")
        ['小米14pro', '连不上', 'wifi6', 'ipad横屏', '不行']
        """
        tokens: list[str] = []
        end = 0
        for match in self._term.finditer(text):
            tokens += self._cut(text[end : match.start()])
            tokens.append(_fold(match.group()))
            end = match.end()
        return tokens + self._cut(text[end:])

    def content_words(self, text: str) -> list[str]:
        """The tokens that carry content: no stop words, no bare numbers, no single characters but negations.

        >>> Segmenter(stopwords=["的", "了", "我"]).content_words("我的设备2号又掉线了")
        ['设备', '掉线']
        """
        return [
            token
            for token in self(text)
            if token not in self.stopwords and not token.isdecimal() and (len(token) > 1 or token in _KEEP_SINGLE)
        ]

    def _cut(self, text: str) -> list[str]:
        pieces = (text[n : n + _AT_ONCE] for n in range(0, len(text), _AT_ONCE))
        return [
            token.strip().casefold()
            for piece in pieces
            if piece.strip()
            for token in self._tokenizer.cut(piece)
            if _WORD.search(token)
        ]


_AT_ONCE = 1000  # jieba takes quadratic time for a stretch of unknown words
_KEEP_SINGLE = frozenset("不没无卡慢热烫吵贵丑")


def _fold(term: str) -> str:
    return re.sub(r"[\s'-]+", "", term).casefold()


def _load_jieba() -> jieba.Tokenizer:
    """A tokenizer of its own, with a dictionary of its own: reading it again takes longer than copying it."""
    tokenizer = copy.copy(_dictionary(resources.cache_folder()))
    tokenizer.FREQ = dict(tokenizer.FREQ)
    return tokenizer


@functools.cache
def _dictionary(folder: Path | None) -> jieba.Tokenizer:
    """The tokenizer as it comes; its cache lies in the user's own `folder`, not in the shared temporary one."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes in jieba's sources, an error on Python 3.12 with -W error
        import jieba
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(folder) if folder else None
    tokenizer.initialize()
    return tokenizer


def read_words(path: Path | str) -> list[str]:
    """The words of a dictionary or stop-word file: one a line, ``#`` comments; jieba's ``word freq tag`` lines too.

    A frequency is cut off only after a word written in Chinese, so "iPhone 15" stays whole.

    Raises: ConfigError where the file cannot be read.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise ConfigError(f"word list {path} cannot be read: {error.strerror}; check the path") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"word list {path} is not UTF-8 text; save it as that") from error
    words = []
    for line in lines:
        word = line.split("#")[0].strip()
        if tagged := re.fullmatch(r"([\u3400-\u9fff]+)(?:\s+\d+)?(?:\s+[a-z]{1,3})?", word):
            word = tagged.group(1)
        if word:
            words.append(word)
    return words


@dataclass(frozen=True, kw_only=True, slots=True)
class NewWord:
    """A word the dictionary lacks: how often it occurs, how tightly its parts hold together (pointwise mutual
    information, bits) and how freely it combines (the smaller of its left and right branching entropies, bits)."""

    word: str
    count: int
    cohesion: float
    freedom: float


def discover(
    texts: Sequence[str],
    segmenter: Segmenter,
    *,
    min_count: int = 8,
    min_cohesion: float = 5.0,
    min_freedom: float = 1.5,
    max_characters: int = 2_000_000,
) -> list[NewWord]:
    """New words of 2-4 characters in a corpus, most frequent first, by mutual information and branching entropy.

    After Huang & Powers (2003), "Chinese word segmentation based on contextual entropy". Only candidates that the
    segmenter cuts apart are returned. Of a corpus larger than `max_characters` an evenly spaced part is read.
    """
    counts, left, right, total = _count_ngrams(_thin(sorted(set(texts)), max_characters))
    found = []
    for gram, count in counts.items():
        if len(gram) < 2 or count < min_count or gram[0] in _EDGE or gram[-1] in _EDGE:
            continue
        cohesion = min(math.log2(count * total / (counts[gram[:i]] * counts[gram[i:]])) for i in range(1, len(gram)))
        if cohesion < min_cohesion:
            continue
        freedom = min(_entropy(left[gram]), _entropy(right[gram]))
        if freedom >= min_freedom and _is_cut_up(segmenter(gram)):
            found.append(NewWord(word=gram, count=count, cohesion=cohesion, freedom=freedom))
    return sorted(found, key=lambda new: (-new.count, new.word))


def _is_cut_up(tokens: list[str]) -> bool:
    """A new word falls into pieces of which one is a single character; two whole words side by side are a phrase."""
    return len(tokens) > 1 and min(map(len, tokens)) == 1


_EDGE = frozenset(
    "越什每台挺好更最无的了是在和也都就还又再才很太把被让给对从到于以用为跟比由当将会要想去来上下这那我你他她它们个么吗呢吧啊呀哦着过不没有一二三两几能可请"
)
_MAX_GRAM = 4


def _thin(texts: list[str], max_characters: int) -> list[str]:
    step = max(1, math.ceil(sum(map(len, texts)) / max_characters))
    return texts[::step]


def _count_ngrams(
    texts: Iterable[str],
) -> tuple[Counter[str], dict[str, Counter[str]], dict[str, Counter[str]], int]:
    counts: Counter[str] = Counter()
    runs = [run for text in texts for run in _HAN_RUN.findall(text)]
    for run in runs:
        for size in range(1, _MAX_GRAM + 1):
            counts.update(run[i : i + size] for i in range(len(run) - size + 1))
    frequent = {gram for gram, count in counts.items() if len(gram) > 1 and count >= 5}
    left: dict[str, Counter[str]] = defaultdict(Counter)
    right: dict[str, Counter[str]] = defaultdict(Counter)
    for n, run in enumerate(runs):
        for size in range(2, _MAX_GRAM + 1):
            for i in range(len(run) - size + 1):
                gram = run[i : i + size]
                if gram in frequent:
                    # the edge of a run is a neighbour of its own each time: it shows that the word stands freely
                    left[gram][run[i - 1] if i else f"^{n}"] += 1
                    right[gram][run[i + size] if i + size < len(run) else f"${n}"] += 1
    return counts, left, right, sum(map(len, runs))


def _entropy(counter: Counter[str]) -> float:
    total = sum(counter.values())
    return -sum(n / total * math.log2(n / total) for n in counter.values())
