"""Which scenes and objects the people behind a theme name, and how many of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from voc.datatypes import MentionKind, Statement
from voc.report.evidence import Evidence
from voc.report.model import Named, NamedGroup
from voc.report.phrases import Phrases

GROUPS: Mapping[str, tuple[MentionKind, ...]] = {
    "scene": ("who", "when", "where", "activity"),
    "device": ("device",),
    "version": ("system", "version"),
    "competitor": ("competitor",),
}
_FEWEST = 2  # people: what one person names may be chance, and tells too much of that person
_MOST = 8


def named(evidence: Evidence, theme_id: str, statements: Sequence[Statement], words: Phrases) -> tuple[NamedGroup, ...]:
    """What the statements of a theme name, group by group; a group without anything is left out."""
    by_value: defaultdict[tuple[MentionKind, str], list[Statement]] = defaultdict(list)
    for statement in statements:
        for mention in statement.mentions:
            by_value[mention.kind, mention.value].append(statement)
    counts = [_named(evidence, theme_id, pair, members, words) for pair, members in sorted(by_value.items())]
    counts = sorted((c for c in counts if c.n_people.value >= _FEWEST), key=lambda c: -c.n_people.value)
    groups = {label: tuple(count for count in counts if count.kind in kinds)[:_MOST] for label, kinds in GROUPS.items()}
    return tuple(NamedGroup(label=words[f"named.{label}"], named=found) for label, found in groups.items() if found)


def _named(
    evidence: Evidence, theme_id: str, pair: tuple[MentionKind, str], statements: Sequence[Statement], words: Phrases
) -> Named:
    kind, value = pair
    people = evidence.count("n_people", statements, theme=theme_id, mention=f"{kind} {value}")
    return Named(kind=kind, value=value, n_people=people, text=words["say.named"].format(value=value, n=people.text))
