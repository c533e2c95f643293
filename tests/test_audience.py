"""Files of authors: joined by the id that posts have, masked, merged attribute by attribute; the commands on them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gold_run import CORPORA, make_run
from report_runs import HOSTILE, statement_of
from test_authors import World, regular
from voc import api, pipeline
from voc.cli import main
from voc.config import Config
from voc.datatypes import Author, Exclusion, Post, Release, content_id
from voc.errors import ConfigError, InputError
from voc.ingest import read
from voc.ingest.authors import ATTRIBUTES
from voc.ingest.columns import plain
from voc.store import Store, ThemeStatus

POSTS = """内容,作者,时间
求横屏,张三,2026-05-01
夜里耗电快,李四,2026-05-02
还是耗电,李四,2026-05-20
闪退,匿名用户,2026-05-03
"""
FILE = """用户名,会员等级,省份,城市,消费金额,核心用户,爱好
张三,金卡,广东,深圳,1200,是,摄影
李四,银卡,,上海,80,否,
王五,金卡,,,,,
"""
ZHANG = {"tier": "金卡", "region": "广东", "city": "深圳", "revenue": "1200", "core": "yes", "爱好": "摄影"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "a.db") as store:
        ingest(store, tmp_path)
        yield store


def ingest(store: Store, folder: Path, text: str = POSTS, **reading: bool) -> None:
    path = folder / "posts.csv"
    path.write_text(text, encoding="utf-8")
    store.save_posts(read([str(path)], as_of=datetime(2026, 6, 1, tzinfo=UTC), salt=store.salt(), **reading))


def write_posts(folder: Path) -> Path:
    path = folder / "posts.csv"
    path.write_text(POSTS, encoding="utf-8")
    return path


def write(store: Store, text: str, name: str = "members.csv") -> Path:
    path = Path(store.path).with_name(name)
    path.write_text(text, encoding="utf-8")
    return path


def told(store: Store) -> dict[str, dict[str, str]]:
    return {author.id: dict(author.attributes) for author in store.authors()}


def hashed(store: Store, name: str) -> str:
    return content_id("a", store.salt(), name)


# -- reading


def test_who_was_forgotten_is_set_aside_and_counted(store: Store) -> None:
    api.forget(store, "张三")
    counts = api.import_authors(store, write(store, FILE))
    assert (counts.added, counts.forgotten) == (2, 1)
    assert hashed(store, "张三") not in told(store)
    again = api.import_authors(store, write(store, FILE))
    assert (again.added, again.unchanged, again.forgotten) == (0, 2, 1)


def test_another_attribute_of_an_author_makes_another_run(tmp_path: Path) -> None:
    posts = list(read([str(write_posts(tmp_path))], as_of=datetime(2026, 6, 1, tzinfo=UTC), salt="s"))
    posts = [post for post in posts if isinstance(post, Post)]
    config = Config(model="lexical", bootstrap=2)
    known = [Author(id=posts[0].author, attributes={"tier": "金卡"})]
    runs = [pipeline.analyze(posts, config, authors=authors) for authors in ((), known, known)]
    assert runs[0].id != runs[1].id == runs[2].id
    assert runs[1].authors == tuple(known)


def test_attributes_are_joined_by_the_hash_that_posts_have(store: Store) -> None:
    counts = api.import_authors(store, write(store, FILE))
    zhang, li, wang = (hashed(store, name) for name in ("张三", "李四", "王五"))
    assert told(store) == {
        zhang: ZHANG,
        li: {"tier": "银卡", "city": "上海", "revenue": "80", "core": "no"},
        wang: {"tier": "金卡"},
    }
    assert {zhang, li} == set(store.authors_of_posts())
    assert (counts.n_rows, counts.added, counts.without_post, dict(counts.rejected)) == (3, 3, 1, {})
    assert counts.files[0].columns["tier"] == "会员等级"


def test_no_name_of_the_file_is_in_the_database(store: Store) -> None:
    api.import_authors(
        store, write(store, "用户名,昵称,联系人\n张三,三儿哥哥,张三丰\n王五,五爷爷爷,王五一\n,没有名字的人,某\n")
    )
    content = Path(store.path).read_bytes()
    for name in ("张三", "王五", "三儿哥哥", "张三丰", "五爷爷爷", "没有名字的人"):
        assert name.encode() not in content, name
    assert told(store)[hashed(store, "张三")].keys() == {"昵称", "联系人"}


@pytest.mark.parametrize("case", ["csv", "gb18030", "semicolons", "tsv", "xlsx", "json", "nested.json", "jsonl"])
def test_every_format_that_posts_may_have_is_read(store: Store, case: str) -> None:
    rows = list(csv.DictReader(io.StringIO(FILE)))
    path = Path(store.path).with_name(f"m.{'csv' if case in ('gb18030', 'semicolons') else case}")
    if case == "xlsx":
        import openpyxl

        book = openpyxl.Workbook()
        book.active.append(["会员名单（内部）"])
        for line in csv.reader(io.StringIO(FILE)):
            book.active.append([float(cell) if cell.isdigit() else cell for cell in line])
        book.create_sheet("说明").append(["随便写写"])
        book.save(path)
    else:
        texts: dict[str, Callable[[], str]] = {
            "csv": lambda: "\ufeff" + FILE,
            "gb18030": lambda: FILE,
            "semicolons": lambda: FILE.replace(",", ";"),
            "tsv": lambda: FILE.replace(",", "\t"),
            "json": lambda: json.dumps(rows),
            "nested.json": lambda: json.dumps({"total": 3, "data": rows}),
            "jsonl": lambda: "\n".join(json.dumps(row) for row in rows),
        }
        path.write_bytes(texts[case]().encode("gb18030" if case == "gb18030" else "utf-8"))
    api.import_authors(store, path)
    assert told(store)[hashed(store, "张三")] == ZHANG
    assert len(told(store)) == 3


def test_where_the_database_kept_names_they_are_matched_and_kept(tmp_path: Path) -> None:
    with Store(tmp_path / "names.db") as store:
        ingest(store, tmp_path, keep_authors=True)
        counts = api.import_authors(store, write(store, FILE))
        assert set(told(store)) == {"张三", "李四", "王五"}
        assert counts.without_post == 1


def test_where_only_some_posts_kept_names_both_ids_are_told_of_and_an_unknown_name_is_hashed(
    store: Store, tmp_path: Path
) -> None:
    ingest(store, tmp_path, POSTS.replace("求横屏", "再求横屏"), keep_authors=True)
    api.import_authors(store, write(store, FILE))
    assert set(told(store)) == {"张三", "李四", hashed(store, "张三"), hashed(store, "王五")}


def test_ids_as_they_are_listed_are_known_again(store: Store) -> None:
    zhang = hashed(store, "张三")
    api.import_authors(store, write(store, f"author,tier\n{zhang},金卡\n"))
    assert told(store) == {zhang: {"tier": "金卡"}}


@pytest.mark.parametrize(("file", "column"), [("会员ID", ""), ("UserID", ""), ("谁", "author=谁")])
def test_the_column_of_the_author_is_found_or_named(store: Store, file: str, column: str) -> None:
    columns = dict([column.split("=")]) if column else {}
    api.import_authors(store, write(store, f"序号,{file},等级\n1,张三,金卡\n"), columns=columns)
    assert told(store)[hashed(store, "张三")] == {"tier": "金卡", "序号": "1"}


def test_an_attribute_may_be_named_too(store: Store) -> None:
    api.import_authors(store, write(store, "作者,套餐,等级\n张三,尊享,3\n"), columns={"tier": "套餐"})
    assert told(store)[hashed(store, "张三")] == {"tier": "尊享", "等级": "3"}


def test_personal_data_in_attributes_is_masked_unless_kept(store: Store) -> None:
    path = write(store, "作者,备注,手机\n张三,加我微信abc_123,13800138000\n")
    api.import_authors(store, path)
    assert told(store)[hashed(store, "张三")] == {"备注": "加我微信[微信]", "手机": "[手机号]"}
    api.import_authors(store, path, keep_pii=True)
    assert told(store)[hashed(store, "张三")]["手机"] == "13800138000"


def test_bad_rows_are_refused_with_their_reason_and_counted(store: Store) -> None:
    rows = ["张三,金卡,是", ",银卡,", "匿名用户,银卡,", "李四,银卡,也许", "王五,金卡,,多了,一格"]
    counts = api.import_authors(store, write(store, "\n".join(["作者,等级,核心用户", *rows])))
    assert dict(counts.rejected) == {
        "has no author": (3,),
        "names nobody": (4,),
        "tells of core neither yes nor no": (5,),
        "has 5 cells under a header of 3": (6,),
    }
    assert len(told(store)) == counts.n_rows == 1
    assert store.rejected_rows() == []  # those are rows of posts


def test_a_later_file_updates_attribute_by_attribute_and_twice_is_the_same_as_once(store: Store) -> None:
    api.import_authors(store, write(store, "作者,等级,城市\n张三,银卡,深圳\n李四,银卡,\n"))
    later = write(store, "作者,等级,城市,设备\n张三,金卡,,K3\n李四,银卡,,\n")
    counts = api.import_authors(store, later)
    assert told(store)[hashed(store, "张三")] == {"tier": "金卡", "city": "深圳", "device": "K3"}
    assert (counts.added, counts.changed, counts.unchanged, counts.contradictions) == (0, 1, 1, 0)
    before = told(store)
    counts = api.import_authors(store, later)
    assert (counts.added, counts.changed, counts.unchanged) == (0, 0, 2)
    assert told(store) == before


def test_of_rows_that_contradict_each_other_the_last_wins_and_they_are_counted(store: Store) -> None:
    counts = api.import_authors(store, write(store, "作者,等级,城市\n张三,银卡,深圳\n张三,金卡,\n张三,金卡,深圳\n"))
    assert told(store)[hashed(store, "张三")] == {"tier": "金卡", "city": "深圳"}
    assert (counts.n_rows, counts.added, counts.contradictions) == (3, 1, 1)


@pytest.mark.parametrize(
    ("text", "name", "complaint"),
    [
        (
            "等级,城市\n金卡,深圳\n",
            "m.csv",
            "has no author column among: 等级, 城市; name it with --column author=NAME",
        ),
        ("", "m.csv", "is empty"),
        ("作者,等级\n", "m.csv", "has no rows"),
        ("<html><p>作者</p></html>", "m.html", "is no table"),
        ("{", "m.json", "not valid JSON"),
        ("作者,等级\n,金卡\n", "m.csv", "no row that can be used; the first: line 2 has no author"),
    ],
)
def test_a_file_that_tells_nothing_is_refused_in_one_line(store: Store, text: str, name: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint) as error:
        api.import_authors(store, write(store, text, name))
    assert "\n" not in str(error.value)


def test_a_column_that_is_asked_for_and_absent_changes_nothing(store: Store) -> None:
    path = write(store, "作者,等级\n张三,金卡\n")
    for columns in ({"author": "昵称"}, {"tier": "套餐"}):
        with pytest.raises(InputError, match="has no column"):
            api.import_authors(store, path, columns=columns)
    with pytest.raises(ConfigError, match="no name"):
        api.import_authors(store, path, columns={"tier": " "})
    with pytest.raises(InputError, match="does not exist"):
        api.import_authors(store, path.with_name("nope.csv"))
    assert told(store) == {}


def test_no_name_of_a_column_means_two_attributes() -> None:
    names = [plain(name) for told in ATTRIBUTES.values() for name in told.split()]
    assert names == [name for told in ATTRIBUTES.values() for name in told.split()]
    assert len(names) == len(set(names))


# -- what the database knows of them


def test_posts_of_earlier_runs_count_as_the_last_run_that_saw_them_has_them(tmp_path: Path) -> None:
    def week(n: int, *days: str) -> None:
        posts = [
            Post(id=f"p-{day}", text=f"求横屏{day}", author="甲", posted_at=f"2026-{day}T00:00:00Z") for day in days
        ]
        run = make_run(posts, [(statement_of(post), "桌面", "支持横屏") for post in posts])
        store.save_run(replace(run, id=f"r-{n}"))

    with Store(tmp_path / "runs.db") as store:
        week(1, "03-01", "03-09")
        week(2, "03-09", "03-20")
        (now,), (then,) = api.profiles(store), api.profiles(store, store.load_run("r-1"))
        assert (now.posts, now.weeks, now.first_seen) == (3, 3, "2026-03-01T00:00:00Z")
        assert (then.posts, then.last_seen) == (2, "2026-03-09T00:00:00Z")
        assert sum(now.kinds.values()) == 3


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[Store]:
    """Twelve regulars with a theme of their own each beside the three they share, one spammer, one who is drifting."""
    world = World()
    for n in range(12):
        regular(world, f"b{n:02}", themes=("t1", "t2", f"t{3 + n % 4}"))
    for day in (120, 110, 100, 90):
        world.say("gone", day, "t1")
    for n in range(5):
        world.reasons[world.say("spam", n, "t1", "request").id] = "advert"
    world.say("now", 0, "t1")
    world.say("", 1, "t1")
    heard = [(s, "桌面", s.theme_id) for s in world.statements if s.post_id not in world.reasons]
    out = tuple(Exclusion(post_id=post_id, reason=reason) for post_id, reason in sorted(world.reasons.items()))
    run = make_run(
        [replace(post, region="广东", url="https://x.example/1") for post in world.posts], heard, exclusions=out
    )
    with Store(tmp_path / "crowd.db") as store:
        store.save_run(run)
        yield store


def voc(*arguments: object, exits: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == exits, result.output + repr(result.exception)
    return result


def listed(*arguments: object) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(voc(*arguments, "--format", "csv").stdout)))


def test_a_status_makes_a_suggestion_accepted_from_when_it_was_first_given(crowd: Store) -> None:
    run = crowd.load_run()
    theme = next(theme for theme in run.themes if theme.name == "t1")
    crowd.save_release(Release(name="3.1", date="2026-05-30"))
    given = {"theme_id": theme.id, "who": "pm"}
    for status, at in (("planned", "2026-05-20"), ("declined", "2026-05-21"), ("planned", "2026-05-25")):
        crowd.set_status(ThemeStatus(status=status, at=f"{at}T00:00:00Z", **given))
    crowd.set_status(ThemeStatus(status="shipped", release="3.1", at="2026-06-05T00:00:00Z", **given))
    found = {profile.author: profile for profile in api.profiles(crowd)}
    assert found["b00"].accepted == found["gone"].accepted == ("t1",)
    assert found["now"].accepted == ()
    assert found["b00"].responses == {"t1": "complained"}  # of 2026-05-30, the day it was out
    assert found["gone"].responses == {"t1": "silent"}


def test_the_group_lists_without_a_subcommand(crowd: Store) -> None:
    db = crowd.path
    assert voc("authors", db).stdout == voc("authors", "list", db).stdout
    assert voc("authors", "--level", "strong", db, "--format", "csv").stdout.count("\nb") == 12
    assert "import" in voc("authors", "--help").stdout
    assert [row["author"] for row in listed("authors", db, "--drifting")] == ["gone"]
    assert listed("authors", db, "--drifting")[0]["drifting_about"] == "t1"
    assert len(listed("authors", db, "--limit", 3)) == 3
    assert "1 of 71 posts name no author" in voc("authors", db).stderr


def test_attributes_stand_beside_what_is_computed_in_every_format(crowd: Store) -> None:
    voc("authors", "import", crowd.path, write(crowd, "作者,等级,posts\nb00,金卡,九\n"))
    first = listed("authors", crowd.path)[0]
    assert (first["author"], first["tier"], first["posts"], first["posts (file)"], first["request"]) == (
        "b00", "金卡", "5", "九", "5",
    )  # fmt: skip
    content = json.loads(voc("authors", crowd.path, "--format", "json").stdout)
    assert content[0]["attributes"] == {"tier": "金卡", "posts": "九"}
    assert content[0]["weeks_active"] == 5
    assert "tier=金卡" in voc("authors", crowd.path).stdout


def test_core_names_whom_to_invite_and_why(crowd: Store) -> None:
    voc("authors", "import", crowd.path, write(crowd, "作者,核心用户\nnow,是\nb00,否\nspam,是\n"))
    result = voc("core", crowd.path, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert {row["author"] for row in rows} == {f"b{n:02}" for n in range(1, 12)} | {"now"}
    assert [row["place"] for row in rows] == [str(n) for n in range(1, 13)]
    assert next(row for row in rows if row["author"] == "now")["by"] == "file"
    assert "谈过 3 个主题；诉求中 100% 是建议或需求；5 周有发言" in rows[0]["why"]
    assert len({row["themes"] for row in rows[:4]}) == 4  # one of each kind before the second of any
    assert "1 whom a file calls core users are left out" in result.stderr
    assert len(listed("core", crowd.path, "--limit", 2)) == 2


@pytest.mark.parametrize(("lang", "told"), [("zh", "5 周有发言"), ("en", "active in 5 weeks")])
def test_core_as_markdown_is_written_or_printed(crowd: Store, tmp_path: Path, lang: str, told: str) -> None:
    text = voc("core", crowd.path, "-f", "md", "--lang", lang).stdout
    assert told in text
    voc("core", crowd.path, "-f", "md", "--lang", lang, "-o", tmp_path / "core.md")
    assert (tmp_path / "core.md").read_text(encoding="utf-8") == text
    assert "is a database" in voc("core", crowd.path, "-o", crowd.path, exits=1).stderr


def test_nothing_a_file_says_becomes_markup_or_a_formula(crowd: Store) -> None:
    rows = [{"作者": f"b{n:02}", "地区": text, "等级": text, text: text} for n, text in enumerate(HOSTILE)]
    path = write(crowd, json.dumps(rows), "hostile.json")
    voc("authors", "import", crowd.path, path)
    text = voc("core", crowd.path, "-f", "md").stdout
    assert "<script>" not in text
    assert "\x1b" not in text
    assert all(line.count(" | ") == 6 for line in text.splitlines() if line.startswith("| ") and "---" not in line)
    for row in listed("authors", crowd.path):
        assert not any((cell or "").startswith(("=", "@")) for cell in row.values())


def test_without_authors_one_line_says_so(tmp_path: Path) -> None:
    world = World()
    world.say("", 3, "t1")
    with Store(tmp_path / "nobody.db") as store:
        store.save_run(make_run(world.posts, [(s, "桌面", "t1") for s in world.statements]))
    told = "no post names its author; where a column does, ingest with --column author=NAME\n"
    for command in ("authors", "core"):
        result = voc(command, tmp_path / "nobody.db")
        assert (result.stdout, result.stderr) == ("", told)
    path = tmp_path / "m.csv"
    path.write_text(FILE, encoding="utf-8")
    assert f"Warning: {told}" in voc("authors", "import", tmp_path / "nobody.db", path).stderr


def test_an_import_says_what_became_of_the_file(store: Store) -> None:
    text = "作者,等级\n张三,金卡\n,银卡\n王五,银卡\n张三,银卡\n"
    out = voc("authors", "import", store.path, write(store, text)).stdout
    assert out.splitlines()[0].endswith("members.csv: 3 rows, 1 refused")
    assert out.splitlines()[1:] == [
        "  author=作者, tier=等级",
        "  refused, has no author: 1 (line 3)",
        "2 authors: 2 new, 0 changed, 0 as before; 1 wrote no post (unknown so far)",
        "1 cells contradict an earlier row; the last one holds",
    ]


def test_an_import_that_matches_nobody_advises_another_column(store: Store) -> None:
    path = write(store, "用户名,用户ID\n小明,张三\n")
    assert "--column author=NAME" in voc("authors", "import", store.path, path).stderr


def test_authors_of_the_demo_corpus_are_joined_by_name(tmp_path: Path) -> None:
    text = "作者,会员等级,核心用户\n雪国列车员,金卡,是\n赶地铁的兔子,银卡,\n木工老何,银卡,否\n查无此人,金卡,\n"
    with Store(tmp_path / "demo.db") as store:
        store.save_posts(read([str(CORPORA / "demo")], as_of=datetime(2026, 6, 1, tzinfo=UTC), salt=store.salt()))
        counts = api.import_authors(store, write(store, text))
        assert (counts.added, counts.without_post) == (4, 1)
        wrote = {post.author: post for post in store.load_posts()}
        assert wrote[hashed(store, "雪国列车员")].region == "黑龙江"
        assert told(store)[hashed(store, "雪国列车员")] == {"tier": "金卡", "core": "yes"}
