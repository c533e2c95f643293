"""Into planning tools and back: each format by its tool's rules, two weeks in a row, merges, splits, hostile texts."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from gold_run import make_run
from report_runs import HOSTILE, hostile_run, statement_of
from voc.cli import main
from voc.cli.planning import TOOLS
from voc.datatypes import Decision, Effect, Post, Run, ThemeEvent, content_id
from voc.errors import ConfigError, InputError
from voc.export import EXPORTERS, Export, Known, import_statuses, plan, prepare, remember, told
from voc.export.card import Card, description, marked, marker
from voc.export.fate import heirs, origins
from voc.export.markup import FORGE, MARKDOWN, PLAIN, WIKI
from voc.export.statuses import status_of
from voc.export.tool import NEWS
from voc.report import Report, compose
from voc.store import Exported, Store, ThemeStatus
from voc.store.status import STATUSES

CASES = json.loads((Path(__file__).parent / "cases" / "export.json").read_text(encoding="utf-8"))
TABLES = [name for name in EXPORTERS if name != "github"]
KEYED = [name for name, tool in EXPORTERS.items() if tool.needs_key]
AREA = "平板"
AT = "2026-03-30T00:00:00Z"


def theme(name: str) -> str:
    return content_id("t", AREA, name)


def week(number: int, says: Mapping[str, int], *events: ThemeEvent, previous: str = "") -> Run:
    """A run in which so many people speak of each theme; post i of a theme is the same in every week."""
    named = []
    for name, n in says.items():
        for i in range(n):
            post = Post(
                id=content_id("p", name, i),
                text=f"第{i}次说：{name}的问题一直没有解决",
                author=f"{name}{i}",
                source="社区论坛",
                posted_at=f"2026-03-{1 + i % 20:02}T00:00:00Z",
                url=f"https://bbs.example/{i}",
            )
            named.append((post, name))
    run = make_run([post for post, _ in named], [(statement_of(post), AREA, name) for post, name in named])
    return replace(run, id=f"run-{number}", previous=previous, events=events, as_of=f"2026-03-{20 + number}T00:00:00Z")


def event(kind: str, before: Sequence[str], after: Sequence[str]) -> ThemeEvent:
    return ThemeEvent(event=kind, before=tuple(map(theme, before)), after=tuple(map(theme, after)), overlap=0.5)  # type: ignore[arg-type]


FIRST = week(1, {"横屏键盘": 9, "分屏卡顿": 8, "手写延迟": 7, "接键盘断连": 6})
SECOND = week(
    2,
    {"横屏键盘": 12, "分屏卡顿": 8, "接键盘断连": 6, "蓝牙断连": 5, "笔丢了": 5},
    event("merged", ["手写延迟", "横屏键盘"], ["横屏键盘"]),
    event("split", ["接键盘断连"], ["接键盘断连", "蓝牙断连"]),
    event("born", [], ["笔丢了"]),
    previous="run-1",
)


@pytest.fixture
def store() -> Store:
    return Store(":memory:")


def exported(store: Store, name: str, run: Run, **options: Any) -> Export:
    """Save the run, export it, and remember that."""
    store.save_run(run)
    found = prepare(store, name, **options)
    remember(store, found)
    return found


def actions(found: Export) -> dict[str, str]:
    return {step.title: step.action for step in found.steps}


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline="")))


def cells(text: str, column: str) -> list[list[str]]:
    """The cells of every row in the columns of a name."""
    header, *records = rows(text)
    return [[cell for name, cell in zip(header, record, strict=True) if name == column] for record in records]


def give_keys(store: Store, name: str, *themes: str) -> None:
    store.set_statuses(
        ThemeStatus(theme_id=theme(t), status="new", tool=name, key=f"{n}", at=AT) for n, t in enumerate(themes, 1)
    )


# each format by its tool's rules


def test_the_command_line_knows_every_tool() -> None:
    assert sorted(TOOLS) == sorted(EXPORTERS)


@pytest.mark.parametrize("case", CASES["formats"], ids=lambda case: case["tool"])
def test_a_file_has_the_columns_the_line_ends_and_the_mark_that_its_tool_expects(
    store: Store, case: dict[str, Any]
) -> None:
    text = exported(store, case["tool"], FIRST).files()[""]
    header, *records = rows(text)
    assert header == case["header"]
    assert text.startswith("\ufeff") == case["bom"]
    assert text.endswith("\r\n")
    assert len(records) == 4
    assert {len(record) for record in records} == {len(header)}


@pytest.mark.parametrize("case", [c for c in CASES["formats"] if "priorities" in c], ids=lambda case: case["tool"])
def test_priorities_are_those_of_the_tool(store: Store, case: dict[str, Any]) -> None:
    report = compose(FIRST)
    tool, expected = EXPORTERS[case["tool"]], dict(case["priorities"])
    column = expected.pop("column")
    for priority, value in expected.items():
        content = tool.content(Card(item=replace(report.items[0], priority=priority), report=report))
        assert str(content[column]) == value


@pytest.mark.parametrize("case", CASES["labels"], ids=lambda case: case["tool"])
def test_labels_hold_nothing_that_the_tool_reads_as_a_separator(store: Store, case: dict[str, Any]) -> None:
    run = FIRST
    run = replace(run, themes=tuple(replace(t, area="拍照, 相机|夜景 \t模式") for t in run.themes))
    text = exported(store, case["tool"], run).files()[""]
    for found in cells(text, case["column"]):
        names = found if case["separator"] is None else found[0].split(case["separator"])
        assert len(names) == 4
        assert names[0] == "voc"
        assert marked(names[1])
        assert not any(sign in name for name in names for sign in case["never"])


@pytest.mark.parametrize("name", EXPORTERS)
def test_every_item_carries_the_id_of_its_theme_and_the_posts_it_rests_on(store: Store, name: str) -> None:
    for step in exported(store, name, FIRST).steps:
        body = str(step.content[EXPORTERS[name].body(compose(FIRST))])
        assert marked(body) == step.theme_id
        assert "社区论坛" in body
        assert "https://bbs.example/" in body
        assert any(post.id in body for post in FIRST.posts)


@pytest.mark.parametrize("name", EXPORTERS)
def test_the_story_and_the_numbers_are_those_of_the_report(store: Store, name: str) -> None:
    report = compose(FIRST)
    steps = {step.theme_id: step for step in exported(store, name, FIRST).steps}
    for item in report.items:
        body = str(steps[item.theme_id].content[EXPORTERS[name].body(report)])
        assert item.story in body
        assert f"{report.labels['people']}: {item.n_people.text} ({item.share.text})" in body
        assert f"{report.labels['posts']}: {item.n_posts.text}" in body


@pytest.mark.parametrize("name", EXPORTERS)
def test_a_long_title_is_cut_and_long_quotes_are_left_out_before_the_marker_is(store: Store, name: str) -> None:
    run = FIRST
    run = replace(
        run,
        themes=tuple(replace(t, name="长" * 400) for t in run.themes),
        statements=tuple(replace(s, text=f"{n}{'话' * 15_000}") for n, s in enumerate(run.statements)),
    )
    for step in exported(store, name, run).steps:
        body = str(step.content[EXPORTERS[name].body(compose(run))])
        assert len(step.title) <= 250
        assert step.title.endswith("…")
        assert len(body) <= (65_536 if name == "github" else 32_000)
        assert marked(body) == step.theme_id


@pytest.mark.parametrize("text", CASES["must_not_be_altered"])
def test_ordinary_words_go_out_as_they_are(text: str) -> None:
    for markup in (PLAIN, MARKDOWN, FORGE, WIKI):
        assert markup.text(text) == text


def test_nobody_is_notified_and_no_issue_is_linked_by_what_a_post_says() -> None:
    assert "@all" not in FORGE.text("@all 请看 a@b.example")
    assert "#12" not in FORGE.text("修了 #12 和 !34 没有")
    assert (
        WIKI.text("[~admin] {html}!http://a.example/x.png!") == "\\[\\~admin\\] \\{html\\}\\!http://a.example/x.png\\!"
    )


def test_gitlab_acts_on_no_line_but_the_one_that_sets_the_labels(store: Store) -> None:
    run = FIRST
    run = replace(
        run, statements=tuple(replace(s, text=f"/close\n/label ~x {n}") for n, s in enumerate(run.statements))
    )
    for step in exported(store, "gitlab", run).steps:
        acting = [line for line in str(step.content["description"]).split("\n") if line.startswith("/")]
        assert len(acting) == 1
        assert acting[0].startswith(f'/label ~"voc" ~"{marker(step.theme_id)}"')


@pytest.mark.parametrize("formula", CASES["formulas"])
def test_no_cell_is_run_by_a_spreadsheet(formula: str) -> None:
    run = FIRST
    run = replace(run, themes=tuple(replace(t, name=f"{formula}{n}", area=formula) for n, t in enumerate(run.themes)))
    run = replace(run, posts=tuple(replace(post, source=formula) for post in run.posts))
    report = compose(run)
    for name in TABLES:
        tool = EXPORTERS[name]
        steps = [replace(step, remark=formula) for step in plan(report, tool, Known(), since_last=True)]
        steps += [replace(step, action="update", key=formula) for step in steps]
        for text in tool.render(tool, steps, report).values():
            for cell in (cell for record in rows(text) for cell in record):
                assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


@pytest.mark.parametrize("name", EXPORTERS)
def test_hostile_texts_break_no_table_and_reach_nobody_unseen(name: str) -> None:
    report, tool = compose(hostile_run()), EXPORTERS[name]
    steps = plan(report, tool, Known(), since_last=True)
    for text in Export(tool=tool, report=report, steps=steps, since_last=True).files().values():
        text.encode("utf-8")
        assert not any(sign in text for sign in ("\x00", "\x1b", "\u202e"))
        if name in TABLES:
            assert len({len(record) for record in rows(text)}) == 1


@pytest.mark.parametrize("name", EXPORTERS)
def test_the_same_run_gives_the_same_bytes(name: str) -> None:
    shuffled = replace(FIRST, posts=FIRST.posts[::-1])
    texts = [exported(Store(":memory:"), name, run).files() for run in (FIRST, shuffled)]
    assert texts[0] == texts[1]


@given(st.lists(st.text(max_size=30) | st.sampled_from(HOSTILE), min_size=5, max_size=9))
@settings(max_examples=15, deadline=None)
def test_a_quote_never_moves_the_marker(texts: list[str]) -> None:
    run = FIRST
    said = tuple(replace(s, text=texts[n % len(texts)] + f"{n} voc:t-ffff") for n, s in enumerate(run.statements))
    report = compose(replace(run, statements=said))
    for item in report.items:
        for markup in (PLAIN, MARKDOWN, FORGE, WIKI):
            assert marked(description(Card(item=item, report=report), markup, limit=2_000)) == item.theme_id


# GitHub's script


@pytest.fixture
def gh(tmp_path: Path) -> Callable[..., list[tuple[list[str], str]]]:
    """Run a script with a `gh` that writes down its arguments and its input; `issues` are numbers by label."""
    fake = tmp_path / "bin" / "gh"
    fake.parent.mkdir()
    fake.write_text(
        "#!/bin/sh\n"
        'n=$(ls "$LOG" | wc -l | tr -d " ")\n'
        'mkdir "$LOG/$n"\n'
        'i=0; for a; do printf "%s" "$a" > "$LOG/$n/$i"; i=$((i + 1)); done\n'
        'case " $* " in *" --body-file - "*) cat > "$LOG/$n/stdin" ;; esac\n'
        'if [ "$1 $2" = "issue list" ]; then cat "$ISSUES/$8" 2>/dev/null || true; fi\n',
        encoding="utf-8",
    )
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)

    def run(script: str, *arguments: str, issues: Mapping[str, int] | None = None) -> list[tuple[list[str], str]]:
        path, log, known = tmp_path / "issues.sh", tmp_path / "log", tmp_path / "known"
        for folder in (log, known):
            subprocess.run(["rm", "-rf", folder], check=True)
            folder.mkdir()
        for label, number in (issues or {}).items():
            (known / label).write_text(f"{number}\n")
        path.write_text(script, encoding="utf-8")
        environment = {"PATH": f"{fake.parent}{os.pathsep}{os.environ['PATH']}", "LOG": str(log), "ISSUES": str(known)}
        done = subprocess.run(["sh", path, *arguments], env=environment, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return [_call(log / str(n)) for n in range(len(list(log.iterdir())))]

    def _call(folder: Path) -> tuple[list[str], str]:
        arguments = [(folder / str(n)).read_text("utf-8") for n in range(len(list(folder.glob("[0-9]*"))))]
        given = folder / "stdin"
        return arguments, given.read_text("utf-8") if given.exists() else ""

    return run


Gh = Callable[..., list[tuple[list[str], str]]]


def test_a_script_calls_nothing_until_it_is_told_to(store: Store, gh: Gh) -> None:
    script = exported(store, "github", FIRST).files()[""]
    assert gh(script) == []
    assert len(gh(script, "--run")) > 0


def test_whatever_a_theme_is_called_reaches_gh_as_one_argument(store: Store, gh: Gh, tmp_path: Path) -> None:
    nasty = [text for text in CASES["shell"] if text.strip()]
    run = week(1, {f"{text}{n}": 6 for n, text in enumerate(nasty)})
    found = exported(store, "github", run)
    calls = gh(found.files()[""], "--run")
    created = {arguments[3]: (arguments, body) for arguments, body in calls if arguments[:2] == ["issue", "create"]}
    assert set(created) == {step.title for step in found.steps}
    for step in found.steps:
        arguments, body = created[step.title]
        labels = list(step.content["labels"])  # type: ignore[union-attr]
        assert arguments == ["issue", "create", "--title", step.title, "--body-file", "-", "--label", ",".join(labels)]
        assert body == step.content["body"]
    assert not (tmp_path / "pwned").exists()


def test_labels_are_made_before_they_are_used_and_fit_github(store: Store, gh: Gh) -> None:
    run = replace(FIRST, themes=tuple(replace(t, area=f'拍,照"{"长" * 80}') for t in FIRST.themes))
    calls = gh(exported(store, "github", run).files()[""], "--run")
    made: set[str] = set()
    for arguments, _ in calls:
        if arguments[:2] == ["label", "create"]:
            assert len(arguments[2]) <= 50
            made.add(arguments[2])
        if arguments[:2] == ["issue", "create"]:
            assert set(arguments[7].split(",")) <= made


def test_a_script_that_is_run_twice_creates_no_second_issue(store: Store, gh: Gh) -> None:
    found = exported(store, "github", FIRST)
    issues = {marker(step.theme_id): n for n, step in enumerate(found.steps, 1)}
    verbs = Counter(tuple(arguments[:2]) for arguments, _ in gh(found.files()[""], "--run", issues=issues))
    assert verbs[("issue", "create")] == 0
    assert verbs[("issue", "edit")] == 4


def test_the_second_week_of_a_script_edits_closes_and_creates(store: Store, gh: Gh) -> None:
    exported(store, "github", FIRST)
    script = exported(store, "github", SECOND, since_last=True).files()[""]
    issues = {marker(theme(name)): n for n, name in enumerate(["横屏键盘", "分屏卡顿", "手写延迟", "接键盘断连"], 1)}
    calls = [arguments for arguments, _ in gh(script, "--run", issues=issues)]
    assert [a[3] for a in calls if a[:2] == ["issue", "create"]] == ["笔丢了", "蓝牙断连"]
    assert [a[2] for a in calls if a[:2] == ["issue", "edit"]] == ["1"]
    (closed,) = [a for a in calls if a[:2] == ["issue", "close"]]
    assert closed[2] == "3"
    assert closed[5] == "--comment"
    assert closed[6].endswith("#1")


def test_an_issue_that_was_deleted_is_not_made_again(store: Store, gh: Gh) -> None:
    exported(store, "github", FIRST)
    script = exported(store, "github", week(2, {"横屏键盘": 12}, previous="run-1"), since_last=True).files()[""]
    verbs = Counter(tuple(arguments[:2]) for arguments, _ in gh(script, "--run"))
    assert verbs[("issue", "create")] == verbs[("issue", "edit")] == 0


def test_labels_that_no_longer_hold_are_removed(store: Store, gh: Gh) -> None:
    exported(store, "github", FIRST)
    second = replace(SECOND, themes=tuple(replace(t, area="键盘") for t in SECOND.themes))
    script = exported(store, "github", second, since_last=True).files()[""]
    calls = [arguments for arguments, _ in gh(script, "--run", issues={marker(theme("横屏键盘")): 1})]
    (edit,) = [a for a in calls if a[:2] == ["issue", "edit"]]
    assert AREA in edit[edit.index("--remove-label") + 1].split(",")
    assert "键盘" in edit[edit.index("--add-label") + 1].split(",")


# two weeks in a row


@pytest.mark.parametrize("name", EXPORTERS)
def test_a_second_week_holds_what_is_new_and_changed_and_nothing_else(store: Store, name: str) -> None:
    assert set(actions(exported(store, name, FIRST)).values()) == {"create"}
    give_keys(store, name, "横屏键盘", "分屏卡顿", "手写延迟", "接键盘断连")
    assert actions(exported(store, name, SECOND, since_last=True)) == {
        "横屏键盘": "update",
        "分屏卡顿": "keep",
        "接键盘断连": "keep",
        "蓝牙断连": "create",
        "笔丢了": "create",
        "手写延迟": "merge",
    }
    assert set(actions(prepare(store, name, since_last=True)).values()) == {"keep"}


@pytest.mark.parametrize("name", TABLES)
def test_the_file_to_import_has_only_what_is_new_and_the_rest_stands_apart(store: Store, name: str) -> None:
    first = exported(store, name, FIRST).files()
    assert list(first) == [""]
    give_keys(store, name, "横屏键盘", "分屏卡顿", "手写延迟", "接键盘断连")
    files = exported(store, name, SECOND, since_last=True).files()
    assert len(rows(files[""])) == 1 + 2
    assert theme("横屏键盘") not in files[""]
    header, *updates = rows(files[NEWS])
    assert [update[0] for update in updates] == ["update", "merge"]
    assert [update[1] for update in updates] == [theme("横屏键盘"), theme("手写延迟")]
    assert header[2] == EXPORTERS[name].key
    assert [update[2] for update in updates] == (["1", "3"])


@pytest.mark.parametrize("name", TABLES)
def test_a_merged_item_says_where_it_went_and_its_heir_what_it_took_in(store: Store, name: str) -> None:
    exported(store, name, FIRST)
    give_keys(store, name, "横屏键盘", "分屏卡顿", "手写延迟", "接键盘断连")
    updates = exported(store, name, SECOND, since_last=True).files()[NEWS]
    heir, merged = (record[0] for record in cells(updates, EXPORTERS[name].body(compose(SECOND))))
    assert heir.startswith("“手写延迟”")
    assert "已并入本条" in heir
    assert merged.startswith("已并入“横屏键盘”（1）")
    assert marked(merged) == theme("手写延迟")
    assert cells(updates, EXPORTERS[name].comment)[1] == ["已并入“横屏键盘”（1），请在那里继续。"]


@pytest.mark.parametrize("name", EXPORTERS)
def test_what_was_split_off_refers_to_what_it_was_part_of_and_keeps_doing_so(store: Store, name: str) -> None:
    exported(store, name, FIRST)
    steps = {step.title: step for step in exported(store, name, SECOND, since_last=True).steps}
    body = EXPORTERS[name].body(compose(SECOND))
    assert str(steps["蓝牙断连"].content[body]).startswith(f"由“接键盘断连”（{theme('接键盘断连')}）拆分而来")
    third = week(3, {"蓝牙断连": 9}, previous="run-2")
    step = exported(store, name, third, since_last=True).steps[0]
    assert str(step.content[body]).startswith("由“接键盘断连”")


@pytest.mark.parametrize("name", KEYED)
def test_a_change_waits_until_the_key_of_its_item_is_known(store: Store, name: str) -> None:
    exported(store, name, FIRST)
    assert actions(exported(store, name, SECOND, since_last=True)) | {} == {
        "横屏键盘": "wait",
        "分屏卡顿": "keep",
        "接键盘断连": "keep",
        "蓝牙断连": "create",
        "笔丢了": "create",
        "手写延迟": "wait",
    }
    give_keys(store, name, "横屏键盘", "分屏卡顿", "手写延迟", "接键盘断连")
    later = actions(exported(store, name, SECOND, since_last=True))
    assert {title: action for title, action in later.items() if action != "keep"} == {
        "横屏键盘": "update",
        "手写延迟": "merge",
    }


def test_a_share_that_moves_because_others_spoke_is_no_change(store: Store) -> None:
    exported(store, "jira", FIRST)
    second = week(2, {"横屏键盘": 9, "笔丢了": 30}, previous="run-1")
    shares = [compose(run).items for run in (FIRST, second)]
    assert {item.share.value for item in shares[0] if item.name == "横屏键盘"} != {
        item.share.value for item in shares[1] if item.name == "横屏键盘"
    }
    assert actions(exported(store, "jira", second, since_last=True))["横屏键盘"] == "keep"


def said_by(n: int) -> Report:
    """FIRST, with so many people for its first suggestion, which is as it was in everything else."""
    report = compose(FIRST)
    item = report.items[0]
    return replace(report, items=(replace(item, n_people=replace(item.n_people, value=float(n))),))


def test_more_people_are_a_change_from_a_fifth_on_counted_from_what_the_tool_was_told_last() -> None:
    tool, exports, found = EXPORTERS["linear"], {}, []
    for n in (10, 11, 12, 14, 15, 3, 17, 18):
        steps = plan(said_by(n), tool, Known(exports=exports), since_last=True)
        found.append((n, steps[0].action, steps[0].changed))
        exports |= {one.theme_id: one for one in told(steps, tool, f"run-{n}")}
    assert [(n, action) for n, action, _ in found] == [
        (10, "create"), (11, "keep"), (12, "update"), (14, "keep"), (15, "update"), (3, "keep"), (17, "keep"),
        (18, "update"),
    ]  # fmt: skip
    assert {changed for _, action, changed in found if action == "update"} == {("人数",)}


def test_why_names_what_has_changed_in_words(store: Store) -> None:
    exported(store, "linear", FIRST)
    renamed = replace(FIRST, id="run-2", themes=tuple(replace(t, name=f"{t.name}了") for t in FIRST.themes))
    steps = exported(store, "linear", renamed, since_last=True).steps
    assert {step.action for step in steps} == {"update"}
    assert all(str(step.row()["why"]).startswith("主题") for step in steps)


def test_what_is_no_suggestion_any_more_is_listed_and_left_alone(store: Store) -> None:
    exported(store, "linear", FIRST)
    found = exported(store, "linear", week(2, {"横屏键盘": 9}, previous="run-1"), since_last=True)
    assert Counter(actions(found).values()) == {"keep": 1, "gone": 3}
    assert [len(rows(text)) for text in found.files().values()] == [1, 1]


def test_what_was_merged_and_is_back_is_opened_again(store: Store) -> None:
    exported(store, "linear", FIRST)
    exported(store, "linear", SECOND, since_last=True)
    returned = event("returned", ["手写延迟"], ["手写延迟"])
    third = week(3, {"横屏键盘": 12, "手写延迟": 9}, returned, previous="run-2")
    found = exported(store, "linear", third, since_last=True)
    assert actions(found) == {"手写延迟": "reopen", "横屏键盘": "update"} | dict.fromkeys(
        ("分屏卡顿", "接键盘断连", "蓝牙断连", "笔丢了"), "gone"
    )
    assert not any("已并入" in str(step.content.get("Description")) for step in found.steps)
    assert actions(prepare(store, "linear", since_last=True))["手写延迟"] == "keep"


@pytest.mark.parametrize("status", ["shipped", "declined"])
@pytest.mark.parametrize("since_last", [False, True])
def test_what_is_shipped_or_declined_is_not_created(store: Store, status: Any, since_last: bool) -> None:
    store.set_status(ThemeStatus(theme_id=theme("笔丢了"), status=status, release="2.1", at=AT))
    found = exported(store, "notion", SECOND, since_last=since_last)
    assert actions(found)["笔丢了"] == "hold"
    assert not any(theme("笔丢了") in text for text in found.files().values())


def test_an_item_that_only_the_tool_knows_is_updated_not_created(store: Store) -> None:
    give_keys(store, "jira", "横屏键盘")
    found = exported(store, "jira", FIRST, since_last=True)
    assert Counter(actions(found).values()) == {"update": 1, "create": 3}


def test_what_one_tool_was_told_is_nothing_to_another(store: Store) -> None:
    exported(store, "jira", FIRST)
    assert set(actions(exported(store, "tapd", FIRST, since_last=True)).values()) == {"create"}


def test_a_status_that_a_tool_told_itself_is_no_change_for_it(store: Store) -> None:
    exported(store, "xuqiuchi", FIRST)
    told = ThemeStatus(theme_id=theme("横屏键盘"), status="planned", tool="xuqiuchi", at=AT)
    store.set_status(told)
    assert actions(prepare(store, "xuqiuchi", since_last=True))["横屏键盘"] == "keep"
    store.set_status(replace(told, tool=""))
    assert actions(prepare(store, "xuqiuchi", since_last=True))["横屏键盘"] == "update"


def test_numbers_of_the_pool_go_on_from_week_to_week(store: Store) -> None:
    exported(store, "xuqiuchi", FIRST)
    files = exported(store, "xuqiuchi", SECOND, since_last=True).files()
    assert [cell for (cell,) in cells(files[""], "序号")] == ["5", "6"]
    assert cells(files[NEWS], "序号")[0][-1] == "1"


NAMES = ("横屏键盘", "分屏卡顿", "手写延迟")
WEEKS = st.lists(st.sets(st.sampled_from(NAMES), min_size=1).map(sorted), min_size=2, max_size=6)


@cache
def report_of(names: tuple[str, ...], n: int) -> Report:
    return compose(week(1, dict.fromkeys(names, n)))


@given(WEEKS, st.dictionaries(st.sampled_from(NAMES), st.sampled_from(NAMES)), st.data())
@settings(max_examples=30, deadline=None)
def test_in_whatever_order_weeks_come_no_item_is_created_twice(
    weeks: list[list[str]], into: dict[str, str], data: st.DataObject
) -> None:
    tool = EXPORTERS["github"]
    exports: dict[str, Exported] = {}
    created: list[str] = []
    for names in weeks:
        report = report_of(tuple(names), data.draw(st.integers(5, 6)))
        known = Known(exports=exports, heirs={theme(a): theme(b) for a, b in into.items() if a not in names and a != b})
        steps = plan(report, tool, known, since_last=True)
        created += [step.theme_id for step in steps if step.action == "create"]
        assert {step.theme_id for step in steps} >= exports.keys() - {
            t for t, was in exports.items() if was.merged_into
        }
        exports |= {item.theme_id: item for item in told(steps, tool, "run-1")}
    assert len(created) == len(set(created))
    assert [was.number for was in sorted(exports.values(), key=lambda was: was.number)] == [*range(1, len(exports) + 1)]


def test_decisions_of_people_count_as_merges_and_splits() -> None:
    merge = Decision(number=1, action="merge", themes=("t-a", "t-b"))
    split = Decision(number=2, action="split", themes=("t-c",))
    effects = [
        Effect(decision=merge, outcome="applied", acts_on=("t-a", "t-b")),
        Effect(decision=split, outcome="applied", acts_on=("t-c", "t-d")),
        Effect(decision=replace(merge, number=3, themes=("t-x", "t-y")), outcome="absent"),
    ]
    assert heirs([], effects) == {"t-b": "t-a"}
    assert origins([], effects) == {"t-d": "t-c"}


def test_a_theme_is_followed_through_several_merges() -> None:
    events = [event("merged", ["甲", "乙"], ["乙"]), event("merged", ["乙", "丙"], ["丙"])]
    assert heirs(events, []) == {theme("甲"): theme("丙"), theme("乙"): theme("丙")}
    assert heirs([*events, event("returned", ["乙"], ["乙"])], []) == {theme("甲"): theme("乙")}


# status and link come back


@pytest.mark.parametrize("case", CASES["statuses"], ids=lambda case: f"{case['word']} {case.get('reason', '')}")
def test_the_words_of_tools_for_a_status_are_known(case: dict[str, str]) -> None:
    assert status_of(case["word"], case.get("reason", "")) == case["is"]


def test_the_words_that_exports_write_are_known_again() -> None:
    for lang in ("zh", "en"):
        report = compose(FIRST, lang=lang)
        for name in ("feishu", "xuqiuchi"):
            tool = EXPORTERS[name]
            for status in STATUSES:
                content = tool.content(Card(item=report.items[0], report=report, status=status))
                assert status_of(str(content[tool.state(report)])) == status


def own_export(folder: Path, case: dict[str, Any], name: str) -> Path:
    lines = [line.replace("{theme}", theme(name)).replace("{title}", name) for line in case["lines"]]
    path = folder / "own.csv"
    path.write_bytes("\r\n".join(lines).encode(case.get("encoding", "utf-8")))
    return path


@pytest.mark.parametrize("case", CASES["imports"], ids=lambda case: case["tool"])
def test_a_status_comes_back_from_the_tools_own_export(store: Store, tmp_path: Path, case: dict[str, Any]) -> None:
    exported(store, case["tool"], FIRST)
    path = own_export(tmp_path, case, "横屏键盘")
    found, n_news = import_statuses(store, path, at=AT)
    assert (found.n_rows, n_news, found.unknown, found.unmatched) == (1, 1, {}, ())
    expected = ThemeStatus(theme_id=theme("横屏键盘"), tool=case["tool"], at=AT, **case["expect"])
    assert store.statuses()[theme("横屏键盘")] == expected
    assert import_statuses(store, path, at="2026-04-01T00:00:00Z")[1] == 0


@pytest.mark.parametrize(
    "case", [c for c in CASES["imports"] if c["tool"] not in ("feishu", "notion")], ids=lambda c: c["tool"]
)
def test_the_columns_tell_which_tool_a_file_is_from(store: Store, tmp_path: Path, case: dict[str, Any]) -> None:
    store.save_run(FIRST)
    found, _ = import_statuses(store, own_export(tmp_path, case, "横屏键盘"), at=AT)
    assert found.tool == case["tool"]


def test_a_file_that_may_be_from_several_tools_is_asked_about(store: Store, tmp_path: Path) -> None:
    store.save_run(FIRST)
    (tmp_path / "own.csv").write_text("Theme,Status\n横屏键盘,Done\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="name the tool with --from"):
        import_statuses(store, tmp_path / "own.csv", at=AT)
    assert import_statuses(store, tmp_path / "own.csv", name="notion", at=AT)[0].tool == "notion"


def test_unknown_words_and_rows_of_no_theme_are_counted(store: Store, tmp_path: Path) -> None:
    exported(store, "jira", FIRST)
    lines = [
        "Issue key,Summary,Status",
        "A-1,横屏键盘,Blocked by legal",
        "A-2,分屏卡顿,Blocked by legal",
        "A-3,别的事,Done",
        "A-4,横屏,Done",
    ]
    (tmp_path / "own.csv").write_text("\n".join(lines), encoding="utf-8")
    found, n_news = import_statuses(store, tmp_path / "own.csv", at=AT)
    assert (found.unknown, found.unmatched, n_news) == ({"Blocked by legal": 2}, ("别的事", "横屏"), 2)
    assert {told.status for told in store.statuses().values()} == {"new"}


def test_a_row_with_an_unknown_status_still_gives_its_key_and_link(store: Store, tmp_path: Path) -> None:
    exported(store, "jira", FIRST)
    store.set_status(ThemeStatus(theme_id=theme("横屏键盘"), status="planned", release="2.1", at=AT))
    lines = [
        "Issue key,Summary,Labels,Status,URL",
        f"A-1,改过的标题,{marker(theme('横屏键盘'))},Frozen,https://x.example/1",
        f"A-2,又一条,{marker(theme('分屏卡顿'))},Frozen,",
        f"A-3,又一条,{marker(theme('分屏卡顿'))},Done,",
        f",没有编号,{marker(theme('手写延迟'))},Frozen,",
    ]
    (tmp_path / "own.csv").write_text("\n".join(lines), encoding="utf-8")
    found, n_news = import_statuses(store, tmp_path / "own.csv", at=AT)
    assert (found.unknown, n_news) == ({"Frozen": 3}, 2)
    told = store.statuses()
    assert told.keys() == {theme("横屏键盘"), theme("分屏卡顿")}
    kept = told[theme("横屏键盘")]
    assert (kept.status, kept.release, kept.key, kept.link) == ("planned", "2.1", "A-1", "https://x.example/1")
    assert (told[theme("分屏卡顿")].status, told[theme("分屏卡顿")].key) == ("shipped", "A-3")
    assert import_statuses(store, tmp_path / "own.csv", at=AT)[1] == 0


def test_what_goes_back_is_recorded_and_told(store: Store, tmp_path: Path) -> None:
    exported(store, "jira", FIRST)
    for name, status in (("横屏键盘", "shipped"), ("分屏卡顿", "declined"), ("手写延迟", "planned")):
        store.set_status(ThemeStatus(theme_id=theme(name), status=status, at=AT))  # type: ignore[arg-type]
    lines = ["Issue key,Summary,Status", "A-1,横屏键盘,In Progress", "A-2,分屏卡顿,Done", "A-3,手写延迟,To Do"]
    (tmp_path / "own.csv").write_text("\n".join(lines), encoding="utf-8")
    found, n_news = import_statuses(store, tmp_path / "own.csv", at=AT)
    assert (found.back, n_news) == ((theme("横屏键盘"),), 3)
    assert store.statuses()[theme("横屏键盘")].status == "in-progress"


def test_a_title_that_two_themes_have_is_no_key(store: Store, tmp_path: Path) -> None:
    run = replace(FIRST, themes=tuple(replace(t, name="同名") for t in FIRST.themes))
    exported(store, "jira", run)
    (tmp_path / "own.csv").write_text("Issue key,Summary,Status\nA-1,同名,Done\n", encoding="utf-8")
    assert import_statuses(store, tmp_path / "own.csv", at=AT)[0].unmatched == ("同名",)


def test_of_several_rows_of_a_theme_the_most_advanced_counts(store: Store, tmp_path: Path) -> None:
    exported(store, "jira", FIRST)
    lines = ["Issue key,Summary,Status", "A-1,横屏键盘,In Progress", "A-2,横屏键盘,Won't Do", "A-3,横屏键盘,To Do"]
    for order in (lines, [lines[0], *lines[:0:-1]]):
        (tmp_path / "own.csv").write_text("\n".join(order), encoding="utf-8")
        found, _ = import_statuses(store, tmp_path / "own.csv", at=AT)
        assert (found.repeated, [told.key for told in found.statuses]) == ((theme("横屏键盘"),), ["A-1"])


def test_an_item_closed_because_it_was_merged_says_nothing_of_its_theme(store: Store, tmp_path: Path) -> None:
    exported(store, "github", FIRST)
    exported(store, "github", SECOND, since_last=True)
    case = next(case for case in CASES["imports"] if case["tool"] == "github")
    found, n_news = import_statuses(store, own_export(tmp_path, case, "手写延迟"), at=AT)
    assert (found.n_rows, found.statuses, n_news) == (1, (), 0)


def test_a_defused_title_is_found_again(store: Store, tmp_path: Path) -> None:
    exported(store, "jira", week(1, {"=1+1": 9}))
    (tmp_path / "own.csv").write_text("Issue key,Summary,Status\nA-1,'=1+1,Done\n", encoding="utf-8")
    assert import_statuses(store, tmp_path / "own.csv", at=AT)[1] == 1


def test_a_link_that_is_no_web_address_is_dropped(store: Store, tmp_path: Path) -> None:
    exported(store, "notion", FIRST)
    (tmp_path / "own.csv").write_text("Theme,Status,URL\n横屏键盘,Done,javascript:alert(1)\n", encoding="utf-8")
    import_statuses(store, tmp_path / "own.csv", at=AT)
    assert store.statuses()[theme("横屏键盘")].link == ""


@pytest.mark.parametrize("content", [b"", b" \r\n", b"PK\x03\x04abc", bytes(range(32)) * 9, b"[{]"])
def test_what_is_no_table_is_an_error_in_one_line(store: Store, tmp_path: Path, content: bytes) -> None:
    store.save_run(FIRST)
    (tmp_path / "own.csv").write_bytes(content)
    with pytest.raises(InputError, match=r"own\.csv"):
        import_statuses(store, tmp_path / "own.csv", name="jira", at=AT)


def test_a_file_that_is_not_there_is_an_error_in_one_line(store: Store, tmp_path: Path) -> None:
    store.save_run(FIRST)
    with pytest.raises(InputError, match="check the path"):
        import_statuses(store, tmp_path / "none.csv", name="jira", at=AT)


@pytest.mark.parametrize("name", ["jira", "zentao", "tapd", "feishu", "notion", "xuqiuchi", "productboard"])
def test_what_went_out_is_known_again_when_it_comes_back(store: Store, tmp_path: Path, name: str) -> None:
    """As a tool whose own export has the columns it imported, with a status beside them."""
    text = exported(store, name, FIRST).files()[""]
    header, *records = rows(text)
    with (tmp_path / "own.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[*header, "Status"], *([*record, "Done"] for record in records)])
    found, _ = import_statuses(store, tmp_path / "own.csv", name=name, at=AT)
    assert {told.theme_id for told in found.statuses} == {t.id for t in FIRST.themes}


# the command line


@pytest.fixture
def database(tmp_path: Path) -> Path:
    with Store(tmp_path / "a.db") as opened:
        opened.save_run(FIRST)
    return tmp_path / "a.db"


def voc(*arguments: object, exits: int = 0) -> str:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == exits, result.output + repr(result.exception)
    return result.output


def test_a_dry_run_prints_and_changes_nothing(database: Path, tmp_path: Path) -> None:
    before = database.read_bytes()
    told = json.loads(voc("export", database, "--to", "jira", "--dry-run", "--format", "json"))
    assert [row["action"] for row in told] == ["create"] * 4
    assert "横屏键盘" in voc("export", database, "--to", "jira", "--dry-run")
    assert database.read_bytes() == before
    assert list(tmp_path.iterdir()) == [database]


def test_two_weeks_on_the_command_line(database: Path, tmp_path: Path) -> None:
    assert "4 create" in voc("export", database, "--to", "tapd", "-o", tmp_path / "a.csv")
    with Store(database) as opened:
        opened.save_run(SECOND)
    out = voc("export", database, "--to", "tapd", "--since-last", "-o", tmp_path / "b.csv")
    assert "2 create" in out
    assert "2 wait" in out
    assert "give tapd's own export to voc import-status" in out
    assert (tmp_path / "b.updates.csv").exists()
    assert not (tmp_path / "a.updates.csv").exists()


def test_the_state_is_kept_only_once_the_file_is_written(database: Path, tmp_path: Path) -> None:
    voc("export", database, "--to", "jira", "-o", tmp_path / "missing" / "a.csv", exits=1)
    with Store(database) as opened:
        assert opened.exports("jira") == {}


def test_exporting_everything_twice_is_warned_about(database: Path, tmp_path: Path) -> None:
    voc("export", database, "--to", "linear", "-o", tmp_path / "a.csv")
    out = voc("export", database, "--to", "linear", "-o", tmp_path / "b.csv")
    assert out.startswith("Warning: linear was given 4 of these items before, and this creates them a second time (横")
    voc("export", database, "--to", "github", "-o", tmp_path / "a.sh")
    assert "second time" not in voc("export", database, "--to", "github", "-o", tmp_path / "b.sh")  # it looks first


def test_a_file_whose_updates_cannot_be_written_is_not_left_behind(database: Path, tmp_path: Path) -> None:
    (tmp_path / "a.updates.csv").mkdir()
    voc("export", database, "--to", "jira", "--since-last", "-o", tmp_path / "a.csv", exits=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.db", "a.updates.csv"]
    with Store(database) as opened:
        assert opened.exports("jira") == {}


def test_a_tool_is_not_told_what_an_older_run_said(store: Store) -> None:
    store.save_run(FIRST)
    exported(store, "jira", SECOND)
    with pytest.raises(ConfigError, match=r"^run run-1 is older than run-2, which jira was told last; leave out"):
        prepare(store, "jira", run_id="run-1", since_last=True)
    assert prepare(store, "jira", run_id="run-1").steps
    assert prepare(store, "tapd", run_id="run-1", since_last=True).steps


def test_a_file_is_needed_unless_it_is_a_dry_run(database: Path) -> None:
    assert "-o FILE" in voc("export", database, "--to", "linear", exits=2)


def test_statuses_come_in_on_the_command_line(database: Path, tmp_path: Path) -> None:
    lines = [
        "Issue key,Summary,Status,Fix versions",
        "A-1,横屏键盘,Done,2.1",
        "A-2,分屏卡顿,Frozen,",
        "A-3,x\x1b[31m,Done,",
    ]
    (tmp_path / "own.csv").write_text("\n".join(lines), encoding="utf-8")
    out = voc("import-status", database, tmp_path / "own.csv", "--from", "jira", "--at", "2026-03-30", "--who", "甲")
    assert "jira: 3 rows, 2 themes, 2 changes" in out
    assert "'Frozen'" in out
    lines = ["Issue key,Summary,Status", f"A-1,横屏键盘,{'长' * 500}", f"A-2,{'没' * 500},Done", "A-1,分屏卡顿,Done"]
    (tmp_path / "own.csv").write_text("\n".join(lines), encoding="utf-8")
    long = voc("import-status", database, tmp_path / "own.csv", "--from", "jira")
    assert "长" * 59 + "…" in long
    assert "没" * 59 + "…" in long
    lines = ["Issue key,Summary,Status", "A-2,分屏卡顿,To Do"]
    (tmp_path / "back.csv").write_text("\n".join(lines), encoding="utf-8")
    back = voc("import-status", database, tmp_path / "back.csv", "--from", "jira")
    assert f"1 items went back from shipped or declined: {theme('分屏卡顿')}" in back
    assert "\x1b" not in out
    with Store(database) as opened:
        told = opened.statuses()[theme("横屏键盘")]
    assert (told.status, told.release, told.key, told.who, told.at) == (
        "shipped",
        "2.1",
        "A-1",
        "甲",
        "2026-03-30T15:59:59Z",
    )
