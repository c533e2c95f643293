"""Campaigns: planted ones are found, what merely looks like one is not."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.campaign import LETTERS, RULES, SIMILAR, find_campaigns
from voc.datatypes import Campaign, Post
from voc.dedupe import near_duplicates

TEXT = "强烈要求恢复旧版主题商店！新版全是付费主题，以前买的也找不到了，请官方把老的主题商店还给我们"
START = datetime(2026, 3, 2)
OUTAGE = [
    "付款页面一直转圈", "今天下单付不了款", "支付失败三次了钱扣没扣都不知道", "收银台打不开", "提示系统繁忙怎么付款",
    "扫码付款没反应，后面排了一队人", "绑的卡突然不能用", "点支付就闪退", "结账结不了，服务器崩了吧", "付不了钱",
]  # fmt: skip


def background(n: int = 200) -> list[Post]:
    """Eight weeks of other posts by fifty people, in words of their own."""
    words = "电池屏幕相机信号声音桌面通知输入蓝牙更新存储指纹手表充电发热卡顿耗电闹钟录音字体"
    rng = random.Random(0)
    return [
        Post(
            id=f"b{n:04}", author=f"u{n % 50}", source="论坛", posted_at=_at(days=56 * n / 200),
            text="".join(rng.choices(words, k=30)),
        )
        for n in range(n)
    ]  # fmt: skip


def copies(n: int = 24, *, text: str = TEXT, days: float = 1.5, start: float = 40, author: str = "new") -> list[Post]:
    return [
        Post(id=f"c{n:04}", text=text, author=f"{author}{n}", source="论坛", posted_at=_at(days=start + days * n / 24))
        for n in range(n)
    ]


def found(posts: list[Post]) -> list[Campaign]:
    groups = near_duplicates([post.text for post in posts], threshold=SIMILAR, min_length=LETTERS, any_change=True)
    families = {post.id: posts[group].id for post, group in zip(posts, groups, strict=True)}
    return find_campaigns(posts, {post.id: post.text for post in posts}, families)


def _at(*, days: float) -> str:
    return (START + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_the_same_words_by_new_accounts_within_days_are_a_campaign() -> None:
    planted = copies()
    (campaign,) = found([*background(), *planted])
    assert campaign.post_ids == tuple(post.id for post in planted)
    assert (campaign.n_accounts, campaign.n_young) == (24, 24)
    assert (campaign.first_at, campaign.last_at) == (planted[0].posted_at, planted[-1].posted_at)


def test_words_that_are_changed_a_little_are_the_same_campaign() -> None:
    rng = random.Random(1)
    edited = []
    for post in copies():
        at = rng.randrange(len(TEXT) - 1)
        exchanged = TEXT[:at] + rng.choice("们呀求盼快") + TEXT[at + 1 :]
        edited.append(
            replace(post, text=exchanged[: len(TEXT) - rng.randrange(3)] + rng.choice(["", "！！", "谢谢", "求求了"]))
        )
    (campaign,) = found([*background(), *edited])
    assert len(campaign.post_ids) >= 20


@pytest.mark.parametrize(
    ("reason", "posts"),
    [
        ("different words after an outage", [
            Post(id=f"o{n}", text=f"{text}，{'快修' * (n % 3)}", author=f"new{n}", posted_at=_at(days=40 + n / 24))
            for n, text in enumerate(OUTAGE * 3)
        ]),
        ("short texts of many", copies(40, text="更新之后一直闪退")),
        ("a slogan over weeks", copies(24, days=50, start=2)),
        ("people with a past", [replace(post, author=f"u{n}") for n, post in enumerate(copies(24))]),
        ("too few accounts", copies(4)),
        ("one author again and again", [replace(post, author="u1") for post in copies(24)]),
        ("no author", [replace(post, author="") for post in copies(24)]),
        ("no date", [replace(post, posted_at="") for post in copies(24)]),
    ],
)  # fmt: skip
def test_what_looks_like_a_campaign_and_is_none(reason: str, posts: list[Post]) -> None:
    assert found([*background(), *posts]) == [], reason


def test_in_a_few_days_of_data_nothing_is_bunched() -> None:
    two_days = [replace(post, posted_at=_at(days=40 + n / 100)) for n, post in enumerate(background())]
    assert found([*two_days, *copies()]) == []


def test_posts_without_author_join_a_campaign_that_others_make() -> None:
    anonymous = replace(copies()[0], id="c9999", author="")
    (campaign,) = found([*background(), *copies(), anonymous])
    assert "c9999" in campaign.post_ids
    assert campaign.n_accounts == 24


@given(st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None)
def test_order_does_not_matter(rng: random.Random) -> None:
    posts = [*background(60), *copies()]
    shuffled = rng.sample(posts, len(posts))
    groups = near_duplicates([post.text for post in posts], threshold=SIMILAR, min_length=LETTERS, any_change=True)
    families = {post.id: posts[group].id for post, group in zip(posts, groups, strict=True)}
    norms = {post.id: post.text for post in posts}
    assert find_campaigns(shuffled, norms, families) == find_campaigns(posts, norms, families)


def test_the_rules_are_those_stated() -> None:
    assert set(RULES) == {"accounts", "letters", "days", "bunched", "usual", "young"}
