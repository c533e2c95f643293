"""Texts to groups of copies: identical first, then near-identical by an exact similarity join."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

_SHINGLE = 2
_LONG = 40
_WORD = re.compile(r"[^\W_]+")
# What turns a sentence into another one: every number, and how often something is denied.
_DECISIVE = re.compile(r"\d+(?:[.:]\d+)*|[二两三四五六七八九十百千万半]+|[不没沒無无未别勿否莫]")


def near_duplicates(
    texts: Sequence[str], *, threshold: float = 0.8, min_length: int = 10, any_change: bool = False
) -> list[int]:
    """For each text the index of its group's representative: the most frequent, then the shortest of its texts.

    Identical texts always share a group. Texts of at least `min_length` letters and digits also join a representative
    when the Jaccard similarity of their character bigrams, marks and case apart, reaches `threshold`, unless their
    numbers or negations differ, or they are shorter than 40 and each has a character that the other lacks (花呗 and
    借呗); with `any_change` neither parts them. The join is exact (prefix filtering, Chaudhuri et al. 2006), so the
    threshold is a promise: nothing is like its representative only by way of others, and the order of rows does not
    matter.

    >>> near_duplicates(["请恢复旧版主题商店，谢谢官方！", "闪退", "请恢复旧版主题商店，谢谢官方", "闪退"])
    [2, 1, 2, 1]
    >>> near_duplicates(["充满电以后续航只有10小时左右", "充满电以后续航只有12小时左右"])
    [0, 1]
    """
    counts = Counter(texts)
    distinct = sorted(counts, key=lambda text: (-counts[text], len(text), text))
    leaders = _leaders(distinct, threshold, min_length, any_change=any_change)
    first_row: dict[str, int] = {}
    for row, text in enumerate(texts):
        first_row.setdefault(text, row)
    root = {text: first_row[distinct[leader]] for text, leader in zip(distinct, leaders, strict=True)}
    return [root[text] for text in texts]


def _leaders(texts: list[str], threshold: float, min_length: int, *, any_change: bool) -> list[int]:
    """For each text the number of the earlier one it is a copy of, or its own.

    Two sets can only be similar if they share one of their rarest members: of n, the first n - ceil(threshold·n) + 1.
    Only texts that lead a group are indexed, so that a flood of copies costs one comparison each.
    """
    keys = ["".join(_WORD.findall(text)).casefold() for text in texts]
    shingles = [{key[i : i + _SHINGLE] for i in range(len(key) - _SHINGLE + 1)} for key in keys]
    frequency = Counter(gram for own in shingles for gram in own)
    rarity = {gram: n for n, gram in enumerate(sorted(frequency, key=lambda gram: (frequency[gram], gram)))}
    grams = [frozenset(map(rarity.__getitem__, own)) for own in shingles]
    index: defaultdict[tuple[int, tuple[str, ...]], list[int]] = defaultdict(list)
    leaders = list(range(len(texts)))
    for n, own in enumerate(grams):
        if len(keys[n]) < min_length or not own:
            continue
        rare = sorted(own)[: len(own) - math.ceil(threshold * len(own)) + 1]
        decisive = () if any_change else tuple(sorted(_DECISIVE.findall(keys[n])))
        candidates = {leader for gram in rare for leader in index[gram, decisive]}
        similar = _similar(n, candidates, grams, threshold)
        best = max((s for s in similar if any_change or not _says_another_thing(keys[n], keys[-s[1]])), default=None)
        if best:
            leaders[n] = -best[1]
        else:
            for gram in rare:
                index[gram, decisive].append(n)
    return leaders


def _similar(
    n: int, candidates: set[int], grams: list[frozenset[int]], threshold: float
) -> Iterator[tuple[float, int]]:
    """(similarity, minus its number) of each candidate that text `n` is as similar to as that."""
    for other in candidates:
        if min(len(grams[n]), len(grams[other])) < threshold * max(len(grams[n]), len(grams[other])):
            continue
        shared = len(grams[n] & grams[other])
        similarity = shared / (len(grams[n]) + len(grams[other]) - shared)
        if similarity >= threshold:
            yield similarity, -other


def _says_another_thing(a: str, b: str) -> bool:
    """In a short text one exchanged word is another matter; in a long one it is a copy with a touch of its own."""
    if max(len(a), len(b)) >= _LONG:
        return False
    mine, yours = Counter(a), Counter(b)
    return bool(mine - yours) and bool(yours - mine)
