"""The lexicon of names: how users put a fault, a wish, praise or a scene, and how a product manager writes it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Sort = Literal["fault", "wish", "praise"]
_SLOT = re.compile(r"\{(.*?)\}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Predicate:
    """What is said of a thing: `name` with the object's place as ``{}``, the `default` object, and its wordings.

    `takes_object` is false where the name needs none; `vague` where it says little.
    """

    name: str
    default: str
    takes_object: bool
    vague: bool
    sort: Sort
    wordings: re.Pattern[str]

    def render(self, thing: str) -> str:
        """The name said of a thing, which may be empty."""
        return self.name.replace("{}", thing)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lexicon:
    """All tables of ``lexicon.toml``, compiled."""

    predicates: tuple[Predicate, ...]
    scenes: tuple[tuple[str, re.Pattern[str]], ...]
    aliases: dict[str, str]
    banned: re.Pattern[str]
    empty: frozenset[str]


@cache
def lexicon() -> Lexicon:
    """The lexicon that is shipped, read once."""
    tables = tomllib.loads(files(__package__).joinpath("lexicon.toml").read_text(encoding="utf-8"))
    sorts: tuple[tuple[str, Sort], ...] = (("faults", "fault"), ("wishes", "wish"), ("praises", "praise"))
    return Lexicon(
        predicates=tuple(_predicate(name, regex, sort) for key, sort in sorts for name, regex in tables[key].items()),
        scenes=tuple((name, re.compile(regex)) for name, regex in tables["scenes"].items()),
        aliases={alias: name for name, aliases in tables["aliases"].items() for alias in aliases},
        banned=re.compile(tables["words"]["banned"]),
        empty=frozenset(tables["words"]["empty"]),
    )


def vocabulary() -> tuple[str, ...]:
    """What names are made of besides the words of users."""
    told = lexicon()
    predicates = (text for one in told.predicates for text in (one.render(" "), one.render(one.default), one.default))
    return (*predicates, *(name for name, _ in told.scenes), *told.aliases.values())


def _predicate(name: str, regex: str, sort: Sort) -> Predicate:
    slot = _SLOT.search(name)
    return Predicate(
        name=_SLOT.sub("{}", name.rstrip("?")),
        default=slot.group(1) if slot else "",
        takes_object=slot is not None,
        vague=name.endswith("?"),
        sort=sort,
        wordings=re.compile(regex),
    )
