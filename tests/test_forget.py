"""A person who is forgotten is gone: from every table, from the bytes of the file, and when files are read again."""

import csv
import dataclasses
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import voc as voc_package
from gold_run import make_run
from report_runs import statement_of
from voc import api
from voc.authorship import author_id
from voc.cli import main
from voc.config import Config
from voc.datatypes import Author, Post, Run
from voc.decide import picked
from voc.errors import DatabaseError
from voc.forget import Traces, _event, _without_copies, rank_again
from voc.report import compose, render
from voc.report.check import check
from voc.store import Forgotten, Store

DEMO = Path(__file__).parents[1] / "corpora" / "demo"
WHO = "紫薇垣主人"
PRODUCT = "".join(path.read_text("utf-8") for path in Path(voc_package.__file__).parent.rglob("*.[pt][yo]*"))
QUICK = ("-q", "--model", "lexical", "--set", "bootstrap=30")
HEADER = ["id", "渠道", "评论时间", "用户名", "标题", "评论内容", "评分", "机型"]
THEIRS = [
    ("f1", "2026-03-10", "壶口瀑布录像", "拍瀑布的时候鲲鹏滤镜一直糊成浆糊。希望相机增加鲲鹏滤镜开关。"),
    ("f2", "2026-03-25", "", "半夜充电饕餮式掉电，一宿少了四成半。琉璃盏一样烫手。"),
    ("f3", "2026-04-08", "", "WiFi在阁楼里龟速断线，貔貅路由都救不了它！"),
    ("f4", "2026-04-20", "", "强烈要求恢复那个有麒麟图案的旧版桌面主题小铺，我们全家老小都盼着。"),
    ("f5", "2026-04-21", "", "希望相机增加鲲鹏滤镜开关，我在昆仑山下等得花都谢了。"),
    ("f6", "2026-04-22", "", "鲲鹏滤镜什么时候能单独关掉呀。"),
]
COPIES = [(f"c{n}", f"2026-04-2{n}", "", THEIRS[3][3]) for n in range(2, 7)]


def planted(folder: Path) -> Path:
    """Their posts, copies of one of them by five others, and a row of theirs that cannot be read."""
    path = folder / "planted.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(HEADER)
        for post_id, day, title, text in THEIRS:
            rows.writerow([post_id, "商店", day, WHO, title, text, 2, "栖木 5"])
        for n, (post_id, day, title, text) in enumerate(COPIES):
            rows.writerow([post_id, "商店", day, f"抄写员{n}", title, text, 1, "栖木 5"])
        rows.writerow(["b1", "商店", "2026-04-01", WHO, "", "", "", "貔貅壳"])
    return path


