"""Core users -> whom to invite first, and why; spread, so that the first ones are not all alike.

The score is a declared weighted sum of five signals. The list is then made greedily: the next one is who has most of
`1 - SPREAD` of the score less `SPREAD` times the likeness to the most similar one already on it (maximal marginal
relevance, Carbonell & Goldstein, SIGIR 1998). Likeness is half that of their themes (Jaccard), half that of device,
region and tier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from voc.authors.profile import Profile

SPREAD = 0.3
_HALF_LIFE = 90  # days


@dataclass(frozen=True, kw_only=True, slots=True)
class Invitation:
    """A core user at a `place` of the list; `contributions` are weight times signal and sum to `score`."""

    place: int
    profile: Profile
    score: float
    contributions: Mapping[str, float]


def _recency(profile: Profile) -> float:
    return 0.0 if profile.quiet_days is None else float(0.5 ** (profile.quiet_days / _HALF_LIFE))


# signal -> weight, what it is between 0 and 1, and how it is computed
CORE_SIGNALS: Mapping[str, tuple[float, str, Callable[[Profile], float]]] = {
    "adopted": (0.30, "a / (a + 1), a the suggestions accepted", lambda p: _up(len(p.accepted), 1)),
    "breadth": (0.20, "t / (t + 3), t the themes spoken of", lambda p: _up(len(p.themes), 3)),
    "constructive": (
        0.20,
        "w / (w + 2) times the share of requests and needs, w of them, among all that asks or complains",
        lambda p: _up(p.n_wishes, 2) * p.constructive,
    ),
    "consistency": (0.15, "w / (w + 4), w the active weeks", lambda p: _up(p.weeks, 4)),
    "recency": (0.15, f"0.5 ** (days quiet / {_HALF_LIFE})", _recency),
}


def invite(profiles: Iterable[Profile], *, limit: int = 100) -> list[Invitation]:
    """The first core users to invite, up to `limit`, with the reasons as contributions to a score."""
    core = {profile.author: profile for profile in profiles if profile.core}
    told = {author: _contributions(profile) for author, profile in core.items()}
    scores = {author: round(sum(parts.values()), 4) for author, parts in told.items()}
    chosen: list[Invitation] = []
    # likeness only grows, so who was worth less than another before need not be looked at again yet (Minoux 1978)
    waiting = [(-(1 - SPREAD) * scores[author], author, 0.0, 0) for author in core]
    heapify(waiting)
    while waiting and len(chosen) < limit:
        _, author, likeness, n_compared = heappop(waiting)
        profile = core[author]
        if n_compared < len(chosen):
            likeness = max(likeness, *(alike(profile, other.profile) for other in chosen[n_compared:]))
            worth = (1 - SPREAD) * scores[author] - SPREAD * likeness
            heappush(waiting, (-worth, author, likeness, len(chosen)))
            continue
        place = len(chosen) + 1
        chosen.append(Invitation(place=place, profile=profile, score=scores[author], contributions=told[author]))
    return chosen


def alike(one: Profile, other: Profile) -> float:
    """How similar two people are, 0 to 1: half by their themes, half by device, region and tier as far as known.

    >>> alike(Profile(author="a", themes=("t1",)), Profile(author="b", themes=("t1",), device="K3"))
    0.5
    """
    mine, theirs = set(one.themes), set(other.themes)
    themes = len(mine & theirs) / len(mine | theirs) if mine | theirs else 0.0
    pairs = [pair for pair in zip(_traits(one), _traits(other), strict=True) if all(pair)]
    return 0.5 * themes + (0.5 * sum(a == b for a, b in pairs) / len(pairs) if pairs else 0.0)


def _traits(profile: Profile) -> tuple[str, str, str]:
    told = profile.attributes
    return told.get("device", profile.device), told.get("region", profile.region), told.get("tier", "")


def _contributions(profile: Profile) -> dict[str, float]:
    return {name: round(weight * signal(profile), 4) for name, (weight, _, signal) in CORE_SIGNALS.items()}


def _up(n: int, half: int) -> float:
    """Ever nearer to 1, half of it at `half`."""
    return n / (n + half)
