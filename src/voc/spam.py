"""Adverts, recruitment, templated praise and page furniture: flagged with the reason, never deleted.

A flag needs evidence from two sides (an offer and a way to respond to it, say), because customers complain *about*
adverts, refunds and QQ logins all the time.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

REASONS: Mapping[str, str] = {
    "advert": "offers goods, money or a group, with a way to respond",
    "recruitment": "looks for workers or part-timers",
    "adult": "link spam of adult or gambling sites",
    "templated praise": "the same praise, word for word or nearly, from several accounts",
    "page furniture": "navigation, counters and links, no sentence",
    "gibberish": "no word in it: random letters, digits or marks",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Flag:
    """Why a text is spam: a key of `REASONS` and the words that gave it away."""

    reason: str
    detail: str


_CONTACT = re.compile(
    r"\[(?:手机号|电话|QQ|微信)\]|加(?:我|V|微|vx|wx|薇|威|Q|群)|[vV薇威][信xX芯]?\s*[:：➕+号]|私(?:聊|信|戳)我?|关[.\s]?注[^。，]{0,6}公[众眾][号號]|公众[号號][^。，]{0,2}[（(:：]"
    r"|扫码(?:进群|领|加)|(?:Q|企鹅)群|主页(?:有|见|看)|点(?:我|击)头像|链接[:：]|淘口令|[￥$][A-Za-z0-9]{6,}[￥$]|邀请码|联系(?:我|方式[:：])|(?:电话|热线)[:：]?\s*\[",
    re.I,
)
_OFFER = re.compile(
    r"兼职|日(?:赚|入|结)|月入|赚(?:零花|钱|佣|外快)|零花[钱銭]|返(?:利|现|佣)|佣金|优惠券|领券|搜券|内部券|省钱(?:优选)?联盟|代(?:刷|理|购|练|写|开|办)|刷(?:单|赞|粉|机服务)|回收(?:手机|旧机|二手|[^。，]{0,6}高价)"
    r"|高价(?:回)?收|贷款|秒(?:下款|到账)|低息|办卡|棋牌|彩票|博彩|下注|出(?:售|号)|低价(?:出|转)|批发|货源|厂家直销|免费(?:送|领)|限时(?:特价|优惠)|包(?:过|邮)|拼团|解锁(?:ID|账号)服务|专业(?:维修|解锁|刷机)|上门(?:维修|回收)|种草|福利群|红包群"
)
_STRONG = re.compile(
    r"(?:学生|上班族|宝妈|全职家庭主妇)[^。]{0,30}(?:兼职|赚|利用空闲)|动动手指[^。]{0,12}(?:赚|元)|(?:日|天|月)[^。，,]{0,4}(?:赚|收入)\s*\d+|省钱(?:优选)?联盟"
    r"|\d+\s*元?(?:一|/|每)(?:天|单|小时)[^。，]{0,8}(?:兼职|结算|日结)|搜券[^。]{0,12}赚"
)
_RECRUIT = re.compile(r"(?:诚聘|急招|高薪招|长期招|招聘|招募|内推)")
_SEEKER = re.compile(r"我|想|辞职|裸辞|经历|面试|总结|被|？|\?")
_RECRUIT_DETAIL = re.compile(r"薪资|月薪|\d+\s*[kK]\b|五险|双休|简历|岗位|学历|工作地|底薪|日结|加微|\[(?:微信|QQ|手机号|电话|邮箱)\]")
_ADULT = re.compile(r"(?:国产|亚洲|欧美|日韩|成人)(?:一区|二区|视频|无码|在线|综合|久久)|av大片|jizz|裸聊|上门服务.{0,8}小姐|澳门.{0,6}(?:娱乐|赌场)|百家乐", re.I)
_PRAISE = re.compile(
    r"好评|好用|喜欢|推荐|满意|不错|很棒|给力|流畅|方便|五星|完美|值得|超值|支持|赞|爱了|真香|点赞|优秀|贴心|舒服"
)
_HAN_OR_WORD = re.compile(r"[\u3400-\u9fff]|[A-Za-z]{2,}")
_SENTENCE = re.compile(r"[，。！？；,!?;]")
_STORY_LENGTH = 600  # longer posts tell stories in which every one of these words turns up
_NEAR = 80
_MENU_LENGTH = 16
_TEMPLATE_COPIES = 3
_TEMPLATE_LENGTH = 12


def flag(text: str) -> Flag | None:
    """The reason to leave a text out, or None. Give it the cleaned text with personal data masked.

    >>> flag("专业回收手机 高价 加我微信[微信]")
    Flag(reason='advert', detail='回收手机 + 加我')
    >>> flag("推送广告太多了，返利红包天天弹，能不能关掉")
    >>> flag("用QQ登录不了，客服电话[电话]打不通")
    """
    if adult := _ADULT.search(text):
        return Flag(reason="adult", detail=adult.group())
    # an advert for a job says so at its beginning; further down people tell of their own search for one
    recruit, detail = _RECRUIT.search(text[:_NEAR]), _RECRUIT_DETAIL.search(text)
    if recruit and detail and not _SEEKER.search(text[:_NEAR]):
        return Flag(reason="recruitment", detail=f"{recruit.group()} + {detail.group()}")
    if len(text) <= _STORY_LENGTH and (strong := _STRONG.search(text)):
        return Flag(reason="advert", detail=strong.group())
    if len(text) <= _STORY_LENGTH and (pair := _offer_with_contact(text)):
        return Flag(reason="advert", detail=pair)
    return _flag_shape(text)


def _offer_with_contact(text: str) -> str:
    """An offer and a way to respond close to one another, as "offer + contact"; empty if there is none."""
    for offer in _OFFER.finditer(text):
        near = text[max(0, offer.start() - _NEAR) : offer.end() + _NEAR]
        if contact := _CONTACT.search(near):
            return f"{offer.group()} + {contact.group()}"
    return ""


def _flag_shape(text: str) -> Flag | None:
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) >= 6 and max(map(len, lines)) <= _MENU_LENGTH and not any(map(_SENTENCE.search, lines)):
        return Flag(reason="page furniture", detail=f"{len(lines)} lines without a sentence")
    if not _HAN_OR_WORD.search(text):
        return Flag(reason="gibberish", detail=text[:20])
    return None


def flag_templates(
    texts: Sequence[str], groups: Sequence[int], people: Sequence[str]
) -> dict[int, Flag]:
    """Praise that several accounts post in the same words: row index -> flag, for all rows of the group.

    `groups` gives each row's group of near-duplicates (see `dedupe.near_duplicates`), `people` who posted it. A group
    is templated when at least three people posted the same twelve or more characters of praise. Short praise is
    never flagged: people do say 很好用 independently.
    """
    rows: defaultdict[int, list[int]] = defaultdict(list)
    for row, group in enumerate(groups):
        rows[group].append(row)
    flags: dict[int, Flag] = {}
    for members in rows.values():
        voices = len({people[row] for row in members if people[row]})
        lengths = Counter(len(_HAN_OR_WORD.findall(texts[row])) for row in members)
        if voices < _TEMPLATE_COPIES or max(lengths) < _TEMPLATE_LENGTH:
            continue
        if all(len(_PRAISE.findall(texts[row])) >= 2 for row in members):
            detail = f"{len(members)} copies by {voices} accounts"
            flags |= {row: Flag(reason="templated praise", detail=detail) for row in members}
    return flags
