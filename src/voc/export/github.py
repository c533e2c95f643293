"""GitHub reads no table: a script of `gh` commands, which shows what it would do until it is told to do it.

An issue is found by its label `voc:THEME`, so the script can be run again, and by several people, without a second
issue. Rules: titles up to 256 characters, bodies up to 65,536, labels up to 50 and without commas, which `gh` reads as
separators; a label must exist before an issue can have it. Bodies go through standard input, for an argument holds
128 KiB at most.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence

from voc.export.card import Card, description, labels, marker, title
from voc.export.markup import FORGE, forge
from voc.export.step import CREATE, MERGE, REOPEN, UPDATE, Cell, Content, Step
from voc.export.tool import Tool
from voc.report.model import Report

_LONGEST = 60_000
_HEAD = r"""#!/bin/sh
# Issues for GitHub, made by: voc export --to github
# To see what would be done:  sh FILE
# To do it:                   sh FILE --run        (GH_REPO=owner/name chooses the repository)
set -eu
case "${1-}" in
  --run) run=yes ;;
  '') run= ;;
  *) echo "usage: sh $0 [--run]" >&2; exit 2 ;;
esac

show() {  # what would be done, in one line
  printf '%s\n' "$*"
}

find_issue() {  # LABEL: the number of the issue that has it, if there is one
  gh issue list --state all --limit 1 --label "$1" --json number --jq '.[].number'
}

need_label() {  # NAME: an issue can only get a label that exists
  if [ -z "$run" ]; then show "label $1"; return; fi
  gh label create "$1" >/dev/null 2>&1 || true
}

create() {  # LABEL TITLE BODY LABELS
  if [ -z "$run" ]; then show "create $1: $2"; return; fi
  number=$(find_issue "$1")
  if [ -n "$number" ]; then
    printf '%s' "$3" | gh issue edit "$number" --title "$2" --body-file - --add-label "$4"
  else
    printf '%s' "$3" | gh issue create --title "$2" --body-file - --label "$4"
  fi
}

update() {  # LABEL TITLE BODY LABELS LABELS-TO-REMOVE
  if [ -z "$run" ]; then show "update $1: $2"; return; fi
  number=$(find_issue "$1")
  if [ -z "$number" ]; then show "no issue has the label $1: $2" >&2; return; fi
  printf '%s' "$3" | gh issue edit "$number" --title "$2" --body-file - --add-label "$4" \
    ${5:+--remove-label} ${5:+"$5"}
}

reopen() {  # LABEL TITLE BODY LABELS LABELS-TO-REMOVE COMMENT
  if [ -z "$run" ]; then show "reopen $1: $2"; return; fi
  number=$(find_issue "$1")
  if [ -n "$number" ]; then gh issue reopen "$number" --comment "$6"; fi
  update "$1" "$2" "$3" "$4" "$5"
}

merge() {  # LABEL TITLE LABEL-OF-THE-OTHER COMMENT
  if [ -z "$run" ]; then show "close $1: $2 ($4)"; return; fi
  number=$(find_issue "$1")
  if [ -z "$number" ]; then show "no issue has the label $1: $2" >&2; return; fi
  other=$(find_issue "$3")
  gh issue close "$number" --reason "not planned" --comment "$4${other:+ #$other}"
}
"""


def _body(card: Card) -> Cell:
    return description(card, FORGE, limit=_LONGEST)


def _labels(card: Card) -> Cell:
    return list(labels(card, without=',"', priority=True))


def script(tool: Tool, steps: Sequence[Step], report: Report) -> Mapping[str, str]:
    """The script, for a POSIX shell; every text is one quoted word."""
    wanted = [step for step in steps if step.is_done]
    names = dict.fromkeys(name for step in wanted if step.action != MERGE for name in _names(step.content))
    lines = [*(_call("need_label", name) for name in names), *(line for step in wanted for line in _lines(step))]
    return {"": _HEAD + "".join(f"\n{line}" for line in lines) + "\n"}


def _names(content: Content) -> list[str]:
    cell = content.get("labels", [])
    return cell if isinstance(cell, list) else [str(cell)]


def _lines(step: Step) -> Iterator[str]:
    label, title = marker(step.theme_id), step.title
    names = _names(step.content)
    item = (label, title, str(step.content["body"]), ",".join(names))
    dropped = ",".join(name for name in _names(step.before) if name not in names)
    if step.action == CREATE:
        yield _call(CREATE, *item)
    elif step.action == UPDATE:
        yield _call(UPDATE, *item, dropped)
    elif step.action == REOPEN:
        yield _call(REOPEN, *item, dropped, forge(step.remark))
    elif step.action == MERGE:
        yield _call(MERGE, label, title, marker(step.into), forge(step.remark))


def _call(name: str, *arguments: str) -> str:
    return " ".join([name, *map(shlex.quote, arguments)])


GITHUB = Tool(
    name="github",
    columns=lambda report: {"title": title, "body": _body, "labels": _labels},
    body=lambda report: "body",
    markup=FORGE,
    known_by=frozenset({"statereason", "linked pull requests"}),
    render=script,
    finds=True,
)
