"""Fourteen weeks, one run a week: are the planted events found? Prints a table, writes benchmarks/weeks.json.

    python benchmarks/weeks.py [--seeds 8]

Every week of corpora/weeks is analysed as `voc weekly` does it. A found theme stands for the planted one that most of
its statements are labelled with. Scores, all against corpora/weeks/plan.toml:

- events: what lineage and trends tell, one hit or miss per planted event, and every event told of a planted theme that
  was not planted is a false one (`false`). Themes of praise, or of fewer than five people, make no false event; those
  of three can be a hit.
- surges: theme-weeks called surging, with precision and recall.
- emerging: IDEA's and MERIT's measure (Gao et al. 2018, 2022): precision over the themes told as emerging (new, back or
  surging), recall over what was planted among all themes found, F-hybrid their harmonic mean.
- shuffled: how many weekly runs have a false surge once the dates of posts are permuted, in twenty copies.
- verdicts: on the planted releases, four weeks after each.

Where ../shared/data/reviews_smarthome.jsonl is, its last 36 months are a real stream (`stream`): its themes as one run
finds them, false surges once dates are permuted, and precision and recall for surges planted into the permuted copies,
which triple a theme and bring it four people at least. There is no list of what truly happened in it.

With `--seeds N` (8; 0 for none) the plan is carried out anew with N other seeds, asides and slips half as often, as
often and half as often again in turn, and all of it also with thresholds of grouping a tenth lower and higher
(`robust`): what a number owes to chance. `true_groups` are surges told of the planted themes themselves, without any
grouping: what chance alone puts into the counts.
"""

from __future__ import annotations

import argparse
import json
import random
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from voc import api
from voc.config import Config
from voc.datatypes import Release, Run, Statement
from voc.release import compare, verdict_of
from voc.store import Store
from voc.trend import FALSE_DISCOVERIES, trends
from voc.window import windows, within

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "corpora" / "weeks"
LABELS = ROOT / "corpora" / "weeks-labels.jsonl"
REVIEWS = ROOT.parent / "shared" / "data" / "reviews_smarthome.jsonl"
MONTHS = 36
IMPLANTS = 10  # surges planted into each copy of the stream
BASELINE = 8
FEWEST = 3
NOTED = 5  # people from which a false event counts: below, a suggestion is P3 whatever happens to it
COPIES = 20
LATER = 4  # weeks after a release, when its verdict is asked for
EMERGING = ("new", "returned", "surging")
KINDS = ("born", "died", "returned", "merged", "split")

Plan = Mapping[str, Any]
Found = tuple[str, str, int]  # event, planted theme, week


@dataclass(frozen=True, slots=True)
class Week:
    """A run, and which planted theme each found one stands for."""

    number: int
    run: Run
    labels: Mapping[str, str]
    sizes: Mapping[str, int]

    def main(self, label: str) -> str:
        """The largest theme that stands for a planted one."""
        own = [theme for theme, other in self.labels.items() if other == label]
        return max(own, key=lambda theme: (self.sizes[theme], theme), default="")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=8)
    seeds = parser.parse_args().seeds
    plan = tomllib.loads((CORPUS / "plan.toml").read_text(encoding="utf-8"))
    labels = {row["id"]: row["statements"] for row in map(json.loads, LABELS.read_text("utf-8").splitlines())}
    with TemporaryDirectory() as folder, Store(Path(folder) / "weeks.db") as store:
        api.ingest(store, [CORPUS / "posts.jsonl"])
        weeks = list(analysed(store, plan, labels))
    result = score(weeks, plan)
    if REVIEWS.exists():
        result["stream"] = stream(REVIEWS)
    if seeds:
        from weeks_robust import robust

        result["robust"] = robust(plan, seeds)
    text = json.dumps(result, indent=2, ensure_ascii=False)
    (ROOT / "benchmarks" / "weeks.json").write_text(f"{text}\n", encoding="utf-8")
    for name, figures in result.items():
        if isinstance(figures, dict):
            print(f"{name:<10}", ", ".join(f"{key} {value}" for key, value in figures.items()))
        else:
            print(f"{name}:", *figures, sep="\n  ")