def voc(*arguments: object, code: int = 0) -> str:
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with everything in it: two weeks and two runs over all, decisions, statuses, exports, answers."""
    folder = tmp_path_factory.mktemp("forget")
    path = folder / "all.db"
    voc("ingest", path, DEMO / "reviews.csv", planted(folder), "-q")
    voc("analyze", path, *QUICK, "--window", "6w", "--until", "2026-04-19")
    with Store(path) as db:
        run = db.load_run()
        own = theirs_in(run, db)
        theme = next(t for t in run.themes if t.id == own[0].theme_id) if own[0].theme_id else run.themes[0]
        biggest = run.themes[0]
        members = [s for s in run.statements if s.theme_id == biggest.id]
        split = {"name": "鲲鹏滤镜一直糊成浆糊", **picked([*members, *own], [members[0].id, own[1].id])}
        decide(db, "split", biggest, **split)
        decide(db, "rename", theme, name="希望相机增加鲲鹏滤镜开关")
        decide(db, "note", biggest, text="有人说饕餮式掉电，一宿少了四成半")
        decide(db, "pin", run.themes[3])
        decide(db, "mute", run.themes[4])
        db.save_answer("m", "k", "用户说：鲲鹏滤镜一直糊成浆糊")
        db.save_authors([Author(id=author_id(WHO, db.salt()), attributes={"tier": "VIP", "city": "昆仑墟"})])
        shown = [suggestion.theme_id for suggestion in run.suggestions[:3]]
    for theme_id in shown:
        voc("status", path, theme_id, "planned", "--release", "9.9")
    voc("analyze", path, *QUICK)
    for tool in ("jira", "notion"):
        voc("export", path, "--to", tool, "-o", folder / f"{tool}.csv")
    return path


def decide(db: Store, action: str, theme, **arguments) -> None:
    from voc.datatypes import Decision

    db.decide(
        Decision(number=0, action=action, themes=(theme.id,), names=(theme.name,), arguments=arguments, at="2026-05-01")
    )


def theirs_in(run: Run, db: Store):
    author = author_id(WHO, db.salt())
    posts = {post.id for post in run.posts if post.author == author}
    return [statement for statement in run.statements if statement.post_id in posts]


@pytest.fixture
def copy(full: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(full, tmp_path / "copy.db"))


@pytest.fixture(scope="module")
def done(full: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Forgotten]:
    """The same without them; to be looked at only."""
    path = Path(shutil.copy(full, tmp_path_factory.mktemp("done") / "gone.db"))
    with Store(path) as db:
        return path, api.forget(db, WHO)


@pytest.fixture
def gone(done: tuple[Path, Forgotten], tmp_path: Path) -> Path:
    return Path(shutil.copy(done[0], tmp_path / "gone.db"))


def own_pairs(path: Path) -> set[str]:
    """Every two characters in a row that only they wrote; neither others nor the product have them."""
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT author, title || ' ' || text || ' ' || attributes || device FROM posts").fetchall()
        # as columns lie beside one another in the file
        rows += db.execute(
            "SELECT posts.author, statements.text || norm || kind || polarity || reason"
            " FROM statements JOIN posts ON posts.id = post_id WHERE posts.author NOT IN"
            " (SELECT author FROM posts WHERE text LIKE '%鲲鹏%')"
        ).fetchall()
        salt = db.execute("SELECT value FROM settings WHERE name = 'salt'").fetchone()[0]
    author = author_id(WHO, salt)
    pairs = {True: set(), False: set()}
    for who, text in rows:
        pairs[who == author] |= {text[n : n + 2] for n in range(len(text) - 1)}
    own = {pair for pair in pairs[True] - pairs[False] if all("\u4e00" <= sign <= "\u9fff" for sign in pair)}
    return {pair for pair in own if pair not in PRODUCT}


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())


def left_in(path: Path, pairs: set[str]) -> list[str]:
    found = []
    for file in path.parent.glob(f"{path.name}*"):
        content = file.read_bytes()
        found += [pair for pair in pairs if pair.encode() in content]
    return found


def test_before_there_is_much_to_be_found(full):
    pairs = own_pairs(full)
    assert len(pairs) > 40
    assert len(left_in(full, pairs)) > 40
    tables = {}
    with closing(sqlite3.connect(full)) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            content = str(db.execute(f"SELECT * FROM {name}").fetchall())
            tables[name] = any(pair in content for pair in pairs)
    held = {name for name, is_there in tables.items() if is_there}
    assert held >= {"posts", "statements", "post_words", "decisions", "exports", "answers", "rejected_rows", "themes"}


def test_afterwards_nothing_of_it_is_in_the_bytes_of_the_file_also_when_analysed_again(full, done, gone):
    pairs = own_pairs(full)
    assert left_in(done[0], pairs) == []
    voc("analyze", gone, *QUICK)
    voc("export", gone, "--to", "jira", "--since-last", "-o", gone.parent / "jira.csv")
    assert left_in(gone, pairs) == []


def test_nothing_is_left_in_a_write_ahead_log(copy):
    pairs = own_pairs(copy)
    with closing(sqlite3.connect(copy)) as db:
        db.execute("pragma journal_mode = wal")
        db.execute("UPDATE rejected_rows SET line = line + 1")
        db.commit()
        with Store(copy) as store:
            api.forget(store, WHO)
            assert left_in(copy, pairs) == []


def test_every_run_is_kept_and_its_report_passes_the_checker(full, done):
    path, told = done
    with Store(full) as db:
        before = {summary.id: summary for summary in db.runs()}
    assert told.posts == 6
    assert told.runs == len(before) == 2
    with Store(path) as db:
        for summary in db.runs():
            run = db.load_run(summary.id)
            assert theirs_in(run, db) == []
            assert run.rejected["forgotten"] == before[run.id].n_posts - len(run.posts) > 0
            assert summary.number == before[run.id].number
            for lang in ("zh", "en"):
                assert check(render(compose(run, lang=lang), "json"), run) == []
            assert (run.suggestions, run.campaigns) == rank_again(run)


def test_what_others_said_keeps_its_theme(full, done):
    with Store(full) as db:
        before = {s.id: s.theme_id for s in db.load_run().statements}
    with Store(done[0]) as db:
        after = {s.id: s.theme_id for s in db.load_run().statements}
    assert after == {statement: before[statement] for statement in after}


def test_the_next_run_keeps_the_ids_of_themes(gone):
    with Store(gone) as db:
        last = db.load_run()
        run = api.analyze(db, config=Config.from_mapping({**last.config, "seed": 7}))
    known = {theme.id for theme in (last.found or last.themes)}
    again = {theme.id for theme in (run.found or run.themes)}
    assert run.previous == last.id
    assert len(known & again) >= 0.97 * len(known)


def test_no_run_speaks_of_a_theme_that_was_theirs_alone(full, done):
    def of(run: Run) -> set[str]:
        return {theme.id for theme in (*run.themes, *run.found)}

    with Store(full) as db:
        ids = [summary.id for summary in db.runs()]
        before = set().union(*(of(db.load_run(run_id)) for run_id in ids))
    with Store(done[0]) as db:
        runs = [db.load_run(run_id) for run_id in ids]
        left = set().union(*map(of, runs))
        assert done[1].themes == len(before - left) >= 1
        for run in runs:
            found = {theme.id for theme in (run.found or run.themes)}
            assert all(set(event.after) <= found and set(event.before) <= left for event in run.events)
            assert all(event.before or event.after for event in run.events)
            assert {theme for event in run.events for theme in event.after} == found
            assert {plan.now for plan in run.plans} <= {theme.id for theme in run.themes} | {""}
            assert {member for theme in run.themes for member in (*theme.statement_ids, *theme.exemplars)} <= {
                statement.id for statement in run.statements
            }
        rank = {suggestion.theme_id: suggestion.rank for suggestion in runs[1].suggestions}
        assert runs[0].previous == runs[1].id
        assert all(plan.rank_before == rank.get(plan.theme_id, 0) for plan in runs[0].plans)


def test_statuses_stay_and_decisions_stay_in_force(full, gone):
    with Store(full) as db:
        statuses, decisions = db.status_history(), db.decisions()
    with Store(gone) as db:
        assert db.status_history() == statuses
        left = db.decisions()
        assert [(d.number, d.action, d.themes) for d in left] == [(d.number, d.action, d.themes) for d in decisions]
        split = next(d for d in left if d.action == "split")
        assert len(split.arguments["statements"]) == 1
        assert len(split.arguments["texts"]) == len(decisions[0].arguments["texts"]) - 1
        assert next(d for d in left if d.action == "note").arguments["text"] == ""
        with pytest.raises(sqlite3.IntegrityError):  # they cannot be changed otherwise
            db.db.execute("UPDATE decisions SET who = 'x'")
        run = db.load_run()
        assert {e.decision.number for e in run.effects} == {d.number for d in left}


def test_no_name_is_in_their_words_alone(full, done):
    pairs = own_pairs(full)
    with Store(done[0]) as db:
        names = {theme.name for summary in db.runs() for theme in db.load_run(summary.id).themes}
        names |= {decision.arguments.get("name", "") for decision in db.decisions()}
    assert all(names - {""})
    assert not [name for name in names if any(pair in name for pair in pairs)]


def test_search_finds_nothing_of_theirs_and_all_else(full, gone):
    assert "鲲鹏" in voc("search", full, "鲲鹏滤镜")
    assert "鲲鹏" not in voc("search", gone, "鲲鹏滤镜")
    assert voc("search", gone, "闪退", "--limit", "500") == voc("search", full, "闪退", "--limit", "500")
    with closing(sqlite3.connect(gone)) as db:
        db.execute("INSERT INTO posts_search (posts_search) VALUES ('integrity-check')")
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
        assert db.execute("pragma foreign_key_check").fetchall() == []


def test_copies_by_others_stay_and_count_as_many_people_as_before_but_one(full, done):
    text = THEIRS[3][3]

    def voices(run: Run) -> set[str]:
        posts = {post.id for post in run.posts if post.text == text}
        return {s.person for s in run.statements if s.post_id in posts}

    with Store(full) as db:
        assert len(voices(db.load_run())) == 3
    with Store(done[0]) as db:
        run = db.load_run()
        assert 2 <= len(voices(run)) <= 3
        assert author_id(WHO, db.salt()) not in {s.person for s in run.statements}
        assert text in {post.text for post in run.posts}
        assert set(run.duplicates.values()) <= {post.id for post in run.posts}


def test_reading_the_files_again_does_not_bring_them_back(full, gone):
    pairs = own_pairs(full)
    told = voc("ingest", gone, full.parent / "planted.csv", "-q")
    assert "5 posts, 7 rejected" in told
    assert left_in(gone, pairs) == []
    with Store(gone) as db:
        rows = [row for row in db.rejected_rows() if row.reason == "forgotten"]
        assert [row.raw for row in rows] == [""] * len(rows)
        assert len(rows) == 7  # that which was rejected before is not counted twice
        run = api.analyze(db, config=Config(bootstrap=30, model="lexical"))
        report = compose(run)
        assert check(render(report, "json"), run) == []
    assert "作者已被删除" in render(report, "md")


def test_names_kept_and_hashed_are_the_same_person(tmp_path):
    source = planted(tmp_path)
    voc("ingest", tmp_path / "x.db", source, "-q", "--keep-authors")
    with Store(tmp_path / "x.db") as db:
        dry = api.forget(db, author_id(WHO, db.salt()), dry_run=True)
        assert dry == api.forget(db, WHO)
        assert dry.posts == 6
    voc("ingest", tmp_path / "x.db", source, "-q", "--keep-authors")
    with Store(tmp_path / "x.db") as db:
        assert {post.author for post in db.load_posts()} == {f"抄写员{n}" for n in range(5)}


def test_a_dry_run_tells_the_same_and_changes_nothing(copy):
    before = dump(copy)
    told = voc("forget", copy, WHO, "--dry-run")
    assert dump(copy) == before
    assert told.splitlines()[1:] == voc("forget", copy, WHO, "--yes").splitlines()[1 : len(told.splitlines())]


def test_an_unknown_author_is_an_error_of_one_line(copy):
    told = voc("forget", copy, "没有这个人", "--yes", code=1)
    assert told.count("\n") == 1
    assert "没有这个人" in told


def test_without_a_yes_nothing_is_removed(copy):
    before = dump(copy)
    told = voc("forget", copy, WHO, code=1)
    assert "--yes" in told
    assert dump(copy) == before


def test_again_is_no_error_and_removes_nothing_more(gone):
    before = dump(gone)
    assert "once more" in voc("forget", gone, WHO, "--yes")
    assert dump(gone) == before


def test_a_writer_elsewhere_is_an_error_of_one_line_and_nothing_is_changed(copy, monkeypatch):
    monkeypatch.setattr("voc.store.connection.PATIENCE_SECONDS", 0.1)
    before = dump(copy)
    with closing(sqlite3.connect(copy)) as other:
        other.execute("begin immediate")
        told = voc("forget", copy, WHO, "--yes", code=1)
    assert told.count("\n") == 1
    assert "in use" in told
    assert dump(copy) == before


def test_a_reader_elsewhere_is_told_that_the_file_is_to_be_written_anew(copy, monkeypatch):
    monkeypatch.setattr("voc.store.connection.PATIENCE_SECONDS", 0.1)
    with closing(sqlite3.connect(copy)) as other:
        other.execute("pragma journal_mode = wal")
        other.execute("begin")
        other.execute("SELECT count(*) FROM posts").fetchone()
        told = voc("forget", copy, WHO, "--yes", code=1)
    assert told.count("\n") == 1
    assert "repeat" in told
    pairs = own_pairs(copy)
    assert "once more" in voc("forget", copy, WHO, "--yes")
    assert left_in(copy, pairs) == []


@pytest.mark.parametrize("step", ["_edit_lineage", "_edit_decisions", "_delete", "_prune_caches"])
def test_an_error_in_the_middle_leaves_everything_as_it_was(copy, monkeypatch, step):
    before = dump(copy)

    def fail(*_):
        raise RuntimeError("the power is gone")

    monkeypatch.setattr(f"voc.store.forget.{step}", fail)
    with Store(copy) as db, pytest.raises(RuntimeError):
        api.forget(db, WHO)
    assert dump(copy) == before


_KILLED = """
import os, sys
from voc import api
from voc.store import Store, forget
inner = forget._delete
def die(*arguments):
    inner(*arguments)
    os._exit(9)
