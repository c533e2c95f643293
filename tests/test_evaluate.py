"""Evaluation: definitions as in the program that judges, intervals, labelled files, and `voc eval` end to end."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.api import evaluate
from voc.cli import judge, main
from voc.config import Config
from voc.errors import ConfigError, InputError
from voc.evaluate import TASKS, Estimate, score_groups, score_kinds, score_pairs, score_polarity
from voc.evaluate.labels import VALUES

SHARED = Path(__file__).parents[2] / "shared"
CASES = json.loads((Path(__file__).parent / "cases" / "evaluate.json").read_text(encoding="utf-8"))


def values(metrics: Mapping[str, Estimate]) -> dict[str, float]:
    return {name: round(estimate.value, 4) for name, estimate in metrics.items()}


# --- definitions


@pytest.mark.parametrize("case", CASES["groups"], ids=lambda case: case["name"])
def test_groups_are_scored_as_worked_out_by_hand(case: dict[str, Any]) -> None:
    found = values(score_groups(case["gold"], case["found"]))
    assert {name: found[name] for name in case["scores"]} == case["scores"]


@pytest.mark.parametrize("case", CASES["kinds"], ids=lambda case: case["name"])
def test_kinds_are_scored_as_worked_out_by_hand(case: dict[str, Any]) -> None:
    assert values(score_kinds(case["gold"], case["found"])) == case["scores"]


@pytest.mark.parametrize("case", CASES["pairs"], ids=lambda case: case["name"])
def test_pairs_are_scored_as_worked_out_by_hand(case: dict[str, Any]) -> None:
    assert values(score_pairs(case["same"], case["similarity"])) == {"auc": case["auc"]}


@pytest.mark.filterwarnings("ignore:The number of unique classes")
@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz-")), min_size=2, max_size=30))
def test_agreement_is_that_of_scikit_learn(rows: list[tuple[str, str]]) -> None:
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

    gold = [name for name, _ in rows]
    found = [f"alone {n}" if group == "-" else group for n, (_, group) in enumerate(rows)]
    scores = score_groups(gold, [None if group == "-" else group for _, group in rows])
    assert scores["ami"].value == pytest.approx(adjusted_mutual_info_score(gold, found), abs=1e-6)
    assert scores["ari"].value == pytest.approx(adjusted_rand_score(gold, found), abs=1e-6)


def test_leaving_rows_out_never_pays() -> None:
    gold = ["闪退"] * 6 + ["广告"] * 6
    whole, partly = (values(score_groups(gold, found)) for found in (["1"] * 6 + ["2"] * 6, ["1"] * 6 + [None] * 6))
    assert partly["unassigned"] == 0.5
    assert all(partly[name] < whole[name] for name in ("ami", "ari", "top10_f1"))


def test_polarity_is_judged_by_its_share_of_right_rows() -> None:
    assert values(score_polarity(["pos", "neg", "neg", "neu"], ["pos", "neg", "pos", "neu"])) == {
        "polarity_accuracy": 0.75
    }


# --- intervals


def sample(n: int, seed: int = 0) -> tuple[list[str], list[str | None]]:
    """Groups of which two rows in three are found."""
    draw = random.Random(seed)
    gold = [f"g{draw.randrange(5)}" for _ in range(n)]
    return gold, [name if draw.random() < 0.67 else draw.choice(["g1", "g9", None]) for name in gold]


def intervals(n: int) -> list[Estimate]:
    gold, found = sample(n)
    kinds = [VALUES["kind"][int(name[1])] for name in gold]
    told = [kind if group else "other" for kind, group in zip(kinds, found, strict=True)]
    similarity = [n % 7 + (group is not None) for n, group in enumerate(found)]
    scores = (
        score_groups(gold, found),
        score_kinds(kinds, told),
        score_polarity(kinds, told),
        score_pairs([name == "g1" for name in gold], similarity),
    )
    return [estimate for metrics in scores for estimate in metrics.values() if estimate.low is not None]


def test_every_interval_holds_its_score_and_is_no_point() -> None:
    found = intervals(120)
    assert len(found) == 3 + 8 + 1 + 1
    assert all(estimate.low < estimate.value < estimate.high for estimate in found)  # type: ignore[operator]


def test_intervals_narrow_with_the_root_of_the_number_of_rows() -> None:
    widths = [[e.high - e.low for e in intervals(n)] for n in (200, 1800)]  # type: ignore[operator]
    assert np.median(np.array(widths[0]) / widths[1]) == pytest.approx(3, rel=0.3)


def test_about_nine_in_ten_intervals_cover_what_samples_of_their_size_have() -> None:
    samples = [score_groups(*sample(100, seed)) for seed in range(40)]
    for metric in ("ami", "ari"):
        truth = np.mean([scores[metric].value for scores in samples])
        covered = sum(scores[metric].low <= truth <= scores[metric].high for scores in samples)  # type: ignore[operator]
        assert 31 <= covered <= 39


def test_resampled_copies_do_not_flatter_agreement() -> None:
    """Groups that are pure chance: copies drawn with replacement would lie together in both, and lift the interval."""
    draw = random.Random(1)
    gold, found = ([str(draw.randrange(60)) for _ in range(300)] for _ in range(2))
    score = score_groups(gold, found)["ari"]
    assert score.low < 0 < score.high  # type: ignore[operator]


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(24)))
def test_the_order_of_rows_changes_no_score_and_no_interval(order: list[int]) -> None:
    gold, found = sample(24)
    kinds = [VALUES["kind"][int(name[1])] for name in gold]
    similarity = [n % 5 / 5 for n in range(24)]

    def scores(rows: Sequence[int]) -> tuple[object, ...]:
        same = [gold[n] == "g1" for n in rows]
        return (
            score_groups([gold[n] for n in rows], [found[n] for n in rows]),
            score_kinds([kinds[n] for n in rows], [kinds[n - 1] for n in rows]),
            score_pairs(same, [similarity[n] for n in rows]),
        )

    assert scores(order) == scores(range(24))


def test_too_few_rows_have_a_score_without_interval() -> None:
    for metrics in (score_groups(["a", "b"], ["1", None]), score_pairs([True], [0.5])):
        assert all(estimate.low is None and estimate.high is None for estimate in metrics.values())


# --- files and rows


LABELLED = [
    {"id": 1, "text": "希望支持横屏", "kind": "request", "polarity": "neu", "theme": "横屏", "area": "显示"},
    {"id": 2, "text": "一打开就闪退", "kind": "problem", "polarity": "neg", "theme": "闪退", "area": "稳定"},
    {"id": 3, "text": "打开就闪退，没法用", "kind": "problem", "polarity": "neg", "theme": "闪退", "area": "稳定"},
    {"id": 4, "text": "很好用", "kind": "none", "theme": None, "area": None},
    {"id": 5, "text": "什么时候能横屏？", "kind": "request", "theme": "横屏", "area": "显示"},
]
PAIRS = [
    {"text": "怎么退款", "text2": "如何申请退款", "same": 1},
    {"text": "怎么退款", "text2": "耳机没有声音", "same": 0},
    {"text": "不能登录", "text2": "登录不了", "same": True},
    {"text": "不能登录", "text2": "屏幕太亮", "same": False},
]


def save(path: Path, rows: Sequence[object]) -> Path:
    text = "".join(f"{row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


class Characters:
    """An embedding of which characters a text has."""

    name = "characters"

    def encode(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        vectors = np.zeros((len(texts), 997), dtype=np.float32)
        for n, text in enumerate(texts):
            vectors[n, [ord(character) % 997 for character in text]] = 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two labelled files and one without labels, in the current folder; predictions are right but for row 3."""
    monkeypatch.setattr("voc.pipeline.predict", predict)
    monkeypatch.setattr("voc.embed.load_embedder", lambda model, **_: Characters())
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "labelled.jsonl", LABELLED)
    save(tmp_path / "pairs.jsonl.gz", PAIRS)
    save(tmp_path / "plain.jsonl", [{"text": "没有标签"}])
    (tmp_path / "notes.txt").write_text("kind", encoding="utf-8")
    return tmp_path


