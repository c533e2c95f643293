"""Personal data -> tokens: ``13800138000`` becomes ``[手机号]``.

`RULES` is a table tried in order; a later rule does not see what an earlier one took. A rule has a pattern, whose group
``secret`` is masked (all of it, where there is no such group), and a test the match must pass: checksums, and what
stands before it (the same digits after 订单号 are an order, not a phone). Matching is done on a copy with half-width
letters and digits, which has the same length, so that everything else stays as written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from re import Match
from typing import NamedTuple

HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0x2795: "+"}
TAKEN = "\0"
# What a text must hold at least for a rule to be tried at all; most texts hold none of it.
AN_AT = re.compile(r"@|\(at\)|\[at\]|#", re.IGNORECASE)
SEVEN_DIGITS = re.compile(r"[0-9](?:[ .\-—–·()]{0,3}[0-9]){6}")
A_CONTACT = re.compile(r"(?:[qvx信微薇扣球鹅叩秋]|chat|xin).{0,14}?[0-9a-z_-]{5}", re.IGNORECASE | re.DOTALL)

# Said right before digits, these make them the number of a thing.
OF_A_THING = re.compile(
    r"(?:订单|单号|编号|流水|序列号|条形?码|货号|型号|批号|版本|编码|代码|工单|运单|快递号|物流号|案件|票号|发票|合同|"
    r"会员卡|商品|SKU|设备号|机身码|激活码|兑换码|验证码|时间戳|播放量|阅读量|浏览量|访问量|销量|金额|余额|工号|学号|"
    r"(?<![A-Za-z])(?:IMEI|MEID|SN|S/N|MAC|ISBN|EAN|UPC|order|trace|timestamp|ts|"
    r"(?:u|user|item|goods|sku|device|log|product|video|request|session|task|order|trace)?[_ -]?id))"
    r"(?:编?号|号码|码|ID|no\.?|number)?\s*(?:是|为|叫)?\s*[:=#'\"(\[【]*\s*$",
    re.IGNORECASE,
)
BANK_WORDS = re.compile(r"(?:银行卡|卡号|储蓄卡|信用卡|借记卡|银行账[号户]|[工建农招商]行|银行)[^\d]{0,8}$")
ID_WORDS = re.compile(r"(?:身份证|身份证件)(?:号码?|号)?\s*(?:是|为)?\s*:?\s*$")
IN_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s\u4e00-\u9fff]*$")
CARD_STARTS = re.compile(r"62|4|5[1-5]|3[0-9]|60|6[89]|9[0-5]")
FILE_ENDINGS = frozenset(["png", "jpg", "jpeg", "gif", "webp", "svg", "js", "css", "json", "mp4"])
NO_ACCOUNT = re.compile(  # what is said after 微信 and is no one's id
    r"ios|iphone|ipad|android|harmony|windows|win\d|mac|mate\d|redmi|xiaomi|huawei|honor|oppo|vivo|note\d|pro\d|ver|v\d+$|"
    r"wechat|weixin|pay|login|logo|official|account|mini|app|sdk|api|http|www|share|open|team|error|code|work|group|"
    r"client|desktop|web|input|moments|beta|update|support|token|oauth|union|request|config|null|notification|message|"
    r"friend|crash|base64|test|sticker|emoji",
    re.IGNORECASE,
)
DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")

LEFT = r"(?<![0-9A-Za-z_])(?<![A-Za-z]-)(?<![0-9]\.)(?:(?<![0-9]-)|(?<=1[3-9][0-9]{9}-))(?<![¥￥$€])"
COUNTED = r"(?!\s?(?:元|块|次|条|个(?!人)|万|亿|字节|人民币|台|件|步|像素|用户|%))"
RIGHT = rf"(?![0-9A-Za-z_])(?!\.[0-9])(?!-[0-9]{{1,6}}(?![0-9])){COUNTED}"
GAP = r"[ \-—–·]{0,2}"
CHINA = r"(?:\(?(?:\+|00)86\)?[ -]{0,2}|\(86\)[ -]?|86[ -]?)?"
MOBILE = (
    rf"(?:1[3-9][0-9]\.[0-9]{{4}}\.[0-9]{{4}}|1[3-9][0-9]{GAP}[0-9]{{4}}{GAP}[0-9]{{4}}|"
    r"1[3-9][0-9]{2}[ -][0-9]{4}[ -][0-9]{3}|1[3-9][0-9][ -][0-9]{3}[ -][0-9]{5}|1[ -][3-9](?:[ -][0-9]){9})"
)
AREA = r"0(?:10|2[0-57-9]|[3-9][0-9]{2})"
LOCAL = r"[1-9][0-9]{2,3}[ -]?[0-9]{4}(?:\s?(?:-|转|分机|ext\.?)\s?[0-9]{1,6})?"
LANDLINE = (
    rf"(?:(?:\+86[ -]?)?\({AREA}\)[ -]?{LOCAL}|(?:\+86[ -]?)?{AREA}[ —-]{{1,3}}{LOCAL}|{AREA}[2-8][0-9]{{6,7}}|"
    rf"\+86[ -]\(?(?:10|2[0-57-9]|[3-9][0-9]{{2}})\)?[ -]{LOCAL})"
)
SAYS = r"\s{0,3}(?:号码?|账号|帐号|id)?\s{0,3}(?:是|为)?\s{0,3}[:=>→~,\-_.|(\[【「“\"+♥❤]{0,2}\s{0,3}"
QQ_NUMBER = (
    r"(?P<secret>[1-9][0-9]{4,10})(?![0-9A-Za-z_@])(?!\.[0-9])(?!\s?(?:元|块|人|次|条|个|万|亿|币|米|步|用户|年|版))"
)
ADD = r"(?:加|\+|添加|联系|私|找|搜)(?:我|一下|下|个|客服|老师|本人|群主|店主)*的?\s{0,3}"
WECHAT = r"(?:微\s?信|威信|薇信|维信|徽信|v\s?信|wei ?xin|we ?chat|(?<![A-Za-z0-9])[vw]x)"
WECHAT_ID = rf"(?P<secret>[A-Za-z][A-Za-z0-9_-]{{4,19}}|[1-9][0-9]{{5,10}}{COUNTED})(?![A-Za-z0-9_@-])(?!\.[0-9A-Za-z])"
V = r"(?:v(?![a-z])|(?<=加)v(?=[a-z_-]*[0-9])|(?<=加我)v(?=[a-z_-]*[0-9]))"
SIGN = r"(?:(?:同?号码?|账号|帐号|id)\s{0,3}(?:是|为)?\s{0,3}[:=]?|是|为|[:=→~>])"


class Rule(NamedTuple):
    token: str
    needs: re.Pattern[str]
    pattern: re.Pattern[str]
    passes: Callable[[Match[str]], bool]


def mask(text: str) -> str:
    """The text with personal data replaced by tokens: phones, ID cards, e-mails, bank cards, QQ and WeChat ids.

    >>> mask("加我微信abc_123，电话138 0013 8000")
    '加我微信[微信]，电话[手机号]'
    >>> mask("订单号20240501123456789，版本3.1.0.12，价格1999元")
    '订单号20240501123456789，版本3.1.0.12，价格1999元'
    """
    half_width = text if text.isascii() else text.translate(HALF_WIDTH)
    pieces: list[str] = []
    end = 0
    for start, stop, token in _found(half_width):
        pieces += [text[end:start], token]
        end = stop
    return "".join([*pieces, text[end:]])


def _found(text: str) -> list[tuple[int, int, str]]:
    """Where personal data stands and what it becomes, in order."""
    found: list[tuple[int, int, str]] = []
    possible = {needs for needs in (AN_AT, SEVEN_DIGITS, A_CONTACT) if needs.search(text)}
    for rule in RULES if possible else ():
        if rule.needs not in possible:
            continue
        group = "secret" if "secret" in rule.pattern.groupindex else 0
        spans = [match.span(group) for match in rule.pattern.finditer(text) if rule.passes(match)]
        if spans:
            found += [(start, stop, rule.token) for start, stop in spans]
            text = _blanked(text, spans)
    return sorted(found)


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    pieces: list[str] = []
    end = 0
    for start, stop in spans:
        pieces += [text[end:start], TAKEN * (stop - start)]
        end = stop
    return "".join([*pieces, text[end:]])


def _before(match: Match[str], length: int = 24) -> str:
    return match.string[max(0, match.start() - length) : match.start()]


def _in_address(match: Match[str]) -> bool:
    return bool(IN_ADDRESS.search(_before(match, 200)))


def _is_email(match: Match[str]) -> bool:
    return match["local"].lower() != "git" and match["ending"].lower() not in FILE_ENDINGS


def _is_id_card(match: Match[str]) -> bool:
    """18 digits with a right check digit (ISO 7064 MOD 11-2, GB 11643), 15 with a day of birth; or called 身份证."""
    number = re.sub(r"[ -]", "", match[0]).upper()
    if ID_WORDS.search(_before(match)):
        return True
    if OF_A_THING.search(_before(match)) or _in_address(match):
        return False
    born = number[6:14] if len(number) == 18 else "19" + number[6:12]
    try:
        date(int(born[:4]), int(born[4:6]), int(born[6:]))
    except ValueError:
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = sum(int(digit) * weight for digit, weight in zip(number[:17], weights, strict=False)) % 11
    return len(number) == 15 or number[17] == "10X98765432"[check]


def _is_bank_card(match: Match[str]) -> bool:
    """16 to 19 digits that satisfy Luhn and start like a card, or are called one."""
    number = re.sub(r"[ -]", "", match[0])
    before = _before(match)
    likely = BANK_WORDS.search(before) or (CARD_STARTS.match(number) and not OF_A_THING.search(before))
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number)))
    valid = sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
    return bool(likely) and valid and not _in_address(match)


def _is_phone(match: Match[str]) -> bool:
    return not OF_A_THING.search(_before(match)) and not _in_address(match)


def _is_no_day(match: Match[str]) -> bool:
    """A number that is called one; 20240501 after a mere space may as well be a date."""
    said = match.string[match.start() : match.start("secret")]
    if _in_address(match):
        return False
    return not DAY.fullmatch(match["secret"]) or bool(re.search(r"[:加+号是]", said))


def _is_account(match: Match[str]) -> bool:
    """An id, not a word: English words come in twos, or are known."""
    secret, after = match["secret"], match.string[match.end("secret") :][:3]
    prose = secret.isalpha() and re.match(r" [A-Za-z]", after)
    return not NO_ACCOUNT.match(secret) and not prose and not _in_address(match)


def _is_certain_account(match: Match[str]) -> bool:
    """As `_is_account`, where hardly anything says it is an id: it has letters and digits, or seven digits."""
    secret = match["secret"]
    mixed = re.search(r"[0-9_-]", secret) and not secret.isdigit()
    return bool(mixed or len(secret) > 6) and not secret.isalpha() and not DAY.fullmatch(secret) and _is_account(match)


def _rule(token: str, needs: re.Pattern[str], pattern: str, passes: Callable[[Match[str]], bool]) -> Rule:
    return Rule(f"[{token}]", needs, re.compile(pattern, re.IGNORECASE), passes)


PROVINCE = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
RULES = (
    _rule(
        "邮箱",
        AN_AT,
        r"(?<![0-9a-z._%+@-])(?P<local>[0-9a-z][0-9a-z._%+-]{0,63})(?:\s?@\s?|\(at\)|\[at\]|#(?=(?:qq|163|126|gmail)\.))"
        r"(?:[0-9a-z-]{1,63}[.。]){1,4}(?P<ending>[a-z]{2,10})(?![0-9a-z])",
        _is_email,
    ),
    _rule(
        "身份证",
        SEVEN_DIGITS,
        rf"(?<![0-9a-z_]){PROVINCE}[0-9]{{4}}"
        r"(?:[ -]?(?:18|19|20)[0-9]{6}[ -]?[0-9]{3}[0-9x]|[0-9]{9})(?![0-9a-z_])",
        _is_id_card,
    ),
    _rule(
        "银行卡", SEVEN_DIGITS, r"(?<![0-9a-z_.])[0-9](?:[ -]?[0-9]){15,18}(?![0-9a-z_])(?![ -][0-9])", _is_bank_card
    ),
    _rule("手机号", SEVEN_DIGITS, rf"{LEFT}{CHINA}{MOBILE}{RIGHT}", _is_phone),
    _rule("电话", SEVEN_DIGITS, rf"{LEFT}{LANDLINE}{RIGHT}", _is_phone),
    _rule(
        "电话",
        SEVEN_DIGITS,
        rf"(?:电话|座机|固话|致电|传真|tel|fax){SAYS}(?P<secret>[2-8][0-9]{{2,3}}[ -]?[0-9]{{4}}){RIGHT}",
        _is_no_day,
    ),
    _rule(
        "QQ",
        A_CONTACT,
        rf"(?:(?<![a-z])q\s?q|扣扣|球球|企鹅|叩叩|秋秋|(?:{ADD}|我的?|(?<![a-z0-9]))q(?=\s?[:号群是])|{ADD}[q扣])"
        rf"\s?(?:交流|讨论|售后|官方)?群?{SAYS}{QQ_NUMBER}",
        _is_no_day,
    ),
    _rule("微信", A_CONTACT, rf"(?:{WECHAT}\s?{SIGN}|{ADD}(?:{WECHAT}|[微薇威]|{V})){SAYS}{WECHAT_ID}", _is_account),
    _rule(
        "微信",
        A_CONTACT,
        rf"(?:(?!wx[a-z0-9]){WECHAT}\s?|(?<![a-z0-9])v\s?:|[微薇]\s?:){SAYS}{WECHAT_ID}",
        _is_certain_account,
    ),
)
