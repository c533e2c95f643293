"""Made-up feedback with ratings, in which what moves them is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voc.datatypes import Kind, Post, Statement, Theme

Corpus = tuple[list[Theme], list[Statement], dict[str, Post]]
_POLARITY = {"problem": "neg", "praise": "pos", "request": "neu"}


@dataclass(frozen=True, kw_only=True)
class Plant:
    """A theme that a `share` of people mention, which moves their rating by `stars` beyond complaint or praise."""

    share: float
    stars: float = 0.0
    kind: Kind = "problem"
    area: str = ""


MIXED = (
    *(Plant(share=share, stars=stars) for share, stars in ((0.18, -1.5), (0.1, -0.8), (0.06, 0), (0.04, -0.5))),
    *(Plant(share=share, stars=stars) for share, stars in ((0.03, 0.7), (0.02, -1), (0.015, 0.3), (0.01, -0.6))),
    *(Plant(share=share, stars=stars, kind="praise") for share, stars in ((0.15, 0.2), (0.08, -0.2), (0.04, 0.4))),
    *(Plant(share=share, stars=stars, kind="request") for share, stars in ((0.1, 0), (0.05, -0.4))),
)


def corpus(
    plants: tuple[Plant, ...], people: int, *, seed: int = 0, complaint: float = -1.5, praise: float = 1.3
) -> Corpus:
    """Feedback of so many people, one post each; a quarter complain, and as many praise, of nothing in particular.

    Ratings are whole stars from 1 to 5, with the scatter of real ones.
    """
    rng = np.random.default_rng(seed)
    said = rng.random((people, len(plants))) < [plant.share for plant in plants]
    aside = rng.random((people, 2)) < 0.25
    kinds = np.array([plant.kind for plant in plants])
    complains = aside[:, 0] | said[:, kinds == "problem"].any(axis=1)
    praises = aside[:, 1] | said[:, kinds == "praise"].any(axis=1)
    exact = 3.3 + complaint * complains + praise * praises + said @ [plant.stars for plant in plants]
    ratings = np.clip(np.round(exact + rng.normal(0, 1, people)), 1, 5)
    posts, statements = {}, []
    for n, rating in enumerate(ratings):
        post = Post(id=f"p{n:06}", text="x", author=f"a{n:06}", source="应用商店", rating=float(rating))
        posts[post.id] = post
        told = [(f"t{at:02}", _POLARITY[plants[at].kind]) for at in np.flatnonzero(said[n])]
        told += [("", polarity) for polarity, is_so in zip(("neg", "pos"), aside[n], strict=True) if is_so]
        for position, (theme_id, polarity) in enumerate(told or [("", "neu")]):
            statements.append(statement_of(post, theme_id, polarity, position))
    return themes_of(plants), statements, posts


def statement_of(post: Post, theme_id: str, polarity: str, position: int = 0) -> Statement:
    """A statement of a post."""
    return Statement(
        id=f"{post.id}-{position}", post_id=post.id, position=position, text="x", norm="x",
        polarity=polarity, person=post.author, theme_id=theme_id,
    )  # fmt: skip


def themes_of(plants: tuple[Plant, ...]) -> list[Theme]:
    """A theme of each, without statements."""
    return [
        Theme(
            id=f"t{n:02}",
            name=f"主题{n}",
            area=plant.area,
            kind=plant.kind,
            keywords=(),
            exemplars=(),
            statement_ids=(),
        )
        for n, plant in enumerate(plants)
    ]
