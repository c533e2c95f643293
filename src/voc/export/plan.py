"""What an export is to do, by what the tool was told before and what became of the themes since."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from voc.export.card import LONGEST_TITLE, Card, cut, title
from voc.export.markup import one_line
from voc.export.step import CREATE, GONE, HOLD, KEEP, MERGE, REOPEN, UPDATE, WAIT, Cell, Content, Step
from voc.export.tool import Tool
from voc.export.words import words
from voc.report.model import Item, Report
from voc.store import Exported, ThemeStatus

FINAL = ("shipped", "declined")


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What is known beside the report: all by theme id, nothing of it required.

    `exports` is what the tool was told, `statuses` where themes stand, `keys` the items' keys and links in the tool,
    `names` what themes were called, `heirs` the themes that others went into, `origins` those they were part of.
    """

    exports: Mapping[str, Exported] = field(default_factory=dict)
    statuses: Mapping[str, ThemeStatus] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    heirs: Mapping[str, str] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)


def plan(report: Report, tool: Tool, known: Known, *, since_last: bool) -> tuple[Step, ...]:
    """Every suggestion by rank with what is to be done about it, then the items of themes that are no suggestion now.

    Without `since_last` everything is created, as for an empty project; what is shipped or declined never is. An item
    has changed where its name, priority, kind, area, story, note or, where the tool has a column for it, status has, or
    where people or posts have grown by a fifth or more since the tool was told of it last: what a person should look
    at, not what moves every week.
    """
    return _Planner(report, tool, known, since_last=since_last).steps()


def told(steps: Iterable[Step], tool: Tool, run_id: str) -> list[Exported]:
    """What the tool knows once the steps are done."""
    return [
        Exported(
            tool=tool.name,
            theme_id=step.theme_id,
            title=step.title,
            number=step.number,
            digest=step.digest,
            content=step.content,
            run_id=run_id,
            note=step.note,
            merged_into=step.into,
        )
        for step in steps
        if step.is_done
    ]


def _facts(card: Card, status: Cell) -> str:
    """What makes a change of an item, by the key of its word: as JSON, for the next export to compare."""
    item = card.item
    facts = {
        "name": title(card),
        "priority": item.priority,
        "kind": item.kind,
        "area": item.area,
        "status": status,
        "story": item.story,
        "note": card.note,
        "people": int(item.n_people.value),
        "posts": int(item.n_posts.value),
    }
    return json.dumps(facts, ensure_ascii=False)


def _differing(facts: str, before: str) -> list[str]:
    """The keys of what has changed; a number has where it grew by a fifth or more.

    >>> _differing('{"name": "a", "people": 11}', '{"name": "b", "people": 10}')
    ['name']
    >>> _differing('{"people": 12}', '{"people": 10}'), _differing('{"people": 3}', '{"people": 10}')
    (['people'], [])
    """
    try:
        was = json.loads(before)
    except ValueError:  # told nothing, or by a version that kept a hash
        was = {}
    return [key for key, value in json.loads(facts).items() if key not in was or _has_changed(value, was[key])]


def _has_changed(value: Cell, was: Cell) -> bool:
    if isinstance(value, int) and isinstance(was, int):
        return 5 * value >= 6 * was and value > was
    return value != was


