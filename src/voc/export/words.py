"""The words that exports add to those of the report."""

from __future__ import annotations

from collections.abc import Mapping

_ZH = {
    "split": "由“{name}”（{ref}）拆分而来。",
    "merged": "已并入“{name}”（{ref}），请在那里继续。",
    "took": "“{name}”（{ref}）已并入本条。",
    "again": "曾并入别的主题，现在又单独出现。",
    "description": "需求描述",
    "labels": "标签",
    "status": "状态",
    "note": "备注",
    "new": "新建",
    "planned": "已计划",
    "in-progress": "进行中",
    "shipped": "已上线",
    "declined": "已拒绝",
}
_EN = {
    "split": "Split from “{name}” ({ref}).",
    "merged": "Merged into “{name}” ({ref}); please go on there.",
    "took": "“{name}” ({ref}) was merged into this.",
    "again": "Was merged into another theme, and stands by itself again.",
    "description": "Description",
    "labels": "Labels",
    "status": "Status",
    "note": "Note",
    "new": "new",
    "planned": "planned",
    "in-progress": "in progress",
    "shipped": "shipped",
    "declined": "declined",
}


def words(lang: str) -> Mapping[str, str]:
    """The table of a report's language, named as in `Report.lang`."""
    return _ZH if lang.startswith("zh") else _EN
