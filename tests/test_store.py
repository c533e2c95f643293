"""The store: round trips, atomic changes, foreign and damaged files, search, migrations."""

from __future__ import annotations

import dataclasses
import signal
import sqlite3
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.datatypes import (
    KINDS,
    MENTION_KINDS,
    POLARITIES,
    Event,
    Exclusion,
    FileSummary,
    Mention,
    Post,
    RejectedRow,
    Run,
    Statement,
    Suggestion,
    Theme,
    ThemeEvent,
)
from voc.errors import DatabaseError
from voc.store import IngestCounts, Store
from voc.store.schema import APPLICATION_ID, MIGRATIONS, m001_create_tables

LATIN_OR_HAN = string.ascii_letters + "横屏掉线不好用\n'\"\x00😤"
TEXT = st.text(LATIN_OR_HAN, max_size=8) | st.text(max_size=8)
LONG = st.integers(-(2**63), 2**63 - 1)
SHARE = st.floats(0, 1)
IDS = st.lists(TEXT, max_size=3).map(tuple)


def post(post_id: str = "p-1", text: str = "不能横屏", **fields: Any) -> Post:
    return Post(id=post_id, text=text, **fields)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "a.db") as opened:
        yield opened


def dump(path: Path | str) -> list[str]:
    """Everything in a database, but for the salt, which differs in each."""
    connection = sqlite3.connect(path)
    try:
        return [line for line in connection.iterdump() if 'INTO "settings"' not in line]
    finally:
        connection.close()


# --- posts


def test_ingesting_twice_adds_nothing(store: Store) -> None:
    events = [post("p-1"), post("p-2"), RejectedRow(file="a.csv", line=3, reason="has no text", raw="5,")]
    events += [FileSummary(file="a.csv", format="csv", columns={"text": "内容"}, n_posts=2, n_rejected=1)]
    first = store.save_posts(events)
    before = dump(store.path)
    again = store.save_posts(events)
    assert (first.added, first.unchanged, first.rejected) == (2, 0, {"has no text": 1})
    assert (again.added, again.updated, again.unchanged) == (0, 0, 2)
    assert dump(store.path) == before


def test_a_changed_post_is_updated_and_its_old_content_kept(store: Store) -> None:
    store.save_posts([post(likes=3)])
    counts = store.save_posts([post(likes=10)])
    assert counts == IngestCounts(updated=1)
    assert list(store.load_posts()) == [post(likes=10)]
    assert [row["likes"] for row in store.db.query("SELECT likes FROM post_versions")] == [3]


def test_a_post_that_changes_back_has_two_versions_not_three(store: Store) -> None:
    for text in ("一", "二", "一"):
        store.save_posts([post(text=text)])
    assert [p.text for p in store.load_posts()] == ["一"]
    assert [row["text"] for row in store.db.query("SELECT text FROM post_versions")] == ["二"]


def test_of_contradicting_rows_in_one_ingest_the_last_is_current_and_none_is_lost(store: Store) -> None:
    rows = [post(text="一"), post(text="二"), post(text="一"), post(text="三")]
    assert store.save_posts(rows) == IngestCounts(added=1, repeated=3)
    assert [p.text for p in store.load_posts()] == ["三"]
    assert {row["text"] for row in store.db.query("SELECT text FROM post_versions")} == {"一", "二"}
    before = dump(store.path)
    assert store.save_posts(rows) == IngestCounts(unchanged=1, repeated=3)
    assert dump(store.path) == before


def test_the_order_of_columns_makes_no_other_post(store: Store) -> None:
    store.save_posts([post(attributes={"城市": "上海", "套餐": "A"})])
    assert store.save_posts([post(attributes={"套餐": "A", "城市": "上海"})]).unchanged == 1


def test_posts_come_back_ordered_by_id(store: Store) -> None:
    store.save_posts(post(post_id) for post_id in ("p-3", "p-1", "p-2"))
    assert [p.id for p in store.load_posts()] == ["p-1", "p-2", "p-3"]


def test_equal_rejected_rows_are_all_counted_and_a_shifted_line_adds_none(store: Store) -> None:
    rows = [RejectedRow(file="a.csv", line=line, reason="has no text", raw="") for line in (3, 4)]
    other = RejectedRow(file="a.csv", line=5, reason="is cut off", raw="x")
    store.save_posts([*rows, other])
    store.save_posts([dataclasses.replace(row, line=row.line + 1) for row in [*rows, other]])
    assert store.rejected_counts() == {"has no text": 2, "is cut off": 1}
    assert [row.line for row in store.rejected_rows()] == [4, 5, 6]


