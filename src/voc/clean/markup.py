"""What programs wrapped around a text: wrong codecs, invisible characters, HTML, forum markup, quotes, signatures."""

from __future__ import annotations

import html
import re

from voc.clean.wording import HAN


def fix_encoding(text: str) -> str:
    """Repair text decoded with the wrong codec, leaving quotes and punctuation alone (ftfy's encoding step only).

    Also UTF-8 read as GBK, which ftfy does not know, where the whole text turns back without loss. Characters that
    are lost for good go.

    >>> fix_encoding("å\\x8d\\x87çº§å\\x90\\x8eé—ªé€€")
    '升级后闪退'
    >>> fix_encoding("鎵嬫満鏁呴殰")
    '手机故障'
    >>> fix_encoding("“升级后闪退”，café 也一样！")
    '“升级后闪退”，café 也一样！'
    """
    if text.isascii():
        return text
    text = _LOST.sub("", text)
    if len(_GBK_SIGNS.findall(text)) >= 2:
        return _from_gbk(text)
    if not _LATIN.search(text):
        return text
    import ftfy

    return ftfy.fix_encoding(text)


def _from_gbk(text: str) -> str:
    try:
        return text.encode("gb18030").decode("utf-8")
    except UnicodeError:
        return text


def drop_invisible(text: str) -> str:
    """Remove control, zero-width and byte-order characters; normalise line ends.

    >>> drop_invisible("闪\\u200b退\\x00了\\r\\n真的")
    '闪退了\\n真的'
    """
    return _INVISIBLE.sub("", _LINE_END.sub("\n", text))


def drop_html(text: str) -> str:
    """Unescape entities and remove tags of HTML, also the half-eaten ones that crawlers leave.

    >>> drop_html("<div>不能<b>登录</b>&nbsp;了</div>550億元?!?/p>")
    '不能登录\\xa0了\\n550億元'
    >>> drop_html("电量<20% 就关机，1 < 2 > 0，a.com?x=1&times=2")
    '电量<20% 就关机，1 < 2 > 0，a.com?x=1&times=2'
    """
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match.group()), text)
    if ">" not in text:
        return text
    for opening, closing in _HTML_HIDDEN:
        text = _drop_blocks(text, opening, closing, " ")
    text = _BROKEN_TAG.sub("", text)
    text = _HTML_BREAK.sub("\n", text)
    return _HTML_TAG.sub("", text).strip("\n")


def drop_bbcode(text: str) -> str:
    """Remove forum markup; a quoted post goes with its text, for it is somebody else's voice.

    A tag of one letter is one only where it is closed again, for code is full of ``[i]``.

    >>> drop_bbcode("[quote]楼主: 很[quote]不[/quote]流畅[/quote][b]我的[/b]不流畅[img]a.png[/img]")
    '我的不流畅'
    >>> drop_bbcode("数组a[i]越界")
    '数组a[i]越界'
    """
    if "[" not in text:
        return text
    for opening, closing in _BB_BLOCKS:
        text = _drop_blocks(text, opening, closing, "\n")
    closed = {name.lower() for name in _BB_CLOSING.findall(text)}
    return _BB_TAG.sub(
        lambda match: "" if match["long"] or match["name"].lower() in closed else match.group(), text
    ).strip("\n")


def _drop_blocks(text: str, opening: re.Pattern[str], closing: re.Pattern[str], instead: str) -> str:
    """Replace all from an opening to the closing that belongs to it, nested ones included; unclosed ones stay."""
    ends = [(match.start(), match.end(), False) for match in closing.finditer(text)]
    if not ends:
        return text
    pieces: list[str] = []
    kept = 0
    open_at: list[int] = []
    outer: list[tuple[int, int]] = []
    for start, end, opens in sorted([*ends, *((m.start(), m.end(), True) for m in opening.finditer(text))]):
        if opens:
            open_at.append(start)
        elif open_at:
            begin = open_at.pop()
            while outer and outer[-1][0] > begin:
                outer.pop()
            outer.append((begin, end))
    for begin, end in outer:
        pieces += [text[kept:begin], instead]
        kept = end
    return "".join([*pieces, text[kept:]])


def drop_quotes(text: str) -> str:
    """Remove lines quoted from others, reply headers and what a repost carries along, unless nothing else was said.

    >>> drop_quotes("> 楼上说很好用\\n我这里天天掉线\\n回复 @小王：同感//@小李:挺好")
    '我这里天天掉线\\n同感'
    """
    if not _QUOTE_HINT.search(text):
        return text
    own = _REPLY_HEADER.sub("", _QUOTED_LINE.sub("", _REPOST.sub("", text)))
    return own if re.search(r"\w", own) else text


def drop_tails(text: str) -> str:
    """Remove the signature a client adds.

    >>> drop_tails("充电发烫 来自 小米14 Pro")
    '充电发烫'
    >>> drop_tails("消息来自系统通知栏的时候没有声音，数据来自小米")
    '消息来自系统通知栏的时候没有声音，数据来自小米'
    """
    return _TAIL.sub("", text) if _TAIL_HINT.search(text) else text


