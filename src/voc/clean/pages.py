"""A crawled page to its article: navigation, counters and link spam go, passages that repeat count once."""

from __future__ import annotations

import re

from voc.clean.wording import HAN, drop_glosses, simplify


def drop_furniture(text: str) -> str:
    """Remove the lines of a crawled page that are not its article: navigation, counters, copyright, link spam.

    A text is a page when it has six lines or more and one of them is certainly furniture; only then lines go that
    might be someone's own words elsewhere, such as a bare number or 作者.

    >>> drop_furniture("您的位置:首页>科技>正文\\n一\\n二\\n正文在这里。\\n128\\n上一篇:没有了\\nICP备06026258号")
    '一\\n二\\n正文在这里。'
    >>> drop_furniture("1\\n作者:我\\n上一页按不动\\n12\\n版权所有是什么意思\\n回到顶部按钮找不到了")
    '1\\n作者:我\\n上一页按不动\\n12\\n版权所有是什么意思\\n回到顶部按钮找不到了'
    """
    lines = text.split("\n")
    if len(lines) < _PAGE_LINES:
        return text
    plain = [line.strip() for line in simplify(drop_glosses(text)).split("\n")]
    gone = {n for n, line in enumerate(plain) if line and _is_certain(line)} | _teasers(plain)
    if not gone:
        return text
    return "\n".join(line for n, line in enumerate(lines) if n not in gone and not (plain[n] and _is_likely(plain[n])))


def _is_certain(line: str) -> bool:
    if len(line) <= _NAV_LENGTH and (_NAV.fullmatch(line) or _LEGAL.search(line)):
        return True
    return bool(_NOTICE.match(line)) or len(_LINK_SPAM.findall(line)) >= 3 or _is_keyword_line(line)


def _is_likely(line: str) -> bool:
    if len(line) <= _NAV_LENGTH and _LIKELY.fullmatch(line):
        return True
    parts = _LINK_SEPARATOR.split(line)
    return len(parts) >= 8 and len(line) <= 12 * len(parts) and not _SENTENCE_END.search(line)


def _is_keyword_line(line: str) -> bool:
    """A title made for search engines says one name again and again: 张三,张三讲师,张三培训,张三联系方式."""
    parts = [part for part in re.split(r"[,，_|]", line) if part]
    return len(parts) >= 4 and len(parts[0]) >= 2 and sum(part.startswith(parts[0]) for part in parts) >= 4


def _teasers(lines: list[str]) -> set[int]:
    """Excerpts of other articles at the end: four or more lines cut off at the same length."""
    found: list[int] = []
    for n in range(len(lines) - 1, -1, -1):
        if not lines[n]:
            continue
        cut_off = len(lines[n]) >= _PASSAGE and lines[n].endswith(("...", "…"))
        if not cut_off or (found and abs(len(lines[n]) - len(lines[found[0]])) > 6):
            break
        found.append(n)
    return set(found) if len(found) >= 4 else set()


def drop_repeated_passages(text: str) -> str:
    """Keep the first of passages that a page repeats, comparing letters and digits only.

    A passage also repeats when an earlier one contains it from the beginning of a clause; a short line, a heading say,
    goes with the repeated passage that follows it.

    >>> drop_repeated_passages("更新之后,指纹经常识别失败,要试多次。\\n好\\n更新之后指纹经常识别失败,要试多次。\\n好")
    '更新之后,指纹经常识别失败,要试多次。\\n好\\n好'
    """
    if "\n" not in text:
        return text
    lines = text.split("\n")
    words = [_WORD.findall(line) for line in lines]
    keys = ["".join(parts) for parts in words]
    repeats = _repeats(keys, words)
    seen: dict[str, int] = {}
    for n, key in enumerate(keys):
        seen.setdefault(key, n)
    follows = False
    for n in range(len(lines) - 1, -1, -1):
        if keys[n]:
            if follows and len(keys[n]) < _PASSAGE and seen[keys[n]] < n:
                repeats.add(n)
            follows = n in repeats
    return "\n".join(line for n, line in enumerate(lines) if n not in repeats)


def _repeats(keys: list[str], words: list[list[str]]) -> set[int]:
    """Numbers of the passages that stand, whole, in an earlier one."""
    repeats: set[int] = set()
    clauses: dict[str, tuple[int, int]] = {}
    for n, key in enumerate(keys):
        line, offset = clauses.get(key[:_PASSAGE], (n, 0))
        long_enough = len(key) >= (_PASSAGE if len(key) == len(keys[line]) else _PASSAGE * 2)
        if line < n and long_enough and keys[line].startswith(key, offset):
            repeats.add(n)
            continue
        offset = 0
        for word in words[n]:
            if len(key) - offset >= _PASSAGE:
                clauses.setdefault(key[offset : offset + _PASSAGE], (n, offset))
            offset += len(word)
    return repeats


_PAGE_LINES = 6
_NAV_LENGTH = 120
_PASSAGE = 16
_NAV = re.compile(
    r"(?:您的?|你的?|当前)?(?:所在)?位置\s*[:：].{0,40}|首页\s*[>|»·].{0,40}|[上下]一篇\s*[:：].{0,60}|返回(?:首页"
    r"|顶部|列表)|回到顶部"
    r"|用户登录|登录\s*[|/]\s*注册|没有账号[?？]?\s*立即注册|忘记密码[?？]?|发表评论|全部评论\s*[(（]\d+[)）]"
    r"|热门(?:领域|推荐|文章|标签)\S{0,4}"
    r"|相关(?:推荐|阅读|文章)[:：]?|猜你喜欢[:：]?|你可能(?:会|也)?喜欢[:：]?|点击关闭(?:提示)?|喜欢就按个赞吧[!！]*"
    r"|分享到[:：]?.{0,20}|打印本页"
    r"|字体[:：]\s*[大小].{0,8}|鲜花(?:榜|排名|数量)|Next Article|Previous Article|.{0,40}浏览量\s*[:：]\s*\d+.{0,40}",
    re.I,
)
_LEGAL = re.compile(r"ICP[备证]\s*\d|公网安备\s*\d|Copyright\s*©|©\s*\d{4}|All Rights Reserved|常年法律顾问[:：]", re.I)
_NOTICE = re.compile(r"(?:版权声明|免责声明)[:：].{0,200}(?:转载|立场|观点|责任)")
_LIKELY = re.compile(
    r"(?:作者|来源|责任编辑|编辑)\s*[:：/].{1,40}|头像|[+＋]?\d+朵?|\d{4}-\d{2}-\d{2}\s+\d+|[\w.-]+\.(?:com|cn|net"
    r"|pic_hd|jpg|png)"
    rf"|[{HAN}]{{2,6}}(?:商机|资讯|新闻|科技|讲师|门户)网|.{{0,40}}直接对接\d+多名.{{0,40}}|版权所有.{{0,60}}",
    re.I,
)
_LINK_SPAM = re.compile(
    r"(?:国产|亚洲|欧美|日韩|成人|精品|久久|无码)(?:一区|二区|视频|无码|在线|综合|久久|天堂|专区|欧美|日韩|精品|国产"
    r"|黄色)|av大片|jizz|a级毛片|蜘蛛池",
    re.I,
)
_LINK_SEPARATOR = re.compile(r"\s*[|｜_»,，]\s*|(?<=[\u3400-\u9fff])\s(?=[\u3400-\u9fff])")
_SENTENCE_END = re.compile(r"[。！？!?；;]")
_WORD = re.compile(r"[^\W_]+")
