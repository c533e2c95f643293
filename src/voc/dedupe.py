"""Texts to groups of copies: identical first, then near-identical by MinHash with every candidate pair verified."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

_SHINGLE = 2
_PERMUTATIONS = 64


def near_duplicates(
    texts: Sequence[str], *, threshold: float = 0.8, min_length: int = 10, seed: int = 0
) -> list[int]:
    """For each text the index of its group's representative: the first in order of length, then of code points.

    Identical texts always share a group. Texts of at least `min_length` characters also join when the Jaccard
    similarity of their character bigrams reaches `threshold`; candidates come from MinHash LSH (Broder 1997) and are
    verified exactly, so the threshold is a promise. Groups are transitive and do not depend on the order of rows.

    >>> near_duplicates(["请恢复旧版主题商店，谢谢官方！", "闪退", "请恢复旧版主题商店，谢谢官方", "闪退"])
    [2, 1, 2, 1]
    """
    distinct = sorted(set(texts), key=lambda text: (len(text), text))
    parent = list(range(len(distinct)))
    long_enough = [i for i, text in enumerate(distinct) if len(text) >= min_length]
    for a, b in _similar_pairs([distinct[i] for i in long_enough], threshold, seed):
        _join(parent, long_enough[a], long_enough[b])
    first_row: dict[str, int] = {}
    for row, text in enumerate(texts):
        first_row.setdefault(text, row)
    root = {text: first_row[distinct[_find(parent, i)]] for i, text in enumerate(distinct)}
    return [root[text] for text in texts]


def _similar_pairs(texts: list[str], threshold: float, seed: int) -> set[tuple[int, int]]:
    from datasketch import MinHash, MinHashLSH

    shingles = [{text[i : i + _SHINGLE] for i in range(len(text) - _SHINGLE + 1)} for text in texts]
    # a looser net than asked for, because LSH misses pairs near its threshold; the exact check follows
    index = MinHashLSH(threshold=max(0.1, threshold - 0.15), num_perm=_PERMUTATIONS)
    pairs: set[tuple[int, int]] = set()
    encoded = [[gram.encode("utf-8", "surrogatepass") for gram in sorted(grams)] for grams in shingles]
    for i, signature in enumerate(MinHash.generator(encoded, num_perm=_PERMUTATIONS, seed=seed + 1)):
        for j in index.query(signature):
            union = len(shingles[i] | shingles[j])
            if union and len(shingles[i] & shingles[j]) / union >= threshold:
                pairs.add((j, i))
        index.insert(i, signature)
    return pairs


def _find(parent: list[int], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


def _join(parent: list[int], a: int, b: int) -> None:
    low, high = sorted((_find(parent, a), _find(parent, b)))
    parent[high] = low


def groups_of(representatives: Sequence[int]) -> dict[int, list[int]]:
    """Representative -> rows, in row order."""
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for row, representative in enumerate(representatives):
        groups[representative].append(row)
    return dict(groups)