def analysed(store: Store, plan: Plan, labels: Mapping[str, Sequence[Mapping[str, str]]]) -> Iterator[Week]:
    """One run a week, each knowing the ones before."""
    for number in range(plan["history"] + 1, plan["weeks"] + 1):
        end = datetime.combine(plan["start"], time(23, 59, 59)) + timedelta(weeks=number, days=-1)
        run = api.analyze(store, config=Config(window="7d", as_of=end.isoformat(), baseline=BASELINE))
        yield labelled(number, run, labels)


def labelled(number: int, run: Run, labels: Mapping[str, Sequence[Mapping[str, str]]]) -> Week:
    source_id = {post.id: post.source_id for post in run.posts}
    votes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    people: defaultdict[str, set[str]] = defaultdict(set)
    for statement in run.statements:
        if statement.theme_id:
            votes[statement.theme_id][label_of(statement, labels[source_id[statement.post_id]])] += 1
            people[statement.theme_id].add(statement.person)
    chosen = {theme: min(vote, key=lambda label: (-vote[label], label)) for theme, vote in votes.items()}
    return Week(number, run, chosen, {theme: len(own) for theme, own in people.items()})


def label_of(statement: Statement, labels: Sequence[Mapping[str, str]]) -> str:
    """The planted theme of the labelled words that a statement shares most with; none if it shares few."""
    shared = {overlap(label["text"], statement.text): label["theme"] or "" for label in reversed(labels)}
    return shared[max(shared)] if max(shared) >= 4 else ""


def overlap(a: str, b: str) -> int:
    if a in b or b in a:
        return min(len(a), len(b))
    return SequenceMatcher(None, a, b, autojunk=False).find_longest_match().size


def score(weeks: Sequence[Week], plan: Plan, *, copies: int = COPIES) -> dict[str, Any]:
    """Every figure, by name; without shuffled copies none of those."""
    told = {flag: set(flagged(weeks, flag)) for flag in ("surging", "falling", "new", "returned")}
    verdicts = list(judged(weeks, plan))
    hits = {name_of(event): is_found(event, weeks, told) for event in plan["events"]}
    hits |= {f"{verdict} {theme} {release}": found == verdict for release, theme, verdict, found in verdicts}
    false = sorted(unplanted(weeks, plan, told))
    right = sum(hits.values())
    precision, recall = right / (right + len(false)), right / len(hits)
    return {
        "events": {
            "planted": len(hits), "found": right, "false": len(false), "precision": round(precision, 3),
            "recall": round(recall, 3), "f1": f1(precision, recall),
        },
        "surges": surges(told["surging"], plan),
        "emerging": emerging(weeks, plan, told),
        "shuffled": shuffled(weeks, copies) if copies else {},
        "verdicts": {"planted": len(verdicts), "right": sum(found == verdict for *_, verdict, found in verdicts)},
        "missed": [name for name, found in hits.items() if not found],
        "false": [" ".join(map(str, event)) for event in false],
    }  # fmt: skip


def flagged(weeks: Sequence[Week], flag: str) -> Iterator[tuple[str, int]]:
    """(planted theme, week) wherever the largest theme for it has a trend."""
    for week in weeks:
        for suggestion in week.run.suggestions:
            label = week.labels[suggestion.theme_id]
            if suggestion.trend == flag and label and suggestion.theme_id == week.main(label):
                yield label, week.number


def is_found(event: Plan, weeks: Sequence[Week], told: Mapping[str, set[tuple[str, int]]]) -> bool:
    """Whether a planted event was told in its week, or the one after where it first needs people."""
    kind, theme, when = event["event"], event["theme"], event["weeks"]
    if kind in ("surging", "falling"):
        return any((theme, week) in told[kind] for week in when)
    if kind == "seasonal":
        return not any((theme, week) in told["surging"] for week in when)
    if kind == "renamed":
        return len({week.main(theme) for week in weeks if week.number >= when[0] - 1}) == 1
    labels = {theme, *event.get("into", ()), *event.get("from", ())}
    return any(e == kind and label in labels and when[0] <= week <= when[-1] + 1 for e, label, week in events(weeks))


def events(weeks: Sequence[Week], fewest: int = FEWEST) -> Iterator[Found]:
    """What lineage tells of planted themes, from the second run on; themes of few people left out."""
    for before, week in pairwise(weeks):
        known = {**before.labels, **week.labels}
        size = {**before.sizes, **week.sizes}
        kind = {theme.id: theme.kind for theme in (*before.run.themes, *week.run.themes)}
        for event in week.run.events:
            themes = [t for t in (*event.before, *event.after) if size.get(t, 0) >= fewest and kind[t] != "praise"]
            labels = {known[theme] for theme in themes} - {""}
            if event.event in KINDS and labels and len(set(themes)) >= (2 if event.event in ("merged", "split") else 1):
                yield event.event, min(labels), week.number


