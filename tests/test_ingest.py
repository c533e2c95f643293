"""Files become posts; what cannot is rejected with its reason; nothing is lost."""

import gzip
import io
import json
import random
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.datatypes import FileSummary, Post, RejectedRow, content_id
from voc.errors import ConfigError
from voc.ingest import read
from voc.ingest.columns import match
from voc.ingest.encodings import detect

AS_OF = datetime(2024, 5, 10, 4, tzinfo=UTC)
COLUMNS = json.loads((Path(__file__).parent / "cases" / "columns.json").read_text("utf-8"))
DATA = Path(__file__).parents[1] / ".." / "shared" / "data"
TABLE = "编号,内容,评分,作者\n1,很好用的软件,5星,张三\n2,总是闪退的软件,1,李四\n"
TEXTS = ["很好用的软件", "总是闪退的软件"]


class Taken:
    """What reading one or more paths gave, by kind."""

    def __init__(self, items: Iterator[Any]) -> None:
        self.items = list(items)
        self.posts = [item for item in self.items if isinstance(item, Post)]
        self.rejected = [item for item in self.items if isinstance(item, RejectedRow)]
        self.summaries = [item for item in self.items if isinstance(item, FileSummary)]
        self.texts = [post.text for post in self.posts]

    @property
    def summary(self) -> FileSummary:
        (only,) = self.summaries
        return only


Take = Callable[..., Taken]


@pytest.fixture
def take(tmp_path: Path) -> Take:
    """Writes a file and reads it."""

    def write_and_read(name: str, content: str | bytes, **options: Any) -> Taken:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return Taken(read([str(path)], as_of=AS_OF, **options))

    return write_and_read


