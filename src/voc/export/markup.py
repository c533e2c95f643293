"""How planning tools write a description: each markup shows what a post says as it is, and nothing of it acts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from voc.report.as_markdown import escape
from voc.report.visible import visible

_WIKI = re.compile(r"([\\{}\[\]!|*_^~])")
_REFERENCE = re.compile(r"([@#!])(?=\w)")


@dataclass(frozen=True, slots=True)
class Markup:
    """`text` makes words of others harmless, on one line; the rest lays them out."""

    text: Callable[[str], str]
    strong: Callable[[str], str]
    link: Callable[[str, str], str]
    bullet: str
    quote: str
    between_quotes: str


def one_line(text: str) -> str:
    """Text on one line, every character to be seen.

    >>> one_line("  卡顿 \\r\\n闪退\\t")
    '卡顿 ↵ 闪退'
    """
    parts = (" ".join(part.split()) for part in visible(text).split("\n"))
    return " ↵ ".join(part for part in parts if part)


def wiki(text: str) -> str:
    r"""Text that the wiki markup of Jira shows as it is: no macros, links, pictures or mentions.

    >>> wiki("{html}[~admin] !http://a/b.png!")
    '\\{html\\}\\[\\~admin\\] \\!http://a/b.png\\!'
    """
    return _WIKI.sub(r"\\\1", one_line(text))


def forge(text: str) -> str:
    r"""Text that GitHub and GitLab show as it is: nobody is notified, no other issue gets a reference.

    >>> forge("@all 见 #12")
    '@<!-- -->all 见 \\#<!-- -->12'
    """
    return _REFERENCE.sub(r"\1<!-- -->", escape(text))


def _bold(text: str) -> str:
    return f"**{text}**"


def _arrow(label: str, url: str) -> str:
    return f"[{label}](<{url}>)"


PLAIN = Markup(one_line, str, lambda label, url: url, "- ", "「", "\n")
MARKDOWN = Markup(escape, _bold, _arrow, "- ", "> ", "\n>\n")
FORGE = Markup(forge, _bold, _arrow, "- ", "> ", "\n>\n")
WIKI = Markup(wiki, lambda text: f"*{text}*", lambda label, url: f"[{label}|{url}]", "* ", "bq. ", "\n\n")
