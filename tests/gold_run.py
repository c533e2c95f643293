"""A realistic Run without any model: the demo corpus with its hand-made labels as statements, kinds and themes.

696 posts by 416 authors; the ranking is the real one. Useful wherever a test needs a Run that looks like life.
"""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path

from voc.config import Config
from voc.datatypes import Exclusion, Post, Run, Statement, Theme, content_id
from voc.dedupe import near_duplicates
from voc.people import assign_people
from voc.rank import choose_period, rank
from voc.window import covered

CORPORA = Path(__file__).parents[1] / "corpora"
BEIJING = timezone(timedelta(hours=8))
SPAM = {"spam:ad": "advert", "spam:praise": "templated praise"}
PRAISE = {"拍照": "拍照清晰", "屏": "屏幕好看", "流畅": "运行流畅", "手感": "手感好", "续航": "续航持久"}
NAMES = {
    "bat_night": ("电池续航", "夜间待机耗电快"),
    "bat_cold": ("电池续航", "低温自动关机"),
    "bat_limit": ("电池续航", "设置充电上限"),
    "heat": ("电池续航", "充电游戏发热烫手"),
    "push_delay": ("通知推送", "微信消息延迟"),
    "push_ads": ("通知推送", "系统应用推送广告"),
    "notif_group": ("通知推送", "通知按应用折叠"),
    "cam_night": ("相机拍照", "夜景拍不好"),
    "cam_night_slow": ("相机拍照", "夜景成片太慢"),
    "cam_night_yellow": ("相机拍照", "夜景照片偏黄"),
    "shutter": ("相机拍照", "关闭快门声"),
    "app_crash": ("相机拍照", "相册闪退"),
    "fp_fail": ("解锁安全", "指纹识别失败"),
    "app_lock": ("解锁安全", "增加应用锁"),
    "update_forced": ("系统更新", "夜里强制更新重启"),
    "lag_after": ("性能流畅", "更新后卡顿掉帧"),
    "kill_bg": ("性能流畅", "后台应用被杀"),
    "widget": ("桌面界面", "丰富桌面小组件"),
    "landscape": ("桌面界面", "平板支持横屏"),
    "font": ("桌面界面", "老人大字简易模式"),
    "dark_sched": ("桌面界面", "深色模式定时"),
    "onehand": ("桌面界面", "增加单手模式"),
    "theme_store": ("桌面界面", "恢复旧版主题商店"),
    "wifi_drop": ("通话网络", "WiFi频繁断开"),
    "5g_signal": ("通话网络", "电梯地铁信号差"),
    "call_rec": ("通话网络", "支持通话录音"),
    "spam_call": ("通话网络", "骚扰电话拦截"),
    "dual_app": ("应用功能", "应用双开支持更多应用"),
    "keyboard": ("应用功能", "输入法候选词差"),
    "lunar": ("应用功能", "日历显示农历节气"),
    "alarm_skip": ("应用功能", "闹钟识别调休"),
    "bloat": ("应用功能", "预装软件无法卸载"),
    "cast_pc": ("平台互联", "电脑互传连不上"),
    "watch": ("平台互联", "手表频繁断连"),
    "cloud": ("平台互联", "云空间太小太贵"),
    "aftersale": ("售后服务", "维修慢客服推诿"),
}


@lru_cache(maxsize=1)
def gold_run() -> Run:
    """The Run of the demo corpus by its gold labels."""
    posts = sorted(_posts(), key=lambda post: post.id)
    labels = _labels(posts)
    duplicates = _duplicates(posts)
    people = assign_people(posts, duplicates, copy_cap=Config().copy_cap)
    exclusions = _exclusions(labels)
    excluded = {exclusion.post_id for exclusion in exclusions}
    statements = [s for post in posts if post.id not in excluded for s in _statements(post, labels[post.id], people)]
    return make_run(posts, statements, exclusions=exclusions, duplicates=duplicates)


def make_run(
    posts: list[Post],
    statements: list[tuple[Statement, str, str]],
    *,
    exclusions: tuple[Exclusion, ...] = (),
    duplicates: dict[str, str] | None = None,
) -> Run:
    """A Run of posts and (statement, area, theme name) triples; an empty name leaves a statement unassigned."""
    config = Config()
    themes, assigned = _themes(statements)
    dates = [post.posted_at for post in posts if post.posted_at]
    as_of = max(dates, default="")
    windows = covered(as_of, choose_period(dates), min(dates, default=""), most=8)
    by_id = {post.id: post for post in posts}
    options = {"as_of": as_of, "windows": windows, "min_people": config.min_people, "bootstrap": 100}
    suggestions = rank(themes, assigned, by_id, weights=config.weights, **options) if assigned else []
    return Run(
        id="run-gold",
        as_of=as_of,
        windows=windows,
        version="0.0",
        model="gold labels",
        config=config.as_dict(),
        rejected={"has no text": 3, "is malformed JSON: Expecting value": 1} if duplicates else {},
        posts=tuple(posts),
        exclusions=exclusions,
        duplicates=duplicates or {},
        statements=tuple(assigned),
        themes=tuple(themes),
        suggestions=tuple(suggestions),
    )


