"""Statements to phrases that could be names: clauses without lead-ins, fillers, pronouns and swearing."""

from __future__ import annotations

import re
from collections.abc import Sequence

SHORTEST, LONGEST = 3, 14  # units of a name
_MARKS = "\\s,，.。!！?？;；:：、~～…\"'“”‘’()（）\\[\\]【】《》<>/|→^_=*#@&+`"
_CLAUSE = re.compile(rf"(?:[^{_MARKS}]|(?<=[A-Za-z0-9]) (?=[^{_MARKS}])|(?<=[^{_MARKS}]) (?=[A-Za-z0-9]))+")
_TURN = re.compile(
    r"但是|不过|可是|然而|只是|另外|此外|还有|而且|并且|同时|其次|因为|所以|如果|虽然|然后|结果|导致|以至于|(?<!不)但(?!愿)"
)


def clauses(text: str) -> list[tuple[int, int]]:
    """Half-open ranges of a text between marks, blanks and turns.

    >>> [text[a:b] for text in ["老是掉线，但是iPad 横屏没有"] for a, b in clauses(text)]
    ['老是掉线', 'iPad 横屏没有']
    """
    spans = []
    for match in _CLAUSE.finditer(text):
        start = match.start()
        for turn in _TURN.finditer(text, match.start(), match.end()):
            spans.append((start, turn.start()))
            start = turn.end()
        spans.append((start, match.end()))
    return [(start, end) for start, end in spans if end > start]


def locate(text: str, tokens: Sequence[str]) -> list[tuple[int, int]]:
    """Where each token stands in the text, in order; tokens are in lower case and without blanks inside.

    >>> locate("我的Wi-Fi 6又断了", ["wifi6", "断"])
    [(2, 9), (10, 11)]
    """
    shown = [i for i, char in enumerate(text) if char not in " \t\n-'"]
    folded = "".join(text[i].casefold()[:1] for i in shown)
    spans, cursor = [], 0
    for token in tokens:
        at = folded.find(token, cursor)
        if at >= 0:
            cursor = at + len(token)
            spans.append((shown[at], shown[cursor - 1] + 1))
        else:
            spans.append((0, 0))
    return spans


_LEAD_INS = (
    "强烈|真心|诚心|诚恳|希望|建议|要求|恳请|恳求|期待|盼望|请求|呼吁|麻烦|拜托|求求|跪求|请问|能不能|可不可以|能否|可否|是否|"
    "什么时候|啥时候|何时|为什么|为啥|为何|怎么|难道|就不能|要是|最好|应该|需要|想要|官方|开发者|工程师|程序员|产品经理|贵司|厂家|"
    "尽快|赶紧|赶快|快点|早日|考虑|安排|最近|目前|现在|今天|昨天|前几天|自从|有时候?|时不时|每次|每天|天天|突然|忽然|居然|竟然|"
    "根本|完全|简直|实在|确实|其实|真的|非常|特别|十分|极其|比较|有点儿?|有些|稍微|已经|一直|总是|老是|经常性?|动不动|偶尔|仍然|依然|依旧|"
    "还是|就是|都是|全是|只是|可能|应该|好像|似乎|感觉|觉得|发现|知道|我们|你们|他们|她们|它们|咱们|自己|大家|人家|别人|本人|这个|那个|"
    "这款|这些|那些|这样|那样|这么|那么|这种|那种|这里|那里|什么|哪里|一个|一下|一些|一点儿?|几个|某些|各种|所有|很多|许多|多次|"
    "垃圾|辣鸡|破|烂|他妈的?|妈的|特么|卧槽|傻逼|无语|谢谢|感谢|不知道|没想到|可以|能够|可是|只能|就好了?|行不行|好不好|好吗|的话|"
    "太他妈|日了狗|坑爹|坑人|恶心|烦死|气死|搞笑|醉了|呵呵|哈哈|等等|以及|或者|直接|一样|尤其|甚至|也是|又是|是不是|有没有|一直以来|本来|原来的?"
)
_FILLERS = re.compile(_LEAD_INS)
PARTICLES = "在对从用和跟与及到上下里中后时但因所如若当由以为是有"
_SMALL = frozenset(
    "我你您他她它咱也都就还又再才很太真更最挺了的地得着啊呀吗呢吧嘛哦啦哈唉哎个只些把被让给将会能可要想请这那是么且而则请您每某之其于"
)

_GAP_AT = "(?<=[\u3400-\u9fff]) | (?=[\u3400-\u9fff])"
_REWRITES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (_GAP_AT, ""),
        ("登陆", "登录"),
        ("^(.{2,})(支持|适配)$", r"\2\1"),
    )
)
_WISHED = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"^(?:加入|加上|添加|新增|增添|加|提供|推出)(?=[^\d快热速大减油班载入重不])", "增加"),
        ("^(?:去掉|去除|取消掉|删掉|关掉|别再?|不要)", "取消"),
        ("^(?:没有?|缺少?|缺乏|木有|无)(?=..)", "增加"),
        ("^(?:不支持|不能|无法|没法|不可以|没办法|不让)(?=..)", "支持"),
    )
)
_ASKING = re.compile(
    r"支持|增加|取消|恢复|开放|适配|兼容|接入|优化|改进|修复|降低|减少|提高|提升|关闭|允许|区分|保留|统一|放开|解决|完善|更换|缩短|延长|简化|精简|去|改|换|不|没|无|.*(?:太|不|慢|差|失败)"
)
_LACKED = ((re.compile("^(?:没有?|缺乏|木有)(?=..)(?!.*前.*好)"), "缺少"),)


def polish(text: str, *, wish: bool) -> str:
    """A phrase without its fillers as a name would put it; `wish` turns what is lacking into what is asked for.

    >>> polish("加横屏功能", wish=True), polish("没有录音键", wish=True), polish("没有录音键", wish=False)
    ('增加横屏功能', '增加录音键', '缺少录音键')
    """
    text = text.strip()
    for pattern, replacement in (*_REWRITES, *(_WISHED if wish else _LACKED)):
        text = pattern.sub(replacement, text)
    return "支持" + text if wish and not asks(text) else text


def asks(name: str) -> bool:
    """Whether a name says what is to be done."""
    return _ASKING.match(name) is not None


def kept_characters(text: str, start: int, end: int, words: Sequence[tuple[int, int]]) -> list[bool]:
    """For each character of a clause, whether a name may keep it.

    Fillers go, except inside longer content words and, single characters, after a negation (不给, 没让).

    >>> "".join(c for c, keep in zip("希望能横屏", kept_characters("希望能横屏", 0, 5, [(3, 5)])) if keep)
    '横屏'
    """
    inside = [(a, b) for a, b in words if start <= a and b <= end and b > a]
    keep = [text[i] not in _SMALL or (i > start and text[i - 1] in "不没") for i in range(start, end)]
    for a, b in inside:
        keep[a - start : b - start] = [True] * (b - a)
    for match in _FILLERS.finditer(text, start, end):
        a, b = match.span()
        if not any(x < b and a < y and y - x > b - a for x, y in inside):
            keep[a - start : b - start] = [False] * (b - a)
    return keep


def units(name: str) -> float:
    """The length of a name: characters, of Latin letters and digits two to one.

    >>> units("支持iPad横屏")
    6.0
    """
    return sum(0.5 if char.isascii() else 1.0 for char in name)
