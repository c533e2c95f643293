"""The tools that read a table, each with the columns and rules of its import.

What the rules come from: Atlassian "Create issues using the CSV importer"; Linear's importer for CSV; GitLab "Import
issues from a CSV file"; the import and the REST interface of ZenTao (禅道), whose field names these are; the fields of
a story of TAPD's interface; Productboard's notes; Notion "Import data", which takes the first column for the title,
as 飞书多维表格 does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from voc.export.card import Card, description, first_date, first_url, labels, marker, sources, state, title, trend
from voc.export.markup import FORGE, MARKDOWN, PLAIN, WIKI, Markup
from voc.export.step import Cell
from voc.export.tool import Columns, Tool, as_csv
from voc.export.words import words
from voc.report.model import Report

_LONGEST = 31_500  # characters of a description: with what is added, a cell of Excel, which holds 32,767
_JIRA_TYPES = {"problem": "Bug", "request": "Story", "need": "Story"}
_JIRA_PRIORITIES = {"P0": "Highest", "P1": "High", "P2": "Medium", "P3": "Low"}
_LINEAR_PRIORITIES = {"P0": "Urgent", "P1": "High", "P2": "Medium", "P3": "Low"}
_ZENTAO_PRIORITIES = {"P0": 1, "P1": 2, "P2": 3, "P3": 4}
_ZENTAO_SOURCES = {"论坛": "论坛", "社区": "论坛", "贴吧": "论坛", "客服": "客服", "工单": "客服", "热线": "客服"}
_TAPD_PRIORITIES = {"P0": "High", "P1": "High", "P2": "Middle", "P3": "Low"}
_POOL_KINDS = {"request": "新增功能", "need": "功能改进", "problem": "BUG修复"}
_POOL_STATUSES = {"planned": "已排期", "in-progress": "开发中", "shipped": "已上线", "declined": "已拒绝"}


def _blank(card: Card) -> Cell:
    """What only the team knows, such as an effort: it is never made up."""
    return ""


def _in(markup: Markup) -> Callable[[Card], Cell]:
    return lambda card: description(card, markup, limit=_LONGEST)


def _joined(separator: str, *, without: str) -> Callable[[Card], Cell]:
    return lambda card: separator.join(labels(card, without=without))


def _gitlab_body(card: Card) -> Cell:
    """The description, then the quick action that sets the labels; GitLab acts on it at the start of a line only."""
    names = " ".join(f'~"{label}"' for label in labels(card, without='"', priority=True))
    return f"{description(card, FORGE, limit=_LONGEST)}\n\n/label {names}"


def _zentao_source(card: Card) -> Cell:
    first = next(iter(sources(card)), "")
    return next((told for part, told in _ZENTAO_SOURCES.items() if part in first), "用户")


def _remark(card: Card) -> Cell:
    return " ".join(part for part in (card.note.replace("\n", " "), first_url(card)) if part)


def _fixed(columns: Columns) -> Callable[[Report], Columns]:
    return lambda report: columns


def _named(name: str) -> Callable[[Report], str]:
    return lambda report: name


def _base_columns(report: Report) -> Columns:
    """For tables that take any columns: named in the report's language, the title first."""
    lang, own = report.labels, words(report.lang)
    return {
        lang["name"]: title,
        lang["priority"]: lambda card: card.item.priority,
        own["status"]: state,
        lang["area"]: lambda card: card.item.area,
        lang["kind"]: lambda card: card.item.kind_label,
        lang["people"]: lambda card: int(card.item.n_people.value),
        lang["posts"]: lambda card: int(card.item.n_posts.value),
        lang["share"]: lambda card: card.item.share.text,
        lang["trend"]: trend,
        lang["story"]: lambda card: PLAIN.text(card.item.story),
        own["description"]: _in(PLAIN),
        own["labels"]: _joined(", ", without=","),
        lang["theme_id"]: lambda card: marker(card.item.theme_id),
    }


JIRA = Tool(
    name="jira",
    columns=_fixed(
        {
            "Summary": title,
            "Issue Type": lambda card: _JIRA_TYPES.get(card.item.kind, "Task"),
            "Priority": lambda card: _JIRA_PRIORITIES[card.item.priority],
            "Labels": lambda card: list(labels(card, without=" ")),
            "Description": _in(WIKI),
        }
    ),
    body=_named("Description"),
    key="Issue key",
    comment="Comment Body",
    needs_key=True,
    markup=WIKI,
    known_by=frozenset({"issue key"}),
    render=as_csv,
)