def workbook(*sheets: Sequence[Sequence[object]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


# Formats

ROWS = [{"编号": "1", "内容": TEXTS[0]}, {"编号": "2", "内容": TEXTS[1]}]
FORMATS: dict[str, str | bytes] = {
    "a.csv": TABLE,
    "a.tsv": TABLE.replace(",", "\t"),
    "a.json": json.dumps(ROWS),
    "b.json": json.dumps({"code": 0, "data": {"total": 2, "list": ROWS}}),
    "c.json": "\n".join(json.dumps(row) for row in ROWS),
    "a.jsonl": "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS),
    "b.jsonl": json.dumps(ROWS),
    "a.xlsx": workbook([["编号", "内容"], [1, TEXTS[0]], [2, TEXTS[1]]]),
    "named-wrongly.csv": workbook([["编号", "内容"], [1, TEXTS[0]], [2, TEXTS[1]]]),
    "really-tsv.xls": TABLE.replace(",", "\t"),
    "semicolons.csv": TABLE.replace(",", ";"),
    "no-suffix": TABLE,
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
def test_each_format_is_read_plain_and_packed(take: Take, name: str, packed: bool) -> None:
    content = FORMATS[name]
    content = content.encode() if isinstance(content, str) else content
    taken = take(name + ".gz", gzip.compress(content)) if packed else take(name, content)
    assert taken.texts == TEXTS
    assert [post.source_id for post in taken.posts] == ["1", "2"]
    assert taken.summary.columns["text"] == "内容"
    assert (taken.summary.n_posts, taken.summary.n_rejected, taken.summary.error) == (2, 0, "")


@pytest.mark.parametrize("name", [name for name in FORMATS if "xls" not in name and "wrongly" not in name])
def test_standard_input_is_sniffed(name: str) -> None:
    content = FORMATS[name]
    stdin = io.BytesIO(content.encode() if isinstance(content, str) else content)
    assert Taken(read(["-"], as_of=AS_OF, stdin=stdin)).texts == TEXTS


def test_an_html_page_is_one_post_with_title_and_address(take: Take) -> None:
    page = "<html><head><title>标题 &amp; 副题</title><link rel='canonical' href='https://a.cn/1'></head><body>"
    page += (
        "<nav>首页 登录</nav><article><p>"
        + "这是正文，很好用。" * 30
        + "</p></article><script>x()</script></body></html>"
    )
    post = take("page.html", page).posts[0]
    assert post.title == "标题 & 副题"
    assert post.url == "https://a.cn/1"
    assert "这是正文" in post.text
    assert "首页" not in post.text
    assert "x()" not in post.text


def test_an_html_page_without_an_article_is_read_whole(take: Take) -> None:
    assert take("page.html", "<body><div>短</div><script>x()</script></body>").texts == ["短"]


def test_a_text_page_is_one_post(take: Take) -> None:
    assert take("page.txt", "第一段\n\n第二段\n\n第三段\n\n第四段\n\n第五段").texts == [
        "第一段\n\n第二段\n\n第三段\n\n第四段\n\n第五段"
    ]


def test_a_text_file_of_short_lines_is_one_post_a_line(take: Take) -> None:
    taken = take("posts.txt", "好用\n难用\n一般\n\n还行\n太差")
    assert taken.texts == ["好用", "难用", "一般", "还行", "太差"]
    assert {post.source for post in taken.posts} == {"posts"}


def test_a_text_file_with_a_long_line_is_one_post(take: Take) -> None:
    assert len(take("page.txt", "短\n" * 10 + "长" * 500).posts) == 1


def test_folders_are_read_recursively_and_sorted(take: Take, tmp_path: Path) -> None:
    for name in ("b.txt", "a/c.csv", "a/.hidden.txt", "readme.md", "~$lock.xlsx"):
        take(name, "内容\n好")
    taken = Taken(read([str(tmp_path)], as_of=AS_OF))
    assert [Path(summary.file).name for summary in taken.summaries] == ["c.csv", "b.txt"]


def test_all_sheets_are_read_and_one_that_is_no_table_is_rejected(take: Take) -> None:
    sheets: list[list[list[object]]] = [[["内容"], ["好"]], [["foo", "bar"], [1, 2]], [], [["评论"], ["坏"]]]
    taken = take("book.xlsx", workbook(*sheets))
    assert taken.texts == ["好", "坏"]
    assert [row.reason for row in taken.rejected] == [
        "sheet Sheet1: has no text column among: foo, bar; name it with --column text=NAME"
    ]


def test_cells_of_a_workbook_keep_numbers_and_dates(take: Take) -> None:
    rows: list[list[object]] = [["编号", "内容", "评分", "时间"], [17, "好", 4.0, datetime(2024, 5, 1, 12, 30)]]
    post = take("book.xlsx", workbook(rows)).posts[0]
    assert (post.source_id, post.rating, post.posted_at) == ("17", 4.0, "2024-05-01T04:30:00Z")


# Encodings


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("gbk", "gb18030"),
        ("gb18030", "gb18030"),
    ],
)
def test_encodings_are_detected(take: Take, encoding: str, found: str) -> None:
    taken = take("posts.csv", TABLE.encode(encoding))
    assert taken.texts == TEXTS
    assert taken.summary.encoding == found


def test_big5_and_names_in_traditional_script_are_detected(take: Take) -> None:
    taken = take("posts.csv", "編號,內容,評分\n1,很好用的軟體,5\n".encode("big5"))
    assert taken.texts == ["很好用的軟體"]
    assert taken.summary.encoding == "big5"


def test_the_encoding_shows_after_a_megabyte_of_ascii(take: Take) -> None:
    taken = take("posts.csv", ("id,text\n" + ("1," + "good" * 300 + "\n") * 1000 + "2,很好用的软件\n").encode("gbk"))
    assert taken.texts[-1] == "很好用的软件"


@pytest.mark.parametrize("given_encoding", ["gb18030", "big5", "latin-1", "utf-16", "ascii"])
def test_a_wrong_encoding_is_an_error_that_names_file_and_encoding(take: Take, given_encoding: str) -> None:
    taken = take("posts.csv", TABLE, encoding=given_encoding)
    assert taken.posts == []
    assert "posts.csv is not " in taken.summary.error
    assert "it reads as utf-8" in taken.summary.error


def test_one_broken_byte_does_not_make_a_file_unreadable(take: Take) -> None:
    taken = take("posts.csv", TABLE.encode() + b"3,\xe5\xa5,5,\n")
    assert taken.texts == [*TEXTS, "\ufffd"]


def test_a_row_in_another_encoding_is_rejected(take: Take) -> None:
    taken = take("posts.csv", (TABLE * 20).encode() + "3,总是闪退的软件真差,5,\n".encode("gbk"))
    assert [row.reason for row in taken.rejected] == ["holds bytes that are not in the file's encoding"]


@settings(deadline=None)
@given(st.text(alphabet="的一是了不在有人我他这上们来到时大地为子中你说生国年着就那和要她出也得里后自以会", min_size=6))
def test_ordinary_chinese_is_detected_in_gb18030(text: str) -> None:
    assert detect(("反馈内容：" + text).encode("gb18030")) == "gb18030"


# Columns


@pytest.mark.parametrize("case", COLUMNS, ids=lambda case: ",".join(case["names"][:4]))
def test_columns_are_found_by_their_usual_names(case: dict[str, Any]) -> None:
    assert match(case["names"]) == case["fields"]


def test_a_mapping_comes_before_the_usual_names(take: Take) -> None:
    post = take("posts.csv", "内容,评论,流水\n甲,乙,7\n", columns={"text": "评论", "id": "流水"}).posts[0]
    assert (post.text, post.source_id, post.attributes) == ("乙", "7", {"内容": "甲"})


def test_a_mapped_column_that_is_absent_is_an_error(take: Take) -> None:
    assert (
        "has no column 评语 (for text) among: 内容"
        in take("a.csv", "内容\n好\n", columns={"text": "评语"}).summary.error
    )


def test_unknown_columns_stay_as_attributes(take: Take) -> None:
    assert take("a.csv", "内容,套餐,空\n好,金卡,\n").posts[0].attributes == {"套餐": "金卡"}


def test_a_header_below_a_caption_is_found_and_the_caption_rejected(take: Take) -> None:
    taken = take("a.csv", "五月反馈,,\n编号,内容,评分\n1,好,5\n")
    assert taken.texts == ["好"]
    assert taken.rejected[0].reason == "stands above the header"


def test_columns_of_the_same_or_no_name_are_all_kept(take: Take) -> None:
    assert take("a.csv", "内容,x,x,\n好,1,2,3\n").posts[0].attributes == {"x": "1", "x_3": "2", "column_4": "3"}


# Rows


def test_a_title_without_a_text_is_the_text(take: Take) -> None:
    post = take("a.csv", "标题,内容\n闪退,\n").posts[0]
    assert (post.text, post.title) == ("闪退", "")


def test_a_row_without_text_is_rejected_with_its_reason(take: Take) -> None:
    (row,) = take("a.csv", "id,内容\n1,好\n2, \n").rejected
    assert (row.line, row.reason, row.raw) == (3, "has no text", "2, ")


def test_ratings_and_counts_are_read_as_people_write_them(take: Take) -> None:
    rows = '五星,1.2万\n★★★★☆,"1,234"\n4.0,3k\n5星,999+\n4/5,12\n'
    posts = take("a.csv", "评分,点赞,内容\n" + rows.replace("\n", ",好\n")).posts
    assert [post.rating for post in posts] == [5.0, 4.0, 4.0, 5.0, 4.0]
    assert [post.likes for post in posts] == [12000, 1234, 3000, 999, 12]


def test_a_number_that_cannot_be_read_stays_as_written(take: Take) -> None:
    post = take("a.csv", "评分,点赞,内容\n好评,很多,好\n").posts[0]
    assert (post.rating, post.likes, post.attributes) == (None, None, {"rating_raw": "好评", "likes_raw": "很多"})


def test_an_unreadable_or_future_date_is_kept_beside_a_post_without_date(take: Take) -> None:
    posts = take("a.csv", "内容,时间\n好,2024-05-11 11:00\n坏,2024-05-12\n差,乱写\n中,\n").posts
    assert [post.posted_at for post in posts] == ["2024-05-11T03:00:00Z", "", "", ""]
    assert posts[1].attributes == {"posted_at_raw": "2024-05-12", "posted_at_problem": "future"}
    assert posts[2].attributes == {"posted_at_raw": "乱写", "posted_at_problem": "unreadable"}
    assert posts[3].attributes == {}


def test_the_id_comes_from_the_id_of_the_row_or_else_from_its_content(take: Take) -> None:
    first, second = take("a.csv", "id,来源,内容,作者,时间\n7,论坛,好,张三,\n,论坛,坏,李四,2024-05-01\n").posts
    assert first.id == content_id("p", "论坛", "7")
    assert second.id == content_id("p", "论坛", "李四", "2024-04-30T16:00:00Z", "", "坏")


def test_the_id_does_not_depend_on_masking(take: Take) -> None:
    table = "内容,作者\n打13800138000,张三\n"
    kept = take("a.csv", table, keep_pii=True, keep_authors=True).posts[0]
    masked = take("a.csv", table, salt="x").posts[0]
    assert (kept.id, kept.text, kept.author) == (masked.id, "打13800138000", "张三")
    assert masked.text == "打[手机号]"


def test_versions_of_one_id_are_both_given(take: Take) -> None:
    first, second = take("a.csv", "id,内容\n1,好\n1,坏\n").posts
    assert first.id == second.id
    assert (first.text, second.text) == ("好", "坏")


def test_authors_are_salted_hashes_and_nobody_stays_nobody(take: Take) -> None:
    posts = take("a.csv", "内容,作者,姓名\n好,张三,王五\n坏,,\n中,匿名用户,\n", salt="盐").posts
    assert [post.author for post in posts] == [content_id("a", "盐", "张三"), "", ""]
    assert posts[0].attributes == {"姓名": content_id("a", "盐", "王五")}


def test_personal_data_is_masked_in_text_title_and_attributes(take: Take) -> None:
    table = "内容,标题,QQ,微信号,备注\n打13800138000,找a@b.cn,1234567,abc_123,加V abc12345\n"
    post = take("a.csv", table).posts[0]
    assert (post.text, post.title) == ("打[手机号]", "找[邮箱]")
    assert post.attributes == {"QQ": "[QQ]", "微信号": "[微信]", "备注": "加V [微信]"}


def test_very_long_text_is_kept_whole(take: Take) -> None:
    assert len(take("a.csv", "id,内容\n1," + "长" * 1_000_000 + "\n").texts[0]) == 1_000_000


def test_nul_characters_and_lone_surrogates_do_no_harm(take: Take) -> None:
    assert take("a.csv", b"id,text\n1,a\0b\n").texts == ["ab"]
    assert (
        take("a.jsonl", '{"text": "a\\u0000b\\ud83d", "\\udc00": "x\\ud83d"}').posts[0]
        == take("a.jsonl", '{"text": "ab\ufffd", "\ufffd": "x\ufffd"}').posts[0]
    )


# Broken files


def test_a_stray_quote_costs_its_own_row_only(take: Take) -> None:
    taken = take("a.csv", 'id,text,score\n1,好,5\n2,"好用,5\n3,不错,4\n4,"很好,真的",4\n5,"a ""b""\n\nc",3\n')
    assert [post.source_id for post in taken.posts] == ["1", "3", "4", "5"]
    assert taken.texts[-2:] == ["很好,真的", 'a "b"\n\nc']
    (row,) = taken.rejected
    assert (row.line, row.raw) == (3, '2,"好用,5')
    assert row.reason.startswith("has broken quotes")


def test_a_stray_quote_closed_by_a_later_one_does_not_swallow_rows(take: Take) -> None:
    taken = take("a.csv", 'id,text,score\n1,"好用,5\n2,不错,4\n3,一般",3\n4,差,1\n')
    assert [post.source_id for post in taken.posts] == ["2", "3", "4"]
    assert [row.line for row in taken.rejected] == [2]


def test_a_quote_never_closed_does_not_swallow_the_file(take: Take) -> None:
    taken = take("a.csv", 'id,text\n1,"好\n' + "".join(f"{i},行{i}\n" for i in range(2, 12_000)))
    assert len(taken.posts) == 11_998
    assert [row.line for row in taken.rejected] == [2]


def test_rows_with_too_many_cells_are_rejected(take: Take) -> None:
    (row,) = take("a.csv", "id,text\n1,好\n2,好,但是,贵\n3,坏,\n").rejected
    assert (row.line, row.reason) == (3, "has 4 cells under a header of 2")


def test_quotes_in_tab_separated_text_are_literal_where_they_are_no_quoting(take: Take) -> None:
    taken = take("a.tsv", 'id\ttext\n1\t"好"用\n2\t"好，""真""的"\n3\t"没有结束\n4\t好\n')
    assert taken.texts == ['"好"用', '好，"真"的', '"没有结束', "好"]


def test_malformed_json_lines_are_rejected(take: Take) -> None:
    lines = ['{"text": "好"}', "{bad", "", "[1]", '"纯文本"', '{"text": null}', "[" * 100_000]
    taken = take("a.jsonl", "\n".join(lines))
    assert taken.texts == ["好", "纯文本"]
    assert [row.line for row in taken.rejected] == [2, 4, 6, 7]
    assert max(len(row.raw) for row in taken.rejected) == 10_000


UNREADABLE: dict[str, tuple[str | bytes, str]] = {
    "empty.csv": (b"", "is empty"),
    "blank.csv": (" \n\n", "is empty"),
    "header.csv": ("内容,评分\n", "has no rows"),
    "posts.csv": ("foo,bar\n1,2\n", "posts.csv has no text column among: foo, bar; name it with --column text=NAME"),
    "keys.jsonl": ('{"foo": 1}\n', "has no text column among: foo"),
    "bad.json": ('[{"text": "a"},', "is not valid JSON"),
    "number.json": ("5", "holds no array of objects"),
    "none.html": ("<html><body></body></html>", "has no text"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "is a binary file"),
    "noise.csv": (random.Random(7).randbytes(5000), "is a binary file"),
    "junk.xlsx": (b"PK\x03\x04junk", "is not a readable .xlsx workbook"),
    "hello.xlsx": ("hello", "is not a readable .xlsx workbook"),
    "old.xls": (b"\xd0\xcf\x11\xe0" + bytes(500), "save it as .xlsx"),
    "latin.csv": ("text\nñandú\nüber\n".encode("latin-1"), "is not text in UTF-8"),
    "no-gzip.csv.gz": (b"\x1f\x8bxxxxxxxxxx", "cannot be read"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_file_is_one_clear_line_and_the_next_is_still_read(take: Take, tmp_path: Path, name: str) -> None:
    content, error = UNREADABLE[name]
    summary = take(name, content).summary
    assert error in summary.error
    assert summary.error.startswith(str(tmp_path / name))
    assert "\n" not in summary.error
    take("good.csv", TABLE)
    taken = Taken(read([str(tmp_path / name), str(tmp_path / "good.csv")], as_of=AS_OF))
    assert taken.texts == TEXTS


def test_a_missing_path_and_a_folder_without_data_are_errors(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    taken = Taken(read([str(tmp_path / "missing.csv"), str(tmp_path / "folder"), "-"], as_of=AS_OF))
    assert "missing.csv does not exist" in taken.summaries[0].error
    assert "folder has no data file" in taken.summaries[1].error
    assert "standard input" in taken.summaries[2].error


def test_what_stands_before_the_damage_of_a_packed_file_is_read(take: Take) -> None:
    rows = "".join(f"{i},第{random.Random(i).random()}条很好用\n" for i in range(20_000))
    taken = take("a.csv.gz", gzip.compress(("id,内容\n" + rows).encode())[:-2000])
    assert taken.summary.n_posts > 1000
    assert "cannot be read to its end: the compressed data are cut off or damaged" in taken.summary.error


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"columns": {"texts": "a"}}, "texts"),
        ({"encoding": "utf-9"}, "utf-9"),
        ({"encoding": "rot13"}, "rot13"),
        ({"timezone": "Mars/Base"}, "Mars/Base"),
        ({"as_of": datetime(2024, 5, 1)}, "as_of"),
    ],
)
def test_arguments_that_make_no_sense_are_errors_at_once(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        read(["-"], **({"as_of": AS_OF} | options))


@settings(deadline=None, max_examples=200)
@given(
    st.binary(max_size=300), st.sampled_from(["a.csv", "a.tsv", "a.json", "a.jsonl", "a.html", "a.txt", "a.xlsx", "a"])
)
def test_any_bytes_are_read_or_refused_without_an_exception(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    path = tmp_path_factory.mktemp("any") / name
    path.write_bytes(content)
    taken = Taken(read([str(path)], as_of=AS_OF))
    assert len(taken.summaries) == 1
    assert all(post.text.strip() for post in taken.posts)


@settings(deadline=None)
@given(st.lists(st.text(alphabet='好用,"\n \t;ab', min_size=1).filter(str.strip), min_size=1, max_size=20))
def test_well_formed_json_lines_lose_nothing(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("lines") / "a.jsonl"
    path.write_text("\n".join(json.dumps({"text": text}) for text in texts), "utf-8")
    assert Taken(read([str(path)], as_of=AS_OF, keep_pii=True)).texts == texts


def test_a_large_file_is_streamed(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_text("id,内容\n" + "".join(f"{i},{'好' * 200}\n" for i in range(12_000)), "utf-8")
    tracemalloc.start()
    n_posts = sum(isinstance(item, Post) for item in read([str(path)], as_of=AS_OF))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert n_posts == 12_000
    assert peak < path.stat().st_size  # 7 MB; what is held are the first megabyte, several times, and one row


@pytest.mark.skipif(not DATA.exists(), reason="needs the development data in ../shared/data")
def test_the_development_data_are_read_without_an_error() -> None:
    paths = [path for path in sorted(DATA.rglob("*")) if path.suffix in (".jsonl", ".txt")]
    taken = Taken(read([str(path) for path in paths], as_of=datetime(2030, 1, 1, tzinfo=UTC)))
    assert [summary.error for summary in taken.summaries] == [""] * len(paths)
    assert {row.reason for row in taken.rejected} == {"has no text"}
