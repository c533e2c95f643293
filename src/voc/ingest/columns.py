"""Which column is which field: the usual Chinese and English names, and the caller's own mapping before them.

Names are compared without case, spaces, punctuation and remarks in brackets: ``评论内容（必填）``, ``Review_Text``.
Earlier aliases win where a file has several. A column serves one field; all others stay attributes of the post.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from voc.errors import ConfigError, InputError

# A running number (序号, no, index) is no id: it starts again in next week's export.
ALIASES: dict[str, str] = {
    "source_id": "id 评论id 反馈id 帖子id 内容id 微博id 笔记id 评价id reviewid commentid feedbackid postid ticketid"
    " tid uuid guid rowid 编号 反馈编号 评论编号 工单号 工单编号 帖子编号 sourceid mid bid key",
    "title": "标题 评论标题 评价标题 反馈标题 帖子标题 文章标题 主题 题目 title reviewtitle posttitle subject headline",
    "text": "text 评论内容 评价内容 反馈内容 帖子内容 用户评论 用户评价 用户反馈 内文 微博正文 微博内容 笔记内容"
    " 回答内容 留言内容 咨询内容 投诉内容 建议内容 问题描述 反馈详情 评价详情 问题内容 评论正文 意见内容"
    " 意见建议 意见与建议 意见反馈 您的建议 内容 正文 评论 评价 反馈 留言 意见 建议 描述 文本 原文 原声"
    " 用户原声 content body review comment feedback reviewtext reviewcontent reviewbody commenttext"
    " commentcontent commentbody feedbacktext feedbackcontent posttext fulltext rawtext textraw message"
    " msg description desc note opinion suggestion selftext comments reviews",
    "posted_at": "时间 发布时间 评论时间 评价时间 反馈时间 发表时间 创建时间 提交时间 发帖时间 留言时间 发送时间"
    " 回答时间 日期 发布日期 评论日期 评价日期 反馈日期 发表日期 创建日期 提交日期 发布于 postedat"
    " posttime postdate publishedat publishtime publishdate pubtime pubdate published createdat"
    " createtime createdtime createddate creationtime created creationdate reviewtime reviewdate"
    " reviewcreatedat commenttime commentdate submittedat submittime submitdate submissiontime datetime"
    " timestamp time date ctime at ts updatedat updatetime 更新时间",
    "author": "作者 用户名 昵称 用户昵称 用户 用户名称 使用者 使用者名称 网友 发布者 发布人 发帖人 评论者 评论人"
    " 评价人 反馈人 提交人 楼主 买家 买家昵称 会员名 会员昵称 博主 账号 账户 用户账号 姓名 用户姓名"
    " 真实姓名 联系人 收货人 author authorname username nickname nick screenname user reviewer"
    " reviewername commenter poster displayname userid uid 用户id authorid memberid customername customer"
    " 会员id 会员编号 会员号 用户编号 客户 客户名称 客户id 客户编号 customerid openid",
    "rating": "评分 星级 评价星级 评价得分 打分 分数 星数 得分 用户评分 评价等级 满意度 rating score stars star"
    " starrating reviewrating rate overall overallrating",
    "source": "来源 渠道 平台 数据来源 反馈渠道 反馈来源 来源渠道 来源平台 评论来源 数据平台 应用商店 应用市场 商店"
    " 应用 应用名称 站点 网站 source channel platform store appstore site appname app",
    "likes": "点赞 点赞数 点赞量 赞 赞数 按赞数 获赞 获赞数 赞同 赞同数 有用数 有用 喜欢数 顶 likes like likecount"
    " likescount likenum thumbsup thumbsupcount upvotes upvotecount votes voteup voteupcount helpful"
    " helpfulcount helpfulvotes favcount diggcount attitudescount",
    "replies": "回复数 回复量 评论数 评论量 回帖数 跟帖数 回答数 replies replycount repliescount replynum"
    " commentcount commentscount numcomments numreplies",
    "url": "链接 连结 网址 原文链接 帖子链接 评论链接 来源链接 详情链接 url link href permalink sourceurl"
    " pageurl posturl",
    "version": "版本 版本号 app版本 应用版本 软件版本 系统版本号 客户端版本 version appversion reviewedversion"
    " reviewcreatedversion softwareversion versionname",
    "device": "机型 设备 设备型号 手机型号 手机机型 终端 装置 产品型号 型号 device devicemodel devicename"
    " phonemodel model",
    "region": "地区 省份 省 城市 地域 属地 ip属地 所在地 所在地区 所在城市 区域 国家 国家地区 region province city"
    " location country iplocation",
}
FIELDS = tuple(ALIASES)
ORDER = {field: tuple(names.split()) for field, names in ALIASES.items()}
FIELD_OF = {alias: field for field, names in ORDER.items() for alias in names}
RANK = {alias: rank for names in ORDER.values() for rank, alias in enumerate(names)}
# Where no name is known: a column that ends in one of these holds what users wrote, unless the company wrote it.
TEXT_ENDINGS = re.compile(r"(内容|正文|原文|评论|评价|反馈|意见|建议|留言|描述)$")
COMPANY_WROTE = re.compile(r"回复|客服|商家|商品|店铺|产品|处理|店家")
REMARK = re.compile(r"[(（\[【].*?[)）\]】]")
SIMPLIFIED = str.maketrans(
    "編號內評論價饋標題時間發佈創鏈連結網數點贊讚機設備區縣來戶暱稱頂論見議訴問頁裝語國獲歡應軟體統終產類級滿順實聯繫買員賬帳樓寫",
    "编号内评论价馈标题时间发布创链连结网数点赞赞机设备区县来户昵称顶论见议诉问页装语国获欢应软体统终产类级满顺实联系买员账账楼写",
)
PUNCTUATION = re.compile(r"[\W_]+")


def checked(columns: Mapping[str, str]) -> dict[str, str]:
    """A caller's mapping of fields to column names, with ``id`` allowed for ``source_id``.

    Raises: ConfigError for a field that posts do not have, or an empty name.

    >>> checked({"id": "流水"})
    {'source_id': '流水'}
    """
    named = {"source_id" if field == "id" else field: column for field, column in columns.items()}
    for field, column in named.items():
        if field not in ALIASES:
            raise ConfigError(f"posts have no field {field!r} to map a column to; there are: {', '.join(FIELDS)}")
        if not column.strip():
            raise ConfigError(f"the column for {field} has no name; write {field}=NAME")
    return named


@lru_cache(maxsize=4096)
def field_of(column: str) -> str:
    """The field a column name usually means, '' if none.

    >>> field_of("评论内容（必填）"), field_of("Created_At"), field_of("商家回复内容")
    ('text', 'posted_at', '')
    """
    return FIELD_OF.get(plain(column), "")


def match(names: Iterable[str], columns: Mapping[str, str] | None = None) -> dict[str, str]:
    """The column of each field that has one (field -> column name); `columns` (field -> name) comes first.

    >>> match(["序号", "标题", "内容", "价格"])
    {'title': '标题', 'text': '内容'}
    >>> match(["内容", "评论"], {"text": "评论"})
    {'text': '评论'}
    """
    names = tuple(names)
    chosen = {field: name for field, wanted in (columns or {}).items() if (name := _named(wanted, names))}
    taken = set(chosen.values())
    free = [name for name in names if name not in taken]
    for name in sorted(free, key=lambda name: RANK.get(plain(name), 0)):
        if (field := field_of(name)) and field not in chosen and field not in (columns or {}):
            chosen[field] = name
    if "text" not in chosen and "text" not in (columns or {}):
        chosen |= _by_ending(name for name in free if name not in chosen.values())
    return {field: chosen[field] for field in FIELDS if field in chosen}


def is_header(names: Sequence[str], columns: Mapping[str, str], needs: str = "text") -> bool:
    """Whether cells are the names of columns, one of which is known to be the field that the file `needs`."""
    wanted = columns.get(needs)
    return bool(_named(wanted, tuple(names))) if wanted else any(field_of(name) == needs for name in names)


def require(names: Sequence[str], columns: Mapping[str, str], file: str, needs: str = "text") -> dict[str, str]:
    """`match`, for a file that is of no use without the field it `needs`.

    Raises: InputError where a column the caller named is absent, or that field (for a text also a title) is not found.
    """
    found = match(names, columns)
    listed = ", ".join(name for name in names if name)[:300]
    for field, column in columns.items():
        if field not in found:
            raise InputError(f"{file} has no column {column} (for {field}) among: {listed}")
    if needs not in found and not (needs == "text" and "title" in found):
        raise InputError(f"{file} has no {needs} column among: {listed}; name it with --column {needs}=NAME")
    return found


def _named(wanted: str, names: tuple[str, ...]) -> str:
    if wanted in names:
        return wanted
    return next((name for name in names if name.strip().casefold() == wanted.strip().casefold()), "")


def _by_ending(names: Iterable[str]) -> dict[str, str]:
    for name in names:
        told = plain(name)
        if not field_of(name) and TEXT_ENDINGS.search(told) and not COMPANY_WROTE.search(told):
            return {"text": name}
    return {}


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """The name of a column as it is compared with others."""
    return PUNCTUATION.sub("", REMARK.sub("", unicodedata.normalize("NFKC", name))).casefold().translate(SIMPLIFIED)
