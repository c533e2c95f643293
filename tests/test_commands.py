"""Commands that could do harm, or be misunderstood: outputs on the database, empty windows, names of any kind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from test_decide import Year
from voc import api
from voc.cli import main
from voc.config import Config
from voc.datatypes import Post
from voc.errors import InputError
from voc.store import Store

Voc = Callable[..., Result]


@pytest.fixture
def year(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Year]:
    made = Year(tmp_path / "year.db", monkeypatch)
    made.week(0)
    yield made
    made.store.close()


def voc(*arguments: object, exits: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == exits, result.output + repr(result.exception)
    return result


@pytest.mark.parametrize(
    "command",
    [("report", "DB", "-o", "OUT"), ("export", "DB", "--to", "jira", "-o", "OUT"), ("predict", "POSTS", "-o", "OUT")],
    ids=lambda command: command[0],
)
@pytest.mark.parametrize("alias", ["same", "symlink", "hardlink"])
def test_an_output_never_replaces_the_database(year: Year, command: tuple[str, ...], alias: str) -> None:
    db = Path(year.store.path)
    out, posts = db.parent / alias, db.parent / "posts.csv"
    posts.write_text("内容\n闪退\n", encoding="utf-8")
    make = {"same": lambda: None, "symlink": lambda: out.symlink_to(db), "hardlink": lambda: os.link(db, out)}
    make[alias]()
    before = db.read_bytes()
    names = {"DB": db, "OUT": out if alias != "same" else db, "POSTS": posts}
    assert "is a database" in voc(*(names.get(word, word) for word in command), exits=1).stderr
    assert db.read_bytes() == before
    assert len(list(year.store.load_posts())) == 22


def test_nothing_is_exported_where_the_second_file_is_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = tmp_path / "items.updates.csv"
    with Store(db) as store:
        store.save_posts(dated("2025-09-30"))
    found = SimpleNamespace(files=lambda: {"": "a", ".updates": "b"}, steps=(), again=())
    monkeypatch.setattr("voc.export.prepare", lambda *_, **__: found)
    assert "is a database" in voc("export", db, "--to", "jira", "-o", tmp_path / "items.csv", exits=1).stderr
    assert [path.name for path in tmp_path.iterdir()] == [db.name]


def test_a_run_does_not_keep_its_database_where_a_report_goes(tmp_path: Path) -> None:
    told = voc("run", tmp_path / "x.csv", "-o", tmp_path, "--db", tmp_path / "report.html", exits=2).stderr
    assert "would be the database and a report" in told


def test_a_window_without_a_post_is_refused_and_nothing_saved(year: Year) -> None:
    told = voc("analyze", year.store.path, "-q", "--since", "2030-01-01", "--until", "2030-02-01", exits=1).stderr
    assert "no post from 2030-01-01 until 2030-02-01; the posts span 2026-01-05 to 2026-01-" in told
    assert len(year.store.runs()) == 1


def dated(*days: str) -> list[Post]:
    return [Post(id=f"p-{day}", text="希望支持横屏", posted_at=f"{day}T14:34:00Z") for day in days]


def ends(store: Store, monkeypatch: pytest.MonkeyPatch, **given: str) -> list[str]:
    """The days to which `weekly` would analyse."""
    found = []
    with monkeypatch.context() as patch:
        patch.setattr(api, "analyze", lambda store, *, config, **_: found.append(config.as_of[:10]))
        list(api.weekly(store, **given))  # type: ignore[arg-type]
    return found


def test_weeks_without_a_post_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(tmp_path / "a.db") as store:
        store.save_posts(dated("2025-09-01", "2025-09-22", "2025-10-08"))
        assert ends(store, monkeypatch, since="2001-01-01") == ["2025-09-07", "2025-09-28"]
        assert ends(store, monkeypatch) == ["2025-09-28"]


def test_a_week_that_is_not_over_is_analysed_when_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.db"
    with Store(path) as store:
        store.save_posts(dated("2025-09-30", "2025-10-05"))
        assert voc("weekly", path).stdout == (
            "nothing is due: the week to 2025-10-05 is not over: the newest post is of 2025-10-05 22:34; "
            "give --until 2025-10-05 to analyse it all the same\n"
        )
        assert "to 2025-10-05 is not over: --until is 2025-10-04" in voc("weekly", path, "--until", "2025-10-04").stdout
        assert ends(store, monkeypatch, until="2025-10-05") == ["2025-10-05"]
        assert ends(store, monkeypatch, until="2030-01-01") == ["2025-10-05"]


def test_since_counts_only_for_the_first_run_and_is_checked_all_the_same(year: Year) -> None:
    warned: list[str] = []
    assert list(api.weekly(year.store, since="2026-01-01", warn=warned.append)) == []
    assert warned == ["--since only counts for the first run; the last one is of 2026-01-11"]
    assert "is no date" in voc("weekly", year.store.path, "--since", "soon", exits=1).stderr


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a\nb", "more than one line"),
        ("a\u202eb", "cannot be seen"),
        ("a\x1bb", "cannot be seen"),
        ("长" * 61, "longer than 60 characters"),
        ("夜间耗电", "is called 夜间耗电 already"),
        ("录音功能", "there is a theme called 录音功能 already"),
    ],
)
def test_what_is_no_name_is_refused_in_one_line(year: Year, name: str, told: str) -> None:
    stderr = voc("theme", "rename", year.store.path, "夜间耗电", name, exits=1).stderr
    assert told in stderr
    assert len(stderr.splitlines()) == 1
    assert year.store.decisions() == []


def test_a_theme_is_not_called_as_the_id_of_another(year: Year) -> None:
    other = next(theme for theme in year.store.load_run().themes if theme.name != "夜间耗电")
    assert "is the id of" in voc("theme", "rename", year.store.path, "夜间耗电", other.id, exits=1).stderr


def test_a_part_is_not_called_as_another_theme(year: Year) -> None:
    told = voc("theme", "split", year.store.path, "横屏支持", "--query", "地铁", "--name", "录音功能", exits=1).stderr
    assert "there is a theme called 录音功能 already" in told


def test_a_family_of_emoji_may_be_in_a_name(year: Year) -> None:
    voc("theme", "rename", year.store.path, "夜间耗电", "家庭👨‍👩‍👧共享")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("theme", "pin", "DB", "夜间耗电", "--who", ""), "--who is empty"),
        (("theme", "pin", "DB", "夜间耗电", "--who", "a\x1bb"), "cannot be seen"),
        (("theme", "split", "DB", "横屏支持", "--query", ""), "--query is empty"),
        (("status", "DB", "夜间耗电", "planned", "--release", " "), "--release is empty"),
        (("status", "DB", "夜间耗电", "planned", "--release", "1\n2"), "more than one line"),
        (("status", "DB", "夜间耗电", "planned", "--link", "javascript:alert(1)"), "no address"),
        (("report", "DB", "--run", ""), "--run is empty"),
    ],
)
def test_an_option_that_says_nothing_usable_is_wrong_usage(year: Year, arguments: tuple[str, ...], told: str) -> None:
    assert told in voc(*(year.store.path if word == "DB" else word for word in arguments), exits=2).stderr


def test_a_decision_says_when_it_takes_effect(year: Year) -> None:
    assert (
        "with the next analysis (voc weekly or voc analyze)" in voc("theme", "pin", year.store.path, "夜间耗电").stderr
    )


def test_the_library_refuses_an_empty_window_too(year: Year) -> None:
    with pytest.raises(InputError, match="no post from 2030-01-25 until 2030-01-31"):
        api.analyze(year.store, config=Config(window="7d", as_of="2030-01-31"))