def predict(rows: Sequence[tuple[str, str]], config: Config, progress: object = None) -> list[dict[str, object]]:
    gold = {str(row["id"]): row for row in LABELLED}
    return [
        {"kind": row["kind"], "polarity": "neg", "theme": None if row_id == "3" else row["theme"], "area": row["area"]}
        for row_id, _ in rows
        for row in [gold[row_id]]
    ]


def lexical(*paths: str, tasks: Sequence[str] = ()) -> dict[tuple[str, str], dict[str, float]]:
    """(file, task) -> scores, with the embedding that needs no model."""
    found = evaluate(paths, tasks=tasks, config=Config(model="lexical"))
    return {(scores.file, scores.task): values(scores.metrics) for scores in found.scores}


def test_one_file_serves_every_task_it_has_labels_for(folder: Path) -> None:
    assert list(lexical(".")) == [
        ("labelled.jsonl", "kinds"), ("labelled.jsonl", "themes"), ("labelled.jsonl", "areas"),
        ("pairs.jsonl.gz", "pairs"),
    ]  # fmt: skip


def test_rows_without_a_label_are_predicted_but_not_judged(folder: Path) -> None:
    found = evaluate(["labelled.jsonl"], config=Config(model="lexical")).scores
    assert [next(iter(scores.metrics.values())).n for scores in found] == [4, 4, 4]
    assert found[0].metrics["polarity_accuracy"].n == 3
    assert found[0].metrics["f1_request"].n == 2


