"""Weights of authors: declared, checked, and beside the ranking without them."""

from __future__ import annotations

import pytest

from voc.config import Config
from voc.datatypes import Author, Post, Statement, Theme
from voc.errors import ConfigError
from voc.rank import rank
from voc.weighting import parse, weigh

POSTS = {
    f"p{n}": Post(id=f"p{n}", text="x", author=f"a{n}", attributes={"会员": "金"} if n == 3 else {}) for n in range(6)
}
SAID = [
    Statement(
        id=f"s{n}", post_id=f"p{n}", position=0, text="x", norm="x", kind="problem", polarity="neg",
        person=f"a{n}", theme_id="闪退" if n < 4 else "耗电",
    )
    for n in range(6)
]  # fmt: skip
THEMES = [
    Theme(id=name, name=name, area="", kind="problem", keywords=(), exemplars=(), statement_ids=())
    for name in ("闪退", "耗电")
]
AUTHORS = [
    Author(id="a4", attributes={"tier": "VIP", "revenue": "¥9,999"}),
    Author(id="a5", attributes={"tier": "VIP", "revenue": "99"}),
    Author(id="a0", attributes={"tier": "普通", "revenue": "n/a"}),
]


def weights(text: str) -> dict[str, float]:
    return weigh(SAID, POSTS, AUTHORS, parse(text))


def test_a_value_has_the_weight_that_was_declared_and_everyone_else_weighs_one() -> None:
    assert weights("tier:VIP=3,tier:普通=0.5") == {"a0": 0.5, "a1": 1, "a2": 1, "a3": 1, "a4": 3, "a5": 3}


def test_a_column_of_the_posts_serves_as_well_as_the_file_of_authors() -> None:
    assert weights("会员:金=2")["a3"] == 2


def test_numbers_weigh_by_themselves_or_by_their_logarithm_and_the_unknown_weigh_one() -> None:
    by_value = weights("revenue:value")
    assert by_value["a4"] / by_value["a5"] == pytest.approx(9999 / 99)
    assert (by_value["a4"] + by_value["a5"]) / 2 == pytest.approx(1)
    by_log = weights("revenue:log")
    assert by_log["a4"] / by_log["a5"] == pytest.approx((1 + 4) / (1 + 2))
    assert by_value["a0"] == by_log["a1"] == 1


def test_rules_multiply() -> None:
    both = weights("tier:VIP=3，revenue：value")
    assert both["a4"] == pytest.approx(3 * weights("revenue:value")["a4"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tier", "cannot read 'tier'"), ("tier:VIP", "cannot read 'tier:VIP'"), ("tier:VIP=many", "cannot read"),
        ("tier:VIP=-1", "weight of 0 to 1000"), ("tier:VIP=nan", "weight of 0 to 1000"), ("tier:VIP=1e9", "0 to 1000"),
        ("tier:VIP=1,tier:VIP=2", "two weights"), ("tier:log,tier:VIP=2", "a scale and weights"),
        (":VIP=2", "cannot read"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_in_one_line(text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told) as error:
        Config(author_weights=text)
    assert "\n" not in str(error.value)


def ranked(**voices: float):
    options = {"weights": Config().weights, "as_of": "", "bootstrap": 50}
    return rank(THEMES, SAID, POSTS, **options, voices=voices or None)


def test_weights_move_the_ranking_and_the_ranks_without_them_stand_beside() -> None:
    plain = ranked()
    assert [(s.theme_id, s.rank_unweighted, s.weighted_people) for s in plain] == [
        ("闪退", None, None), ("耗电", None, None)
    ]  # fmt: skip
    first, second = ranked(a4=3.0, a5=3.0)
    assert (first.theme_id, first.rank, first.rank_unweighted, first.n_people) == ("耗电", 1, 2, 2)
    assert first.weighted_people == pytest.approx(6 / (10 / 6), abs=1e-4)
    assert (second.theme_id, second.rank_unweighted) == ("闪退", 1)


def test_weights_that_are_all_the_same_change_nothing_but_are_told() -> None:
    same = ranked(**dict.fromkeys(("a0", "a1", "a2", "a3", "a4", "a5"), 7.0))
    for weighted, plain in zip(same, ranked(), strict=True):
        assert (weighted.score, weighted.signals, weighted.rank_low, weighted.rank_high) == (
            plain.score, plain.signals, plain.rank_low, plain.rank_high
        )  # fmt: skip
        assert weighted.rank_unweighted == weighted.rank
