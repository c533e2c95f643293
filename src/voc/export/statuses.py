"""What a planning tool says became of the items: its own export -> the status of themes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from voc.errors import ConfigError
from voc.export.card import marked
from voc.export.reading import Row, read_rows
from voc.export.tool import Tool
from voc.store import ThemeStatus
from voc.store.status import Status

_LABELS = ("labels", "label", "tags", "标签", "keywords", "关键词", "主题编号", "theme id", "theme")
_BODIES = ("description", "详细描述", "需求描述", "描述", "body", "content", "note text", "spec")
_TITLES = (
    "summary", "title", "标题", "功能", "需求名称", "研发需求名称", "软件需求名称", "名称", "name", "主题", "theme",
    "note title",
)  # fmt: skip
_STATUSES = ("所处阶段", "阶段", "status", "状态", "state", "当前状态", "需求状态", "进展")
_REASONS = ("resolution", "解决结果", "关闭原因", "拒绝原因", "state reason", "statereason", "state_reason")
_RELEASES = (
    "fix version/s", "fix versions", "修复的版本", "release", "版本", "发布版本", "发布计划", "milestone", "里程碑",
    "所属计划", "上线版本",
)  # fmt: skip
_LINKS = ("url", "link", "链接", "display_url", "display url", "note url", "地址")
_KEYS = ("issue key", "key", "number", "issue id", "编号", "需求id", "note id", "id", "序号")

_ZENTAO_ID = re.compile(r"\(#\d+\)$")  # what 禅道 writes after a name

# what tools and teams call it, without blanks and signs, in lower case
_WORDS: Mapping[Status, str] = {
    "new": (
        "new open opened todo backlog triage unstarted draft wait active submitted unprocessed inbox reopened "
        "新 新建 新增 待办 待处理 未开始 未处理 待评审 待确认 评审中 草稿 激活 打开 开放 已打开 重新打开 待定 需求池"
    ),
    "planned": (
        "planned selectedfordevelopment selected ready readyfordevelopment scheduled upnext accepted approved next "
        "planning projected processed postponed deferred later "
        "已计划 计划中 规划中 已规划 已排期 待排期 待开发 已立项 已评审 已接受 已确认 已采纳 采纳 排期中 延期 暂缓"
    ),
    "in-progress": (
        "inprogress started doing developing indevelopment inreview review intesting testing developed tested "
        "verified resolving progressing subdivided changing "
        "进行中 处理中 开发中 研发中 实现中 已开始 测试中 待测试 评审通过 研发完毕 测试完毕 已验收 开发完成 待上线 "
        "待发布 变更中 已细分 设计中"
    ),
    "shipped": (
        "done closed resolved completed complete fixed released shipped launched live merged finished deployed "
        "完成 已完成 已关闭 关闭 已解决 已实现 已发布 已上线 上线 发布 已修复 已交付 结束"
    ),
    "declined": (
        "declined rejected canceled cancelled wontdo wontfix duplicate notplanned cannotreproduce invalid abandoned "
        "archived bydesign willnotdo cancel incomplete "
        "已拒绝 拒绝 已取消 取消 不做 不采纳 未采纳 重复 设计如此 无法重现 不予解决 已废弃 废弃 已驳回 驳回"
    ),
}
_STATUS_OF: Mapping[str, Status] = {word: status for status, told in _WORDS.items() for word in told.split()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """What an export of a tool says: the themes it knows, and what was not understood.

    `unknown` counts the words of themes' rows that stand for no status, `unclear` are such themes without any other
    row, as if new, with key and link. `unmatched` are the titles of rows of no theme, `repeated` the themes that
    several rows speak of; of these the most advanced counts. `back` are themes that were shipped or declined and, as
    it says, no longer are.
    """

    tool: str
    statuses: tuple[ThemeStatus, ...]
    n_rows: int
    unknown: Mapping[str, int]
    unmatched: tuple[str, ...]
    repeated: tuple[str, ...]
    unclear: tuple[ThemeStatus, ...] = ()
    back: tuple[str, ...] = ()


def read_statuses(
    path: Path | str,
    tools: Mapping[str, Tool],
    titles: Mapping[str, set[str]],
    *,
    at: str,
    who: str = "",
    likely: Collection[str] = (),
) -> Imported:
    """The statuses in a tool's own export, of the moment `at`.

    `tools` are those it may be from; if they are several the columns tell, or else what is `likely`. `titles` are the
    themes that are known, by the title of their item. A row is of the theme whose label it has, else whose line stands
    in its description, else whose title it has exactly, where that is one theme's.

    Raises: InputError where the file is no table, ConfigError where it cannot be told which tool it is from.
    """
    columns, rows = read_rows(path)
    tool = _tool_of(columns, tools, likely, path)
    known = frozenset().union(*titles.values())
    found: dict[str, list[ThemeStatus]] = {}
    unclear: dict[str, list[ThemeStatus]] = {}
    unknown: Counter[str] = Counter()
    unmatched = []
    for row in rows:
        theme_id = _theme_of(row, known, titles)
        word = row.first(_STATUSES)
        status = status_of(word, row.first(_REASONS))
        if not theme_id:
            unmatched.append(row.first(_TITLES))
            continue
        told = ThemeStatus(
            theme_id=theme_id,
            status=status or "new",
            release=_ZENTAO_ID.sub("", row.first(_RELEASES)),
            link=_safe(row.first(_LINKS)),
            tool=tool,
            key=row.first(_KEYS),
            at=at,
            who=who,
        )
        (found if status else unclear).setdefault(theme_id, []).append(told)
        unknown[word] += not status
    return Imported(
        tool=tool,
        statuses=tuple(max(found[theme_id], key=_progress) for theme_id in sorted(found)),
        n_rows=len(rows),
        unknown={word: n for word, n in sorted(unknown.items()) if n},
        unmatched=tuple(unmatched),
        repeated=tuple(theme_id for theme_id in sorted(found) if len(found[theme_id]) > 1),
        unclear=tuple(max(unclear[theme_id], key=_progress) for theme_id in sorted(unclear.keys() - found.keys())),
    )


def status_of(word: str, reason: str = "") -> Status | None:
    """What a tool's word for a status means; how an item was closed says more than that it was.

    >>> status_of("In Progress"), status_of("已关闭", "不做"), status_of("Closed", "COMPLETED"), status_of("Foo")
    ('in-progress', 'declined', 'shipped', None)
    """
    status = _STATUS_OF.get(_plain(word))
    return _STATUS_OF.get(_plain(reason), status) if status == "shipped" and reason else status


def _plain(word: str) -> str:
    return re.sub(r"[\W_]+", "", word).lower()


_ADVANCE: tuple[Status, ...] = ("declined", "new", "planned", "in-progress", "shipped")


def _progress(status: ThemeStatus) -> tuple[int, str]:
    return _ADVANCE.index(status.status), status.key


def _tool_of(columns: frozenset[str], tools: Mapping[str, Tool], likely: Collection[str], path: Path | str) -> str:
    """The one tool whose columns these are, or among those that may be it the one that is likely."""
    fitting = [name for name, tool in tools.items() if tool.known_by & columns] or list(tools)
    for candidates in (fitting, [name for name in fitting if name in likely]):
        if len(candidates) == 1:
            return candidates[0]
    raise ConfigError(f"{path} may be from {', '.join(fitting)}; name the tool with --from")


def _theme_of(row: Row, known: frozenset[str], titles: Mapping[str, set[str]]) -> str:
    for names in (_LABELS, _BODIES):
        for theme_id in (marked(" ".join(row[name])) for name in names if name in row):
            if theme_id in known:
                return theme_id
    named = titles.get(undefused(row.first(_TITLES)), set())
    return next(iter(named)) if len(named) == 1 else ""


def undefused(title: str) -> str:
    """A title without the sign that kept spreadsheets from running it."""
    return title.removeprefix("'").strip()


def titles_of(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Title -> the themes that have it, of (theme, title) pairs."""
    titles: dict[str, set[str]] = {}
    for theme_id, title in pairs:
        titles.setdefault(undefused(title), set()).add(theme_id)
    return titles


def _safe(url: str) -> str:
    from voc.report.evidence import safe_url

    return safe_url(url)