def _posts() -> list[Post]:
    demo = CORPORA / "demo"
    lines = (demo / "forum.jsonl").read_text(encoding="utf-8").splitlines()
    with (demo / "reviews.csv").open(encoding="utf-8-sig", newline="") as file:
        return [_post(json.loads(line)) for line in lines] + [_post(row) for row in csv.DictReader(file)]


def _post(row: dict[str, str]) -> Post:
    source = row.get("来源") or row["渠道"]
    written = datetime.fromisoformat(row.get("发布时间") or row["评论时间"]).replace(tzinfo=BEIJING)
    return Post(
        id=content_id("p", source, row["id"]),
        text=row.get("内容") or row["评论内容"],
        title=row["标题"],
        source=source,
        source_id=row["id"],
        author=content_id("a", row.get("作者") or row["用户名"]),
        posted_at=written.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        rating=float(row["评分"]) if row.get("评分") else None,
        likes=int(row["点赞"]) if "点赞" in row else None,
        url=row.get("链接", ""),
        version=row["版本"],
        device=row["机型"],
        region=row["地区"],
    )


def _labels(posts: list[Post]) -> dict[str, list[dict[str, str]]]:
    lines = (CORPORA / "demo-labels.jsonl").read_text(encoding="utf-8").splitlines()
    by_source_id = {label["id"]: label["statements"] for label in map(json.loads, lines)}
    return {post.id: by_source_id[post.source_id] for post in posts}


def _duplicates(posts: list[Post]) -> dict[str, str]:
    groups = near_duplicates([post.text for post in posts])
    return {post.id: posts[first].id for post, first in zip(posts, groups, strict=True) if post.id != posts[first].id}


def _exclusions(labels: dict[str, list[dict[str, str]]]) -> tuple[Exclusion, ...]:
    reasons = {post_id: SPAM.get(statements[0]["theme"] or "") for post_id, statements in labels.items()}
    return tuple(Exclusion(post_id=post_id, reason=reason) for post_id, reason in reasons.items() if reason)


def _statements(post: Post, labels: list[dict[str, str]], people: dict[str, str]) -> list[tuple[Statement, str, str]]:
    made = []
    for position, label in enumerate(labels):
        statement = Statement(
            id=content_id("s", post.id, position),
            post_id=post.id,
            position=position,
            text=label["text"],
            norm=label["text"],
            kind=label["kind"],
            polarity=label["polarity"],
            reason="gold label",
            person=people[post.id],
        )
        made.append((statement, *_name(label)))
    return made


def _name(label: dict[str, str]) -> tuple[str, str]:
    if label["theme"]:
        return NAMES.get(label["theme"], ("", ""))
    praised = [name for word, name in PRAISE.items() if label["kind"] == "praise" and word in label["text"]]
    return ("产品体验", praised[0]) if praised else ("", "")


def _themes(triples: list[tuple[Statement, str, str]]) -> tuple[list[Theme], list[Statement]]:
    groups: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for statement, area, name in triples:
        groups[(area, name)].append(statement)
    ids = {(area, name): content_id("t", area, name) if name else "" for area, name in groups}
    themes = [_theme(ids[key], key, groups[key]) for key in sorted(groups) if key[1]]
    where = {statement.id: ids[(area, name)] for statement, area, name in triples}
    fields = list(Statement.__dataclass_fields__)
    assigned = [
        Statement(**{field: getattr(s, field) for field in fields} | {"theme_id": where[s.id]}) for s, _, _ in triples
    ]
    return themes, assigned


def _theme(theme_id: str, key: tuple[str, str], members: list[Statement]) -> Theme:
    kinds = Counter(statement.kind for statement in members)
    typical = sorted(members, key=lambda s: (abs(len(s.text) - 24), s.id))
    return Theme(
        id=theme_id,
        name=key[1],
        area=key[0],
        kind=min(kinds, key=lambda kind: (-kinds[kind], kind)),
        keywords=tuple(key[1][n : n + 2] for n in range(0, len(key[1]) - 1, 2)),
        exemplars=tuple(statement.id for statement in typical[:5]),
        statement_ids=tuple(statement.id for statement in members),
    )
