"""HTML and plain-text pages -> rows: one page one post, or one line one post where a text file is a list of them."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

from voc.errors import InputError
from voc.ingest.rows import Row

TEXT = {"text": "text"}
PAGE = {"text": "text", "title": "title", "url": "url"}
LEAST_LINES = 5
LONGEST_LINE = 500  # characters
LONGEST_MEDIAN = 200
INVISIBLE = ("script", "style", "noscript", "template", "head")


def text_rows(text: str, *, name: str) -> Iterator[Row]:
    """A plain-text page as one row; its lines as one row each where it `is_list`.

    Raises: InputError where there is nothing but space.
    """
    if not text.strip():
        raise InputError(f"{name} has no text")
    if not is_list(text):
        yield Row(1, {"text": text}, TEXT)
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield Row(number, {"text": line.rstrip("\r")}, TEXT)


def is_list(text: str) -> bool:
    r"""Whether a text has one post on each line rather than being one post of several paragraphs.

    It has when there are 5 lines or more, none of them 500 characters long, half of them shorter than 200, and no
    blank lines between most of them.

    >>> is_list("很好用\n" * 5), is_list("很好用\n\n" * 5), is_list("很好用\n" * 4)
    (True, False, False)
    """
    lines = text.strip().split("\n")
    lengths = [len(line.strip()) for line in lines if line.strip()]
    n_blank = len(lines) - len(lengths)
    enough = len(lengths) >= LEAST_LINES and n_blank < len(lengths) / 2
    return enough and max(lengths) < LONGEST_LINE and median(lengths) < LONGEST_MEDIAN


def html_rows(page: str, *, name: str) -> Iterator[Row]:
    """An HTML page as one row: its main text, else all its text; its title; its canonical address.

    Raises: InputError where it has no text.
    """
    import trafilatura
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True)
    try:
        document: Any = html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError as error:
        raise InputError(f"{name} has no text") from error
    title = " ".join((document.findtext(".//title") or "").split())
    url = next(iter(document.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content")), "")
    text = trafilatura.extract(document, include_comments=True, favor_recall=True) or _visible(document)
    if not text.strip() and not title:
        raise InputError(f"{name} has no text")
    yield Row(1, {"text": text, "title": title, "url": str(url)}, PAGE)


def _visible(document: Any) -> str:
    for element in document.xpath("|".join(f"//{tag}" for tag in INVISIBLE)):
        element.drop_tree()
    lines = (" ".join(piece.split()) for piece in document.itertext())
    return "\n".join(line for line in lines if line)