_LATIN = re.compile(r"[\u0080-\u00ff]{2}")
_LOST = re.compile("\ufffd|(?:锟斤拷)+")
# What the first two bytes of a Chinese character in UTF-8 look like when read as GBK: characters hardly ever written.
_GBK_SIGNS = re.compile(
    "[" + "".join(bytes((a, b)).decode("gbk") for a in range(0xE4, 0xEA) for b in range(0x80, 0xC0)) + "]"
)
_LINE_END = re.compile("\r\n?|[\u2028\u2029\x85\x0b\x0c]")
_INVISIBLE = re.compile(
    "[\ud800-\udfff\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\u3164\ufeff\ufffe\uffff]"
)
_ENTITY = re.compile(r"&(?:amp;)*(?:[A-Za-z][A-Za-z0-9]{1,30}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_TAGS = (
    "a|abbr|article|b|big|blockquote|body|br|center|cite|code|dd|div|dl|dt|em|figure|font|footer|form|h[1-6]|head"
    "|header|"
    "hr|html|i|iframe|img|input|label|li|link|main|meta|nav|ol|option|p|pre|q|s|section|select|small|span|strong|sub"
    "|sup|"
    "svg|table|tbody|td|th|thead|title|tr|u|ul|video"
)
_HTML_HIDDEN = tuple(
    (re.compile(opening, re.I), re.compile(closing, re.I))
    for opening, closing in (
        ("<!--", "-->"),
        (r"<script\b", r"</script\s{0,9}>"),
        (r"<style\b", r"</style\s{0,9}>"),
        (r"<noscript\b", r"</noscript\s{0,9}>"),
    )
)
_BROKEN_TAG = re.compile(rf"(?:[?？!！]{{1,5}}|(?<![<\w/]))/(?:{_TAGS})>", re.I)
_HTML_BREAK = re.compile(r"<(?:br|/?p|/?div|/?li|/?tr|/?h[1-6]|/?ul|/?ol|/?table|hr)(?:\s[^<>]{0,500})?/?>", re.I)
_HTML_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]{{0,500}})?/?>", re.I)
_BB_BLOCKS = tuple(
    (re.compile(rf"\[{name}\b[^\[\]]{{0,200}}\]", re.I), re.compile(rf"\[/{name}\]", re.I))
    for name in ("quote", "img", "attach", "media", "flash", "hide")
)
_BB_CLOSING = re.compile(r"\[/([a-z]{1,6})\]", re.I)
_BB_TAG = re.compile(
    r"\[/?(?:(?P<long>url|size|color|font|align|email|quote|img|float|indent)|(?P<name>b|i|u|s|code|list|table|td|tr"
    r"|\*))"
    r"(?:=[^\[\]]{0,200})?\]",
    re.I,
)
_QUOTE_HINT = re.compile(r"^[ \t]*>|回复|引用|发表于|//@", re.M)
_QUOTED_LINE = re.compile(r"^[ \t]*>+(?![\d<]).*(?:\n|$)", re.M)
_REPOST = re.compile(r"//@[^\s:：/@]{1,30}[:：].*$", re.M)
_REPLY_HEADER = re.compile(
    r"^[ \t]*(?:回复|引用)[ \t]*(?:@\S{1,24}?|\d{1,6}[楼#])(?:[ \t]*的帖子)?[ \t]*[:：][ \t]*"
    r"|^.{0,30}发表于 ?\d{4}-.*(?:\n|$)",
    re.M,
)
_DEVICES = (
    "iPhone|iPad|Mac|Android|Windows|HUAWEI|HONOR|Xiaomi|Redmi|vivo|OPPO|OnePlus|realme|Meizu|Samsung|Galaxy|Pixel"
    "|iQOO|nova|"
    "小米|红米|华为|荣耀|魅族|一加|三星|苹果|真我|努比亚|安卓|鸿蒙"
)
_CLIENTS = (
    "(?:微博|新浪|百度|贴吧|论坛|社区|手机|网页|官方|安卓|苹果|iOS|Android){0,3}(?:客户端|手机版|网页版|电脑版|App|APP)"
)
_TAIL_HINT = re.compile("来自|來自|发自|發自|Sent from", re.I)
# A device of ours we do not know has a name and a number; without a blank or a mark before it, it is a sentence.
_TAIL = re.compile(
    r"(?:(?<=[。！？!?~～…])|(?<![^\s])[ \t]*|[ \t]+|(?<![-—~])[-—~]{1,3}[ \t]*)"
    rf"(?:(?:来自|來自|发自|發自)[ \t]?(?:我的)?|Sent from my)[ \t]{{0,3}}"
    rf"(?:(?:{_DEVICES})[A-Za-z0-9 +.-]{{0,24}}(?:客户端)?"
    rf"|[{HAN}]{{2,4}} ?(?=[A-Za-z0-9 +.-]{{0,20}}\d)[A-Za-z0-9][A-Za-z0-9 +.-]{{0,20}}"
    rf"|{_CLIENTS}|(?:微博|贴吧|豆瓣|知乎|论坛))[ \t]*$",
    re.M,
)
