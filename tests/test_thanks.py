"""Thanks: who asked for what was shipped, who was first, in their own words; nothing they wrote becomes markup."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gold_run import make_run
from report_runs import HOSTILE, statement_of
from voc import api
from voc.cli import main
from voc.datatypes import Post, Release, Run, Statement
from voc.errors import ConfigError, InputError
from voc.report.thanks import Thanks, render_thanks, thank
from voc.store import Store, ThemeStatus

SHIPPED = [("t", "支持横屏", "https://x.example/1")]
OUT = Release(name="2.1", date="2026-03-02")


def said(n: int, text: str, *, kind: str = "request", author: str = "", day: int = 1, **fields: Any) -> Any:
    posted_at = f"2026-02-{day:02}T20:00:00Z" if day else ""
    post = Post(id=f"p-{n}", text=text, author=author, posted_at=posted_at, source="论坛", **fields)
    return replace(statement_of(post, kind=kind), theme_id="t"), post


def thanks_for(*mentions: tuple[Statement, Post], lang: str = "zh") -> Thanks:
    return thank(OUT, SHIPPED, {"t": mentions}, timezone="Asia/Shanghai", lang=lang)


def test_the_first_one_to_ask_is_first_and_a_person_counts_once() -> None:
    (theme,) = thanks_for(
        said(1, "求横屏", author="a-2", day=9), said(2, "什么时候横屏", author="a-1", day=3),
        said(3, "再求横屏", author="a-1", day=8), said(4, "没有日期", author="a-3", day=0),
    ).themes  # fmt: skip
    assert [(asker.place, asker.author, asker.date, asker.quote) for asker in theme.askers] == [
        (1, "a-1", "2026-02-04", "什么时候横屏"), (2, "a-2", "2026-02-10", "求横屏"), (3, "a-3", "", "没有日期"),
    ]  # fmt: skip


def test_who_speaks_of_it_only_after_the_release_is_counted_not_thanked() -> None:
    out = replace(OUT, date="2026-02-10")
    mentions = [
        said(1, "求横屏", author="a-1", day=8), said(2, "还是不能横屏", author="a-1", day=20),
        said(3, "当天还是不能横屏", author="a-2", day=9),  # 2026-02-10 in local time
        said(4, "还是不能横屏", author="a-3", day=20), said(5, "没有日期", author="a-4", day=0),
    ]  # fmt: skip
    thanks = thank(out, SHIPPED, {"t": mentions}, timezone="Asia/Shanghai")
    (theme,) = thanks.themes
    assert ([asker.author for asker in theme.askers], theme.n_after) == (["a-1", "a-4"], 2)
    assert "发布后仍有 2 人提到" in render_thanks(thanks, "md")
    (undated,) = thank(replace(out, date=""), SHIPPED, {"t": mentions}, timezone="Asia/Shanghai").themes
    assert (len(undated.askers), undated.n_after) == (4, 0)


def test_praise_is_no_asking() -> None:
    (theme,) = thanks_for(said(1, "横屏真好", kind="praise"), said(2, "路过", kind="other")).themes
    assert theme.askers == ()
    text = render_thanks(thanks_for(said(1, "横屏真好", kind="praise")), "md")
    assert "没有人明确提过。" in text


def test_everybody_without_a_name_counts_and_is_called_so() -> None:
    text = render_thanks(thanks_for(said(1, "求横屏"), said(2, "想要横屏模式")), "md")
    assert text.count("未署名用户") == 3  # the first one to ask, and both in the credits
    assert "2 人提过" in text


def test_what_is_told_is_ready_to_send() -> None:
    rows = list(csv.DictReader(io.StringIO(render_thanks(thanks_for(said(1, "求横屏", author="a-1")), "csv")[1:])))
    assert rows[0]["通知文字"] == "您在 2026-02-02 说过：“求横屏”。2.1 版本已经处理：支持横屏。谢谢您的反馈！"
    assert rows[0]["作者"] == "a-1"


def test_the_changelog_links_to_quotes_and_to_the_item() -> None:
    text = render_thanks(thanks_for(said(1, "求横屏", url="https://bbs.example/1")), "md")
    assert text.startswith("# 你提，我们做：2.1\n")
    assert "- **[支持横屏](<https://x.example/1>)**——1 人提过" in text
    assert "“求横屏”（[原帖](<https://bbs.example/1>)）" in text


def test_thanks_speak_english_when_asked() -> None:
    assert render_thanks(thanks_for(said(1, "求横屏"), lang="en"), "md").startswith("# You asked, we built: 2.1\n")


@pytest.mark.parametrize("nasty", HOSTILE)
def test_nothing_a_post_says_becomes_markup_or_a_formula(nasty: str) -> None:
    mention = said(1, nasty, author=nasty, url="javascript:alert(1)")
    text = render_thanks(thanks_for(mention), "md")
    assert "<script" not in text.replace("\\<", "")
    assert "](" not in text.replace("](<https://x.example", "").replace("\\](", "").replace("\\]\\(", "")
    assert not {"\x1b", "\u202e", "\x00"} & set(text)
    for row in csv.reader(io.StringIO(render_thanks(thanks_for(mention), "csv")[1:])):
        assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@")) for cell in row)


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ConfigError, match="there is no format 'pdf' of thanks"):
        render_thanks(thanks_for(), "pdf")


# --- from the store


def week(n: int, *, theme: str = "支持横屏", extra: str = "") -> Run:
    """Week n: two posts of its own, and those of the week before."""
    posts = [
        Post(id=f"p-{k}{x}", text=f"求横屏{k}{x}{extra}", author=f"a-{k}{x}", posted_at=f"2026-03-{k + 1:02}T00:00:00Z")
        for k in (n - 1, n) if k >= 0 for x in "ab"
    ]  # fmt: skip
    triples = [(statement_of(post, kind="request"), "桌面", theme if post.id[-1] == "a" else "别的") for post in posts]
    return replace(make_run(posts, triples), id=f"r-{n}", as_of=f"2026-03-{n + 1:02}T00:00:00Z")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "a.db") as opened:
        for n in range(3):
            opened.save_run(week(n))
        theme = next(theme for theme in opened.load_run().themes if theme.name == "支持横屏")
        opened.set_status(ThemeStatus(theme_id=theme.id, status="shipped", release="2.1", at="2026-03-04T00:00:00Z"))
        yield opened


def test_those_who_asked_weeks_ago_are_thanked_too(store: Store) -> None:
    (theme,) = api.thanks(store, "2.1").themes
    assert [asker.author for asker in theme.askers] == ["a-0a", "a-1a", "a-2a"]


def test_what_a_later_run_put_elsewhere_is_not_thanked_for(store: Store) -> None:
    last = week(2)
    other = next(theme.id for theme in last.themes if theme.name == "别的")
    moved = tuple(replace(s, theme_id=other) if s.post_id == "p-1a" else s for s in last.statements)
    store.save_run(replace(last, id="r-again", statements=moved))
    (theme,) = api.thanks(store, "2.1").themes
    assert [asker.author for asker in theme.askers] == ["a-0a", "a-2a"]


def test_a_theme_that_is_part_of_another_now_keeps_those_who_asked_for_it(store: Store) -> None:
    store.save_run(week(3, theme="别的"))
    (theme,) = api.thanks(store, "2.1").themes
    assert [asker.author for asker in theme.askers] == ["a-0a", "a-1a", "a-2a"]


def test_a_release_without_a_theme_says_what_to_do(store: Store) -> None:
    with pytest.raises(InputError, match=r"^no theme was shipped in 9; say so with: voc status DB THEME shipped"):
        api.thanks(store, "9")


@pytest.mark.parametrize("format", ["md", "csv"])
def test_the_command_prints_and_writes_the_same(store: Store, tmp_path: Path, format: str) -> None:
    def voc(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["thanks", str(store.path), "--release", "2.1", "-f", format, *arguments])

    printed = voc()
    assert printed.exit_code == 0
    assert voc("-o", str(tmp_path / "out")).exit_code == 0
    assert (tmp_path / "out").read_bytes() == printed.stdout_bytes
    assert "a-0a" in printed.stdout


def test_the_command_tells_how_many_are_not_thanked(store: Store) -> None:
    store.save_release(replace(OUT, date="2026-03-03"))
    result = CliRunner().invoke(main, ["thanks", str(store.path), "--release", "2.1", "-f", "csv"])
    assert "1 people still spoke of 支持横屏 after the release: not thanked" in result.stderr
    assert "a-2a" not in result.stdout


def test_thanks_do_not_depend_on_the_order_of_mentions() -> None:
    mentions = [said(n, f"求横屏{n}", author=f"a-{n}", day=1 + n % 3) for n in range(9)]
    render: Callable[..., str] = lambda pairs: render_thanks(thanks_for(*pairs), "csv")  # noqa: E731
    assert render(mentions) == render(mentions[::-1])
