"""Text to text: named fixes, each a `str -> str` with a doctest, in two tuples.

`STRUCTURE` takes away what is not the author's own prose (markup, quoted posts, page furniture, repeated passages) and
leaves the wording untouched, so that statements can be quoted from its result. `CLEANERS` adds what makes two ways of
writing the same thing equal: the matching form. The original text is never edited; callers keep it beside the result.

Extend by passing your own tuple: ``clean(text, cleaners=(*CLEANERS, my_fix))``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

Cleaner = Callable[[str], str]

HAN = "\u3400-\u9fff"
_MAX_ROUNDS = 4


def clean(text: str, *, cleaners: Sequence[Cleaner] | None = None) -> str:
    """Apply the cleaners (default: `CLEANERS`) in turn, until another round would change nothing.

    >>> clean("<p>升级後　ＷｉＦｉ老是斷線！！！！</p>")
    '升级后 WiFi老是断线!'
    """
    chosen = CLEANERS if cleaners is None else cleaners
    for _ in range(_MAX_ROUNDS):
        before = text
        for cleaner in chosen:
            text = cleaner(text)
        if text == before:
            break
    return text


def fix_encoding(text: str) -> str:
    """Repair text decoded with the wrong codec, leaving quotes and punctuation alone (ftfy's encoding step only).

    >>> fix_encoding("å\\x8d\\x87çº§å\\x90\\x8eé—ªé€€")
    '升级后闪退'
    >>> fix_encoding("“升级后闪退”，café 也一样！")
    '“升级后闪退”，café 也一样！'
    """
    if text.isascii() or not _LATIN.search(text):
        return text
    import ftfy

    return ftfy.fix_encoding(text)


def drop_invisible(text: str) -> str:
    """Remove control, zero-width and byte-order characters; normalise line ends.

    >>> drop_invisible("闪\\u200b退\\x00了\\r\\n真的")
    '闪退了\\n真的'
    """
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"))


def drop_html(text: str) -> str:
    """Unescape entities and remove tags of HTML, also the half-eaten ones that crawlers leave.

    >>> drop_html("<div>不能<b>登录</b>&nbsp;了</div>550億元?!?/p>")
    '不能登录\\xa0了\\n550億元'
    >>> drop_html("电量<20% 就关机，1 < 2 > 0")
    '电量<20% 就关机，1 < 2 > 0'
    """
    if "&" in text:
        text = html.unescape(text)
    if ">" not in text:
        return text
    text = _HTML_HIDDEN.sub(" ", text)
    text = _BROKEN_TAG.sub("", text)
    text = _HTML_BREAK.sub("\n", text)
    return _HTML_TAG.sub("", text).strip("\n")


def drop_bbcode(text: str) -> str:
    """Remove forum markup; a quoted post goes with its text, for it is somebody else's voice.

    >>> drop_bbcode("[quote]楼主: 很流畅[/quote][b]我的[/b]不流畅[img]a.png[/img]")
    '我的不流畅'
    """
    if "[" not in text:
        return text
    text = _BB_BLOCK.sub("\n", text)
    return _BB_TAG.sub("", text).strip("\n")


def drop_quotes(text: str) -> str:
    """Remove lines quoted from others and reply headers.

    >>> drop_quotes("> 楼上说很好用\\n我这里天天掉线\\n回复 @小王：同感")
    '我这里天天掉线\\n同感'
    """
    return _REPLY_HEADER.sub("", _QUOTED_LINE.sub("", text)) if _QUOTE_HINT.search(text) else text


def drop_tails(text: str) -> str:
    """Remove the signature a client adds.

    >>> drop_tails("充电发烫 来自 小米14 Pro")
    '充电发烫'
    >>> drop_tails("消息来自系统通知栏的时候没有声音")
    '消息来自系统通知栏的时候没有声音'
    """
    return _TAIL.sub("", text)


def drop_furniture(text: str) -> str:
    """Remove the lines of a crawled page that are not its article: navigation, counters, copyright, link spam.

    Only texts of six lines or more are pages; a shorter post is left as it is.

    >>> drop_furniture("您的位置:首页>科技>正文\\n一\\n二\\n三\\n正文在这里。\\n上一篇:没有了\\n版权所有 ICP备06026258号")
    '一\\n二\\n三\\n正文在这里。'
    """
    lines = text.split("\n")
    if len(lines) < _PAGE_LINES:
        return text
    kept = [line for line in lines if not _is_furniture(line)]
    return "\n".join(kept)


def _is_furniture(line: str) -> bool:
    line = simplify(drop_glosses(line.strip()))
    if not line:
        return False
    if len(line) <= _NAV_LENGTH and _NAV.search(line):
        return True
    if _LEGAL.search(line) or _ADULT.search(line):
        return True
    separators = len(_LINK_SEPARATOR.findall(line))
    return separators >= 4 and separators * 25 > len(line) and not _SENTENCE_END.search(line)


def drop_repeated_passages(text: str) -> str:
    """Keep the first of passages that a page repeats, comparing letters and digits only.

    >>> drop_repeated_passages("更新之后,指纹经常识别失败,要试好几次。\\n好\\n更新之后指纹经常识别失败,要试好几次。\\n好")
    '更新之后,指纹经常识别失败,要试好几次。\\n好\\n好'
    """
    if "\n" not in text:
        return text
    seen: set[str] = set()
    kept = []
    for line in text.split("\n"):
        key = _NOT_WORD.sub("", line)
        if len(key) >= _PASSAGE and key in seen:
            continue
        seen.add(key)
        kept.append(line)
    return "\n".join(kept)


def drop_glosses(text: str) -> str:
    """Remove pinyin spliced in after characters.

    >>> drop_glosses("聯(lián)系方式，互聯(lián)網(wǎng)(WiFi)")
    '聯系方式，互聯網(WiFi)'
    """
    return _GLOSS.sub("", text) if "(" in text or "（" in text else text


def drop_urls(text: str) -> str:
    """Replace web addresses by a space.

    >>> drop_urls("教程在 https://a.b/c?d=1，看不懂")
    '教程在  ，看不懂'
    """
    return _URL.sub(" ", text) if "://" in text or "www." in text else text


def drop_mentions(text: str) -> str:
    """Remove @names, but not e-mail addresses.

    >>> drop_mentions("@客服小美 快出来，邮箱 a@b.com")
    '快出来，邮箱 a@b.com'
    """
    return _MENTION.sub("", text) if "@" in text else text


def drop_emoji(text: str) -> str:
    """Remove emoji and the bracketed codes that stand for them; masks such as [手机号] stay.

    >>> drop_emoji("又死机了😡[doge]，[手机号]打不通[捂脸]")
    '又死机了，[手机号]打不通'
    """
    return _EMOJI.sub("", _EMOJI_CODE.sub("", text))


def narrow(text: str) -> str:
    """Full-width letters, digits and spaces to half width; the commonest marks to one form, digits untouched.

    >>> narrow("ＷｉＦｉ６　１０％，好！")
    'WiFi6 10％,好!'
    """
    return text.translate(_NARROW)


def squeeze_repeats(text: str) -> str:
    """Shorten runs of one mark to one and of one letter to two, never of digits.

    >>> squeeze_repeats("太慢了!!!!!!哈哈哈哈哈 10000元")
    '太慢了!哈哈 10000元'
    """
    return _REPEAT_LETTER.sub(r"\1\1", _REPEAT_MARK.sub(r"\1", text))


def simplify(text: str) -> str:
    """Traditional script to Simplified (OpenCC t2s).

    >>> simplify("後臺殺進程，乾隆著作")
    '后台杀进程，乾隆著作'
    """
    return _opencc().convert(text)


def collapse_space(text: str) -> str:
    """Runs of blanks to one blank, of line breaks to one break.

    >>> collapse_space("  慢\\u3000 得要命 \\n\\n\\n 真的 ")
    '慢 得要命\\n真的'
    """
    return _LINE_BREAKS.sub("\n", _BLANKS.sub(" ", text)).strip()


@cache
def _opencc() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")


_LATIN = re.compile(r"[\u0080-\u00ff]{2}")
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufffe\uffff]")
_TAGS = (
    "a|abbr|article|b|big|blockquote|body|br|center|cite|code|dd|div|dl|dt|em|figure|font|footer|form|h[1-6]|head|header|"
    "hr|html|i|iframe|img|input|label|li|link|main|meta|nav|ol|option|p|pre|q|s|section|select|small|span|strong|sub|sup|"
    "svg|table|tbody|td|th|thead|title|tr|u|ul|video"
)
_HTML_HIDDEN = re.compile(r"<!--.*?-->|<(script|style|noscript)\b.*?</\1\s*>", re.S | re.I)
_BROKEN_TAG = re.compile(rf"[?？!！]*(?<![<\w])/(?:{_TAGS})>", re.I)
_HTML_BREAK = re.compile(r"<(?:br|/?p|/?div|/?li|/?tr|/?h[1-6]|/?ul|/?ol|/?table|hr)(?:\s[^<>]{0,500})?/?>", re.I)
_HTML_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]{{0,500}})?/?>", re.I)
_BB_BLOCK = re.compile(r"\[(quote|img|attach|media|flash|hide)\b[^\]]{0,200}\].*?\[/\1\]", re.S | re.I)
_BB_TAG = re.compile(r"\[/?(?:b|i|u|s|url|size|color|font|align|code|list|table|td|tr|email|quote|img|float|indent|\*)(?:=[^\]]{0,200})?\]", re.I)
_QUOTE_HINT = re.compile(r"^[ \t]*[>》|]|回复|引用|发表于", re.M)
_QUOTED_LINE = re.compile(r"^[ \t]*>+(?![\d<]).*(?:\n|$)", re.M)
_REPLY_HEADER = re.compile(r"^[ \t]*(?:回复|引用)[ \t]*(?:@\S{1,24}?|\d+[楼#])(?:[ \t]*的帖子)?[:：][ \t]*|^.{0,30}发表于 ?\d{4}-.*(?:\n|$)", re.M)
_TAIL = re.compile(
    r"[ \t]*(?:[-—~]{0,3}[ \t]*(?:来自|發自|发自)(?:我的)?[ \t]*"
    r"(?:[A-Za-z][\w +.-]{1,30}|(?:小米|红米|华为|荣耀|栖木|魅族|一加|三星|苹果|微博|新浪|百度|贴吧|论坛|社区)[\w +.-]{0,24})(?:客户端|手机版|网页版)?)[ \t]*$",
    re.M,
)
_PAGE_LINES = 6
_NAV_LENGTH = 48
_NAV = re.compile(
    r"^(?:您?的?(?:当前)?位置\s*[:：]|首页\s*[>|»·]|上一[篇页]|下一[篇页]|返回(?:首页|顶部|列表)|回到顶部|用户登录|登录\s*[|/]|没有账号|立即注册|忘记密码"
    r"|发表评论|全部评论|热门(?:领域|推荐|文章|标签)|相关(?:推荐|阅读|文章)|猜你喜欢|你可能会?喜欢|点击关闭|喜欢就按个赞|分享到|扫一扫|打印本页|字体[:：]"
    r"|鲜花|头像|作者\s*[:：/]|来源\s*[:：/]|责任编辑|编辑\s*[:：]|Next Article|Previous Article|Copyright|版权声明|免责声明)"
    r"|浏览量\s*[:：]|^[+＋]?\d+朵?$|^\d{4}-\d{2}-\d{2}\s+\d+$|^[\w.-]+\.(?:com|cn|net|pic_hd|jpg|png)$|\w*商机网$",
    re.I,
)
_LEGAL = re.compile(r"ICP[备证]|公网安备|版权所有|版权声明|法律顾问|Copyright\s*©|All Rights Reserved|蜘蛛池|直接对接\d+多名", re.I)
_ADULT = re.compile(r"(?:国产|亚洲|欧美|日韩|成人|精品)(?:一区|二区|视频|无码|在线|综合|久久|天堂)|av大片|[jJ]izz|色情|裸聊")
_LINK_SEPARATOR = re.compile(r"[|｜_»]|(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])|[,，](?=[\u3400-\u9fff]{2,12}(?:[,，]|$))")
_SENTENCE_END = re.compile(r"[。！？!?；;，,].{0,2}")
_NOT_WORD = re.compile(r"[\W_]+")
_PASSAGE = 16
_GLOSS = re.compile(rf"(?<=[{HAN}])[(（](?=[^()（）]*[āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜ]|(?:de|le|zhe|ne|ma|men|me|zi|tou|li)[)）])[a-zāáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜüńňǹ]{{1,6}}[)）]")
_URL = re.compile(r"(?:https?|ftp)://[^\s\u3000-\u303f\uff00-\uffef\u3400-\u9fff]+|www\.[^\s\u3000-\u303f\uff00-\uffef\u3400-\u9fff]+", re.I)
_MENTION = re.compile(rf"(?<![\w.])[@＠][\w{HAN}-]{{1,24}}[ \t:：]?")
_EMOJI_CODE = re.compile(
    r"\[(?:doge|二哈|捂脸|笑哭|允悲|泪|怒|哈哈|嘻嘻|偷笑|微笑|拜拜|鼓掌|赞|踩|good|bad|no|ok|心|伤心|抱抱|吃瓜|思考|疑问|费解|可爱|可怜|害羞|酷|衰|晕|汗|黑线|"
    r"跪了|摊手|并不简单|白眼|鄙视|哼|吐|生病|打脸|悲伤|失望|抓狂|怒骂|委屈|大哭|流泪|憨笑|色|亲亲|玫瑰|握手|加油|给力|威武|蜡烛|鲜花|爱心|星星眼|滑稽|喷|吐血|"
    r"狗头|旺柴|奸笑|机智|皱眉|耶|强|弱|抱拳|胜利|表情|图片|动画表情|破涕为笑|苦涩|裂开|叹气|翻白眼|喵喵|挖鼻|馋嘴|拳头|坏笑|阴险|惊讶|发呆|得意|囧|撇嘴|困|睡)\]",
    re.I,
)
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u23e9-\u23fa\u2300-\u231f\ufe0e\ufe0f\u20e3\u200d\U000e0020-\U000e007f]"
)
_NARROW = {0x3000: " ", 0xA0: " "} | {
    0xFEE0 + code: chr(code) for code in range(0x21, 0x7F) if chr(code).isalnum() or chr(code) in ",!?:;()"
}
_REPEAT_MARK = re.compile(r"([^\w\s])\1+")
_REPEAT_LETTER = re.compile(r"([^\W\d_])\1{2,}")
_BLANKS = re.compile(r"[ \t\u3000\xa0]+")
_LINE_BREAKS = re.compile(r" ?\n\s*")

STRUCTURE: tuple[Cleaner, ...] = (
    fix_encoding,
    drop_invisible,
    drop_html,
    drop_bbcode,
    drop_quotes,
    drop_furniture,
    drop_repeated_passages,
    drop_tails,
)
CLEANERS: tuple[Cleaner, ...] = (
    *STRUCTURE,
    drop_glosses,
    drop_urls,
    drop_mentions,
    drop_emoji,
    narrow,
    simplify,
    squeeze_repeats,
    collapse_space,
)
