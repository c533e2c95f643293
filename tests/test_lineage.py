"""Themes of one run and those of the last: which is which, and what became of them."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.lineage import Profile, trace

POSTS = frozenset(f"p{n}" for n in range(200))


def place(direction: int) -> np.ndarray:
    """A place in the space of themes of its own."""
    return np.eye(16)[direction]


def theme(name, members, *, at=0, words=("闪退",), family="", is_current=True):
    """A theme whose statement n is from post n."""
    return Profile(
        id=name,
        members={f"s{n}": f"p{n}" for n in members},
        centre=place(at),
        words=frozenset(words),
        family=family,
        is_current=is_current,
    )


def follow(known, found, *, before=POSTS, now=POSTS):
    return trace(known, found, seen_before=before, seen_now=now)


def told(lineage):
    return [(event.event, event.before, event.after) for event in lineage.events]


def test_a_theme_with_the_same_members_goes_on_whatever_it_would_be_called():
    lineage = follow([theme("a", range(5))], [theme("x", range(5), at=3, words=("别的",))])
    assert lineage.ids == ("a",)
    assert told(lineage) == [("continued", ("a",), ("a",))]
    assert lineage.events[0].overlap == 1


def test_new_posts_do_not_count_against_a_theme():
    known, found = theme("a", range(5)), theme("x", range(100))
    lineage = follow([known], [found], before=frozenset(f"p{n}" for n in range(5)))
    assert lineage.ids == ("a",)
    assert lineage.events[0].overlap == 1


def test_posts_that_left_the_window_do_not_count_against_a_theme():
    lineage = follow(
        [theme("a", range(100))], [theme("x", range(95, 100))], now=frozenset(f"p{n}" for n in range(95, 100))
    )
    assert lineage.ids == ("a",)


def test_two_themes_that_become_one_are_merged_and_the_larger_goes_on():
    lineage = follow([theme("a", range(10)), theme("b", range(10, 14))], [theme("x", range(14))])
    assert lineage.ids == ("a",)
    assert ("merged", ("a", "b"), ("a",)) in told(lineage)


def test_a_theme_that_falls_apart_is_split_and_its_larger_part_goes_on():
    lineage = follow([theme("a", range(14))], [theme("x", range(10)), theme("y", range(10, 14))])
    assert lineage.ids == ("a", None)
    assert ("split", ("a",), ("a", "y")) in told(lineage)


def test_what_nobody_spoke_of_before_is_born_and_what_nobody_speaks_of_has_died():
    lineage = follow([theme("a", range(5))], [theme("x", range(5, 9), at=2)])
    assert told(lineage) == [("born", (), ("x",)), ("died", ("a",), ())]


def test_a_theme_that_was_away_returns_by_its_place_and_a_common_word():
    gone = theme("a", range(5), at=1, words=("横屏", "平板"), is_current=False)
    back = theme("x", range(50, 55), at=1, words=("横屏",))
    assert told(follow([gone], [back], before=frozenset())) == [("returned", ("a",), ("a",))]


@pytest.mark.parametrize(
    "back",
    [
        theme("x", range(50, 55), at=2, words=("横屏",)),  # elsewhere
        theme("x", range(50, 55), at=1, words=("闪退",)),  # in other words
        theme("x", range(50, 55), at=1, words=("横屏",), family="praise"),
    ],
)
def test_a_theme_does_not_return_elsewhere_in_other_words_or_as_praise(back):
    gone = theme("a", range(5), at=1, words=("横屏",), is_current=False)
    assert told(follow([gone], [back], before=frozenset())) == [("born", (), ("x",))]


def test_statements_seen_and_put_elsewhere_outweigh_a_likeness():
    known = theme("a", range(5), at=1, words=("横屏",))
    alike, same = theme("x", range(5, 10), at=1, words=("横屏",)), theme("y", range(5), at=4, words=("白屏",))
    assert follow([known], [alike, same]).ids == (None, "a")


def spoken(name, said, *, at=0, words=("打印",)):
    """A theme of which each statement, numbered by its post, has its words."""
    return Profile(
        id=name,
        members={f"s{n}": f"p{n}" for n in said},
        centre=place(at),
        words=frozenset(words),
        said={f"s{n}": frozenset(own) for n, own in said.items()},
    )


OLD = frozenset(f"p{n}" for n in range(20))


def both(posts):
    return dict.fromkeys(posts, ("打印", "分享"))


def test_a_new_theme_that_took_over_the_words_of_an_old_one_was_split_off():
    known = [spoken("a", both(range(10))), spoken("b", dict.fromkeys(range(10, 20), ("表格",)), at=1)]
    share = both(range(10)) | dict.fromkeys(range(20, 26), ("分享",))
    found = [
        spoken("x", share),
        spoken("y", dict.fromkeys(range(26, 31), ("打印",)), at=2),
        spoken("z", dict.fromkeys(range(10, 20), ("表格",)), at=1),
    ]
    lineage = follow(known, found, before=OLD)
    assert lineage.ids == ("a", None, "b")
    assert ("split", ("a",), ("a", "y")) in told(lineage)


@pytest.mark.parametrize(
    ("still", "own"),
    [
        (range(26, 32), ("打印",)),  # the old theme still gets as many statements with the word
        (range(26, 26), ("打印", "横屏")),  # half of the new theme does not have it
    ],
)
def test_a_word_in_common_alone_is_no_split(still, own):
    known = [spoken("a", both(range(10)))]
    new = {30 + n: (own[n % len(own)],) for n in range(4)}
    new |= {40 + n: ("横屏",) for n in range(6 if len(own) > 1 else 0)}
    found = [spoken("x", both([*range(10), *still])), spoken("y", new, at=2)]
    assert ("born", (), ("y",)) in told(follow(known, found, before=OLD))


def test_a_theme_whose_words_another_took_over_becomes_part_of_it():
    slides = dict.fromkeys(range(10), ("演示", "翻页"))
    cast = dict.fromkeys(range(10, 20), ("投屏",))
    together = dict.fromkeys(range(20, 28), ("投屏", "演示"))
    known = [spoken("slides", slides, words=("演示",)), spoken("cast", cast, at=1, words=("投屏",))]
    found = [spoken("x", slides, words=("演示",)), spoken("y", cast | together, at=1, words=("投屏", "演示"))]
    lineage = follow(known, found, before=OLD)
    assert lineage.ids == ("cast", "cast")
    assert told(lineage) == [("continued", ("cast",), ("cast",)), ("merged", ("cast", "slides"), ("cast",))]


def test_a_theme_that_still_gets_new_statements_is_absorbed_by_none():
    slides = dict.fromkeys([*range(10), 40, 41, 42], ("演示", "翻页"))
    cast = dict.fromkeys(range(10, 20), ("投屏",))
    together = dict.fromkeys(range(20, 28), ("投屏", "演示"))
    known = [spoken("slides", {n: slides[n] for n in range(10)}), spoken("cast", cast, at=1)]
    found = [spoken("x", slides), spoken("y", cast | together, at=1)]
    assert follow(known, found, before=OLD).ids == ("slides", "cast")


def test_what_is_left_of_a_theme_is_not_it_if_it_is_elsewhere_and_in_other_words():
    known = theme("a", range(10), at=1, words=("验证码",))
    rest, now = range(7, 10), frozenset(f"p{n}" for n in range(7, 10))
    assert follow([known], [theme("x", rest, at=1, words=("验证码",))], now=now).ids == ("a",)
    assert follow([known], [theme("x", rest, at=2, words=("验证码",))], now=now).ids == ("a",)
    assert follow([known], [theme("x", rest, at=2, words=("指纹",))], now=now).ids == (None,)


def test_a_theme_of_an_earlier_run_that_stays_away_is_no_event():
    assert told(follow([theme("a", range(5), is_current=False)], [])) == []


def test_nothing_known_and_nothing_found():
    assert follow([], []).events == ()
    assert told(follow([], [theme("x", range(3))])) == [("born", (), ("x",))]


@st.composite
def partitions(draw, prefix):
    """The statements 0 to 39 in groups, some in none."""
    labels = draw(st.lists(st.integers(-1, 5), min_size=40, max_size=40))
    return [
        theme(f"{prefix}{group}", [n for n, label in enumerate(labels) if label == group], at=group)
        for group in sorted(set(labels) - {-1})
    ]


@settings(max_examples=80, deadline=None)
@given(known=partitions("a"), found=partitions("x"), order=st.randoms(use_true_random=False))
def test_order_decides_nothing_and_every_theme_is_told_of(known, found, order):
    lineage = follow(known, found)
    mixed_known, mixed = list(known), list(found)
    order.shuffle(mixed_known)
    order.shuffle(mixed)
    again = follow(mixed_known, mixed)
    assert again.events == lineage.events
    assert dict(zip((p.id for p in mixed), again.ids, strict=True)) == dict(
        zip((p.id for p in found), lineage.ids, strict=True)
    )
    continued = [theme_id for theme_id in lineage.ids if theme_id]
    assert len(continued) == len(set(continued))
    after = {theme_id for event in lineage.events for theme_id in event.after}
    before = {theme_id for event in lineage.events for theme_id in event.before}
    assert after == {own or profile.id for own, profile in zip(lineage.ids, found, strict=True)}
    assert before == {profile.id for profile in known}


@settings(max_examples=40, deadline=None)
@given(known=partitions("a"))
def test_the_same_groups_again_all_go_on(known):
    lineage = follow(known, [theme(f"n{p.id}", [int(s[1:]) for s in p.members], at=9) for p in known])
    assert lineage.ids == tuple(p.id for p in known)
    assert set(Counter(event.event for event in lineage.events)) <= {"continued"}