def unplanted(weeks: Sequence[Week], plan: Plan, told: Mapping[str, set[tuple[str, int]]]) -> Iterator[Found]:
    """What was told of planted themes, and is not in the plan."""
    allowed = {
        (event["event"], theme, week + late)
        for event in plan["events"]
        for theme in {event["theme"], *event.get("into", ()), *event.get("from", ())}
        for week in event["weeks"]
        for late in (0, 1)
    }
    yield from set(events(weeks, NOTED)) - allowed
    for flag in ("surging", "falling"):
        may = {(e["theme"], week) for e in plan["events"] if e["event"] in (flag, "seasonal") for week in _weeks(e)}
        yield from ((flag, theme, week) for theme, week in told[flag] - may if theme not in _arriving(plan, week))


def _weeks(event: Plan) -> list[int]:
    return [*(event["weeks"] if event["event"] != "seasonal" else ()), *event.get("may", ())]


def _arriving(plan: Plan, week: int) -> set[str]:
    """Themes that came, went or changed not long before: that they surge or fall is what happened to them."""
    return {
        theme
        for event in plan["events"]
        if event["event"] in KINDS and week >= event["weeks"][0] - BASELINE - 2
        for theme in (event["theme"], *event.get("into", ()), *event.get("from", ()))
    }


def surges(told: set[tuple[str, int]], plan: Plan) -> dict[str, float]:
    """Precision and recall over theme-weeks."""
    planted = {(e["theme"], week) for e in plan["events"] if e["event"] == "surging" for week in e["weeks"]}
    may = {(e["theme"], week) for e in plan["events"] for week in _weeks(e)}
    false = {(theme, week) for theme, week in told - planted - may if theme not in _arriving(plan, week)}
    hits = len(planted & told)
    precision, recall = hits / ((hits + len(false)) or 1), hits / len(planted)
    return {"planted": len(planted), "found": hits, "false": len(false), "precision": round(precision, 3),
            "recall": round(recall, 3), "f1": f1(precision, recall)}  # fmt: skip


def emerging(weeks: Sequence[Week], plan: Plan, told: Mapping[str, set[tuple[str, int]]]) -> dict[str, float]:
    """Precision of what is told as emerging, recall of planted issues among all themes, and their harmonic mean."""
    issues = {
        (theme, week)
        for event in plan["events"]
        if event["event"] in ("surging", "born", "returned", "split", "merged", "seasonal")
        for theme in event.get("into", [event["theme"]])
        for week in (*event["weeks"], *event.get("may", ()))
    }
    emerged = {pair for flag in EMERGING for pair in told[flag]}
    right = {(theme, week) for theme, week in emerged if {(theme, week), (theme, week - 1)} & issues}
    by_number = {week.number: week for week in weeks}
    found = {(theme, week) for theme, week in issues if week in by_number and by_number[week].main(theme)}
    precision, recall = len(right) / (len(emerged) or 1), len(found) / len(issues)
    return {"precision": round(precision, 3), "recall": round(recall, 3), "f_hybrid": f1(precision, recall)}


def f1(precision: float, recall: float) -> float:
    return round(2 * precision * recall / ((precision + recall) or 1), 3)


def judged(weeks: Sequence[Week], plan: Plan) -> Iterator[tuple[str, str, str, str]]:
    """Release, theme, the verdict planted and the one found."""
    for release in plan["releases"]:
        week = next(week for week in weeks if week.number == release["week"] + LATER)
        date = plan["start"] + timedelta(weeks=release["week"] - 1)
        posts = {post.id: post for post in week.run.posts}
        for theme, verdict in release["fixes"].items():
            made = compare(
                week.main(theme) or "-",
                Release(name=release["name"], date=date.isoformat()),
                week.run.statements,
                posts,
                timezone="Asia/Shanghai",
            )
            yield release["name"], theme, verdict, verdict_of(made)


