"""The command line: what it prints and where, exit statuses, options; the analysis itself is stood in for."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

import voc as package
from voc.cli import main
from voc.cli.analysis import FORMATS
from voc.cli.output import as_csv, as_json, as_table
from voc.config import Config
from voc.datatypes import Exclusion, Post, Run, Statement, Suggestion, Theme, content_id

ROWS = [
    ("1", "Pad 不能横屏，希望支持横屏", "甲"),
    ("2", "指纹又不认我了", "乙"),
    ("3", "", "丙"),
    ("4", "横屏\x1b[31m呢\u202e", "=丁"),
]
seen: dict[str, Any] = {}


def analyze(
    posts: Iterable[Post],
    config: Config,
    *,
    rejected: Mapping[str, int],
    vectors: object = None,
    answers: object = None,
    recall: object = None,
    decisions: object = (),
    progress: Callable[[str, int, int], None] | None = None,
    **_: object,
) -> Run:
    """One theme, of the posts with 横屏 in them; every other post is left out."""
    corpus = tuple(posts)
    seen.update(config=config, vectors=vectors)
    about = [post for post in corpus if "横屏" in post.text]
    statements = tuple(
        Statement(
            id=content_id("s", post.id), post_id=post.id, position=0, text=post.text, norm=post.text, kind="request",
            person=post.author, theme_id="t-screen",
        )
        for post in about
    )  # fmt: skip
    ids = tuple(statement.id for statement in statements)
    theme = Theme(
        id="t-screen",
        name="支持横屏",
        area="显示",
        kind="request",
        keywords=("横屏", "Pad"),
        exemplars=ids,
        statement_ids=ids,
    )
    suggestion = Suggestion(
        rank=1, theme_id=theme.id, priority="P1", score=0.5, signals={"reach": 1.0}, contributions={"reach": 0.5},
        n_people=len(ids), n_posts=len(ids), rank_low=1, rank_high=1, tie=1,
    )  # fmt: skip
    if progress:
        progress("embed", 1, 2)
        progress("embed", 2, 2)
    return Run(
        id=content_id("r", [post.id for post in corpus]), as_of=config.as_of, windows=(), version="0", model="stub",
        config=config.as_dict(), rejected=rejected, posts=corpus,
        exclusions=tuple(Exclusion(post_id=p.id, reason="advert", detail="x") for p in corpus if p not in about),
        duplicates={}, statements=statements, themes=(theme,), suggestions=(suggestion,),
    )  # fmt: skip


def predict(rows: Sequence[tuple[str, str]], config: Config, progress: object = None) -> list[dict[str, object]]:
    return [{"id": row_id, "kind": "request", "polarity": "neu", "theme": None, "area": "a0"} for row_id, _ in rows]


def stand_in(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Put the stand-ins in place of the pipeline, and posts.csv into the folder, which becomes the current one."""
    stub = SimpleNamespace(analyze=analyze, predict=predict)
    patch.setitem(sys.modules, "voc.pipeline", stub)
    patch.setitem(vars(package), "pipeline", stub)
    patch.chdir(folder)
    with open("posts.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "内容", "作者"), *ROWS])


@pytest.fixture
def voc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """Run a command in an empty folder that holds posts.csv."""
    stand_in(monkeypatch, tmp_path)

    def call(*arguments: str, exits: int = 0, **options: Any) -> Result:
        result = CliRunner().invoke(main, list(arguments), **options)
        assert result.exit_code == exits, result.output + repr(result.exception)
        return result

    return call


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("analysed")
    with pytest.MonkeyPatch.context() as patch:
        stand_in(patch, folder)
        for arguments in (["ingest", "a.db", "posts.csv"], ["analyze", "a.db"]):
            assert CliRunner().invoke(main, arguments).exit_code == 0
    return folder / "a.db"


@pytest.fixture
def db(analysed: Path, voc: Callable[..., Result]) -> str:
    """A database with posts and a run, in the current folder."""
    return shutil.copy(analysed, "a.db")


# --- reading


def test_ingest_tells_columns_counts_and_reasons(voc: Callable[..., Result]) -> None:
    out = voc("ingest", "a.db", "posts.csv").stdout
    assert "posts.csv: 3 posts, 1 rejected" in out
    assert "text=内容" in out
    assert "3 added, 0 updated, 0 unchanged, 0 repeated" in out
    assert "rejected 1: has no text" in out
    assert "0 added, 0 updated, 3 unchanged, 0 repeated" in voc("ingest", "a.db", "posts.csv").stdout


def test_ingest_without_anything_usable_exits_1_and_keeps_the_reasons(voc: Callable[..., Result]) -> None:
    Path("empty.csv").write_text("内容,作者\n,甲\n", encoding="utf-8")
    result = voc("ingest", "a.db", "empty.csv", "--quiet", exits=1)
    assert one_line(result.stderr).startswith("Error: empty.csv")
    assert "has no text" in voc("rejected", "a.db").stdout


def test_a_file_that_is_missing_does_not_stop_the_others(voc: Callable[..., Result]) -> None:
    out = voc("ingest", "a.db", "missing.csv", "posts.csv").stdout
    assert "missing.csv does not exist" in out
    assert "3 added" in out


def test_columns_can_be_named(voc: Callable[..., Result]) -> None:
    Path("odd.csv").write_text("a,b\n不能横屏,甲\n", encoding="utf-8")
    assert "1 added" in voc("ingest", "a.db", "odd.csv", "--column", "text=a").stdout


def test_names_are_hashed_unless_kept(voc: Callable[..., Result]) -> None:
    def author(db: str) -> str:
        from voc.store import Store

        with Store(db) as store:
            return next(post.author for post in store.load_posts() if "指纹" in post.text)

    voc("ingest", "a.db", "posts.csv")
    voc("ingest", "b.db", "posts.csv", "--keep-authors")
    assert author("a.db").startswith("a-")
    assert author("b.db") == "乙"


def test_standard_input_is_read(voc: Callable[..., Result]) -> None:
    assert "1 added" in voc("ingest", "a.db", "-", input='{"id": 1, "text": "不能横屏"}\n'.encode()).stdout


# --- analysing


def test_run_writes_every_format_and_keeps_no_database(voc: Callable[..., Result]) -> None:
    out = voc("run", "posts.csv", "-o", "out/deep", "--as-of", "2026-04-30").stdout
    written = sorted(path.name for path in Path("out/deep").iterdir())
    assert written == ["report.csv", "report.html", "report.json", "report.md"]
    assert [Path(line).name for line in out.splitlines()] == [f"report.{kind}" for kind in FORMATS]
    assert sorted(path.name for path in Path().iterdir()) == ["out", "posts.csv"]


def test_run_twice_writes_the_same_bytes(voc: Callable[..., Result]) -> None:
    for folder in ("a", "b"):
        voc("run", "posts.csv", "-o", folder, "--as-of", "2026-04-30")
    for kind in FORMATS:
        assert Path(f"a/report.{kind}").read_bytes() == Path(f"b/report.{kind}").read_bytes()


def test_run_keeps_the_database_where_asked(voc: Callable[..., Result]) -> None:
    voc("run", "posts.csv", "-o", "out", "--db", "kept.db")
    assert "支持横屏" in voc("suggestions", "kept.db").stdout


def test_every_setting_can_be_reached(voc: Callable[..., Result], db: str) -> None:
    Path("voc.toml").write_text('min_people = 5\nmodel = "lexical"\nseed = 1\n', encoding="utf-8")
    voc(
        "analyze", db, "--config", "voc.toml", "--set", "bootstrap=10", "--set", "new_words=false", "--set",
        "weight_reach=1.5", "--set", "seed=2", "--seed", "3", "--as-of", "2026-04-30",
    )  # fmt: skip
    config = seen["config"]
    assert (config.min_people, config.model, config.bootstrap, config.new_words) == (5, "lexical", 10, False)
    assert (config.weight_reach, config.seed, config.as_of) == (1.5, 3, "2026-04-30T15:59:59Z")


@pytest.mark.parametrize(
    ("arguments", "exits", "message"),
    [
        (["--set", "colour=red"], 1, "there is no setting 'colour'"),
        (["--set", "seed=many"], 1, "is not a int"),
        (["--set", "new_words=2"], 1, "is not a bool"),
        (["--set", "seed"], 2, "expected NAME=VALUE"),
        (["--config", "missing.toml"], 1, "missing.toml cannot be read"),
        (["--as-of", "yesterday"], 1, "is no date; give one such as"),
        (["--timezone", "Mars"], 1, "there is no time zone 'Mars'"),
        (["--timezone", "Mars", "--as-of", "2026-01-01"], 1, "there is no time zone 'Mars'"),
        (["--no-such-option"], 2, "No such option"),
    ],
)
def test_wrong_settings_are_told_in_one_line(
    voc: Callable[..., Result], db: str, arguments: list[str], exits: int, message: str
) -> None:
    assert message in voc("analyze", db, *arguments, exits=exits).stderr


def test_progress_goes_to_stderr_one_line_a_step(voc: Callable[..., Result], db: str) -> None:
    assert voc("analyze", db).stderr == "embed: 2\n"
    assert voc("analyze", db, "--quiet").stderr == ""


def test_an_empty_database_says_what_to_do(voc: Callable[..., Result]) -> None:
    from voc.store import Store

    Store("a.db").close()
    assert "holds no posts yet; add some with: voc ingest a.db" in voc("analyze", "a.db", exits=1).stderr


# --- looking


@pytest.mark.parametrize("kind", FORMATS)
def test_report_prints_or_writes_the_same(voc: Callable[..., Result], db: str, kind: str) -> None:
    printed = voc("report", db, "-f", kind).stdout_bytes
    voc("report", db, "-f", kind, "-o", "out")
    assert Path("out").read_bytes() == printed
    assert "支持横屏" in printed.decode("utf-8-sig")


def test_report_formats_are_those_the_report_has() -> None:
    from voc.report import RENDERERS

    assert set(FORMATS) == set(RENDERERS)


def test_report_speaks_english_when_asked(voc: Callable[..., Result], db: str) -> None:
    assert voc("report", db, "--lang", "en").stdout != voc("report", db).stdout


LISTINGS = {
    "suggestions": ([], "支持横屏"),
    "themes": ([], "支持横屏"),
    "show": (["支持横屏"], "希望支持横屏"),
    "search": (["横屏"], "希望支持横屏"),
    "excluded": ([], "指纹又不认我了"),
    "rejected": ([], "has no text"),
    "runs": ([], "stub"),
}


@pytest.mark.parametrize("command", LISTINGS)
def test_listings_come_as_table_json_and_csv(voc: Callable[..., Result], db: str, command: str) -> None:
    arguments, expected = LISTINGS[command]
    table, as_json, as_csv = (
        voc(command, db, *arguments, "--format", style).stdout for style in ("table", "json", "csv")
    )
    objects = json.loads(as_json)
    assert expected in table
    assert any(expected in str(value) for row in objects for value in row.values())
    assert len(list(csv.DictReader(io.StringIO(as_csv)))) == len(objects)


@pytest.mark.parametrize("wanted", ["支持横屏", "t-screen", "t-scr"])
def test_a_theme_is_found_by_name_id_and_beginning(voc: Callable[..., Result], db: str, wanted: str) -> None:
    assert "希望支持横屏" in voc("show", db, wanted).stdout


def test_a_theme_that_is_not_there_says_how_to_list_them(voc: Callable[..., Result], db: str) -> None:
    assert one_line(voc("show", db, "没有", exits=1).stderr).endswith("list them with: voc themes DB")


@pytest.mark.parametrize("words", [["横屏"], ["PAD", "橫屏"], ["支持横屏"]])
def test_search_minds_neither_script_nor_case(voc: Callable[..., Result], db: str, words: list[str]) -> None:
    assert "希望支持横屏" in voc("search", db, *words).stdout


def test_search_finds_who_says_the_same_in_other_words(voc: Callable[..., Result], db: str) -> None:
    rows = json.loads(voc("search", db, "能不能横着看屏幕", "--like", "--limit", "2", "--format", "json").stdout)
    assert len(rows) == 2
    assert "横屏" in rows[0]["text"]
    assert rows[0]["likeness"] > rows[1]["likeness"]
    assert "希望支持横屏" not in voc("search", db, "能不能横着看屏幕").stdout
    assert "nothing to compare" in voc("search", db, " ", "--like").stderr


def test_a_listing_without_rows_says_so_on_stderr(voc: Callable[..., Result], db: str) -> None:
    result = voc("search", db, "没有这样的词")
    assert result.stdout == ""
    assert result.stderr == "no post holds all of these words\n"
    assert json.loads(voc("search", db, "没有这样的词", "--format", "json").stdout) == []


def test_a_run_can_be_deleted(voc: Callable[..., Result], db: str) -> None:
    (run,) = json.loads(voc("runs", db, "--format", "json").stdout)
    assert json.loads(voc("runs", db, "--delete", run["id"], "--format", "json").stdout) == []
    assert "there is no run r-9" in voc("runs", db, "--delete", "r-9", exits=1).stderr


@pytest.mark.parametrize("command", LISTINGS)
def test_no_listing_makes_a_database(voc: Callable[..., Result], command: str) -> None:
    stderr = voc(command, "missing.db", *LISTINGS[command][0], exits=1).stderr
    assert one_line(stderr).startswith("Error: database missing.db does not exist")
    assert not Path("missing.db").exists()


# --- what posts may hold


def test_tables_show_control_characters_as_signs(voc: Callable[..., Result], db: str) -> None:
    out = voc("search", db, "横屏").stdout
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "␛[31m呢⟨U+202E⟩" in out


def test_json_escapes_what_a_terminal_would_act_on() -> None:
    row = {"text": "a\x1b[31m\x9b\u202e"}
    assert json.loads(as_json([row])) == [row]
    assert not {"\x1b", "\x9b", "\u202e"} & set(as_json([row]))


@pytest.mark.parametrize("cell", ["=1+1", "+86", "-好", "@x", "\t=1", " =1", "＝1"])
def test_csv_defuses_formulas(cell: str) -> None:
    assert next(csv.reader(io.StringIO(as_csv([{"text": cell}]).split("\n", 1)[1])))[0] == f"'{cell}"


@pytest.mark.parametrize("cell", ["-1.5", "3", "好-", "1e-05"])
def test_csv_leaves_numbers_and_words_alone(cell: str) -> None:
    assert as_csv([{"text": cell}]).split("\n")[1] == cell


def test_tables_align_chinese() -> None:
    table = as_table([{"name": "横屏", "n": 1}, {"name": "a", "n": 22}])
    assert table == "name  n\n横屏  1\na     22\n"


def test_tables_cut_long_cells() -> None:
    line = as_table([{"name": "长" * 50, "text": "短\n行"}]).splitlines()[1]
    assert line == "长" * 19 + "…  短 行"


# --- predicting


def test_predict_writes_one_line_a_row_with_its_own_id(voc: Callable[..., Result]) -> None:
    result = voc("predict", "posts.csv")
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["1", "2", "4"]
    assert "1 rows without usable text have no prediction" in result.stderr
    voc("predict", "posts.csv", "-o", "out.jsonl")
    assert Path("out.jsonl").read_text(encoding="utf-8") == result.stdout


# --- what is shipped


def test_demo_copies_its_feedback_and_reports_on_it(voc: Callable[..., Result]) -> None:
    voc("demo", "-o", "here", "--quiet")
    names = {path.name for path in Path("here").rglob("*")}
    assert {"feedback", "forum.jsonl", "reviews.csv", "report.md", "report.html"} <= names
    assert seen["config"] == Config()


def test_models_are_listed(voc: Callable[..., Result]) -> None:
    names = {card["name"] for card in json.loads(voc("models", "list", "--format", "json").stdout)}
    assert {"use", "e5", "lexical"} <= names
    assert "there is no model 'gpt'" in voc("models", "verify", "gpt", exits=1).stderr


# --- errors and interrupts


def test_output_that_cannot_be_written_is_one_line(voc: Callable[..., Result], db: str) -> None:
    assert "cannot be written" in one_line(voc("report", db, "-o", "missing/report.md", exits=1).stderr)
    assert "cannot be made" in one_line(voc("run", "posts.csv", "-o", "posts.csv/out", "-q", exits=1).stderr)


def test_an_error_stays_one_line_whatever_the_file_is_called(voc: Callable[..., Result]) -> None:
    assert "␛" in one_line(voc("themes", "a\n\x1b[31m.db", exits=1).stderr)


def test_an_interrupt_leaves_the_database_as_it_was_and_exits_130(
    voc: Callable[..., Result], db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> Run:
        raise KeyboardInterrupt

    before = Path(db).read_bytes()
    monkeypatch.setattr(package.pipeline, "analyze", interrupted)
    result = voc("analyze", db, exits=130)
    assert one_line(result.stderr).startswith("Interrupted")
    assert Path(db).read_bytes() == before


def test_ctrl_c_while_reading_a_pipe_is_one_line(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    command = [sys.executable, "-m", "voc", "ingest", str(tmp_path / "a.db"), "-"]
    with (
        open(reader, "rb") as pipe,
        subprocess.Popen(
            command,
            stdin=pipe,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # the gate may run in the background
        ) as process,
    ):
        os.write(writer, b'{"text": "x"}\n')
        while not (tmp_path / "a.db").exists() and process.poll() is None:
            pass
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    os.close(writer)
    assert process.returncode == 130
    assert one_line(stderr).startswith("Interrupted")


def one_line(stderr: str) -> str:
    (line,) = stderr.splitlines()
    return line
