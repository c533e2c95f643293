"""Keeps the generated parts of the documents true: help, settings, tables of the ranking, schema, counts of corpora.

python tests/docs.py            fails where a document is out of date
python tests/docs.py --write    brings them up to date
"""

from __future__ import annotations

import csv
import json
import re
import runpy
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from voc.authors import CORE_SIGNALS, LEVELS
from voc.cli import main
from voc.config import Config
from voc.datatypes import MENTION_KINDS
from voc.ingest.authors import ATTRIBUTES
from voc.ingest.columns import ORDER
from voc.rank import PRIORITY_RULES, SIGNALS
from voc.report.phrases import phrases
from voc.spam import REASONS
from voc.store import Store

ROOT = Path(__file__).parents[1]
CORPORA = ROOT / "corpora"
README = ROOT / "README.md"
DOCUMENTS = (README, *(CORPORA / name / "README.md" for name in ("demo", "complaints", "lexicon", "scenes", "weeks")))
WIDTH = 100
_THEMES = ("ami", "ari", "top10_f1")
_ALIASES = 6  # of each field, the others are in the code


def help_texts() -> str:
    """The help of `voc` and of every command."""
    return "```text\n" + "\n".join(_help(main, "voc")) + "```\n"


def _help(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent, terminal_width=WIDTH, **command.context_settings)
    yield f"$ {context.command_path} --help\n{command.get_help(context)}\n"
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            yield from _help(command.commands[child], child, context)


def schema() -> str:
    """Every table, index, trigger and view, as SQLite keeps them."""
    with Store(":memory:") as store:
        rows = store.db.query(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'posts_search_%' ORDER BY rowid"
        )
        return "```sql\n" + "".join(f"{row['sql']};\n" for row in rows) + "```\n"


def settings() -> str:
    """Every setting with its default, as a TOML file for --config."""
    lines = (f"{name} = {json.dumps(value)}\n" for name, value in Config().as_dict().items())
    return "```toml\n" + "".join(lines) + "```\n"


def signals() -> str:
    """What the score is made of."""
    weights = Config().weights
    rows = ((f"`{name}`", f"{weights[name]:.2f}", what) for name, what in SIGNALS.items())
    return _table("Signal | Weight | What it is, between 0 and 1", rows)


def priorities() -> str:
    """From P0 to P3; the first rule that holds decides."""
    return _table("Priority | Given to", PRIORITY_RULES.items())


def exclusions() -> str:
    """Why posts are set aside."""
    return _table("Reason | What it is", REASONS.items())


def columns() -> str:
    """The fields of a post and the column names they are known by."""
    return _table(
        "Field | Some of the names it is known by", ((f"`{f}`", " ".join(n[:_ALIASES])) for f, n in ORDER.items())
    )


def attributes() -> str:
    """The attributes of an author and the column names they are known by."""
    rows = ((f"`{name}`", " ".join(told.split()[:_ALIASES])) for name, told in ATTRIBUTES.items())
    return _table("Attribute | Some of the names it is known by", rows)


def levels() -> str:
    """What each level of relationship asks for, at least; the first rule that holds decides."""
    words = phrases("zh")
    rows = [
        (f"`{name}` {words[f'level.{name}']}", *(str(n) if n else "–" for n in rule)) for name, rule in LEVELS.items()
    ]
    rows.append((f"`none` {words['level.none']}", *"––––"))
    return _table("Level | Active weeks | Posts of different text | Themes | Days quiet at most", rows)


def core() -> str:
    """What decides which core users are invited first."""
    rows = ((f"`{name}`", f"{weight:.2f}", what) for name, (weight, what, _) in CORE_SIGNALS.items())
    return _table("Signal | Weight | What it is", rows)


def quality() -> str:
    """How well themes and areas were found."""
    rows = [
        (row["row"], f"{row['n']:,}", f"{row['found_clusters']}, {row['gold_clusters']}", *_thousandths(row, _THEMES))
        for row in _results()
        if "ami" in row
    ]
    return _table("What, set | n | Groups found, true | AMI | ARI | Top-10 F1", rows)