def test_a_row_without_a_theme_found_is_a_group_of_its_own(folder: Path) -> None:
    themes = lexical("labelled.jsonl", tasks=["themes"])["labelled.jsonl", "themes"]
    assert (themes["found"], themes["true"], themes["unassigned"]) == (3, 2, 0.25)


def test_pairs_that_share_words_are_told_from_those_that_do_not(folder: Path) -> None:
    assert lexical("pairs.jsonl.gz") == {("pairs.jsonl.gz", "pairs"): {"auc": 1.0}}


def test_pairs_need_no_prediction(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voc.pipeline.predict", lambda *_, **__: pytest.fail("asked for predictions"))
    assert lexical(".", tasks=["pairs"])


def test_a_file_named_twice_is_measured_once(folder: Path) -> None:
    assert len(lexical("labelled.jsonl", "labelled.jsonl", tasks=["kinds"])) == 1


def test_files_called_alike_are_told_apart_by_their_folders(folder: Path) -> None:
    (folder / "b").mkdir()
    save(folder / "b" / "labelled.jsonl", LABELLED)
    assert {file for file, _ in lexical(".", tasks=["areas"])} == {"labelled.jsonl", str(Path("b/labelled.jsonl"))}


def test_files_without_labels_and_bad_rows_are_told(folder: Path) -> None:
    save(folder / "bad.jsonl", [LABELLED[0], "{", {"text": "", "kind": "problem"}])
    notes = evaluate(["."], config=Config(model="lexical")).notes
    assert notes[0].startswith("bad.jsonl: 2 rows not usable; the first: line 2 is malformed JSON")
    assert notes[1:] == ("plain.jsonl set aside: no row is labelled for kinds, themes, areas, pairs",)


def test_a_label_deep_in_a_file_is_found(folder: Path) -> None:
    save(folder / "late.jsonl", [{"text": f"第{n}条"} for n in range(500)] + [LABELLED[1]])
    with pytest.raises(KeyError):  # by the predictions that stand in, which know the labelled ids only
        lexical("late.jsonl")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"id": 7, "text": "好", "kind": "wish"}, "has the kind 'wish' in row '7'; give one of request, need"),
        ({"text": "好", "kind": "praise", "polarity": "good"}, "has the polarity 'good' in row '好'; give one of pos"),
        ({"text": "好", "text2": "很好", "same": 2}, "has the same '2' in row '好'; give one of 1, 0"),
    ],
)
def test_labels_that_do_not_exist_are_an_error_before_anything_is_predicted(
    folder: Path, monkeypatch: pytest.MonkeyPatch, row: object, message: str
) -> None:
    monkeypatch.setattr("voc.pipeline.predict", lambda *_, **__: pytest.fail("asked for predictions"))
    save(folder / "wrong.jsonl", [row])
    with pytest.raises(InputError, match=r"wrong\.jsonl") as error:
        lexical("labelled.jsonl", "wrong.jsonl")
    assert message in str(error.value)


def test_a_task_that_does_not_exist_is_an_error(folder: Path) -> None:
    with pytest.raises(ConfigError, match="there is no task 'colours'; tasks are kinds, themes, areas, pairs"):
        lexical(".", tasks=["colours"])


# --- the command


@pytest.fixture
def voc(folder: Path) -> Callable[..., Result]:
    def call(*arguments: str, exits: int = 0) -> Result:
        result = CliRunner().invoke(main, ["eval", *arguments, "--model", "lexical", "-q"])
        assert result.exit_code == exits, result.output + repr(result.exception)
        return result

    return call


def test_every_row_has_its_n_and_its_interval_in_every_format(voc: Callable[..., Result]) -> None:
    table, as_json, as_csv = (voc(".", "--format", style).stdout for style in ("table", "json", "csv"))
    rows = json.loads(as_json)
    assert all(list(row) == ["file", "task", "metric", "value", "low", "high", "n"] for row in rows)
    counts = ("found", "true", "unassigned")
    assert all(row["low"] <= row["value"] <= row["high"] for row in rows if row["metric"] not in counts)
    assert len(list(csv.DictReader(io.StringIO(as_csv)))) == len(rows) == len(table.splitlines()) - 1


