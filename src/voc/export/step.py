"""What is to be done about one theme in a planning tool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Cell = str | int | float | list[str]
Content = Mapping[str, Cell]
Action = Literal["create", "update", "merge", "reopen", "wait", "keep", "hold", "gone"]

CREATE: Action = "create"  # it is new to the tool
UPDATE: Action = "update"  # what is said of it has changed
MERGE: Action = "merge"  # its theme went into another: close the item, and say where it went
REOPEN: Action = "reopen"  # it was merged, and stands by itself again
WAIT: Action = "wait"  # changed, but nobody has told yet which item of the tool it is
KEEP: Action = "keep"  # the tool has it as it is
HOLD: Action = "hold"  # shipped or declined: nothing is created or changed
GONE: Action = "gone"  # no suggestion any more: the item is left alone

DONE: tuple[Action, ...] = (CREATE, UPDATE, MERGE, REOPEN)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One line of an export.

    `content` is the item as it is to be, cell by column (empty where nothing is done), `digest` what makes a change
    of it, `before` what the tool has, and `changed` says in words what differs. `remark` tells people why, in
    the report's language. `into` is the theme that took this one in, `note` what the item's description says of where
    it comes from.
    """

    action: Action
    theme_id: str
    title: str
    number: int = 0
    content: Content = field(default_factory=dict)
    digest: str = ""
    before: Content = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    remark: str = ""
    note: str = ""
    into: str = ""
    key: str = ""
    link: str = ""

    @property
    def is_done(self) -> bool:
        """Whether a file tells the tool about it."""
        return self.action in DONE

    def row(self) -> dict[str, object]:
        """The line as it is printed."""
        why = self.remark or ", ".join(self.changed)
        return {"action": self.action, "theme": self.theme_id, "key": self.key, "why": why, "title": self.title}
