"""How well personal data is masked: recall and precision by type, with intervals, on a written test set.

python benchmarks/masking.py             the tables
python benchmarks/masking.py --wrong     also what was missed and what was masked for nothing
python benchmarks/masking.py --write     the tables into the datasheet of the set
python benchmarks/masking.py --real FILE...   how often texts of JSON Lines files are masked, with examples to be read
"""

from __future__ import annotations

import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scipy.stats import binomtest

from voc import resources
from voc.mask import Found, find

FOLDER = resources.path("corpora/masking")
HALVES = ("dev", "held-out")
_EXAMPLES = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """`right` of `n`, with the Wilson interval of 95 % (Wilson 1927; Brown, Cai & DasGupta 2001)."""

    right: int
    n: int

    @property
    def share(self) -> float:
        return self.right / self.n if self.n else float("nan")

    def __str__(self) -> str:
        if not self.n:
            return "-"
        interval = binomtest(self.right, self.n).proportion_ci(0.95, method="wilson")
        return f"{self.share:.3f} ({interval.low:.3f}-{interval.high:.3f})"


def rows(half: str = "") -> list[dict[str, object]]:
    """The rows of a half of the test set, or of both."""
    lines = (FOLDER / "masking.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if half in ("", row["half"])]


Shares = dict[str, Measured]


def measure(half: str = "", *, tell_wrong: bool = False) -> tuple[Shares, Shares, Counter[str]]:
    """Recall by type of what was written, precision by type of what was masked, false alarms by class of look-alike.

    Something is recalled if no letter or digit of it is left; an alarm is false if it touches nothing personal. The
    type ``all`` is over all.
    """
    there, recalled, alarms, true, fooled = (Counter[str]() for _ in range(5))
    for row in rows(half):
        text, spans, found = str(row["text"]), row["spans"], find(str(row["text"]))
        hidden = {place for one in found for place in range(one.start, one.stop)}
        for start, stop, kind in spans:  # type: ignore[attr-defined]
            gone = all(place in hidden for place in range(start, stop) if text[place].isalnum())
            _count(there, kind)
            if gone:
                _count(recalled, kind)
            elif tell_wrong:
                print(f"missed {kind}: {text}")
        for one in found:
            is_true = any(one.start < stop and start < one.stop for start, stop, _ in spans)  # type: ignore[attr-defined]
            _count(alarms, one.token.strip("[]"))
            if is_true:
                _count(true, one.token.strip("[]"))
            else:
                fooled[str(row["looks_like"]) or "beside personal data"] += 1
                if tell_wrong:
                    print(f"masked for nothing: {text[one.start : one.stop]} in {text}")
    return _shares(recalled, there), _shares(true, alarms), fooled


def _count(counter: Counter[str], kind: str) -> None:
    counter.update((kind, "all"))


def _shares(right: Counter[str], of: Counter[str]) -> Shares:
    return {kind: Measured(right=right[kind], n=of[kind]) for kind in sorted(of, key=lambda k: (k == "all", -of[k], k))}


def table() -> str:
    """Recall and precision of both halves by type, as Markdown."""
    lines = [
        "| Type | Written (dev + held-out) | Recall, dev | Recall, held-out | Precision, dev | Precision, held-out |",
        "|---|---|---|---|---|---|",
    ]
    (recall, precision, _), (recall_held, precision_held, _) = (measure(half) for half in HALVES)
    nothing = Measured(right=0, n=0)
    for kind in recall_held:
        n = f"{recall.get(kind, nothing).n} + {recall_held[kind].n}"
        cells = [of.get(kind, nothing) for of in (recall, recall_held, precision, precision_held)]
        lines.append(f"| {kind} | {n} | {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def write() -> None:
    """Put the table into the datasheet, between its marks."""
    sheet = FOLDER / "README.md"
    text = re.sub(
        r"(<!-- table: masking -->\n).*?(<!-- end -->)",
        lambda match: f"{match[1]}{table()}\n{match[2]}",
        sheet.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    sheet.write_text(text, encoding="utf-8")


def real(paths: Sequence[str]) -> None:
    """How often the texts of some files are masked, how long that takes, and examples drawn at random."""
    texts = [text for path in paths for text in _texts(Path(path))]
    start = time.process_time()
    found = [(text, one) for text in texts for one in find(text)]
    seconds = time.process_time() - start
    print(f"{len(texts):,} texts, {len(found):,} masked places, {seconds:.2f} processor seconds")
    print(Counter(one.token for _, one in found).most_common())
    for text, one in random.Random(0).sample(found, min(_EXAMPLES, len(found))):
        print(one.token, _around(text, one))


def _texts(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            yield f"{row.get('title') or ''}\n{row.get('text') or row.get('content') or ''}"


def _around(text: str, one: Found) -> str:
    around = f"{text[max(0, one.start - 14) : one.start]}<<{text[one.start : one.stop]}>>{text[one.stop :][:8]}"
    return around.replace("\n", "/")


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if "--real" in arguments:
        real([argument for argument in arguments if not argument.startswith("-")])
    elif "--write" in arguments:
        write()
    else:
        for half in HALVES:
            fooled = measure(half, tell_wrong="--wrong" in arguments)[2]
            print(half, "false alarms by class of look-alike:", dict(fooled))
        print(table())
