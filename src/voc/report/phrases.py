"""The words of a report, one table per language; quotes and names of themes stay as they are."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from voc.errors import ConfigError

Phrases = Mapping[str, str]

LANGUAGES = ("zh", "en")


@cache
def phrases(lang: str) -> Phrases:
    """The table of a language, ``words/LANG.toml``; an unknown language is a ConfigError.

    >>> phrases("zh")["kind.problem"]
    '问题'
    """
    if lang not in LANGUAGES:
        raise ConfigError(f"there is no report in {lang!r}; choose one of {', '.join(LANGUAGES)}")
    return tomllib.loads((files("voc.report") / "words" / f"{lang}.toml").read_text(encoding="utf-8"))
