"""Who is counted: people, not posts. Copies and one loud author cannot move a count past a stated cap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from voc.datatypes import Post, content_id

_OWN_WORDS = 12


def assign_people(
    posts: Iterable[Post],
    duplicates: Mapping[str, str],
    *,
    copy_cap: int,
    families: Mapping[str, str] | None = None,
    campaigns: Iterable[Collection[str]] = (),
) -> dict[str, str]:
    """Post id -> the person counted for it.

    A post by a known author counts for that author, however many there are. A post without author counts as one
    person per distinct text and source (`duplicates` maps copies to the post that stands for them). Copies of one
    text of twelve or more characters count for at most `copy_cap` people: the earliest keep their own, the others
    share the last of them. Shorter texts are not capped, since people do write 闪退 independently of one another.
    `families`, which maps posts likewise, join copies that are changed a little further. The posts of each of the
    `campaigns` count for one person, the first to write.

    >>> posts = [Post(id=f"p{n}", author=f"a{n}", text="强烈要求恢复旧版主题商店!!") for n in range(5)]
    >>> sorted(set(assign_people(posts, dict.fromkeys(["p1", "p2", "p3", "p4"], "p0"), copy_cap=3).values()))
    ['a0', 'a1', 'a2']
    """
    people: dict[str, str] = {}
    groups: defaultdict[str, list[Post]] = defaultdict(list)
    by_id: dict[str, Post] = {}
    for post in posts:
        group = duplicates.get(post.id, post.id)
        people[post.id] = post.author or content_id("u", group, post.source)
        groups[(families or {}).get(post.id, group)].append(post)
        by_id[post.id] = post
    for members in campaigns:
        people |= _capped([by_id[post_id] for post_id in members], people, 1)
    for copies in groups.values():
        if len(copies) > copy_cap and max(len(post.text) for post in copies) >= _OWN_WORDS:
            people |= _capped(copies, people, copy_cap)
    return people


def _capped(copies: Collection[Post], people: Mapping[str, str], cap: int) -> dict[str, str]:
    kept: list[str] = []
    capped: dict[str, str] = {}
    for post in sorted(copies, key=lambda post: (post.posted_at, post.id)):
        person = people[post.id]
        if person not in kept and len(kept) < cap:
            kept.append(person)
        capped[post.id] = person if person in kept else kept[-1]
    return capped
