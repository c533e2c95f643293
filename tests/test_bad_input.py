"""Bad input through the command line: one clear line, nothing lost, exit status 1 only where nothing was usable."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

import voc as package
from gold_run import make_run
from report_runs import HOSTILE, URLS, statement_of
from voc import segment
from voc.cli import main
from voc.datatypes import Post
from voc.store import Store

Voc = Callable[..., Result]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(package.__file__).parents[1])}
WISH = "希望支持横屏模式"
GOOD = f"内容\n{WISH}\n"
NOTHING_USABLE: dict[str, tuple[bytes, str]] = {
    "empty.csv": (b"", "is empty"),
    "binary.csv": (random.Random(0).randbytes(9000), "is a binary file"),
    "table.xlsx": (b"PK\x03\x04 cut off", "is not a readable .xlsx workbook"),
    "no_text.csv": ("甲,乙\n1,2\n".encode(), "has no text column among: 甲, 乙; name it with --column text=NAME"),
    "no_rows.csv": ("内容\n".encode(), "has no rows"),
    "no_rows.json": (b"[]", "has no rows"),
    "broken.json": (b'{"text": ', "is not valid JSON"),
}
SIGNS = ("\x1b", "\u202e", "\x07")  # of a terminal, of the direction of writing


dictionary = cache(segment._load_jieba)  # once for all tests: it takes a second


@pytest.fixture
def voc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Voc:
    """Run a command in an empty folder; a traceback, and any other exit status than `exits`, fails the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(segment, "_load_jieba", dictionary)

    def call(*arguments: str, exits: int = 0, **options: Any) -> Result:
        result = CliRunner().invoke(main, list(arguments), **options)
        assert result.exit_code == exits, result.output + repr(result.exception)
        assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
        return result

    return call


def put(name: str, content: str | bytes) -> str:
    Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
    return name


def told(result: Result) -> str:
    """The one line on stderr, without a word of progress."""
    (line,) = result.stderr.splitlines()
    return line


