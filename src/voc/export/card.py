"""An item of the report as an item of a planning tool: its title, its description, its labels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from voc.export.markup import Markup, one_line
from voc.export.words import words
from voc.report.model import Item, Quote, Report

MARK = "voc"
LONGEST_TITLE = 250  # characters; the tools take 255 or 256
_THEME = re.compile(rf"\b{MARK}:(t-[0-9A-Za-z_-]+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One item of a report on its way into a tool.

    `number` counts the items of the tool, `note` says what became of the theme before, `status` and `release` are
    those that are known of it.
    """

    item: Item
    report: Report
    number: int = 1
    note: str = ""
    status: str = "new"
    release: str = ""


def marker(theme_id: str) -> str:
    """What an item is known by: a label, or a line at the end of its description."""
    return f"{MARK}:{theme_id}"


def marked(text: str) -> str:
    """The theme that a text is marked with; what stands last counts, for quotes stand before it. Empty if none.

    >>> marked("“voc:t-1” 说的人很多\\n\\nvoc:t-2"), marked("没有")
    ('t-2', '')
    """
    found = _THEME.findall(text)
    return found[-1] if found else ""


def title(card: Card) -> str:
    """The name of the theme as the report shows it, on one line, as long as every tool takes it."""
    return cut(one_line(card.item.title), LONGEST_TITLE)


def cut(text: str, limit: int) -> str:
    """The text, or its beginning with a sign that more follows."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def labels(card: Card, *, without: str = "", limit: int = 50, priority: bool = False) -> list[str]:
    """What an item can be found by: `voc`, the theme, area, kind and, for tools without one, the priority.

    `without` are characters that the tool reads as separators; a blank among them stands for all white space.
    """
    item = card.item
    wanted = [MARK, marker(item.theme_id), item.area, item.kind_label, *([item.priority] if priority else [])]
    separators = re.compile(f"[{re.escape(without)}]+") if without else None
    cleaned = [separators.sub("-", one_line(text)).strip("-") if separators else one_line(text) for text in wanted]
    return list(dict.fromkeys(label[:limit] for label in cleaned if label))


def sources(card: Card) -> list[str]:
    """Where the posts come from, the most frequent first."""
    count = Counter(one_line(quote.source) for quote in card.item.evidence)
    return sorted(count, key=lambda source: (-count[source], source))


def first_date(card: Card) -> str:
    """The day of the oldest post, or nothing where posts have no dates."""
    return min((quote.date for quote in card.item.evidence if quote.date), default="")


def first_url(card: Card) -> str:
    """The address of the first quote that has one."""
    return next((quote.url for quote in (*card.item.quotes, *card.item.evidence) if quote.url), "")


def description(card: Card, markup: Markup, *, limit: int) -> str:
    """Note, user story, evidence and quotes of an item, then its marker; too many quotes are left out from the end."""
    report, item = card.report, card.item
    notes = "\n".join(map(markup.text, card.note.splitlines()))
    facts = "\n".join(f"{markup.bullet}{label}: {text}" for label, text in _facts(card, markup))
    head = "\n\n".join(part for part in (notes, markup.text(item.story), facts) if part)
    tail = f"{report.labels['theme_id']}: {marker(item.theme_id)}"
    room = limit - len(tail) - len("\n\n") * 3 - len(markup.strong(report.labels["quotes"]))
    head = cut(head, room)
    quotes = [_quote(quote, card, markup) for quote in item.quotes]
    while quotes and len(head) + len(markup.between_quotes.join(quotes)) > room:
        quotes.pop()
    said = markup.between_quotes.join(quotes)
    return "\n\n".join([head, *([markup.strong(report.labels["quotes"]), said] if said else []), tail])


def _facts(card: Card, markup: Markup) -> Iterator[tuple[str, str]]:
    item, labels = card.item, card.report.labels
    yield labels["people"], f"{item.n_people.text} ({item.share.text})"
    yield labels["posts"], item.n_posts.text
    if item.mean_rating:
        yield labels["rating"], item.mean_rating.text
    yield labels["trend"], trend(card)
    yield labels["priority"], f"{item.priority} ({item.priority_label})"
    yield labels["area"], markup.text(item.area)
    yield labels["kind"], item.kind_label
    yield labels["action"], markup.text(item.action)
    if item.missing:
        yield labels["missing"], "; ".join(map(markup.text, item.missing))


def trend(card: Card) -> str:
    """The trend with the numbers behind it, as far as there are."""
    item, labels = card.item, card.report.labels
    told = [item.trend_label]
    if item.last and item.before:
        told.append(f"{labels['before']} {item.before.text} → {labels['last']} {item.last.text}")
    if item.change:
        told.append(f"({labels['change']} {item.change.text})")
    return " ".join(told)


def _quote(quote: Quote, card: Card, markup: Markup) -> str:
    link = markup.link(card.report.labels["link"], quote.url) if quote.url else ""
    origin = " · ".join(part for part in (markup.text(quote.source), quote.date, quote.post_id, link) if part)
    closing = "」" if markup.quote == "「" else ""
    return f"{markup.quote}{' ↵ '.join(map(markup.text, quote.texts))}{closing} — {origin}"


def state(card: Card) -> str:
    """Where the theme stands, in the report's language."""
    return words(card.report.lang)[card.status]