LINEAR = Tool(
    name="linear",
    columns=_fixed(
        {
            "Title": title,
            "Description": _in(MARKDOWN),
            "Priority": lambda card: _LINEAR_PRIORITIES[card.item.priority],
            "Status": _blank,
            "Assignee": _blank,
            "Labels": _joined(", ", without=","),
            "Estimate": _blank,
            "Created": _blank,
            "Completed": _blank,
        }
    ),
    body=_named("Description"),
    markup=MARKDOWN,
    known_by=frozenset({"cycle number", "team"}),
    render=as_csv,
)

GITLAB = Tool(
    name="gitlab",
    columns=_fixed({"title": title, "description": _gitlab_body}),
    body=_named("description"),
    markup=FORGE,
    known_by=frozenset({"author username", "assignee username"}),
    render=as_csv,
)

ZENTAO = Tool(
    name="zentao",
    columns=_fixed(
        {
            "product": _blank,
            "module": _blank,
            "plan": _blank,
            "title": title,
            "spec": _in(PLAIN),
            "verify": _blank,
            "source": _zentao_source,
            "pri": lambda card: _ZENTAO_PRIORITIES[card.item.priority],
            "estimate": _blank,
            "keywords": _joined(" ", without=" ,"),
        }
    ),
    body=_named("spec"),
    key="id",
    needs_key=True,
    markup=PLAIN,
    known_by=frozenset({"所处阶段", "验收标准", "由谁创建"}),
    render=as_csv,
)

TAPD = Tool(
    name="tapd",
    columns=_fixed(
        {
            "name": title,
            "description": _in(MARKDOWN),
            "priority_label": lambda card: _TAPD_PRIORITIES[card.item.priority],
            "label": _joined("|", without="|"),
        }
    ),
    body=_named("description"),
    key="id",
    needs_key=True,
    markup=MARKDOWN,
    known_by=frozenset({"处理人", "需求分类", "priority_label"}),
    render=as_csv,
)

PRODUCTBOARD = Tool(
    name="productboard",
    columns=_fixed(
        {
            "title": title,
            "content": _in(PLAIN),
            "user email": _blank,
            "company": _blank,
            "display_url": first_url,
            "source": lambda card: ", ".join(sources(card)),
            "tags": _joined(", ", without=","),
        }
    ),
    body=_named("content"),
    markup=PLAIN,
    known_by=frozenset({"display_url", "note title", "note id"}),
    render=as_csv,
)


def _base(name: str) -> Tool:
    return Tool(
        name=name,
        columns=_base_columns,
        body=lambda report: words(report.lang)["description"],
        state=lambda report: words(report.lang)["status"],
        markup=PLAIN,
        known_by=frozenset(),
        render=as_csv,
        bom=True,
    )


FEISHU, NOTION = _base("feishu"), _base("notion")

XUQIUCHI = Tool(
    name="xuqiuchi",
    columns=_fixed(
        {
            "序号": lambda card: card.number,
            "模块": lambda card: card.item.area,
            "子模块": _blank,
            "功能": title,
            "用户故事": lambda card: PLAIN.text(card.item.story),
            "需求描述": _in(PLAIN),
            "需求属性": lambda card: _POOL_KINDS.get(card.item.kind, "体验提升"),
            "优先级": lambda card: card.item.priority,
            "来源": lambda card: "、".join(sources(card)),
            "接收时间": first_date,
            "状态": lambda card: _POOL_STATUSES.get(card.status, "待评审"),
            "负责人": _blank,
            "备注": _remark,
            "主题编号": lambda card: marker(card.item.theme_id),
        }
    ),
    body=_named("需求描述"),
    key="序号",
    first_told=frozenset({"接收时间"}),
    state=_named("状态"),
    markup=PLAIN,
    known_by=frozenset({"需求属性"}),
    render=as_csv,
    bom=True,
)

TABLES: Sequence[Tool] = (JIRA, LINEAR, GITLAB, ZENTAO, TAPD, PRODUCTBOARD, FEISHU, NOTION, XUQIUCHI)
