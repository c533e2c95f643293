"""How often differences between cohorts are told where there are none, and how often those that are planted are found.

python benchmarks/cohorts.py --output benchmarks/cohorts.json

The demo corpus is analysed once. **Shuffled**: the values of an attribute are dealt anew to its people, who keep their
themes, so that nothing can differ; counted are the shuffles in which any sentence is told. The rate stated is 5 % for
the table of one attribute. **Planted**: after a shuffle, people of one cohort are made to speak of a theme so often
that their share is a given multiple of that of the others; counted are the shuffles in which that theme is told, and
the share of all sentences that are about another. With `--min-cell 1` nothing is withheld.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Mapping
from pathlib import Path

from voc import api
from voc.cohorts import Cohort, Table, compare, compared_themes, levels_of, people_by, regions, tabulate
from voc.datatypes import Run
from voc.store import Store

ROOT = Path(__file__).parents[1]
ATTRIBUTES = ("region", "device", "version", "source", "rating")
PLANTED = ("region", "device")
RATIOS = (3, 5, 8)
MENTIONS = 24  # people who speak of the planted theme


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shuffles", type=int, default=400)
    parser.add_argument("--min-cell", type=int, default=3)
    parser.add_argument("--database", help="an analysed database instead of the demo corpus")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    rows = list(measure(analysed(options.database), options.shuffles, options.min_cell))
    for row in rows:
        print(json.dumps(row, ensure_ascii=False))
    if options.output:
        options.output.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def analysed(database: str | None) -> Run:
    """The latest run of a database, or one of the demo corpus."""
    if database:
        with Store(database, create=False) as store:
            return store.load_run(None)
    with Store(":memory:") as store:
        api.ingest(store, [ROOT / "corpora" / "demo"])
        return api.analyze(store)


def measure(run: Run, shuffles: int, least: int) -> Iterator[Mapping[str, object]]:
    people = {theme_id: set[str]() for theme_id in compared_themes(run)}
    for statement in run.statements:
        if statement.theme_id in people and statement.person:
            people[statement.theme_id].add(statement.person)
    for by in ATTRIBUTES:
        values = people_by(run, by)
        levels = levels_of(by, values.values(), regions=regions())
        told = [bool(tabulate(people, dealt(values, n), levels, min_cell=least).findings) for n in range(shuffles)]
        yield {
            "what": "shuffled",
            "by": by,
            "min_cell": least,
            "shuffles": shuffles,
            "as_it_is": len(compare(run, by, min_cell=least).findings),
            "told": sum(told),
            "rate": round(sum(told) / shuffles, 4),
        }
    for by in PLANTED:
        for ratio in RATIOS:
            yield {"what": "planted", "by": by, "min_cell": least} | power(run, by, people, ratio, shuffles // 4, least)


def dealt(values: Mapping[str, str], seed: int) -> dict[str, str]:
    """The same values for the same people, in another order."""
    known = sorted(values)
    cards = [values[person] for person in known]
    random.Random(seed).shuffle(cards)
    return dict(zip(known, cards, strict=True))


def power(
    run: Run, by: str, people: Mapping[str, set[str]], ratio: int, shuffles: int, least: int
) -> Mapping[str, object]:
    """How often a planted difference is told, and how many of all that is told is false."""
    values = people_by(run, by)
    levels = levels_of(by, values.values(), regions=regions())
    cohort = smallest_of(compare(run, by, min_cell=least))
    group_of = next(level.group_of for level in levels if level.name == cohort.level)
    found, false = 0, 0.0
    for seed in range(shuffles):
        labels = dealt(values, seed)
        members = [p for p in sorted(labels) if group_of.get(labels[p]) == cohort.name]
        others = sorted(set(labels) - set(members))
        chance = ratio * len(members) / (ratio * len(members) + len(others))
        draw = random.Random(seed)
        n = sum(draw.random() < chance for _ in range(MENTIONS))
        speak = {*draw.sample(members, min(n, len(members))), *draw.sample(others, MENTIONS - n)}
        findings = tabulate({**people, "planted": speak}, labels, levels, min_cell=least).findings
        found += any(cell.theme_id == "planted" and cell.is_more for cell in findings)
        false += sum(cell.theme_id != "planted" for cell in findings) / max(len(findings), 1)
    return {
        "cohort": cohort.name,
        "ratio": ratio,
        "mentions": MENTIONS,
        "shuffles": shuffles,
        "found": round(found / shuffles, 3),
        "false": round(false / shuffles, 3),
    }


def smallest_of(table: Table) -> Cohort:
    """The smaller cohort of the coarsest level, such as 北方."""
    level = table.compared[0]
    return min((c for c in table.cohorts if c.level == level and c.role == "compared"), key=lambda c: c.people)


if __name__ == "__main__":
    main()