def rows(voc: Voc, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(voc(*arguments, "--format", "json").stdout)
    return found


def texts(path: str = "a.db") -> list[str]:
    with Store(path, create=False) as store:
        return sorted(post.text for post in store.load_posts())


def dump(path: str) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def save_good() -> None:
    with Store("a.db") as store:
        store.save_posts([Post(id="p-1", text=WISH)])


# --- files


@pytest.mark.parametrize("name", NOTHING_USABLE)
def test_a_file_without_anything_usable_is_one_line_and_exits_1(voc: Voc, name: str) -> None:
    content, reason = NOTHING_USABLE[name]
    assert told(voc("ingest", "a.db", put(name, content), "-q", exits=1)).startswith(f"Error: {name} {reason}")


def test_files_without_anything_usable_keep_no_other_from_being_read(voc: Voc) -> None:
    bad = [put(name, content) for name, (content, _) in NOTHING_USABLE.items()]
    result = voc("ingest", "a.db", *bad, "missing.csv", put("good.csv", GOOD), "-q")
    for name, (_, reason) in NOTHING_USABLE.items():
        assert f"{name} {reason}" in result.stdout
    assert texts() == [WISH]


def test_a_missing_file_is_one_line(voc: Voc) -> None:
    assert told(voc("ingest", "a.db", "no.csv", "-q", exits=1)) == "Error: no.csv does not exist; check the path"


def test_a_folder_without_data_says_which_files_count(voc: Voc) -> None:
    Path("folder").mkdir()
    put("folder/photo.png", b"\x89PNG")
    assert told(voc("ingest", "a.db", "folder", "-q", exits=1)).startswith("Error: folder has no data file (.csv,")


def test_rows_with_broken_quotes_are_rejected_with_their_reason_and_cost_no_other_row(voc: Voc) -> None:
    broken = '"好用但是"希望"加横屏",3'
    result = voc("ingest", "a.db", put("a.csv", f'内容,评分\n{broken}\n"没有闭合,4\n{WISH},5\n"电池不行",1\n'), "-q")
    assert "rejected 2: has broken quotes" in result.stdout
    assert texts() == sorted([WISH, "电池不行"])
    assert [row["raw"] for row in rows(voc, "rejected", "a.db")] == [broken, '"没有闭合,4']


def test_a_line_of_a_million_characters_is_kept_whole_and_the_next_is_read(voc: Voc) -> None:
    long = "a" * 1_000_000
    voc("ingest", "a.db", put("a.csv", f"内容\n{long}\n{WISH}\n"), "-q")
    assert sorted(map(len, texts())) == [len(WISH), len(long)]


def test_nul_bytes_cost_nothing_but_themselves(voc: Voc) -> None:
    voc("ingest", "a.db", put("a.csv", "内容,作者\n希望\0支持横屏模式,张\0三\n".encode()), "-q")
    assert texts() == [WISH]


def test_lone_surrogates_are_marked_and_cost_no_row(voc: Voc) -> None:
    lines = '{"id": "1", "text": "希望\\ud800横屏", "author": "\\udfff", "k\\ud800": "\\ud83d"}\n{"text": "电池不行"}\n'
    voc("ingest", "a.db", put("a.jsonl", lines), "-q")
    assert texts() == ["希望\ufffd横屏", "电池不行"]


def test_a_wrong_encoding_says_which_it_reads_as(voc: Voc) -> None:
    path = put("a.csv", f"内容\n{WISH}\n建议增加深色模式\n".encode("gbk"))
    for wrong in ("utf-8", "big5"):
        result = voc("ingest", "a.db", path, "-q", "--encoding", wrong, exits=1)
        assert told(result) == f"Error: a.csv is not {wrong}; it reads as gb18030 (--encoding)"
    assert "no encoding 'klingon'; use one such as" in told(
        voc("ingest", "a.db", path, "-q", "--encoding", "klingon", exits=1)
    )


def test_dates_in_the_future_or_of_no_calendar_leave_the_post_and_are_kept_beside_it(voc: Voc) -> None:
    dates = ("2099-01-01", "9999-12-31", "2024-13-45")
    voc("ingest", "a.db", put("a.csv", "内容,时间\n" + "".join(f"第{day}条,{day}\n" for day in dates)), "-q")
    with Store("a.db") as store:
        posts = list(store.load_posts())
    assert [post.posted_at for post in posts] == ["", "", ""]
    assert sorted(post.attributes["posted_at_raw"] for post in posts) == sorted(dates)


def test_of_rows_of_one_id_the_same_text_is_one_post_and_another_text_its_next_version(voc: Voc) -> None:
    result = voc("ingest", "a.db", put("a.csv", f"id,内容\n1,{WISH}\n1,{WISH}\n1,电池不行\n"), "-q")
    assert "1 added, 0 updated, 0 unchanged, 2 repeated" in result.stdout
    assert texts() == ["电池不行"]
    with closing(sqlite3.connect("a.db")) as connection:
        assert connection.execute("SELECT text FROM post_versions").fetchall() == [(WISH,)]


# --- few posts


def test_an_analysis_of_no_posts_says_how_to_add_some(voc: Voc) -> None:
    voc("ingest", "a.db", put("a.csv", ""), "-q", exits=1)
    assert told(voc("analyze", "a.db", "-q", exits=1)) == (
        "Error: a.db holds no posts yet; add some with: voc ingest a.db FILE..."
    )


@pytest.mark.parametrize("copies", [1, 3])
def test_one_post_or_copies_of_one_give_every_report(voc: Voc, copies: int) -> None:
    lines = "".join(f"{number},{WISH}\n" for number in range(copies))
    voc("run", put("a.csv", f"id,内容\n{lines}"), "-o", "out", "--db", "a.db", "-q")
    assert {path.name for path in Path("out").iterdir()} == {f"report.{kind}" for kind in ("md", "html", "csv", "json")}
    assert rows(voc, "runs", "a.db")[0]["n_posts"] == copies
    assert rows(voc, "suggestions", "a.db") == []


# --- the disk and the database

LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)), resource.RLIM_INFINITY))
from voc.cli import main
main(prog_name="voc")
"""


def limited(n_bytes: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command that can make no file larger than this, as on a disk that fills up."""
    command = [sys.executable, "-c", LIMITED, str(n_bytes), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, timeout=60, check=False)


