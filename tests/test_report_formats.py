"""The formats of the report: what opens where, and that nothing a post says becomes code."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
import time
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gold_run import gold_run, make_run
from report_runs import HOSTILE, hostile_run, large_run, run_of
from voc.errors import MissingExtra, VocError
from voc.report import FORMAT_VERSION, RENDERERS, Report, compose, render, write
from voc.report.as_csv import render_csv
from voc.report.as_markdown import escape
from voc.report.visible import visible

CASES = json.loads((Path(__file__).parent / "cases" / "report_text.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def gold() -> Report:
    return compose(gold_run())


@pytest.fixture(scope="module")
def hostile() -> Report:
    return compose(hostile_run())


class Page(HTMLParser):
    """What a browser would make of a page: tags with attributes, and texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


# -- all formats


@pytest.mark.parametrize("format", RENDERERS)
@pytest.mark.parametrize("make", [lambda: make_run([], []), lambda: run_of(["闪退"]), hostile_run], ids=str)
def test_every_format_tells_the_oddest_run_in_utf8(format: str, make) -> None:
    text = render(compose(make()), format)
    assert text.encode("utf-8")
    assert text.endswith("\n")


@pytest.mark.parametrize("format", ["md", "html", "csv"])
def test_no_control_character_or_direction_mark_reaches_the_eye(hostile: Report, format: str) -> None:
    text = render(hostile, format).removeprefix("\ufeff")
    assert not [c for c in text if (ord(c) < 32 and c not in "\n\r\t") or c in "\x7f\u202e"]
    assert "␛[31m" in text.replace("\\", "")


@pytest.mark.parametrize("format", RENDERERS)
def test_the_gold_report_names_every_suggestion(gold: Report, format: str) -> None:
    text = render(gold, format)
    assert all(item.name in text for item in gold.items)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_text_of_posts_is_shown_and_never_acts(case: dict[str, str]) -> None:
    assert escape(case["text"]) == case["md"]
    rows = list(csv.DictReader(io.StringIO(render_csv(compose(run_of([case["text"]] * 2)))[1:], newline="")))
    assert rows[0]["用户原声"] == case["csv"]


@given(st.text())
def test_making_text_visible_twice_is_the_same_as_once(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "Zs"], exclude_characters="\x85\xa0")))
def test_visible_text_is_left_alone(text: str) -> None:
    assert visible(text) == text


# -- Markdown


def _markdown_tokens(text: str) -> list:
    markdown_it = pytest.importorskip("markdown_it")
    tokens = markdown_it.MarkdownIt("commonmark").enable("table").parse(text)
    return [inner for token in tokens for inner in (token, *(token.children or ()))]


def test_markdown_of_hostile_posts_holds_no_html_no_image_and_only_web_links(hostile: Report) -> None:
    tokens = _markdown_tokens(render(hostile, "md"))
    assert not [token for token in tokens if token.type in ("html_block", "html_inline", "image", "fence")]
    links = [str(token.attrs["href"]) for token in tokens if token.type == "link_open"]
    assert links
    assert all(link.startswith(("http://", "https://")) for link in links)


@given(st.text(min_size=1))
def test_markdown_shows_exactly_the_visible_text(text: str) -> None:
    shown = [t.content for t in _markdown_tokens(f"- 原声: {escape(text)}") if t.type == "text"]
    expected = " ↵ ".join(part.strip() for part in visible(text).split("\n") if part.strip()).replace("\t", " ")
    assert "".join(shown).split() == f"原声: {expected}".split()


def test_markdown_tables_keep_their_columns(hostile: Report) -> None:
    lines = render(hostile, "md").split("\n")
    rows = [line for line in lines if line.startswith("|") and " P" in line]
    assert rows
    assert {line.replace("\\|", "").count("|") for line in rows} <= {3, 9}


# -- CSV


def test_csv_opens_in_excel_one_row_per_suggestion(gold: Report) -> None:
    text = render(gold, "csv")
    assert text.startswith("\ufeff名次,主题编号,")
    rows = list(csv.DictReader(io.StringIO(text[1:], newline="")))
    assert [row["主题"] for row in rows] == [item.name for item in gold.items]
    assert text.count("\r\n") == len(rows) + 1
    assert rows[0]["帖子编号"].split() == [quote.post_id for quote in gold.items[0].evidence]


def test_no_cell_of_hostile_posts_is_a_formula(hostile: Report) -> None:
    rows = list(csv.reader(io.StringIO(render(hostile, "csv")[1:], newline="")))
    assert not [cell for row in rows for cell in row if cell.lstrip(" ").startswith(tuple("=+-@\t\r＝＋－＠"))]


def test_a_cell_stays_below_what_excel_can_hold() -> None:
    rows = list(csv.reader(io.StringIO(render(compose(run_of(["闪退"] * 2_500)), "csv")[1:], newline="")))
    assert max(len(cell) for row in rows for cell in row) < 32_767


# -- JSON


def test_json_says_its_version_first_and_has_no_nan(hostile: Report) -> None:
    text = render(hostile, "json")
    assert text.startswith(f'{{\n "format_version": {FORMAT_VERSION},')
    assert json.loads(text, parse_constant=pytest.fail)["items"]