def test_an_exception_while_reading_leaves_the_database_as_it_was(store: Store) -> None:
    store.save_posts([post()])
    before = dump(store.path)

    def broken() -> Iterator[Post]:
        yield post("p-2")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.save_posts(broken())
    assert dump(store.path) == before
    assert store.save_posts([post("p-2")]).added == 1


@pytest.mark.parametrize(
    ("fields", "what"), [({"likes": 2**63}, "a count beyond 64 bits"), ({"title": "\ud83d"}, "half a character")]
)
def test_a_post_that_sqlite_cannot_hold_is_one_line(store: Store, fields: dict[str, Any], what: str) -> None:
    with pytest.raises(DatabaseError, match=rf"^post p-1 holds {what}[^\n]+mend it in the input$"):
        store.save_posts([post("p-0"), post("p-1", **fields)])
    assert list(store.load_posts()) == []


def test_the_salt_stays_and_is_different_in_each_database(tmp_path: Path) -> None:
    with Store(tmp_path / "a.db") as a, Store(tmp_path / "b.db") as b:
        salt, other = a.salt(), b.salt()
    with Store(tmp_path / "a.db") as again:
        assert again.salt() == salt != other
    assert len(salt) == 32


# --- search


def test_two_character_words_are_found(store: Store) -> None:
    cut = {"不能横屏": ["不能", "横屏"], "老是掉线": ["老是", "掉线"]}
    store.save_posts([post("p-1"), post("p-2", "老是掉线")], tokens=lambda text: cut.get(text, []))
    assert [p.id for p in store.search(["横屏"])] == ["p-1"]
    assert [p.id for p in store.search(["掉线", "老是"])] == ["p-2"]
    assert store.search(["横屏", "掉线"]) == []


def test_the_title_is_searched_too(store: Store) -> None:
    store.save_posts([post(title="横屏", text="支持")], tokens=lambda text: [text])
    assert len(store.search(["横屏", "支持"])) == 1


def test_search_finds_the_current_wording_only(store: Store) -> None:
    store.save_posts([post(text="横屏")], tokens=lambda text: [text])
    store.save_posts([post(text="竖屏")], tokens=lambda text: [text])
    assert store.search(["横屏"]) == []
    assert [p.text for p in store.search(["竖屏"])] == ["竖屏"]


def test_posts_saved_without_tokens_are_found_after_a_call_that_has_them(store: Store) -> None:
    store.save_posts([post(text="横屏")])
    assert store.search(["横屏"]) == []
    store.save_posts([], tokens=lambda text: [text])
    assert len(store.search(["横屏"])) == 1


@pytest.mark.parametrize("tokens", [[], [" "], ['"'], ["AND"], ["横屏*"], ["NEAR(", "a:b", "-"]])
def test_no_query_is_taken_for_search_syntax(store: Store, tokens: list[str]) -> None:
    store.save_posts([post(text="横屏")], tokens=lambda text: [text])
    assert store.search(tokens) == [] or tokens == ["横屏*"]


def test_search_stops_at_its_limit(store: Store) -> None:
    store.save_posts((post(f"p-{n}", "横屏") for n in range(5)), tokens=lambda text: [text])
    assert [p.id for p in store.search(["横屏"], limit=2)] == ["p-0", "p-1"]


