"""Recombine the statements of corpora/weeks into fourteen weeks of posts, as its plan has it.

    python benchmarks/make_weeks.py

Writes corpora/weeks/posts.jsonl and corpora/weeks-labels.jsonl; the same bytes every time.
"""

from __future__ import annotations

import json
import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

CORPORA = Path(__file__).resolve().parents[1] / "corpora"
FOLDER = CORPORA / "weeks"
LABELS = CORPORA / "weeks-labels.jsonl"  # beside the folder: what is in it is read as feedback

_FIRST = "松子 南瓜 阿柚 小满 北岛 木棉 半夏 拾光 老周 芝麻 晚风 青禾 九月 石榴 云雀 麦芽 豆包 山楂 白露 海盐"
_SECOND = "同学 不加糖 在路上 爱记事 的书桌 要早睡 2018 不迟到 写论文 喝热水 打卡中 很忙 的日记 考研版 先生 酱 007"
_DEVICES = ("平板 12 英寸", "手机 A7", "手机 K3", "手机 S2", "笔记本", "折叠屏 F1")
_REGIONS = "北京 上海 广东 浙江 江苏 四川 湖北 陕西 山东 福建 辽宁 云南"
_TYPOS = (("登录", "登陆"), ("账号", "帐号"), ("的", "地"), ("搜索", "搜所"), ("希望", "希忘"), ("都", "读"))
_ENDS = ("", "", "。", "！", "!!", "……", "～")
_BREAKS = ("，", "，", "。", " ", "！")

Row = dict[str, Any]