class _Planner:
    def __init__(self, report: Report, tool: Tool, known: Known, *, since_last: bool) -> None:
        self.report, self.tool, self.known, self.since_last = report, tool, known, since_last
        self.words = words(report.lang)
        self.items = {item.theme_id: item for item in report.items}
        self.lost = {
            theme_id: known.heirs[theme_id]
            for theme_id, was in known.exports.items()
            if since_last and theme_id in known.heirs and not was.merged_into and theme_id not in self.items
        }
        self.next_number = max((was.number for was in known.exports.values()), default=0) + 1

    def steps(self) -> tuple[Step, ...]:
        gone = (
            theme_id
            for theme_id, was in self.known.exports.items()
            if theme_id not in self.items and theme_id not in self.lost and not was.merged_into
        )
        return (
            *map(self._item, self.report.items),
            *map(self._merge, self.lost),
            *(self._bare(GONE, theme_id) for theme_id in gone if self.since_last),
        )

    def _item(self, item: Item) -> Step:
        was, status = self.known.exports.get(item.theme_id), self.known.statuses.get(item.theme_id)
        if status and status.status in FINAL:
            step = self._bare(HOLD, item.theme_id)
            return replace(step, remark=f"{self.words[status.status]} {status.release}".rstrip())
        note = self._note(item.theme_id, was)
        card = Card(
            item=item,
            report=self.report,
            number=was.number if was else self.next_number,
            note=note,
            status=status.status if status else "new",
            release=status.release if status else "",
        )
        self.next_number += was is None
        content = self._content(card, was)
        step = replace(
            self._bare(CREATE, item.theme_id),
            title=title(card),
            number=card.number,
            note=note,
            content=content,
            digest=_facts(card, content.get(self.tool.state(self.report), "")),
        )
        return self._compared(step, was) if self.since_last else step

    def _content(self, card: Card, was: Exported | None) -> Content:
        """The item, with the cells that are not to change as the tool has them."""
        content = self.tool.content(card)
        if not was or not self.since_last:
            return content
        status = self.known.statuses.get(card.item.theme_id)
        own = {self.tool.state(self.report)} if status and status.tool == self.tool.name else set()
        kept = (self.tool.first_told | own) & was.content.keys()
        return {name: was.content[name] if name in kept else cell for name, cell in content.items()}

    def _compared(self, step: Step, was: Exported | None) -> Step:
        """What a step to create an item really has to do, for there may be one."""
        if not was and not step.key:
            return step
        if was and was.merged_into:
            return self._with_key(replace(step, action=REOPEN, before=was.content, remark=self.words["again"]))
        differing = _differing(step.digest, was.digest if was else "")
        if not differing:
            return replace(step, action=KEEP)
        before = was.content if was else {}
        labels = {**self.report.labels, **self.words}
        changed = tuple(labels[key] for key in differing)
        news = set(step.note.splitlines()) - set(was.note.splitlines() if was else ())
        return self._with_key(
            replace(step, action=UPDATE, before=before, changed=changed, remark=" ".join(sorted(news)))
        )

    def _merge(self, theme_id: str) -> Step:
        """The item of a theme that is no more: what the tool has of it, headed by where it went."""
        was, heir = self.known.exports[theme_id], self.lost[theme_id]
        remark = self._say("merged", heir, ref=self.known.keys.get(heir, ("", ""))[0])
        content = dict(was.content)
        body = content.get(self._body)
        if isinstance(body, str):
            content[self._body] = f"{self.tool.markup.text(remark)}\n\n{body}"
        status = self.known.statuses.get(theme_id)
        step = replace(
            self._bare(MERGE, theme_id),
            number=was.number,
            note=was.note,
            content=content,
            digest=was.digest,
            remark=remark,
            into=heir,
        )
        return replace(step, action=HOLD) if status and status.status in FINAL else self._with_key(step)

    @property
    def _body(self) -> str:
        return self.tool.body(self.report)

    def _with_key(self, step: Step) -> Step:
        """Held back where the tool must be told which item is meant, and that is not known."""
        return replace(step, action=WAIT) if self.tool.needs_key and not step.key else step

    def _bare(self, action: str, theme_id: str) -> Step:
        key, link = self.known.keys.get(theme_id, ("", ""))
        return Step(action=action, theme_id=theme_id, title=self._name(theme_id), key=key, link=link)  # type: ignore[arg-type]

    def _note(self, theme_id: str, was: Exported | None) -> str:
        """What became of the theme before, a line for each event that concerns what the tool has."""
        back = {
            self._took(lost) for lost, told in self.known.exports.items() if told.merged_into and lost in self.items
        }
        lines = [line for line in was.note.splitlines() if line not in back] if was else []
        origin = self.known.origins.get(theme_id, "")
        if not was and origin in self.known.exports:
            lines.append(self._say("split", origin))
        lines += [self._took(lost) for lost, heir in self.lost.items() if heir == theme_id]
        return "\n".join(dict.fromkeys(lines))

    def _took(self, lost: str) -> str:
        return self.words["took"].format(name=self.known.exports[lost].title, ref=lost)

    def _say(self, what: str, theme_id: str, *, ref: str = "") -> str:
        return self.words[what].format(name=self._name(theme_id), ref=ref or theme_id)

    def _name(self, theme_id: str) -> str:
        item = self.items.get(theme_id)
        was = self.known.exports.get(theme_id)
        called = was.title if was else self.known.names.get(theme_id, theme_id)
        return cut(one_line(item.title if item else called), LONGEST_TITLE)