# --- runs


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Any run whose parts fit together."""
    ids = draw(st.lists(TEXT, min_size=1, max_size=4, unique=True))
    some_id = st.sampled_from(ids)
    some_posts = [
        Post(
            id=post_id,
            text=draw(TEXT),
            author=draw(TEXT),
            rating=draw(st.none() | st.floats(allow_nan=False)),
            likes=draw(st.none() | LONG),
            attributes=draw(st.dictionaries(TEXT, TEXT, max_size=2)),
        )
        for post_id in ids
    ]
    theme_ids = draw(st.lists(TEXT.filter(bool), max_size=3, unique=True))
    statements = [
        Statement(
            id=statement_id,
            post_id=draw(some_id),
            position=draw(st.integers(0, 9)),
            text=draw(TEXT),
            norm=draw(TEXT),
            kind=draw(st.sampled_from(KINDS)),
            polarity=draw(st.sampled_from(POLARITIES)),
            theme_id=draw(st.sampled_from(["", *theme_ids])),
            mentions=tuple(
                Mention(kind=draw(st.sampled_from(MENTION_KINDS)), value=draw(TEXT), text=draw(TEXT))
                for _ in range(draw(st.integers(0, 2)))
            ),
        )
        for statement_id in draw(st.lists(TEXT, max_size=4, unique=True))
    ]
    members = st.lists(st.sampled_from([s.id for s in statements]), max_size=4) if statements else st.just([])
    themes = [
        Theme(
            id=theme_id,
            name=draw(TEXT),
            area=draw(TEXT),
            kind=draw(st.sampled_from(KINDS)),
            keywords=tuple(draw(st.lists(TEXT, max_size=2))),
            exemplars=tuple(draw(members)),
            statement_ids=tuple(draw(members)),
        )
        for theme_id in theme_ids
    ]
    signals = st.dictionaries(st.sampled_from(["reach", "wish", "severity"]), SHARE)
    suggestions = [
        Suggestion(
            rank=rank,
            theme_id=theme_id,
            priority=draw(st.sampled_from(("P0", "P1", "P2", "P3"))),
            score=draw(SHARE),
            signals=draw(signals),
            contributions=draw(signals),
            n_people=draw(st.integers(0, 9)),
            n_posts=draw(st.integers(0, 9)),
            rank_low=rank,
            rank_high=rank,
            tie=draw(st.integers(0, 9)),
            change=draw(st.none() | SHARE),
            missing_evidence=tuple(draw(st.lists(st.sampled_from(["authors", "dates"]), max_size=2))),
        )
        for rank, theme_id in enumerate(draw(st.permutations(theme_ids)), 1)
    ]
    scalar = st.none() | st.booleans() | LONG | st.floats(allow_nan=False) | TEXT
    return Run(
        id=draw(TEXT),
        as_of=draw(TEXT),
        windows=tuple(draw(st.lists(TEXT, max_size=3))),
        version=draw(TEXT),
        model=draw(TEXT),
        config=draw(st.dictionaries(TEXT, scalar, max_size=3)),
        rejected=draw(st.dictionaries(TEXT, st.integers(0, 9), max_size=2)),
        posts=tuple(some_posts),
        exclusions=tuple(
            Exclusion(post_id=post_id, reason=draw(TEXT), detail=draw(TEXT))
            for post_id in draw(st.lists(some_id, max_size=3))
        ),
        duplicates=draw(st.dictionaries(some_id, some_id, max_size=3)),
        statements=tuple(statements),
        themes=tuple(themes),
        suggestions=tuple(suggestions),
        window=draw(TEXT),
        previous=draw(TEXT),
        events=tuple(
            ThemeEvent(
                event=draw(st.sampled_from(get_args(Event))), before=draw(IDS), after=draw(IDS), overlap=draw(SHARE)
            )
            for _ in range(draw(st.integers(0, 2)))
        ),
    )


@settings(max_examples=60, deadline=None)
@given(run=runs(), other=runs())
def test_a_run_comes_back_exactly_as_it_was_saved(run: Run, other: Run) -> None:
    with Store(":memory:") as store:
        store.save_posts(run.posts)
        store.save_run(run)
        store.save_run(dataclasses.replace(other, id=run.id + "'"))  # changes posts of the first
        assert store.load_run(run.id) == run
        assert list(store.load_run(run.id).config.items()) == list(run.config.items())
        assert list(store.load_run(run.id).duplicates.items()) == list(run.duplicates.items())


def example_run(run_id: str = "r-1", **fields: Any) -> Run:
    statement = Statement(
        id="s-1", post_id="p-1", position=0, text="不能横屏", norm="不能横屏", theme_id="t-1", person="a"
    )
    theme = Theme(
        id="t-1",
        name="支持横屏",
        area="显示",
        kind="request",
        keywords=("横屏",),
        exemplars=("s-1",),
        statement_ids=("s-1",),
    )
    suggestion = Suggestion(
        rank=1, theme_id="t-1", priority="P1", score=0.5, signals={"reach": 1.0}, contributions={"reach": 0.5},
        n_people=1, n_posts=1, rank_low=1, rank_high=1, tie=1,
    )  # fmt: skip
    parts: dict[str, Any] = {
        "id": run_id, "as_of": "2026-04-30T00:00:00Z", "version": "0", "model": "use",
        "windows": ("2026-04-23T00:00:00Z/2026-04-30T00:00:00Z",),
        "config": {"seed": 0}, "rejected": {}, "posts": (post(source="论坛"),), "exclusions": (), "duplicates": {},
        "statements": (statement,), "themes": (theme,), "suggestions": (suggestion,),
    }  # fmt: skip
    return Run(**parts | fields)


def test_the_latest_run_is_the_one_saved_last(store: Store) -> None:
    for run_id in ("r-2", "r-1", "r-2"):
        store.save_run(example_run(run_id))
    assert store.load_run().id == "r-2"
    assert [(run.id, run.n_posts, run.n_themes) for run in store.runs()] == [("r-2", 1, 1), ("r-1", 1, 1)]


def test_a_run_keeps_seeing_the_posts_as_they_were(store: Store) -> None:
    store.save_run(example_run())
    store.save_posts([post(text="已经能横屏了")])
    assert store.load_run().posts == (post(source="论坛"),)
    (row,) = store.db.query("SELECT post_text, source, theme FROM statements_with_posts")
    assert row == {"post_text": "不能横屏", "source": "论坛", "theme": "支持横屏"}


def test_a_post_that_changed_during_an_analysis_stays_changed(store: Store) -> None:
    store.save_posts([post(source="论坛")])
    run = example_run()
    store.save_posts([post(text="新的")])
    store.save_run(run)
    assert [p.text for p in store.load_posts()] == ["新的"]
    assert store.load_run() == run


def test_a_deleted_run_leaves_its_posts_and_nothing_else(store: Store) -> None:
    store.save_posts([post(source="论坛")])
    before = dump(store.path)
    store.save_run(example_run())
    store.delete_run("r-1")
    assert dump(store.path) == before


@pytest.mark.parametrize("call", [lambda s: s.load_run(), lambda s: s.load_run("r-9"), lambda s: s.delete_run("r-9")])
def test_a_run_that_is_not_there_is_one_line_that_says_what_to_do(store: Store, call: Any) -> None:
    with pytest.raises(DatabaseError, match=r"^(the database has no run yet; start|there is no run r-9; list)[^\n]+$"):
        call(store)


def test_the_views_show_the_latest_run(store: Store) -> None:
    store.save_run(example_run("r-1"))
    store.save_run(example_run("r-2", themes=(), suggestions=(), statements=()))
    assert list(store.db.query("SELECT * FROM latest_suggestions")) == []
    store.save_run(example_run("r-1"))
    (suggestion,) = store.db.query("SELECT rank, name, n_people FROM latest_suggestions")
    assert suggestion == {"rank": 1, "name": "支持横屏", "n_people": 1}
    (theme,) = store.db.query("SELECT name, n_statements, n_people FROM latest_themes")
    assert theme == {"name": "支持横屏", "n_statements": 1, "n_people": 1}


# --- vectors


@given(st.lists(st.floats(width=32, allow_nan=False), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_vectors_come_back_bit_by_bit(values: list[float]) -> None:
    vector = np.array(values, dtype=np.float32)
    with Store(":memory:") as store:
        store.save_vectors("use", {"v-1": vector})
        (found,) = store.cached_vectors("use", ["v-1", "v-2"]).values()
    assert found.dtype == np.float32
    assert found.tobytes() == vector.tobytes()


def test_vectors_that_fit_take_two_bytes_a_number(store: Store) -> None:
    store.save_vectors("use", {"half": np.float32([0.5, 0.25]), "single": np.float32([0.1])})
    sizes = {row["key"]: len(row["vector"]) for row in store.db.query("SELECT key, vector FROM vectors")}
    assert sizes == {"half": 4, "single": 4}


def test_vectors_of_one_model_are_not_those_of_another(store: Store) -> None:
    store.save_vectors("use", {"v-1": np.float32([1])})
    assert store.cached_vectors("e5", ["v-1"]) == {}


# --- files that cannot be used


def test_a_database_of_another_program_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "foreign.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE posts (id)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(DatabaseError, match="belongs to another program"):
        Store(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("pragma", ["application_id = 7", "user_version = 3"])
def test_an_empty_database_that_another_program_has_marked_is_refused(tmp_path: Path, pragma: str) -> None:
    path = tmp_path / "foreign.db"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA {pragma}")
    connection.close()
    with pytest.raises(DatabaseError, match="belongs to another program"):
        Store(path)


def test_a_newer_database_asks_for_an_upgrade(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with Store(path) as store:
        store.db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(DatabaseError, match=r"newer version of voc; upgrade with: pip install -U voc"):
        Store(path)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: folder / "missing" / "a.db", "does not exist; create it first"),
        (lambda folder: folder, "is a folder; name the database file in it"),
    ],
)
def test_a_path_that_cannot_be_a_database_is_told_apart(tmp_path: Path, make: Any, message: str) -> None:
    with pytest.raises(DatabaseError, match=message):
        Store(make(tmp_path))


def test_a_file_that_is_no_database_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("id,text\n1,不能横屏\n" * 50, encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(DatabaseError, match=r"^[^\n]+posts.csv is not a database; name another file$"):
        Store(path)
    assert path.read_bytes() == before


def test_a_missing_database_is_made_only_where_asked(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="does not exist; create it with: voc ingest"):
        Store(tmp_path / "a.db", create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_locked_database_is_one_line(store: Store) -> None:
    store.db.execute("PRAGMA busy_timeout = 10")
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DatabaseError, match=r"^[^\n]+ is in use by another program; try again[^\n]+$"):
        store.save_posts([post()])
    other.close()
    assert store.save_posts([post()]).added == 1


def test_a_full_disk_is_one_line_and_changes_nothing(store: Store) -> None:
    store.save_posts([post()])
    before = dump(store.path)
    pages = store.db.execute("PRAGMA page_count").fetchone()[0]
    store.db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DatabaseError, match="the disk is full"):
        store.save_posts(post(f"p-{n}", "长" * 1000) for n in range(100))
    assert dump(store.path) == before


def test_a_read_only_database_can_be_read_and_says_so_when_written(store: Store) -> None:
    store.save_posts([post()])
    store.db.execute("PRAGMA query_only = on")
    assert list(store.load_posts()) == [post()]
    with pytest.raises(DatabaseError, match="is read-only; change its permissions"):
        store.save_posts([post("p-2")])


def test_a_damaged_database_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with Store(path) as store:
        store.save_posts(post(f"p-{n:03}", "长" * 400) for n in range(200))
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = b"\xff" * (len(content) - len(content) // 2)
    path.write_bytes(content)
    with Store(path) as store, pytest.raises(DatabaseError, match="is damaged; restore it from a copy"):
        list(store.load_posts())


VICTIM = """
import sys, time
from voc.datatypes import Post
from voc.store import Store