def kinds() -> str:
    """How well kinds were told, F1 per kind."""
    row = next(row for row in _results() if "macro_f1" in row)
    names = [name for name in row if name not in ("row", "n")]
    head = " | ".join(name.removeprefix("f1_").replace("_f1", " F1").replace("_", " ") for name in names)
    return _table(f"Set | n | {head}", [(row["row"], f"{row['n']:,}", *_thousandths(row, names))])


def speed() -> str:
    """What whole commands took."""
    rows = [
        (
            row["row"],
            *(f"{row[name]:,}" for name in ("n", "seconds", "processor_seconds", "rows_per_second", "peak_mb")),
        )
        for row in _results()
        if "seconds" in row
    ]
    return _table("Command, input | Rows | Seconds | Processor seconds | Rows a second | Peak memory, MB", rows)


def peers() -> str:
    """voc beside other ways of grouping, on the same vectors."""
    measured = _read_results("quality.json")
    rows = [
        (
            f"{row['task']}, {row['set']}",
            row["method"],
            *(_with_interval(row, metric) for metric in _THEMES),
            f"{row['found']}, {row['true']}",
            f"{row['unassigned']:.0%}",
            f"{row['seconds']}",
        )
        for row in measured["rows"]
        if "ami" in row
    ]
    sizes = ", ".join(dict.fromkeys(f"{row['set']} {row['n']:,}" for row in measured["rows"]))
    versions = ", ".join(f"{name} {number}" for name, number in measured["packages"].items())
    head = "What, set | Method | AMI | ARI | Top-10 F1 | Groups found, true | Left over | Seconds"
    return f"{_table(head, rows)}\nRows judged: {sizes}. Releases: voc {measured['voc']}, {versions}.\n"


def peer_kinds() -> str:
    """voc beside other ways of telling kinds."""
    metrics = ("macro_f1", "wish_f1", "accuracy", "f1_request")
    rows = [
        (f"kinds, {row['set']}", row["method"], *(_with_interval(row, metric) for metric in metrics))
        for row in _read_results("quality.json")["rows"]
        if row["task"] == "kinds"
    ]
    return _table("What, set | Method | Macro F1 | Wish F1 | Accuracy | F1 of requests", rows)


def _with_interval(row: Mapping[str, Any], metric: str) -> str:
    return f"{row[metric]:.3f} ({row[f'{metric}_low']:.3f}–{row[f'{metric}_high']:.3f})"