def test_json_keeps_hostile_text_as_it_was(hostile: Report) -> None:
    content = json.loads(render(hostile, "json"))
    kept = {text for item in content["items"] for quote in item["evidence"] for text in quote["texts"]}
    kept |= {text for line in content["areas"] for t in line["themes"] for q in t["quotes"] for text in q["texts"]}
    assert kept == set(HOSTILE)


# -- HTML


def test_the_page_needs_nothing_from_outside_and_no_script(gold: Report) -> None:
    page = Page(render(gold, "html"))
    assert not page.all("script") + page.all("link") + page.all("img") + page.all("iframe")
    assert {"default-src 'none'; style-src 'unsafe-inline'; img-src data:"} == {
        meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"
    }
    assert "url(" not in render(gold, "html")


def test_hostile_posts_add_no_tag_and_no_attribute_to_the_page(hostile: Report, gold: Report) -> None:
    page, known = Page(render(hostile, "html")), Page(render(gold, "html"))
    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in known.tags}
    assert {name for _, attrs in page.tags for name in attrs} <= {name for _, attrs in known.tags for name in attrs}
    hrefs = [str(attrs["href"]) for attrs in page.all("a")]
    assert all(href.startswith(("#", "http://", "https://")) for href in hrefs)


def test_the_page_has_the_sections_of_the_text(gold: Report) -> None:
    headings = [unescape(found) for found in re.findall("<h2>(.*?)</h2>", render(gold, "html"))]
    told = [line.removeprefix("## ") for line in render(gold, "md").split("\n") if line.startswith("## ")]
    told.remove(gold.labels["headlines"])  # the page shows them as tiles
    assert headings == told


def test_links_out_of_the_page_tell_nothing_about_it(gold: Report) -> None:
    out = [attrs for attrs in Page(render(gold, "html")).all("a") if str(attrs["href"]).startswith("http")]
    assert out
    assert {attrs["rel"] for attrs in out} == {"noopener noreferrer nofollow"}


def test_links_within_the_page_arrive(gold: Report) -> None:
    page = Page(render(gold, "html"))
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {str(a["href"])[1:] for a in page.all("a") if str(a["href"]).startswith("#")} <= set(ids)


def test_pictures_of_the_page_have_a_text(gold: Report) -> None:
    page = Page(render(gold, "html"))
    assert page.all("html")[0]["lang"] == "zh-CN"
    assert all(svg["aria-label"] for svg in page.all("svg") if svg.get("role") == "img")
    assert len([svg for svg in page.all("svg") if "role" not in svg]) == 1  # the axis, in a line hidden from readers


def test_every_suggestion_opens_to_all_its_posts(gold: Report) -> None:
    page = Page(render(gold, "html"))
    shown = {attrs.get("title") for attrs in page.all("li")}
    assert {quote.post_id for item in gold.items for quote in item.evidence} <= shown


def test_a_suggestion_with_very_many_posts_lists_200_and_says_where_the_rest_is() -> None:
    page = render(compose(run_of([f"第{n}次闪退" for n in range(230)])), "html")
    assert page.count('<li title="p-') == 200
    assert "其余 30 条见 report.json" in page


def test_a_notebook_shows_the_suggestions_escaped(hostile: Report) -> None:
    cell = hostile._repr_html_()
    assert "<script" not in cell
    assert "&lt;script&gt;" in cell


# -- size and speed


def test_a_report_of_12000_statements_is_small_and_quick() -> None:
    run = large_run()
    start = time.process_time()
    report = compose(run)
    texts = {format: render(report, format) for format in ("json", "html")}
    assert time.process_time() - start < 3
    assert all(len(text.encode()) < 9_500_000 for text in texts.values())


# -- frames and files


def test_a_frame_has_the_columns_of_the_csv(gold: Report) -> None:
    pytest.importorskip("pandas")
    frame = gold.to_frame()
    assert list(frame.columns) == render(gold, "csv")[1:].split("\r\n")[0].split(",")
    assert list(frame["主题"]) == [item.name for item in gold.items]


def test_a_frame_without_pandas_names_the_extra(gold: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtra, match=r"voc\[notebook\]"):
        gold.to_frame()


def test_a_file_is_replaced_whole_and_byte_for_byte(tmp_path: Path) -> None:
    target = tmp_path / "report.csv"
    target.write_text("old")
    assert write("\ufeff一\r\n", target) == target
    assert target.read_bytes() == "\ufeff一\r\n".encode()
    assert list(tmp_path.iterdir()) == [target]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "report.md"
    target.write_text("old")

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full_disk)
    with pytest.raises(VocError, match=r"report\.md cannot be written: No space left"):
        write("new", target)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_is_missing_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(VocError, match="cannot be written") as caught:
        write("x", tmp_path / "missing" / "report.md")
    assert "\n" not in str(caught.value)


def test_what_is_no_file_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes here")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write("一", pipe)
    assert os.read(reader, 10) == "一".encode()
    os.close(reader)
    assert pipe.is_fifo()