def main() -> None:
    statements, plan = (tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8")) for name in ("statements", "plan"))
    posts, labels = make(statements, plan)
    _write(FOLDER / "posts.jsonl", posts)
    _write(LABELS, labels)
    print(f"{len(posts)} posts, {sum(len(label['statements']) for label in labels)} labelled statements")


def make(
    statements: Mapping[str, Any], plan: Mapping[str, Any], *, seed: int = 0, noise: float = 1.0
) -> tuple[list[Row], list[Row]]:
    """The posts in order of time, and the labels of each.

    A `seed` other than 0, the plan's, recombines the same statements into another corpus; `noise` multiplies how often
    there are asides, slips of the pen and second themes.
    """
    chance = random.Random(seed or plan["seed"])
    writer = _Writer(statements, plan, chance, noise)
    drafts = [draft for week in range(1, plan["weeks"] + 1) for draft in writer.week(week)]
    writer.copy(drafts, plan["copies"])
    drafts.sort(key=lambda draft: draft["moment"])
    posts, labels = [], []
    for n, draft in enumerate(drafts, start=1):
        posts.append({"id": f"sg-{n:04d}", **writer.post(draft)})
        labels.append({"id": f"sg-{n:04d}", "week": draft["week"], "statements": draft["labels"]})
    return posts, labels


class _Writer:
    """Holds the decks of statements: each is used up before it is shuffled again."""

    def __init__(
        self, statements: Mapping[str, Any], plan: Mapping[str, Any], chance: random.Random, noise: float
    ) -> None:
        self.noise = statements["noise"]
        self.themes = {name: theme for name, theme in statements.items() if name != "noise"}
        self.plan, self.chance, self.noisy = plan, chance, noise
        self.decks: dict[str, list[str]] = {}
        names = [first + second for first in _FIRST.split() for second in _SECOND.split()]
        chance.shuffle(names)
        more = [f"{name}{n}" for n in range(2, 9) for name in names]
        self.authors = [
            {"作者": name, "机型": chance.choice(_DEVICES), "地区": chance.choice(_REGIONS.split())}
            for name in [*names, *more][: plan["authors"]]
        ]

    def week(self, week: int) -> Iterator[Row]:
        """One draft a post: who, when and what."""
        mentions = [
            (theme, author)
            for theme in self.themes
            for author in self.chance.sample(self.authors, self.people(theme, week))
        ]
        self.chance.shuffle(mentions)
        while mentions:
            theme, author = mentions.pop()
            about = [theme]
            if mentions and mentions[-1][0] != theme and self.chance.random() < 0.08 * self.noisy:
                about.append(mentions.pop()[0])
            yield self.draft(week, author, [self.statement(theme, week) for theme in about])
        for name in ("chatter", "praise"):
            for _ in range(self.plan[name]):
                text = self.deal(name, self.noise[name])
                yield self.draft(week, self.chance.choice(self.authors), [{"text": text, "theme": None, "kind": name}])

    def people(self, theme: str, week: int) -> int:
        busy = self.plan["busy"].get(str(week), 1.0)
        if theme in self.plan["weekly"]:
            return round(self.plan["weekly"][theme][week - 1] * busy)
        rate = self.plan["rates"].get(theme, 0) * busy
        return sum(self.chance.random() < rate / 40 for _ in range(40))

    def statement(self, theme: str, week: int) -> Row:
        text = self.deal(theme, self.themes[theme]["texts"])
        for old, term in self.plan["terms"].items():
            text = text.replace(f"{{{old}}}", term["name"] if week >= term["from"] else old)
        if self.chance.random() < 0.06 * self.noisy:
            fitting = [(right, wrong) for right, wrong in _TYPOS if right in text]
            if fitting:
                text = text.replace(*self.chance.choice(fitting), 1)
        return {"text": text, "theme": theme, "kind": self.themes[theme]["kind"]}

    def draft(self, week: int, author: Row, labels: list[Row]) -> Row:
        monday = datetime.combine(self.plan["start"], datetime.min.time()) + timedelta(weeks=week - 1)
        moment = monday + timedelta(days=self.chance.randrange(7), minutes=self.chance.randrange(7 * 60, 23 * 60))
        return {"week": week, "moment": moment, "author": author, "labels": labels, "text": self.text(labels)}

    def text(self, labels: Sequence[Row]) -> str:
        """The statements between asides, with the punctuation of people in a hurry."""
        one_of = self.chance.choice
        text = labels[0]["text"]
        for label in labels[1:]:
            text += f"{one_of(('。', '！', ' '))}{one_of(self.noise['joints'])}，{label['text']}"
        if labels[0]["theme"]:
            text = (one_of(self.noise["openings"]) if self.chance.random() < 0.55 * self.noisy else "") + text
            text += one_of(_BREAKS) + one_of(self.noise["closings"]) if self.chance.random() < 0.4 * self.noisy else ""
        return text + one_of(_ENDS)

    def copy(self, drafts: list[Row], n: int) -> None:
        """Some people say what another has said, word for word, in the same week."""
        for copied in self.chance.sample([draft for draft in drafts if draft["labels"][0]["theme"]], n):
            twins = [d for d in drafts if d["week"] == copied["week"] and d is not copied and d["labels"] and
                     [s["theme"] for s in d["labels"]] == [s["theme"] for s in copied["labels"]]]  # fmt: skip
            if twins:
                twin = self.chance.choice(twins)
                twin["text"], twin["labels"] = copied["text"], copied["labels"]

    def post(self, draft: Row) -> Row:
        is_review = self.chance.random() < 0.6
        kind = draft["labels"][0]["kind"]
        stars = {"problem": (1, 1, 2, 2, 3), "request": (3, 4, 4, 5), "praise": (4, 5, 5)}.get(kind, (3, 4, 5))
        return {
            "来源": "应用商店" if is_review else "社区",
            "发布时间": f"{draft['moment']:%Y-%m-%d %H:%M}",
            **draft["author"],
            "版本": self.version(draft["week"]),
            "内容": draft["text"],
            "评分": self.chance.choice(stars) if is_review else None,
        }

    def version(self, week: int) -> str:
        """The latest release for most; some update late."""
        out = ["3.0", *(release["name"] for release in self.plan["releases"] if release["week"] <= week)]
        is_fresh = any(release["week"] == week for release in self.plan["releases"])
        late = len(out) > 1 and self.chance.random() < (0.3 if is_fresh else 0.1)
        return out[-2] if late else out[-1]

    def deal(self, name: str, texts: Sequence[str]) -> str:
        if not self.decks.get(name):
            self.decks[name] = self.chance.sample(list(texts), len(texts))
        return self.decks[name].pop()


def _write(path: Path, rows: Sequence[Row]) -> None:
    text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