def _thousandths(row: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    return [f"{row[name]:.3f}" for name in names]


def _results() -> list[dict[str, Any]]:
    return list(_read_results("results.json")["rows"])


def _read_results(name: str) -> dict[str, Any]:
    results: dict[str, Any] = json.loads((ROOT / "benchmarks" / name).read_text(encoding="utf-8"))
    return results


def demo() -> str:
    """How many of what the demo corpus holds."""
    forum = _lines(CORPORA / "demo" / "forum.jsonl")
    with (CORPORA / "demo" / "reviews.csv").open(encoding="utf-8-sig", newline="") as file:
        reviews = list(csv.DictReader(file))
    labels = [label for post in _lines(CORPORA / "demo-labels.jsonl") for label in post["statements"]]
    times = [row["发布时间"] for row in forum] + [row["评论时间"] for row in reviews]
    authors = {row["作者"] for row in forum} | {row["用户名"] for row in reviews}
    themes = {label["theme"] for label in labels if label["theme"] and ":" not in label["theme"]}
    rows = [
        ("posts", f"{len(forum) + len(reviews):,}"),
        ("of them in `forum.jsonl` (社区论坛, 微博)", f"{len(forum):,}"),
        ("of them in `reviews.csv` (应用商店, with stars)", f"{len(reviews):,}"),
        ("authors", f"{len(authors):,}"),
        ("days", f"{min(times)[:10]} to {max(times)[:10]}"),
        ("labelled statements in `../demo-labels.jsonl`", f"{len(labels):,}"),
        ("planted themes (without one-off issues and spam)", f"{len(themes):,}"),
    ]
    return _table("What | How many", rows)


def complaints() -> str:
    """How many of what the complaint corpus holds."""
    groups = [group["texts"] for group in _lines(CORPORA / "complaints" / "groups.jsonl")]
    asides = (CORPORA / "complaints" / "asides.txt").read_text(encoding="utf-8").split("\n")
    rows = [
        ("groups in `groups.jsonl`", f"{len(groups):,}"),
        ("statements in them", f"{sum(map(len, groups)):,}"),
        ("asides in `asides.txt`", f"{sum(map(bool, asides)):,}"),
    ]
    return _table("What | How many", rows)


def weeks() -> str:
    """How many of what the weeks hold."""
    posts = _lines(CORPORA / "weeks" / "posts.jsonl")
    labels = [label for post in _lines(CORPORA / "weeks-labels.jsonl") for label in post["statements"]]
    days = sorted(post["发布时间"][:10] for post in posts)
    rows = [
        ("posts", f"{len(posts):,}"),
        ("authors", f"{len({post['作者'] for post in posts}):,}"),
        ("days", f"{days[0]} to {days[-1]}"),
        ("labelled statements in `../weeks-labels.jsonl`", f"{len(labels):,}"),
        ("planted themes", f"{len({label['theme'] for label in labels} - {None}):,}"),
    ]
    return _table("What | How many", rows)


def lexicon() -> str:
    """How many lines the word lists have, and how many names the lexicon of scenes."""
    names = ("concepts.txt", "stopwords.txt", "vague.txt")
    texts = ((name, (CORPORA / "lexicon" / name).read_text(encoding="utf-8").splitlines()) for name in names)
    rows = [(f"`{name}`", str(sum(bool(line) and line[0] != "#" for line in text))) for name, text in texts]
    tables = tomllib.loads((CORPORA / "lexicon" / "scenes.toml").read_text(encoding="utf-8"))
    n_names = sum(len(tables[kind]) for kind in (*MENTION_KINDS, "brand", "service"))
    places = tomllib.loads((CORPORA / "lexicon" / "regions.toml").read_text(encoding="utf-8"))["provinces"]
    n_places = sum(1 + len(cities.split()) for cities in places.values())
    return _table("File | Entries", [*rows, ("`scenes.toml`", str(n_names)), ("`regions.toml`", str(n_places))])


def scenes() -> str:
    """How well scenes and objects are found in the labelled statements."""
    measured = runpy.run_path(str(ROOT / "benchmarks" / "scenes.py"))["measure"]()
    rows = ((kind, f"{n:,}", f"{precision:.2f}", f"{recall:.2f}") for kind, n, precision, recall in measured)
    return _table("Kind | Labels | Precision | Recall", rows)


def _table(head: str, rows: Iterable[tuple[str, ...]]) -> str:
    ruler = "|".join("---" for _ in head.split(" | "))
    return f"| {head} |\n|{ruler}|\n" + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


_TABLES = (
    signals,
    priorities,
    exclusions,
    columns,
    attributes,
    levels,
    core,
    quality,
    kinds,
    peers,
    peer_kinds,
    speed,
    demo,
    complaints,
    weeks,
    lexicon,
    scenes,
)
BLOCKS: Mapping[str, Callable[[], str]] = {
    "cli": help_texts,
    "settings": settings,
    "schema": schema,
    **{table.__name__: table for table in _TABLES},
}


def updated(text: str) -> str:
    """The text with every block between ``<!-- generated: NAME -->`` (or ``table:``) and ``<!-- end -->`` made anew."""

    def fill(match: re.Match[str]) -> str:
        return f"{match[1]}\n{BLOCKS[match[2]]()}{match[3]}"

    return re.sub(r"(<!-- (?:generated|table): (\w+) -->)\n.*?(<!-- end -->)", fill, text, flags=re.DOTALL)


if __name__ == "__main__":
    stale = {path: new for path in DOCUMENTS if (new := updated(path.read_text("utf-8"))) != path.read_text("utf-8")}
    if "--write" in sys.argv[1:]:
        for path, new in stale.items():
            path.write_text(new, encoding="utf-8")
    elif stale:
        names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
        sys.exit(f"{names}: out of date; bring it up to date with: make docs")
