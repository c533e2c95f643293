"""Do people accept the names? Makes the sheet that two readers fill in, and counts what they said.

    python benchmarks/names.py sheet ../shared/data/themes_dev.jsonl -o sheet.tsv
    python benchmarks/names.py count READER1.tsv READER2.tsv

The sheet shows the twenty largest themes as people sorted them (so that names are judged, not the grouping), each with
the name that voc builds for it and ten of its members drawn by hash; nothing tells the name that people gave it.
A reader, who has seen neither the code nor the other's answers, adds a column: 1 where a product
manager could put the name over these texts in a report (it says what most of them are about, and reads as Chinese), 0
where not. Only the counts are kept (`names.json`), the texts belong to others.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
from collections import defaultdict
from pathlib import Path

LARGEST = 20
SHOWN = 10
RESULT = Path(__file__).with_name("names.json")


def sheet(gold: Path, output: Path) -> None:
    """Write a row for each member shown: theme number, name, text, and an empty column for the verdict."""
    from voc.clean import clean
    from voc.config import Config
    from voc.embed import load_embedder
    from voc.pipeline import Reader

    rows = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row.get("theme")]
    members: defaultdict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        members[row["theme"]].append(place)
    human = sorted(members, key=lambda theme: (-len(members[theme]), theme))
    labels = {place: number for number, theme in enumerate(human) for place in members[theme]}
    norms = [clean(row["text"]) for row in rows]
    reader = Reader(Config(), norms, load_embedder("use"), None, lambda step, done, total: None)
    matrix = reader.embed(norms)
    kinds = [row["kind"] if row["kind"] in ("request", "need") else "problem" for row in rows]
    names = reader.names([labels[place] for place in range(len(rows))], norms, matrix, kinds)
    with output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t")
        writer.writerow(["number", "name", "text", "accepted"])
        for number, theme in enumerate(human[:LARGEST]):
            for text in sorted((rows[place]["text"] for place in members[theme]), key=_by_hash)[:SHOWN]:
                writer.writerow([number + 1, names[number], " ".join(text.split()), ""])


def count(readers: list[Path]) -> None:
    """Print and keep how many names each reader accepts, and how many both do."""
    verdicts = [_verdicts(path) for path in readers]
    names = sorted(set.intersection(*(set(verdict) for verdict in verdicts)))
    result = {
        "names": len(names),
        "readers": len(readers),
        "accepted": [sum(verdict[name] for name in names) for verdict in verdicts],
        "accepted_by_all": sum(all(verdict[name] for verdict in verdicts) for name in names),
        "refused_by_any": sorted(name for name in names if not all(verdict[name] for verdict in verdicts)),
    }
    RESULT.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, ensure_ascii=False))


def _by_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _verdicts(path: Path) -> dict[str, bool]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["name"]: row["accepted"].strip() == "1" for row in csv.DictReader(file, delimiter="\t")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("sheet")
    one.add_argument("gold", type=Path)
    one.add_argument("-o", "--output", type=Path, required=True)
    two = commands.add_parser("count")
    two.add_argument("readers", type=Path, nargs="+")
    given = parser.parse_args()
    if given.command == "sheet":
        sheet(given.gold, given.output)
    else:
        count(given.readers)


if __name__ == "__main__":
    main()