def test_the_command_says_the_same_twice(voc: Callable[..., Result]) -> None:
    assert voc(".", "--format", "json").stdout == voc(".", "--format", "json").stdout


def test_what_is_set_aside_goes_to_stderr(voc: Callable[..., Result]) -> None:
    result = voc(".")
    assert result.stderr.startswith("plain.jsonl set aside")
    assert "plain.jsonl" not in result.stdout


def test_tasks_can_be_chosen(voc: Callable[..., Result]) -> None:
    rows = json.loads(voc(".", "--task", "areas", "--task", "pairs", "--format", "json").stdout)
    assert {row["task"] for row in rows} == {"areas", "pairs"}
    assert tuple(TASKS) == judge.TASKS


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.jsonl"], "Error: missing.jsonl does not exist; check the path"),
        (["plain.jsonl"], "Error: nothing to measure: plain.jsonl set aside: no row is labelled for kinds, themes"),
        (["pairs.jsonl.gz", "--task", "kinds"], "Error: nothing to measure: pairs.jsonl.gz set aside"),
        (["empty"], "Error: empty holds no file of labelled rows (.jsonl, .jsonl.gz)"),
        (["wrong.jsonl"], "Error: wrong.jsonl has the kind 'wish'"),
        (["cut.jsonl.gz"], "Error: nothing to measure: cut.jsonl.gz"),
    ],
)
def test_what_cannot_be_measured_is_told_in_one_line(
    voc: Callable[..., Result], folder: Path, arguments: list[str], message: str
) -> None:
    (folder / "empty").mkdir()
    save(folder / "wrong.jsonl", [{"text": "好", "kind": "wish"}])
    (folder / "cut.jsonl.gz").write_bytes((folder / "pairs.jsonl.gz").read_bytes()[:30])
    (line,) = voc(*arguments, exits=1).stderr.splitlines()
    assert line.startswith(message)


def test_what_is_measured_is_what_predict_says(tmp_path: Path) -> None:
    """With the real pipeline."""
    path = str(save(tmp_path / "labelled.jsonl", LABELLED))
    said = [json.loads(line) for line in CliRunner().invoke(main, ["predict", path]).stdout.splitlines()]
    rows = json.loads(CliRunner().invoke(main, ["eval", path, "--format", "json"]).stdout)
    found = {(row["task"], row["metric"]): row["value"] for row in rows}
    right = [one["kind"] == row["kind"] for one, row in zip(said, LABELLED, strict=True) if row["kind"] != "none"]
    themes = [one["theme"] for one, row in zip(said, LABELLED, strict=True) if row["theme"]]
    assert found["kinds", "accuracy"] == sum(right) / 4
    assert found["themes", "ari"] == values(score_groups(["横屏", "闪退", "闪退", "横屏"], themes))["ari"]


# --- against the program that judges


@pytest.mark.skipif(not (SHARED / "score.py").exists(), reason="the program that judges is not beside the project")
@pytest.mark.parametrize(
    ("file", "task", "field", "n"), [("kinds_dev", "kinds", "", 600), ("themes_dev", "themes", "theme", 592)]
)
def test_scores_are_those_of_the_program_that_judges(tmp_path: Path, file: str, task: str, field: str, n: int) -> None:
    gold = SHARED / "data" / f"{file}.jsonl"
    rows = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    draw = random.Random(0)
    said = [
        {
            "id": row["id"],
            "kind": row["kind"] if draw.random() < 0.7 else draw.choice(VALUES["kind"]),
            "polarity": draw.choice(VALUES["polarity"]),
            "theme": draw.choice([row.get("theme"), "t1", "t2", None]),
        }
        for row in rows
    ]
    predicted = save(tmp_path / "predicted.jsonl", said)
    command = [sys.executable, str(SHARED / "score.py"), task, str(gold), str(predicted)]
    judged = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert judged["n"] == n
    if task == "kinds":
        scores = score_kinds([row["kind"] for row in rows], [str(one["kind"]) for one in said])
        scores |= score_polarity([row["polarity"] for row in rows], [str(one["polarity"]) for one in said])
        assert {"n": n} | values(scores) == judged
    else:
        both = [(row[field], one[field]) for row, one in zip(rows, said, strict=True) if row[field] is not None]
        found = values(score_groups([true for true, _ in both], [group for _, group in both]))
        names = {"found": "found_clusters", "true": "gold_clusters"}
        assert {"n": n} | {names.get(name, name): value for name, value in found.items()} == judged