def test_a_disk_that_fills_up_is_one_line_and_leaves_the_database_as_it_was(voc: Voc) -> None:
    save_good()
    before, size = dump("a.db"), os.path.getsize("a.db")
    put("b.csv", "内容\n" + "".join(f"第{n}条{'长' * 900}\n" for n in range(300)))
    result = limited(size + 100_000, "ingest", "a.db", "b.csv", "-q")
    assert (result.returncode, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert "full" in line
    assert "nothing was changed" in line
    assert dump("a.db") == before


def test_a_report_that_does_not_fit_on_the_disk_leaves_the_one_before(voc: Voc) -> None:
    save_hostile()
    put("report.html", "before")
    result = limited(1000, "report", "a.db", "-f", "html", "-o", "report.html")
    assert result.returncode == 1
    assert "report.html cannot be written: " in result.stderr
    assert result.stderr.count("\n") == 1
    assert Path("report.html").read_text() == "before"
    assert sorted(os.listdir()) == ["a.db", "report.html"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_output_that_finds_no_place_is_one_line(voc: Voc) -> None:
    save_hostile()
    command = [sys.executable, "-m", "voc", "report", "a.db"]
    with open("/dev/full", "wb") as full:
        result = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, timeout=60, check=False
        )
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: the output cannot be written: No space left on device")


@pytest.mark.skipif(os.name == "nt", reason="folders that cannot be written are another thing there")
def test_a_read_only_database_can_be_looked_into_and_says_so_when_written(
    voc: Voc, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_good()
    connect = sqlite3.connect  # permissions do not stop the superuser, who may be running this
    monkeypatch.setattr(sqlite3, "connect", lambda path, **rest: connect(f"file:{path}?mode=ro", uri=True, **rest))
    assert told(voc("ingest", "a.db", put("b.csv", "内容\n电池不行\n"), "-q", exits=1)) == (
        "Error: a.db cannot be written: it is read-only; change its permissions or use a copy"
    )
    assert rows(voc, "rejected", "a.db") == []
    assert texts() == [WISH]


def test_a_database_of_another_program_is_not_written_to(voc: Voc, tmp_path: Path) -> None:
    with closing(sqlite3.connect("other.db")) as connection:
        connection.execute("CREATE TABLE t (a)")
    before = Path("other.db").read_bytes()
    line = told(voc("ingest", "other.db", put("a.csv", GOOD), "-q", exits=1))
    assert line == "Error: other.db belongs to another program; name another file, voc will not write to this one"
    assert Path("other.db").read_bytes() == before


def test_a_file_of_feedback_named_in_place_of_the_database_is_not_written_to(voc: Voc) -> None:
    put("a.csv", GOOD * 40)
    assert told(voc("ingest", "a.csv", "a.csv", "-q", exits=1)) == "Error: a.csv is not a database; name another file"
    assert Path("a.csv").read_text(encoding="utf-8") == GOOD * 40


def test_a_database_of_a_newer_version_asks_for_an_upgrade(voc: Voc) -> None:
    save_good()
    with closing(sqlite3.connect("a.db")) as connection:
        connection.execute("PRAGMA user_version = 999")
    before = Path("a.db").read_bytes()
    assert "was written by a newer version of voc; upgrade" in told(
        voc("ingest", "a.db", put("a.csv", GOOD), "-q", exits=1)
    )
    assert Path("a.db").read_bytes() == before


@pytest.mark.parametrize("path", ["no/folder/report.md", ".", "a.csv/report.md"])
def test_a_report_to_a_path_that_cannot_be_written_is_one_line(voc: Voc, path: str) -> None:
    save_hostile()
    put("a.csv", GOOD)
    line = told(voc("report", "a.db", "-o", path, exits=1))
    assert line.startswith(f"Error: {path} cannot be written: ")


def test_a_run_finds_its_folder_unwritable_before_it_reads_a_post(voc: Voc) -> None:
    put("a.csv", GOOD)
    assert told(voc("run", "a.csv", "-o", "a.csv/out", "--db", "a.db", "-q", exits=1)).startswith(
        "Error: a.csv/out cannot be made: "
    )
    assert not Path("a.db").exists()


WRITER = """
import sys
from voc.datatypes import Post
from voc.store import Store

def waiting():
    yield Post(id="p-1", text="先来的")
    print("writing", flush=True)
    sys.stdin.readline()

with Store("a.db") as store:
    store.save_posts(waiting())
"""


def test_of_two_processes_at_once_the_second_says_so_or_waits_and_nothing_is_lost(
    voc: Voc, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-c", WRITER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as first:
        assert first.stdin
        assert first.stdout
        assert first.stdout.readline() == "writing\n"
        monkeypatch.setattr("voc.store.connection.PATIENCE_SECONDS", 0.1)
        assert told(voc("ingest", "a.db", put("a.csv", GOOD), "-q", exits=1)) == (
            "Error: a.db is in use by another program; try again when that is done"
        )
        first.stdin.write("\n")
        first.stdin.flush()
        monkeypatch.setattr("voc.store.connection.PATIENCE_SECONDS", 30)
        voc("ingest", "a.db", "a.csv", "-q")
    assert first.returncode == 0
    assert texts() == sorted([WISH, "先来的"])


def test_ctrl_c_in_the_middle_of_an_ingest_leaves_the_database_as_it_was(voc: Voc) -> None:
    save_good()
    before = dump("a.db")
    with subprocess.Popen(
        [sys.executable, "-m", "voc", "ingest", "a.db", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # the gate may run in the background
    ) as process:  # fmt: skip
        assert process.stdin
        process.stdin.write("".join(f'{{"text": "第{n}条"}}\n' for n in range(20_000)).encode())
        process.stdin.flush()
        while not is_locked("a.db") and process.poll() is None:
            pass
        # an interrupt that falls into a callback of an import is lost; people press again
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
        stderr = process.stderr.read().decode() if process.stderr else ""
    assert process.returncode == 130
    assert stderr.splitlines()[-1] == "Interrupted: nothing half done is kept"
    assert "Traceback" not in stderr
    assert dump("a.db") == before


def is_locked(path: str) -> bool:
    with closing(sqlite3.connect(path, timeout=0)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
    return False


# --- hostile text


def save_hostile() -> None:
    """A run whose every text is hostile; half a character, which no ingest lets through, is left out."""
    nasty = [text for text in HOSTILE if "\ud83d" not in text]
    posts = [
        Post(id=f"p-{n}", text=text, title=text, source=text, author=text, url=URLS[n % len(URLS)], device=text)
        for n, text in enumerate(nasty)
    ]
    named = [(statement_of(post), nasty[3 + n % 2], nasty[2 * (n % 2)]) for n, post in enumerate(posts)]
    with Store("a.db") as store:
        store.save_posts(posts, tokens=lambda _: ["a"])
        store.save_run(make_run(posts, named))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_text_acts_in_no_report(voc: Voc, lang: str) -> None:
    save_hostile()
    page, markdown, table = (voc("report", "a.db", "-f", kind, "--lang", lang).stdout for kind in ("html", "md", "csv"))
    for text in (page, markdown, table):
        assert not any(sign in text for sign in SIGNS)
    for tag in ("<script>alert", "<img src=x", 'href="javascript:', 'href="data:'):
        assert tag not in page.lower()
        assert tag not in markdown.lower().replace("\\<", "")
    assert "](javascript:" not in markdown.replace(" ", "")
    cells = [cell for row in csv.reader(io.StringIO(table.removeprefix("\ufeff"))) for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "@", "\t")]
    assert any("cmd|" in cell for cell in cells)


@pytest.mark.parametrize("command", ["suggestions", "themes", "runs", "search", "show"])
def test_hostile_text_acts_in_no_listing(voc: Voc, command: str) -> None:
    save_hostile()
    rest = {"show": [rows(voc, "themes", "a.db")[0]["theme"]], "search": ["a"]}.get(command, [])
    for style in ("table", "json"):
        shown = voc(command, "a.db", *rest, "--format", style).stdout
        assert not any(sign in shown for sign in SIGNS)
    for row in csv.reader(io.StringIO(voc(command, "a.db", *rest, "--format", "csv").stdout)):
        assert not [cell for cell in row if cell[:1] in ("=", "+", "@")]


@pytest.mark.skipif(os.name == "nt", reason="needs a terminal to open")
@pytest.mark.parametrize("arguments", [["report", "a.db"], ["themes", "a.db", "--format", "csv"], ["ingest", "a.db"]])
def test_hostile_text_does_not_reach_the_terminal(voc: Voc, arguments: list[str]) -> None:
    save_hostile()
    if arguments[0] == "ingest":
        arguments = [*arguments, put("\x1b]0;x\x07\u202e.csv", f"内容,\x1b[31m作者\n{WISH},a\n"), "-q"]
    leader, follower = os.openpty()
    command = [sys.executable, "-m", "voc", *arguments]
    with subprocess.Popen(command, stdout=follower, stderr=follower, env=ENVIRONMENT) as process:
        os.close(follower)
        shown = b"".join(iter(lambda: _some(leader), b"")).decode("utf-8", "replace")
    os.close(leader)
    assert process.returncode == 0
    assert len(shown) > 50
    assert not any(sign in shown for sign in SIGNS)


def _some(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # how a terminal ends
        return b""


def test_hostile_text_comes_through_an_ingest_unaltered(voc: Voc) -> None:
    kept = [text for text in HOSTILE if "\0" not in text and "\ud83d" not in text]
    put("a.jsonl", "".join(json.dumps({"text": text}) + "\n" for text in kept))
    voc("ingest", "a.db", "a.jsonl", "-q")
    assert texts() == sorted(kept)


# --- settings

SETTINGS = {
    "unknown": (["--set", "foo=1"], "there is no setting 'foo'; settings are as_of, "),
    "wrong type": (["--set", "seed=x"], "setting seed = 'x' is not a int"),
    "not a switch": (["--set", "new_words=maybe"], "setting new_words = 'maybe' is not a bool"),
    "no seed": (["--set", "seed=-5"], "setting seed = -5 makes no sense; give one 0 to "),
    "no share": (["--set", "confidence=7"], "setting confidence = 7.0 makes no sense; give one above 0, at most 1"),
    "no number": (["--set", "weight_reach=nan"], "setting weight_reach = nan makes no sense"),
    "no age": (["--set", "half_life_days=0"], "setting half_life_days = 0.0 makes no sense; give one above 0"),
    "no resamples": (["--set", "bootstrap=0"], "setting bootstrap = 0 makes no sense; give one 1 to "),
    "nobody": (["--set", "copy_cap=0"], "setting copy_cap = 0 makes no sense; give one 1 to "),
    "no words": (["--user-dict", "no.txt"], "word list no.txt cannot be read: No such file or directory"),
    "folder": (["--stopwords", "."], "word list . cannot be read: Is a directory"),
    "zone": (["--timezone", "Mars/Base"], "there is no time zone 'Mars/Base'; use a name such as Asia/Shanghai"),
    "word": (["--as-of", "tomorrow"], "'tomorrow' is no date; give one such as 2024-05-01"),
    "no month": (["--as-of", "2024-13-01"], "'2024-13-01' is no date; give one such as 2024-05-01"),
    "end of time": (["--as-of", "9999-12-31"], "'9999-12-31' lies outside the years 1990 to 2100"),
    "start of time": (["--as-of", "0001-01-01"], "'0001-01-01' lies outside the years 1990 to 2100"),
}  # fmt: skip


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_that_makes_no_sense_is_one_line_and_saves_no_run(voc: Voc, name: str) -> None:
    given, reason = SETTINGS[name]
    save_good()
    assert told(voc("analyze", "a.db", "-q", *given, exits=1)).startswith(f"Error: {reason}")
    assert rows(voc, "runs", "a.db") == []


def test_a_model_that_is_nowhere_is_one_line(voc: Voc, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(model: str, **_: object) -> None:
        raise OSError(f"{model} is nowhere\nto be found")

    logging = SimpleNamespace(disable_progress_bar=lambda: None)
    monkeypatch.setitem(sys.modules, "sentence_transformers", SimpleNamespace(SentenceTransformer=nowhere))
    monkeypatch.setitem(sys.modules, "transformers", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "transformers.utils", SimpleNamespace(logging=logging))
    save_good()
    line = told(voc("analyze", "a.db", "-q", "--model", "no/model", exits=1))
    assert line == "Error: model 'no/model' cannot be loaded: no/model is nowhere"


@pytest.mark.parametrize("moment", ["9999-12-31", "0001-01-01T00:00+14:00", "yesterday"])
def test_rows_are_not_read_as_of_a_day_that_makes_no_sense(voc: Voc, moment: str) -> None:
    put("a.csv", f"内容,时间\n{WISH},3天前\n")
    assert told(voc("ingest", "a.db", "a.csv", "-q", "--as-of", moment, exits=1)).startswith(f"Error: '{moment}' ")
    assert texts() == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('seed = "x"', "setting seed = 'x' is not a int"),
        ("min_people = true", "setting min_people = True is not a int"),
        ('model = ["use"]', "setting model = ['use'] is not a str"),
        ("[ranking]\nseed = 1", "there is no setting 'ranking'"),
        ("seed = ", "a.toml is not TOML: "),
        (b"\xff\xfe\x00", "a.toml is not TOML: "),
    ],
)
def test_a_file_of_settings_that_makes_no_sense_is_one_line(voc: Voc, content: str | bytes, reason: str) -> None:
    save_good()
    line = told(voc("analyze", "a.db", "-q", "--config", put("a.toml", content), exits=1))
    assert line.startswith(f"Error: {reason}")


def test_a_theme_without_a_name_is_not_every_theme(voc: Voc) -> None:
    save_hostile()
    assert "there is no theme without a name" in told(voc("show", "a.db", "", exits=1))
