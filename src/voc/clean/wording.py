"""Two ways of writing the same thing become one: widths, scripts, repeats, and what carries no wording of its own."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

HAN = "\u3400-\u9fff"


def drop_glosses(text: str) -> str:
    """Remove pinyin spliced in after characters.

    >>> drop_glosses("聯(lián)系方式，互聯(lián)網(wǎng)(WiFi)")
    '聯系方式，互聯網(WiFi)'
    """
    return _GLOSS.sub("", text) if "(" in text or "（" in text else text


def drop_urls(text: str) -> str:
    """Replace web addresses by a space; a bare domain is a name and stays.

    >>> drop_urls("教程在 https://a.b/c?d=1，看不懂，12306.cn也一样")
    '教程在  ，看不懂，12306.cn也一样'
    """
    return _URL.sub(" ", text) if "/" in text or "www." in text else text


def drop_mentions(text: str) -> str:
    """Remove @names that end somewhere, but not e-mail addresses; a name that runs on into a sentence is kept.

    >>> drop_mentions("@客服小美 快出来，邮箱 a@b.com")
    '快出来，邮箱 a@b.com'
    >>> drop_mentions("@小米客服希望能把闪退的问题修一下")
    '希望能把闪退的问题修一下'
    """
    return _MENTION.sub("", text) if "@" in text or "＠" in text else text


def drop_emoji(text: str) -> str:
    """Remove emoji and the codes that stand for them; masks such as [手机号] stay.

    >>> drop_emoji("又死机了😡[doge]，[手机号]打不通[捂脸]:joy:")
    '又死机了，[手机号]打不通'
    """
    return _EMOJI.sub("", _EMOJI_CODE.sub("", text))


def narrow(text: str) -> str:
    """Full-width letters, digits and spaces to half width; marks stay as they are.

    >>> narrow("ＷｉＦｉ６　１０％，好！")
    'WiFi6 10％，好！'
    """
    return text.translate(_NARROW)


def squeeze_repeats(text: str) -> str:
    """Shorten runs of one mark to one and of one letter to two, never of digits, sizes or code.

    >>> squeeze_repeats("太慢了！！！！！！哈哈哈哈哈 sooooo慢 10000元 AAA电池 C++")
    '太慢了！哈哈 soo慢 10000元 AAA电池 C++'
    """
    text = _REPEAT_MARK.sub(lambda match: match.group()[0], text)
    return _REPEAT_LETTER.sub(lambda match: match.group()[:2], text)


def simplify(text: str) -> str:
    """Traditional script to Simplified (OpenCC t2s).

    >>> simplify("後臺殺進程，乾隆著作")
    '后台杀进程，乾隆著作'
    """
    return text if text.isascii() else _opencc().convert(text)


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


_TONES = "āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜ"
_NEUTRAL = "de|le|zhe|ne|ma|men|me|zi|tou|li|ba|shi|ge"
_GLOSS = re.compile(
    rf"(?<=[{HAN}])[(（](?=[a-zü]{{0,5}}[{_TONES}ńňǹ]|(?:{_NEUTRAL})[)）])[a-z{_TONES}üńňǹ]{{1,6}}[)）]"
)
_URL_CHARACTERS = r"[^\s\u3000-\u303f\uff00-\uffef\u3400-\u9fff“”‘’]+"
_URL = re.compile(
    rf"(?:https?|ftp)://{_URL_CHARACTERS}|www\.{_URL_CHARACTERS}"
    r"|(?<![\w@./-])(?:[a-z0-9-]{1,63}\.){1,4}(?:com|cn|net|org|io|cc|me|top|xyz)/[!-~]*",
    re.I,
)
# Words a name is followed by, not made of: what comes after them is the sentence.
_AFTER_NAME = (
    "希望|建议|求求?你|请|麻烦|能不能|可不可以|可以|什么|怎么|为什么|为啥|赶紧|赶快|快点|快来|出来|你们|我们|我的|我这|"
    "不能|没有|有没有|是不是|修复|解决|这个|看看|管管|给个|给条|说好|说的|太|老是|总是|一直"
)
_MENTION = re.compile(
    rf"(?<![A-Za-z0-9_.+-])[@＠](?!全体|所有人)[\w{HAN}-]{{1,24}}?"
    rf"(?:[ \t:：]|$|(?=[\s，。,!！?？、;；…~～\[\]()（）【】/@＠“”\"])|(?={_AFTER_NAME}))"
)
_EMOJI_NAMES = (
    "doge|二哈|捂脸|笑哭|笑cry|允悲|泪|泪奔|怒|怒骂|怒火|哈哈|嘻嘻|嘿嘿|呵呵|偷笑|微笑|拜拜|鼓掌|赞|踩|good|bad|no"
    "|ok|心|伤心|心碎|"
    "抱抱|拥抱|吃瓜|思考|疑问|费解|可爱|可怜|害羞|酷|衰|晕|汗|流汗|黑线|跪了|摊手|并不简单|白眼|鄙视|哼|吐|生病|打脸"
    "|悲伤|失望|"
    "抓狂|发怒|生气|委屈|大哭|流泪|哭|哭泣|憨笑|色|亲亲|玫瑰|握手|加油|给力|威武|蜡烛|鲜花|爱心|星星眼|滑稽|喷|吐血"
    "|狗头|旺柴|"
    "奸笑|机智|皱眉|耶|强|弱|抱拳|胜利|表情|动画表情|破涕为笑|苦涩|裂开|叹气|翻白眼|喵喵|挖鼻|馋嘴|拳头|坏笑|阴险"
    "|惊讶|发呆|"
    "得意|囧|撇嘴|困|睡|合十|庆祝|礼物|太阳|月亮|飞吻|傻眼|尴尬|无语|emm|社会社会|666|吐舌|酸|柠檬|污|阴脸|炸弹|菜刀"
    "|便便"
)
_EMOJI_CODE = re.compile(
    rf"\[(?:{_EMOJI_NAMES})[RH]?\]|#\((?:{_EMOJI_NAMES})\)"
    r"|(?<![A-Za-z0-9:]):(?:joy|sob|smile|smiley|cry|angry|rage|heart|thumbsup|thumbsdown|pray|clap|fire|doge"
    r"|sweat_smile|"
    r"thinking|laughing|grin|wink|\+1|-1):(?![A-Za-z0-9:])",
    re.I,
)
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u23e9-\u23fa\u2300-\u231f\ufe0e\ufe0f\u20e3\u200d\U000e0020-\U000e007f]"
)
_NARROW = {0x3000: " ", 0xA0: " "} | {0xFEE0 + code: chr(code) for code in range(0x21, 0x7F) if chr(code).isalnum()}
# Other marks may be code ("C++", "**", "[[") or a rating; they shrink from three on, brackets and plus signs never.
_REPEAT_MARK = re.compile(r"([。！？!?~～…，,、；;])\1+|([^\w\s+()（）\[\]【】{}<>《》“”‘’\"'/\\])\2{2,}")
_REPEAT_LETTER = re.compile(rf"((?![零〇一二两三四五六七八九十百千万])[{HAN}])\1{{2,}}|([a-z])\2{{3,}}")
_BLANKS = re.compile(r"[ \t\u3000\xa0]+")
_LINE_BREAKS = re.compile(r" ?\n\s*")