forget._delete = die
with Store(sys.argv[1]) as db:
    api.forget(db, sys.argv[2])
"""


def test_a_program_killed_in_the_middle_leaves_everything_as_it_was(copy):
    before = dump(copy)
    done = subprocess.run([sys.executable, "-c", _KILLED, str(copy), WHO], check=False)
    assert done.returncode == 9
    assert dump(copy) == before
    pairs = own_pairs(copy)
    voc("forget", copy, WHO, "--yes")
    assert left_in(copy, pairs) == []  # nor in a journal that the other one left


def test_a_run_of_nobody_else_is_deleted(tmp_path):
    with Store(tmp_path / "x.db") as db:
        db.save_posts([Post(id=f"p{n}", text=text, author="a1") for n, (_, _, _, text) in enumerate(THEIRS)])
        api.analyze(db, config=Config(bootstrap=5, model="lexical"))
        done = api.forget(db, "a1")
        assert (done.deleted_runs, done.runs, db.runs()) == (1, 0, [])


def test_an_analysis_that_began_before_cannot_bring_them_back(full, gone):
    with Store(full) as db:
        run = db.load_run()
    with Store(gone) as db:
        with pytest.raises(DatabaseError, match="forgotten meanwhile"):
            db.save_run(run)
        counts = db.save_posts(run.posts)
        assert counts.rejected == {"forgotten": 6}
        assert db.save_authors([Author(id=author_id(WHO, db.salt()), attributes={"tier": "VIP"})]) == 0


def test_every_table_has_been_thought_of(copy):
    """A new table must be dealt with in voc.store.forget, and a new part of a run in voc.forget, and be named here."""
    with closing(sqlite3.connect(copy)) as db:
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    fts = {"posts_search", *(f"posts_search_{part}" for part in ("config", "data", "docsize", "idx"))}
    assert tables - fts == {
        *("posts", "post_versions", "post_words", "rejected_rows", "files", "runs", "run_posts", "exclusions"),
        *("duplicates", "themes", "statements", "theme_statements", "suggestions", "vectors", "settings", "wordings"),
        *("answers", "theme_events", "theme_status", "exports", "decisions", "run_effects", "found_themes", "releases"),
        *("run_plans", "run_releases", "statement_mentions", "authors", "run_authors", "forgotten", "run_classes"),
        "campaigns",
    }
    assert {field.name for field in dataclasses.fields(Run)} == {
        *("id", "as_of", "windows", "version", "model", "config", "rejected", "posts", "exclusions", "duplicates"),
        *("statements", "themes", "suggestions", "window", "previous", "events", "wordings", "effects", "found"),
        *("plans", "releases", "authors", "classes", "campaigns", "former"),
    }


def test_ranking_a_run_again_gives_its_suggestions(full):
    """Also with pins, mutes and windows: otherwise removing somebody would change a run for other reasons."""
    with Store(full) as db:
        runs = [db.load_run(summary.id) for summary in db.runs()]
    for run in runs:
        assert rank_again(run) == (run.suggestions, run.campaigns)


def test_a_name_is_theirs_by_a_word_or_a_phrase_not_by_words_that_others_have_too():
    holds = Traces(
        ["运行卡顿得厉害", "鲲鹏卡顿", "夜里锁屏自己亮起来"], ["运行慢", "卡顿", "夜里", "锁屏", "自己亮", "亮起来"]
    )
    assert not holds.in_name("运行卡顿")
    assert holds.in_name("鲲鹏卡顿")
    assert holds.in_name("夜里锁屏自己亮起来")
    assert not holds.in_name("锁屏夜里卡顿")


def test_a_theme_that_loses_its_name_gets_one_from_what_is_left(tmp_path):
    texts = ["鲲鹏滤镜一直糊", "鲲鹏滤镜一直糊成一片", "拍夜景总是糊", "拍夜景总是很糊", "夜景糊得厉害"]
    posts = [
        Post(id=f"p{n}", text=text, author="a1" if n < 2 else f"a{n}", source="站") for n, text in enumerate(texts)
    ]
    run = make_run(posts, [(statement_of(post), "相机", "鲲鹏滤镜一直糊") for post in posts])
    with Store(tmp_path / "x.db") as db:
        db.save_posts(posts)
        db.save_run(replace(run, config=Config(bootstrap=5).as_dict()))
        assert api.forget(db, "a1").names >= 1
        (theme,) = db.load_run().themes
    assert "夜景" in theme.name
    assert theme.id == run.themes[0].id


def test_a_stretch_is_theirs_if_nobody_else_wrote_it():
    holds = Traces(["鲲鹏滤镜一直糊", "WiFi断线"], ["滤镜一直很好", "wifi断线"])
    assert holds("鲲鹏滤镜")
    assert not holds("滤镜一直")
    assert not holds("wifi断线")
    assert not holds("鲲")
    assert holds("关掉鲲鹏吧")
    assert not holds("关掉鲲鹏吧", 4)


@pytest.mark.parametrize(
    ("event", "before", "after", "left"),
    [
        ("born", (), ("a",), None),
        ("died", ("x",), (), None),
        ("continued", ("a",), ("a",), ("died", ("a",), ())),
        ("continued", ("b",), ("b",), ("continued", ("b",), ("b",))),
        ("merged", ("b", "x"), ("b",), None),
        ("split", ("b",), ("a", "b"), None),
        ("split", ("x",), ("b", "c"), ("born", (), ("b", "c"))),
    ],
)
def test_what_became_of_themes_that_are_gone_is_told_no_more(event, before, after, left):
    """`x` was in no run, `a` not in this one."""
    from voc.datatypes import ThemeEvent

    found = _event(ThemeEvent(event=event, before=before, after=after, overlap=0.5), frozenset("x"), {"b", "c"})
    assert (found and (found.event, found.before, found.after)) == left


def test_the_first_copy_stands_for_the_others_where_the_original_is_gone():
    assert _without_copies({"p2": "p1", "p3": "p1", "p5": "p4"}, frozenset({"p1", "p5"})) == {"p3": "p2"}


WORDS = ("闪退", "夜景", "发烫", "鲲鹏", "饕餮", "横屏", "断线", "好用", "希望支持", "太慢")
SAID = st.tuples(st.sampled_from("甲乙丙"), st.lists(st.sampled_from(WORDS), min_size=2, max_size=5))


@settings(max_examples=25, deadline=None)
@given(st.lists(SAID, min_size=2, max_size=12))
def test_whatever_somebody_wrote_alone_is_not_in_the_file(tmp_path_factory, said):
    path = tmp_path_factory.mktemp("any") / "x.db"
    posts = [
        Post(id=f"p{n:02}", text="".join(words), author=who, posted_at=f"2026-03-{n + 1:02}T00:00:00Z", source="站")
        for n, (who, words) in enumerate(said)
    ]
    run = make_run(posts, [(statement_of(post), post.text[:2], f"{post.text[2:4]}差") for post in posts])
    gone = posts[0].author
    with Store(path) as db:
        db.save_posts(posts, tokens=lambda text: [text[n : n + 2] for n in range(0, len(text), 2)])
        db.save_run(replace(run, config=Config(bootstrap=5).as_dict()))
        api.forget(db, gone)
        assert {post.author for post in db.load_posts()} == {post.author for post in posts} - {gone}
        for summary in db.runs():
            left = db.load_run(summary.id)
            assert check(render(compose(left), "json"), left) == []
    content = path.read_bytes()
    for word in WORDS:
        if not any(word in post.text for post in posts if post.author != gone):
            assert word.encode() not in content
