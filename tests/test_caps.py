"""Copies and loud authors move the count and the score of a theme by no more than the cap, however they go about it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.campaign import LETTERS
from voc.config import Config
from voc.datatypes import Post, Statement, Suggestion, Theme
from voc.dedupe import near_duplicates
from voc.people import assign_people
from voc.rank import rank
from voc.window import windows

CAP = Config().copy_cap
AS_OF = "2026-04-26T00:00:00Z"
WEEKS = windows(AS_OF, "7d", 2, timezone="UTC")
LAST, BEFORE, OLD = "2026-04-23T00:00:00Z", "2026-04-15T00:00:00Z", "2026-01-01T00:00:00Z"
SOURCES = ("论坛", "商店", "微博")
TEXT = "强烈要求恢复旧版主题商店！新版全是付费主题，以前买的也找不到了，请官方把老的主题商店还给我们"
THEMES = [
    Theme(id=name, name=name, area="", kind="request", keywords=(), exemplars=(), statement_ids=())
    for name in ("主题商店", "闪退")
]


def others() -> list[Post]:
    """Nine people on the theme and thirty on another, in words of their own."""
    posts = []
    for n in range(39):
        theme = "主题商店" if n < 9 else "闪退"
        posts.append(
            Post(
                id=f"o{n:02}", text=f"{theme} {chr(0x4E00 + 97 * n) * 12}", author=f"u{n}", source=SOURCES[n % 3],
                posted_at=(LAST, BEFORE, OLD)[n % 3],
            )
        )  # fmt: skip
    return posts


def suggested(posts: list[Post], people: dict[str, str] | None = None) -> Suggestion:
    """The theme of the copies as it is ranked."""
    if people is None:
        texts = [post.text for post in posts]
        same, alike = near_duplicates(texts), near_duplicates(texts, min_length=LETTERS, any_change=True)
        duplicates = {post.id: posts[n].id for post, n in zip(posts, same, strict=True)}
        families = {post.id: posts[n].id for post, n in zip(posts, alike, strict=True)}
        people = assign_people(posts, duplicates, copy_cap=CAP, families=families)
    statements = [
        Statement(
            id=post.id, post_id=post.id, position=0, text=post.text, norm=post.text, kind="request", polarity="neg",
            person=people[post.id], theme_id="闪退" if post.text.startswith("闪退") else "主题商店",
        )
        for post in posts
    ]  # fmt: skip
    by_id = {post.id: post for post in posts}
    found = rank(THEMES, statements, by_id, weights=Config().weights, as_of=AS_OF, windows=WEEKS, bootstrap=2)
    return next(s for s in found if s.theme_id == "主题商店")


def by_real_people() -> Iterator[Suggestion]:
    """What up to as many real people as the cap could make of the theme, in whatever weeks and sources they write."""
    everywhere = [(source,) for source in SOURCES] + [SOURCES]
    for n, days, sources in product(range(CAP + 1), ((LAST,), (BEFORE,), (OLD,), (LAST, BEFORE)), everywhere):
        said = [(f"real{k}", day, source) for k in range(n) for day in days for source in sources]
        posts = [
            Post(id=f"r{k:03}", text=f"主题商店 {k}", author=who, posted_at=day, source=source)
            for k, (who, day, source) in enumerate(said)
        ]
        everyone = [*others(), *posts]
        yield suggested(everyone, {post.id: post.author for post in everyone})


REAL = [suggestion.score for suggestion in by_real_people()]
ALONE = suggested(others())
MIXED = 0.01  # between those extremes people may also differ from one another


def edited(rng: random.Random) -> str:
    """The text with a touch of its own."""
    at = rng.randrange(len(TEXT))
    return rng.choice(
        [TEXT, TEXT + "！！", TEXT[:at] + "啊" + TEXT[at:], TEXT[:at] + "吧" + TEXT[at + 1 :], "顶 " + TEXT]
    )


@pytest.mark.parametrize("authors", ["one", "many", "none", "mixed"])
@given(rng=st.randoms(use_true_random=False))
@settings(max_examples=8, deadline=None)
def test_fifty_copies_move_a_theme_by_no_more_than_the_cap(authors: str, rng: random.Random) -> None:
    names = {"one": ["loud"], "none": [""], "mixed": ["", "loud", "b", "c", "d"], "many": [f"x{n}" for n in range(50)]}
    posts = [
        Post(
            id=f"c{n:02}", text=edited(rng), author=names[authors][n % len(names[authors])],
            source=rng.choice(SOURCES), posted_at=rng.choice((LAST, BEFORE, OLD)),
        )
        for n in range(50)
    ]  # fmt: skip
    found = suggested([*others(), *posts])
    assert found.n_people - ALONE.n_people <= CAP
    assert min(REAL) - MIXED <= found.score <= max(REAL) + MIXED


@given(rng=st.randoms(use_true_random=False))
@settings(max_examples=8, deadline=None)
def test_fifty_posts_of_one_author_in_ever_other_words_are_one_person(rng: random.Random) -> None:
    words = "主题商店付费恢复旧版界面搜索图标下载会员广告分类"
    posts = [
        Post(
            id=f"c{n:02}", text="主题商店 " + "".join(rng.choices(words, k=25)), author="loud",
            source=rng.choice(SOURCES), posted_at=rng.choice((LAST, BEFORE, OLD)),
        )
        for n in range(50)
    ]  # fmt: skip
    found = suggested([*others(), *posts])
    assert found.n_people == ALONE.n_people + 1
    assert min(REAL) - MIXED <= found.score <= max(REAL) + MIXED


def test_without_the_cap_they_would_move_it_further() -> None:
    posts = [Post(id=f"c{n:02}", text=TEXT, author=f"x{n}", source=SOURCES[n % 3], posted_at=LAST) for n in range(50)]
    everyone = [*others(), *posts]
    uncapped = suggested(everyone, {post.id: post.author for post in everyone})
    assert uncapped.score > max(REAL) + MIXED


def test_who_says_it_in_three_places_is_heard_as_much_as_who_says_it_in_one() -> None:
    def breadth(places: Iterable[str]) -> float:
        posts = [
            Post(id=f"c{n}", text=f"主题商店 {n}", author="loud", source=s, posted_at=LAST)
            for n, s in enumerate(places)
        ]
        return suggested([*others(), *posts]).signals["breadth"]

    assert breadth(SOURCES) == pytest.approx(ALONE.signals["breadth"], abs=0.005)


def test_a_campaign_counts_for_one_person_the_first_to_write() -> None:
    posts = [Post(id=f"c{n}", text=TEXT, author=f"x{n}", posted_at=f"2026-04-2{n}T00:00:00Z") for n in range(5)]
    people = assign_people(posts, {}, copy_cap=CAP, campaigns=[[post.id for post in posts]])
    assert set(people.values()) == {"x0"}
