"""Who is counted: people, not posts."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from voc.datatypes import Post
from voc.people import assign_people

TEXT = "强烈要求恢复旧版主题商店，新版全是付费主题"


def _posts(authors: list[str], text: str = TEXT, source: str = "论坛") -> list[Post]:
    return [
        Post(id=f"p{n:03}", author=author, text=text, source=source, posted_at=f"2026-04-{n % 28 + 1:02}T00:00:00Z")
        for n, author in enumerate(authors)
    ]


def _copies(posts: list[Post]) -> dict[str, str]:
    return {post.id: posts[0].id for post in posts[1:]}


def test_a_known_author_is_one_person_however_much_they_post() -> None:
    posts = [Post(id=f"p{n}", author="甲", text=f"第{n}条不同的反馈") for n in range(5)]
    assert set(assign_people(posts, {}, copy_cap=3).values()) == {"甲"}


def test_copies_count_for_at_most_the_cap_and_the_earliest_keep_their_own() -> None:
    posts = _posts([f"a{n}" for n in range(10)])
    people = assign_people(posts, _copies(posts), copy_cap=3)
    assert [people[post.id] for post in posts] == ["a0", "a1", *["a2"] * 8]


def test_short_texts_are_not_capped_because_people_write_them_independently() -> None:
    posts = _posts([f"a{n}" for n in range(10)], text="闪退")
    assert len(set(assign_people(posts, _copies(posts), copy_cap=3).values())) == 10


def test_posts_without_author_count_once_for_each_text_and_source() -> None:
    others = [Post(id="q", text=TEXT, source="微博"), Post(id="r", text="别的反馈", source="论坛")]
    posts = [*_posts(["", ""]), *others]
    people = assign_people(posts, {"p001": "p000", "q": "p000"}, copy_cap=3)
    assert people["p000"] == people["p001"]
    assert len(set(people.values())) == 3


def test_whether_copies_are_capped_does_not_depend_on_which_of_them_comes_first() -> None:
    texts = ["恢复旧版主题商店谢谢呀"] * 3 + ["恢复旧版主题商店谢谢你们"] * 2
    posts = [
        Post(id=f"p{n}", author=author, text=text) for n, (author, text) in enumerate(zip("abcde", texts, strict=True))
    ]
    duplicates = {post.id: "p0" for post in posts[1:]}
    forward = assign_people(posts, duplicates, copy_cap=2)
    assert assign_people(posts[::-1], duplicates, copy_cap=2) == forward
    assert len(set(forward.values())) == 2


@given(
    st.lists(st.sampled_from(["", "a", "b", "c", "d", "e"]), min_size=1, max_size=12),
    st.integers(1, 4),
    st.randoms(use_true_random=False),
)
def test_order_does_not_matter_and_the_cap_holds(authors: list[str], cap: int, rng: random.Random) -> None:
    posts = _posts(authors)
    shuffled = posts[:]
    rng.shuffle(shuffled)
    people = assign_people(posts, _copies(posts), copy_cap=cap)
    assert assign_people(shuffled, _copies(posts), copy_cap=cap) == people
    assert set(people) == {post.id for post in posts}
    assert len(set(people.values())) <= cap
