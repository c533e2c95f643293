"""What a model says about a theme -> a name, a story and the statements behind them; or a refusal, with its reason."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from voc.llm.prompt import Quote

LONGEST_NAME = 16
LONGEST_STORY = 120

_FENCED = re.compile(r"```(?:json)?\s*(.*?)\s*```", re.DOTALL | re.IGNORECASE)
_MARKUP = re.compile(r"[<>{}\[\]|\\`*~^#_=@&$\ufffd]")
_ADDRESS = re.compile(r"://|www\.|[a-z0-9-]\.[a-z]{2,}")
_STORY = re.compile(r"作为.+我们?希望.+以便.+")
_DIGITS = "零一二两三四五六七八九十百千万亿"
_NUMBER = re.compile(rf"\d+(?:[.:,]\d+)*|(?!一[人名位条次])[{_DIGITS}]+(?:分之[{_DIGITS}]+|[成倍人名位条次])")
# words that any name can have: to share them with a quote says nothing
_EMPTY = re.compile(
    "作为|希望|以便|建议|需要|功能|问题|优化|体验|改进|改善|提升|支持|增加|用户|产品|可以|能够|不能|没有|无法|反馈|使用"
)
_WORD = re.compile(r"[a-z][a-z0-9]+|[^\W\da-z_]{2,}")


class Refused(Exception):
    """An answer that is not used; the message says why in a few words."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A draft by the model; `cites` are the short ids of the quotes it claims to rest on."""

    name: str
    story: str
    cites: tuple[str, ...]

    @property
    def text(self) -> str:
        """All that would be shown."""
        return f"{self.name}\n{self.story}"


Quotes = Mapping[str, Quote]


def read_answer(content: str, quotes: Quotes) -> Answer:
    """The answer in a reply, once every rule holds. Raises: Refused with the first rule that does not."""
    answer = _parse(content)
    for problem, holds in RULES:
        if not holds(answer, quotes):
            raise Refused(problem)
    return answer


def _parse(content: str) -> Answer:
    text = content.rpartition("</think>")[2].strip()  # models that reason aloud do so before they answer
    fenced = _FENCED.fullmatch(text)
    try:
        found = json.loads(fenced[1] if fenced else text)
    except (ValueError, RecursionError):
        raise Refused("not JSON") from None
    said = found if isinstance(found, dict) else {}
    name, story, cites = map(said.get, ("name", "story", "cites"))
    if not (isinstance(name, str) and isinstance(story, str) and isinstance(cites, list)):
        raise Refused("no name, story or cites")
    return Answer(name.strip(), story.strip(), tuple(dict.fromkeys(map(str, cites))))


def _is_plain(answer: Answer, _: Quotes) -> bool:
    """One line each, of characters that are seen as they are."""
    categories = {unicodedata.category(character) for character in answer.name + answer.story}
    return not _MARKUP.search(answer.text) and not any(c[0] == "C" or c in ("Zl", "Zp") for c in categories)


def _has_said_numbers(answer: Answer, quotes: Quotes) -> bool:
    """Whether every number stands in a quote that is cited, digits or Chinese ones with a measure word."""
    said = {number for key in answer.cites for number in _NUMBER.findall(_plain(quotes[key].text))}
    return said.issuperset(_NUMBER.findall(_plain(answer.text)))


def _shares_words(text: str, answer: Answer, quotes: Quotes) -> bool:
    """Whether a text has a word (two Chinese characters, a Latin word) that a cited quote has too."""
    said = {word for key in answer.cites for form in (quotes[key].text, quotes[key].norm) for word in _words(form)}
    return not said.isdisjoint(_words(text))


def _words(text: str) -> set[str]:
    pieces = _WORD.findall(_EMPTY.sub(" ", _plain(text)))
    return {piece[i : i + 2] for piece in pieces if not piece.isascii() for i in range(len(piece) - 1)} | {
        piece for piece in pieces if piece.isascii()
    }


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


# What is wrong with an answer -> what must hold; tried in order, so that later rules can rely on earlier ones.
RULES: tuple[tuple[str, Callable[[Answer, Quotes], bool]], ...] = (
    ("cites nothing", lambda answer, quotes: bool(answer.cites)),
    ("cites unknown quotes", lambda answer, quotes: set(answer.cites) <= set(quotes)),
    ("name too short or too long", lambda answer, quotes: 2 <= len(answer.name) <= LONGEST_NAME),
    ("story too long", lambda answer, quotes: len(answer.story) <= LONGEST_STORY),
    ("markup or control characters", _is_plain),
    ("an address", lambda answer, quotes: not _ADDRESS.search(_plain(answer.text))),
    ("story of another form", lambda answer, quotes: bool(_STORY.fullmatch(answer.story))),
    ("a number that no cited quote has", _has_said_numbers),
    ("name without a word of its quotes", lambda answer, quotes: _shares_words(answer.name, answer, quotes)),
    ("story without a word of its quotes", lambda answer, quotes: _shares_words(answer.story, answer, quotes)),
)  # fmt: skip
