"""What a match must pass before it is taken for personal data: checksums, and what is said around it."""

from __future__ import annotations

import re
from datetime import date
from ipaddress import ip_address
from re import Match

TAKEN = "\0"  # stands where an earlier rule found something

# Said right before digits, these make them the number of a thing.
OF_A_THING = re.compile(
    r"(?:订单|单号|编号|流水|序列号|条形?码|货号|型号|批号|版本|编码|代码|工单|运单|快递号|物流号|案件|票号|发票|合同|"
    r"(?:售后|退货|换货|维修|保修|安装)单|"
    r"会员卡|商品|SKU|设备号|机身码|激活码|兑换码|验证码|时间戳|(?:播放|阅读|浏览|访问|下载|转发)量|销量|金额|余额|工号|学号|"
    r"(?<![A-Za-z])(?:IMEI|MEID|SN|S/N|MAC|ISBN|EAN|UPC|order|trace|timestamp|ts|"
    r"(?:u|user|item|goods|sku|device|log|product|video|request|session|task|order|trace)?[_ -]?id))"
    r"(?:编?号|号码|码|ID|no\.?|number)?\s*(?:是|为|叫)?\s*[:=#'\"(\[【]*\s*$",
    re.IGNORECASE,
)
BANK_WORDS = re.compile(r"(?:银行卡|卡号|储蓄卡|信用卡|借记卡|工资卡|账[号户]|[工建农招商]行|银行)[^\d]{0,8}$")
ID_WORDS = re.compile(r"(?:身份证|身份证件)(?:号码?|号)?\s*(?:是|为)?\s*:?\s*$")
IN_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s\u4e00-\u9fff]*$")
CARD_STARTS = re.compile(r"62|4|5[1-5]|3[0-9]|60|6[89]|9[0-5]")
FILE_ENDINGS = frozenset(["png", "jpg", "jpeg", "gif", "webp", "svg", "js", "css", "json", "mp4"])
NO_ACCOUNT = re.compile(  # what is said after 微信 and is no one's id
    r"ios|iphone|ipad|android|harmony|windows|win\d|mac|mate\d|redmi|xiaomi|huawei|honor|oppo|vivo|note\d|pro\d|ver|v\d+$|"
    r"wechat|weixin|pay|login|logo|official|account|mini|app|sdk|api|http|www|share|open|team|error|code|work|group|"
    r"client|desktop|web|input|moments|beta|update|support|token|oauth|union|request|config|null|notification|message|"
    r"friend|crash|base64|test|sticker|emoji|arm\d|x86|amd\d|aarch",
    re.IGNORECASE,
)
DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
# Ends like a street, and is none: 不知道15号能不能到.
NO_STREET = re.compile(r"(?:[一半两多几]|[线电思迷走铁套网在这问修赶回链后通]|高速)路$|(?:逛|上|过)街$")
PLATE_WORDS = re.compile(r"车(?:牌|号|辆)?\D{0,8}$|ETC\D{0,6}$", re.IGNORECASE)
OFTEN_A_WORD = "新云黑贵宁青甘吉"  # provinces that are also common characters: 最新A12345, 黑B12345


def any_match(match: Match[str]) -> bool:
    """The pattern alone is enough."""
    return True


def is_email(match: Match[str]) -> bool:
    """No address of a repository and no file."""
    return match["local"].lower() != "git" and match["ending"].lower() not in FILE_ENDINGS


def is_id_card(match: Match[str]) -> bool:
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


def is_bank_card(match: Match[str]) -> bool:
    """16 to 19 digits that are called a card or account, or start like a card and satisfy Luhn (ISO/IEC 7812-1)."""
    number, before = re.sub(r"[ -]", "", match[0]), _before(match)
    if OF_A_THING.search(before) or _in_address(match):
        return bool(re.search(r"卡号", before[-4:]))
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number)))
    valid = sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
    return bool(BANK_WORDS.search(before)) or bool(CARD_STARTS.match(number) and valid)


def is_phone(match: Match[str]) -> bool:
    """Not the number of a thing, not part of a link."""
    return not OF_A_THING.search(_before(match)) and not _in_address(match)


def is_no_day(match: Match[str]) -> bool:
    """A number that is called one; 20240501 after a mere space may as well be a date."""
    said = match.string[match.start() : match.start("secret")]
    if _in_address(match):
        return False
    return not DAY.fullmatch(match["secret"]) or bool(re.search(r"[:加+号是]", said))


def is_account(match: Match[str]) -> bool:
    """An id, not a word: English words come in twos, or are known."""
    secret, after = match["secret"], match.string[match.end("secret") :][:3]
    prose = secret.isalpha() and re.match(r" [A-Za-z]", after)
    return not NO_ACCOUNT.match(secret) and not prose and not _in_address(match)


def is_certain_account(match: Match[str]) -> bool:
    """As `is_account`, where hardly anything says it is an id: it has letters and digits, or seven digits."""
    secret = match["secret"]
    mixed = re.search(r"[0-9_-]", secret) and not secret.isdigit()
    return bool(mixed or len(secret) > 6) and not secret.isalpha() and not DAY.fullmatch(secret) and is_account(match)


def is_plate(match: Match[str]) -> bool:
    """At least three digits, and a province that is not the end of another word."""
    if sum(sign.isdigit() for sign in match[0][2:]) < 3:
        return False
    before = _before(match, 14)
    if match[0][0] not in OFTEN_A_WORD or not before or not _is_chinese(before[-1]):
        return True
    return bool(PLATE_WORDS.search(before)) or "·" in match[0]


def is_street(match: Match[str]) -> bool:
    """A street with a number; a region before it, or no word that merely ends like a street."""
    return bool(match["region"]) or not NO_STREET.search(match["street"])


def is_public(match: Match[str]) -> bool:
    """An address on the internet; 192.168.1.1 is in every home."""
    try:
        return ip_address(match["secret"]).is_global
    except ValueError:
        return False


def _before(match: Match[str], length: int = 24) -> str:
    return match.string[max(0, match.start() - length) : match.start()]


def _in_address(match: Match[str]) -> bool:
    return bool(IN_ADDRESS.search(_before(match, 200)))


def _is_chinese(sign: str) -> bool:
    return "\u4e00" <= sign <= "\u9fff"