def shuffled(weeks: Sequence[Week], copies: int) -> dict[str, float]:
    """Weekly runs with a false surge or fall, of all over some corpora whose posts have exchanged their dates."""
    said = [
        (statement.post_id, statement.person, statement.theme_id)
        for week in weeks
        for statement in within_last(week.run)
    ]
    date = {s.post_id: n for n, week in enumerate(weeks) for s in within_last(week.run)}
    return false_alarms([table(said, shuffle(date, seed), len(weeks)) for seed in range(copies)])


Table = tuple[list[list[int]], list[int]]


def false_alarms(copies: Sequence[Table]) -> dict[str, float]:
    """How often something is told of corpora in which nothing happens."""
    told = [flags for people, active in copies for flags in every_window(people, active)]
    runs = len(told)
    surged, fell = (sum(any(flag in f for f in flags) for flags in told) for flag in ("surging", "falling"))
    return {"runs": runs, "with_surge": round(surged / runs, 4), "with_fall": round(fell / runs, 4),
            "stated": FALSE_DISCOVERIES}  # fmt: skip


def every_window(people: Sequence[Sequence[int]], active: Sequence[int]) -> Iterator[list[tuple[str, ...]]]:
    """The flags of each theme, as every window from the second on would have been looked at."""
    for last in range(1, len(active)):
        first = max(0, last - BASELINE)
        rows = [row[first : last + 1] for row in people]
        found = trends(rows, active[first : last + 1], earlier=[sum(row[:first]) > 0 for row in people])
        yield [trend.flags for trend in found]


def shuffle(date: Mapping[str, int], seed: int) -> dict[str, int]:
    posts = sorted(date)
    dates = [date[post] for post in posts]
    random.Random(seed).shuffle(dates)
    return dict(zip(posts, dates, strict=True))


def stream(path: Path) -> dict[str, float]:
    """False alarms on a real stream without its order in time, and how surges planted into it are found."""
    with Store(":memory:") as store:
        api.ingest(store, [path])
        run = api.analyze(store)
    months = windows(run.as_of, "month", MONTHS, timezone="Asia/Shanghai")
    date = {p.id: n for p in run.posts for n, month in enumerate(months) if within(p.posted_at, month)}
    said = [(s.post_id, s.person, s.theme_id) for s in run.statements if s.post_id in date]
    copies = [table(said, shuffle(date, seed), MONTHS) for seed in range(COPIES)]
    hits, false = 0, 0
    for seed, (people, active) in enumerate(copies):
        chance = random.Random(seed)
        common = [n for n, row in enumerate(people) if sum(row) >= 2 * FEWEST]
        planted = {n: chance.randrange(BASELINE, MONTHS) for n in chance.sample(common, IMPLANTS)}
        implanted, busier = [list(row) for row in people], list(active)
        for n, month in planted.items():
            more = max(4, round(2 * sum(people[n]) / MONTHS))
            implanted[n][month] += more
            busier[month] += more
        for month, flags in enumerate(every_window(implanted, busier), start=1):
            told = {n for n, own in enumerate(flags) if "surging" in own}
            hits += sum(planted.get(n) == month for n in told)
            false += sum(planted.get(n) != month for n in told)
    total = IMPLANTS * COPIES
    precision, recall = hits / ((hits + false) or 1), hits / total
    return false_alarms(copies) | {"themes": len(copies[0][0]), "planted": total, "precision": round(precision, 3),
                                   "recall": round(recall, 3), "f1": f1(precision, recall)}  # fmt: skip


def within_last(run: Run) -> list[Statement]:
    start, _, end = run.windows[-1].partition("/")
    moment = {post.id: post.posted_at for post in run.posts}
    return [statement for statement in run.statements if start < moment[statement.post_id] <= end]


def table(said: Sequence[tuple[str, str, str]], week_of: Mapping[str, int], n_weeks: int) -> Table:
    """People a theme and week, and people a week."""
    heard = {(theme, week_of[post], person) for post, person, theme in said if theme}
    themes = {theme: n for n, theme in enumerate(sorted({theme for theme, *_ in heard}))}
    people = [[0] * n_weeks for _ in themes]
    for theme, week, _ in heard:
        people[themes[theme]][week] += 1
    spoke = Counter(week for week, _ in {(week_of[post], person) for post, person, _ in said})
    return people, [spoke[week] for week in range(n_weeks)]


def name_of(event: Plan) -> str:
    return f"{event['event']} {event['theme']} {event['weeks'][0]}"


if __name__ == "__main__":
    main()