def stall(text):
    print("inside", flush=True)
    time.sleep(60)

with Store(sys.argv[1]) as store:
    store.db.execute("PRAGMA cache_size = 10")  # so that pages reach the file before the end
    store.save_posts((Post(id=f"p-{n}", text="新" * 500) for n in range(500)), tokens=stall)
"""


def test_a_process_killed_in_the_middle_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with Store(path) as store:
        store.save_posts(post(f"p-{n}", "旧" * 500) for n in range(300))
    before = dump(path)
    with subprocess.Popen([sys.executable, "-c", VICTIM, str(path)], stdout=subprocess.PIPE) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == b"inside\n"
        victim.send_signal(signal.SIGKILL)
    assert (tmp_path / "a.db-journal").exists()
    with Store(path) as store:
        assert len(list(store.load_posts())) == 300
    assert dump(path) == before


# --- schema


def test_m001_creates_what_posts_and_runs_need() -> None:
    connection = sqlite3.connect(":memory:")
    m001_create_tables(connection)
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
    wanted = "posts post_versions rejected_rows files runs run_posts exclusions duplicates statements themes"
    wanted += " theme_statements suggestions vectors settings latest_themes latest_suggestions statements_with_posts"
    assert set(wanted.split()) <= names
    assert connection.execute("SELECT length(value) FROM settings WHERE name = 'salt'").fetchone() == (32,)
    connection.close()


def test_every_table_says_what_it_holds(store: Store) -> None:
    tables = store.db.query("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql LIKE '%STRICT%'")
    assert [row["name"] for row in tables if not row["sql"].split("\n")[1].strip().startswith("-- ")] == []


def test_the_database_is_marked_as_ours(store: Store) -> None:
    assert store.db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    assert store.db.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
    assert store.db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_opening_an_up_to_date_database_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    Store(path).close()
    before = path.read_bytes()
    Store(path).close()
    assert path.read_bytes() == before


def test_a_migration_that_fails_leaves_the_database_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.db"
    Store(path).close()
    before = dump(path)

    def broken(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE half_done (id)")
        raise ZeroDivisionError

    monkeypatch.setattr("voc.store.schema.MIGRATIONS", [*MIGRATIONS, broken])
    with pytest.raises(ZeroDivisionError):
        Store(path)
    assert dump(path) == before


def test_only_the_store_speaks_sql() -> None:
    source = Path(__file__).parents[1] / "src" / "voc"
    others = [path for path in source.rglob("*.py") if "store" not in path.relative_to(source).parts]
    assert [
        path.name for path in others if "sqlite" in path.read_text(encoding="utf-8").replace("sqlite-utils", "")
    ] == []
