"""Adverts, recruitment, templated praise and page furniture: flagged with the reason, never deleted.

A flag needs evidence from two sides (an offer and a way to respond to it, say) and no complaint, because customers
complain *about* adverts, refunds and QQ logins all the time. A doubtful text is feedback.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

REASONS: Mapping[str, str] = {
    "advert": "offers goods, money or a group, with a way to respond",
    "recruitment": "looks for workers or part-timers",
    "adult": "link spam of adult sites",
    "templated praise": "the same praise, word for word or clause by clause, from several accounts",
    "page furniture": "navigation, counters and links, no sentence",
    "gibberish": "no word in it: random letters, digits or marks",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Flag:
    """Why a text is spam: a key of `REASONS` and the words that gave it away."""

    reason: str
    detail: str


def flag(text: str) -> Flag | None:
    """The reason to leave a text out, or None. Give it the cleaned text; personal data may be masked or not.

    >>> flag("专业回收手机，高价！加我微信[微信]")
    Flag(reason='advert', detail='专业回收, 高价 + 加我')
    >>> flag("推送广告太多了，返利红包天天弹，能不能关掉")
    >>> flag("用QQ登录不了，客服电话[电话]打不通")
    """
    text = text.translate(_HALF_WIDTH)
    # adverts hide their words behind blanks and quotes: 兼职'微'信
    dense = _PADDING.sub("", text)
    return _flag_adult(text) or _flag_recruitment(dense) or _flag_advert(dense) or _flag_shape(text)


def _flag_adult(text: str) -> Flag | None:
    """Link spam heaps its words; one of them is a customer reporting what they were shown."""
    found = _distinct(_ADULT, text)
    return Flag(reason="adult", detail=", ".join(found[:3])) if len(found) >= 3 else None


def _flag_recruitment(text: str) -> Flag | None:
    """An advert for a job says so at its beginning; further down people tell of their own search for one."""
    start = text[:_NEAR]
    recruit, detail = _RECRUIT.search(start), _RECRUIT_DETAIL.search(text)
    if recruit and detail and not _SEEKER.search(start) and not _COMPLAINT.search(start):
        return Flag(reason="recruitment", detail=f"{recruit.group()} + {detail.group()}")
    return None


def _flag_advert(text: str) -> Flag | None:
    """Easy money (`_MONEY`) gives itself away; goods need a contact. Whoever complains must offer a lot to be one.

    Longer posts tell stories in which every one of these words turns up: there only easy money at the very beginning
    counts, which some pad with other people's reviews.
    """
    story = len(text) > _STORY_LENGTH
    text = text[:_NEAR] if story else text
    money, contact = _distinct(_MONEY, text), _CONTACT.search(text)
    offers = [] if story else _distinct(_OFFER, text)
    complains = bool(_COMPLAINT.search(text))
    enough = 3 if complains or story else 1
    if contact and 2 * len(money) + len(offers) >= enough and _near(offers + money, contact, text):
        return Flag(reason="advert", detail=f"{', '.join((money + offers)[:3])} + {contact.group()}")
    if len(money) >= (4 if complains or story else 2) or (money and not complains and _BRAND.search(text)):
        return Flag(reason="advert", detail=", ".join(money[:3]))
    return None


def _near(offers: list[str], contact: re.Match[str], text: str) -> bool:
    window = text[max(0, contact.start() - _NEAR) : contact.end() + _NEAR]
    return any(offer in window for offer in offers)


def _distinct(pattern: re.Pattern[str], text: str) -> list[str]:
    return list(dict.fromkeys(match.group() for match in pattern.finditer(text)))


def _flag_shape(text: str) -> Flag | None:
    lines = [line.strip() for line in re.split(r"[\n|>»]", text) if line.strip()]
    menu = sum(bool(_MENU.fullmatch(line)) for line in lines)
    if menu >= 3 and menu * 2 >= len(lines) and not any(map(_SENTENCE.search, lines)):
        return Flag(reason="page furniture", detail=f"{menu} of {len(lines)} lines are navigation")
    if not _HAN_OR_WORD.search(text):
        return Flag(reason="gibberish", detail=text[:20])
    return None


def flag_templates(texts: Sequence[str], groups: Sequence[int], people: Sequence[str]) -> dict[int, Flag]:
    """Praise that several accounts post in the same words: row index -> flag, for all rows that do.

    `groups` gives each row's group of near-duplicates (see `dedupe.near_duplicates`), `people` who posted it. Praise is
    templated when at least three people posted the same twelve or more characters of it, or share four of its clauses
    with sixteen or more characters. Short praise is never flagged: people do say 很好用 independently; nor is praise
    with a complaint or a demand in it, nor any whose author is unknown.
    """
    sharing: defaultdict[object, list[int]] = defaultdict(list)
    for row, text in enumerate(texts):
        if people[row] and len(_PRAISE.findall(text)) >= 2 and not _COMPLAINT.search(text) and not _DEMAND.search(text):
            for template in _templates(text, groups[row]):
                sharing[template].append(row)
    flags: dict[int, Flag] = {}
    for rows in sharing.values():
        voices = len({people[row] for row in rows})
        if voices >= _TEMPLATE_COPIES:
            detail = f"{len(rows)} copies by {voices} accounts"
            flags |= {row: Flag(reason="templated praise", detail=detail) for row in rows if row not in flags}
    return dict(sorted(flags.items()))


def _templates(text: str, group: int) -> Iterator[object]:
    """What a text may have been made from: its group, and each four of its clauses."""
    if len(_HAN_OR_WORD.findall(text)) >= _TEMPLATE_LENGTH:
        yield group
    clauses = sorted({clause for clause in _CLAUSE.findall(text) if 4 <= len(clause) <= _NEAR})[:_TEMPLATE_CLAUSES]
    for four in combinations(clauses, 4):
        if sum(map(len, four)) >= 16:
            yield four


_HALF_WIDTH = str.maketrans("，！？：；（）＋￥¥＂＇", ",!?:;()+$$\"'")
_PADDING = re.compile(
    r"(?<=[\u3400-\u9fffA-Za-z])[ \t'\"‘’“”.·_*~]+(?=[\u3400-\u9fffA-Za-z\[])|(?<![ \t])[ \t]++(?=\[)"
)
_STORY_LENGTH = 600
_NEAR = 80
_TEMPLATE_COPIES = 3
_TEMPLATE_LENGTH = 12
_TEMPLATE_CLAUSES = 12

_WECHAT = (
    r"(?:微信|威信|薇信|徽信|维信|[vVＶ]信|wei ?xin|wechat|(?<![A-Za-z])[vV][xX](?![A-Za-z])"
    r"|(?<![A-Za-z])wx(?![A-Za-z])|扣扣|企鹅|QQ|qq)"
)
_MASK = r"\[(?:手机号|电话|QQ|微信|邮箱)\]"
_CONTACT = re.compile(
    rf"加(?:我|[Vv](?![A-Za-z]|IP)|微(?!软|博|笑)|[vV][xX]|wx|薇|威|Q|群|客服{_WECHAT})|私(?:聊|信|戳)我|(?:联系"
    rf"|咨询|找)(?:我(?!们)|[^,。!?]{{0,4}}{_MASK})"
    rf"|{_WECHAT}[^,。!?;\[]{{0,8}}{_MASK}|(?:手机|电话|热线|联系|客服)[:号]?{_MASK}|{_MASK}[^,。!?]{{0,3}}(?:备注"
    rf"|同号|经理|小[^,。]|在线)|群{_MASK}"
    rf"|{_WECHAT}(?:号|群|公[众眾][号號])?[:(]?[A-Za-z][A-Za-z0-9_-]{{5,}}|{_WECHAT}(?:就|可以)?加|(?:关注|搜索?"
    rf"|添加|加)[^,。!?]{{0,4}}(?:{_WECHAT}|公[众眾][号號])"
    r"|公[众眾][号號][:(][^)。,]{2,20}|扫码(?:进群|领|加)|进群|入群|主页(?:有|见)|点(?:我|击)头像|淘口令"
    r"|\$[A-Za-z0-9]{8,}\$|[戳点](?:我|击)?领|戳链接|同城上门|非诚勿扰|同行勿扰",
    re.I,
)
_OFFER = re.compile(
    r"代(?:刷(?!新)|购|练|写作业|写论文|开发?票|办|充(?!电)|打)|(?:刷|点)赞|刷(?:单|粉|榜)|回收(?:手机|旧机|二手"
    r"|[^,。]{0,6}高价)|(?:高价|长期|大量)(?:回?收|收机)|高价|碎屏也要|(?:无|免)抵押"
    r"|秒(?:下款|批|打款|发货)|(?:当天|当面|当场)(?:放款|打款|点钱|换屏)|征信花|黑白户|低息|额度|低月租|月租|不限速"
    r"|靓号|吉祥号|豹子号|首月免费|棋牌|彩票|博彩|下注|百家乐|澳门[^,。]{0,6}(?:娱乐|赌场)"
    r"|出(?:售|各地|号)|低价(?:出|转)|批发|\d起批|货源|厂家(?:直销|直供|批发)|一件代发|量大从优|免费(?:送|领)"
    r"|限时(?:特价|优惠)|包邮|第二件半价|假一赔十|支持验机|库存不多|官换机|拼团|红包群|福利群"
    r"|(?:解锁|改串号|刷机)(?:ID|账号)?服务|专业(?:维修|解锁|刷机|回收|办理)|上门(?:维修|回收)|原装拆机|全国顺丰"
    r"|招(?:商|代理)|代理商|包过|不过退费|押题|上分|打[一二三五六七八九]折|内部[券资]|优惠券|领券|满减|排名优化|积分墙"
    r"|送礼包|零投资|带你(?:赚|飞|日)|教你(?:赚|日)"
)
_MONEY = re.compile(
    r"兼职|日结|零花[钱銭錢]|[拿入]零花|(?:每?[日天月])(?:能|可以?|就|轻松|轻轻松松|还是能|不少于|稳定){0,3}(?:赚|挣"
    r"|收[入茹益]|入)(?:个|不少于|过)?[\d一二三四五六七八九十几百千]{1,6}"
    r"|(?:赚|挣)(?:零花|外快|佣金?|点小钱)|动动手指|(?:学生|宝妈|上班族|全职家庭主妇)[^。]{0,12}(?:看过来|优先"
    r"|利用空闲|赚|挣)|一个(?:任务|奖励|软件)(?:得)?\d|刷榜人员|零资本"
    r"|(?:不要|不收取?|没有)(?:你)?任何费用|不收押金|不押金|不需要一分钱投入|手把手教|开发商刷了?排名|直接提现"
    r"|绝对真实可靠|点赞(?:截图)?日结|搜券|内部券|省钱(?:优选)?联盟|省了?[^,。]{0,3}多钱|返利(?:网|app)|轻松就可?赚"
    r"|月收入不少于|试用,?一单"
)
_BRAND = re.compile(r"省钱(?:优选)?联盟|返利(?:网|app)")
_COMPLAINT = re.compile(
    r"打不[通开]|[没无]人(?:接|管|理|回)|投诉|举报|骗|骚扰|退[款钱货订]|[没不未]到账|封号|被[盗坑封]|(?:弹|推送?"
    r"|全是|满屏|好多|这么多|太多|垃圾)[^,。]{0,4}广告|广告[^,。]{0,4}(?:多|弹|烦|关|推|满)|推销|垃圾|差评|恶心"
    r"|太[差慢烂坑]|卸载|为什么|为啥|怎么(?!样)|能不能|希望|建议|(?<!卡顿)不了|无法|没[有]?用(?!过)|(?<![不无])套路"
    r"|虚假|诈骗|不给|不让|拒绝|失败|没反应|不成功|闪退|掉线|能否|不生效|不显示|不能(?!错过)|取消|关掉|关闭|别再"
)
_DEMAND = re.compile(r"要求|呼吁|恳求|求求|恢复|请(?:官方|尽快|你们|给|把|加)|还给我们")
_RECRUIT = re.compile(r"(?:诚聘|急招|高薪招|长期招|招聘|招募|内推)(?!软件|app|信息|网|平台|功能)", re.I)
_SEEKER = re.compile(r"我|想|辞职|裸辞|经历|面试|总结|被|\?")
_RECRUIT_DETAIL = re.compile(
    rf"薪资|月薪|(?<!\d)\d{1, 6}\s{0, 3}[kK]\b|五险|双休|简历|岗位|学历|工作地|底薪|日结|加微|{_MASK}"
)
_ADULT = re.compile(
    r"(?:国产|亚洲|欧美|日韩|成人|精品|无码)(?:一区|二区|视频|无码|在线|综合|久久|天堂|专区|黄色)|av大片|jizz|裸聊"
    r"|a级毛片|一区二区三区|上门服务.{0,8}小姐",
    re.I,
)
_PRAISE = re.compile(
    r"好评|好用|喜欢|推荐|满意|不错|很棒|给力|流畅|方便|五星|完美|值得|超值|支持|赞|爱了|真香|优秀|贴心|舒服|清晰"
    r"|持久|精美|大气|很快|热情|超高"
)
_MENU = re.compile(
    r"首页|登录|注册|登录注册|免费注册|关于(?:我们|本站|.{2,4})|联系(?:我们|方式)|帮助(?:中心)?|网站(?:地图|导航)"
    r"|友情链接|下载(?:中心|APP)?|热门(?:推荐|文章|标签)?|推荐|频道|返回(?:顶部|首页)?"
    r"|上一[页篇]|下一[页篇]|末页|尾页|版权(?:所有|声明)|服务条款|隐私政策|诚聘英才|广告(?:业务|服务)|加入收藏"
    r"|设为首页|更多|收藏|分享|举报|回复|点赞|评论|转发|搜索|全部|最新|精华|分类|排行榜?|[<>\d\s页共/]+",
    re.I,
)
_HAN_OR_WORD = re.compile(r"[\u3400-\u9fff]|[A-Za-z]{2,}")
_CLAUSE = re.compile(r"[^\W_]+")
_SENTENCE = re.compile(r"[。,!?;]")
