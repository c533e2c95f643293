"""The table of what is masked: token, what a text must hold for the rule to be tried at all, pattern, check."""

from __future__ import annotations

import re
from collections.abc import Callable
from re import Match
from typing import NamedTuple

from voc.mask import checks
from voc.mask.checks import TAKEN

# What a text must hold at least for a rule to be tried at all; most texts hold none of it.
AN_AT = re.compile(r"@|#|艾特|[(\[]a[)\]]|(?<![a-z])at(?![a-z])", re.IGNORECASE)
SEVEN_DIGITS = re.compile(r"[0-9](?:[ .\-—–·()_/~]{0,3}[0-9]){6}")
A_CONTACT = re.compile(
    r"(?:[qvwx信微薇喂徽嶶芯❤♥扣抠口球鹅叩秋蔻群泡星件🐧]|chat|xin).{0,14}?[0-9a-z_-]{5}|"
    r"[扣抠口球鹅叩q🐧].{0,6}?(?:[0-9] ){4}",
    re.IGNORECASE | re.DOTALL,
)
A_PLATE = re.compile(r"[京津沪冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤川青藏琼宁渝][A-Z]", re.IGNORECASE)
A_NUMBER_OF_A_HOUSE = re.compile(r"[0-9一二三四五六七八九十百][号弄栋幢座期]")
A_NAME = re.compile(r"我叫|我是|名字|姓名|系人|[货件诉请卡]人|户主|[车机]主|本人")
A_DEVICE = re.compile(
    r"imei|meid|串[号码]|mac|[0-9a-f]{2}[:-][0-9a-f]{2}[:-]|(?<![a-z])ip|抖音|快手|小红书|支付宝|钉钉|微博|b站|电报|飞机|"
    r"telegram|tg|skype|whatsapp",
    re.IGNORECASE,
)
NEEDS = (AN_AT, SEVEN_DIGITS, A_CONTACT, A_PLATE, A_NUMBER_OF_A_HOUSE, A_NAME, A_DEVICE)

SAYS = r"\s{0,3}(?:号码?|账号|帐号|id)?\s{0,3}(?:是|为)?\s{0,3}[:=>→~,\-_./|(\[【「“\"+♥❤\ufe0f]{0,3}\s{0,3}"

# -- e-mail
MAILERS = r"(?:qq|163|126|139|189|gmail|foxmail|sina|sohu|outlook|hotmail|live|yahoo|icloud|yeah|aliyun)"
ENDING = r"(?:com|cn|net|org|edu)"
LOOSE_DOT = rf"\s{{0,2}}(?:[.。点]|[(\[]dot[)\]]|dot)\s{{0,2}}(?={ENDING}(?![a-z]))"
AT = (
    rf"(?:\s?@\s?|[(\[]\s?(?:at|艾特|@)\s?[)\]]|\s?[(\[](?:a|\#)[)\]]\s?(?={MAILERS})|\s?艾特\s?(?=[0-9a-z])"
    rf"|\s?\#\s?(?={MAILERS})|\s[(\[]?at[)\]]?\s(?={MAILERS}))"
)
EMAIL = (
    rf"(?<![0-9a-z._%+@-])(?P<local>[0-9a-z][0-9a-z._%+-]{{0,63}}){AT}"
    rf"(?:[0-9a-z-]{{1,63}}(?:[.。]|{LOOSE_DOT})){{1,4}}(?P<ending>[a-z]{{2,10}})(?![0-9a-z])"
)

# -- numbers of documents
PROVINCE = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
ID_CARD = (
    rf"(?<![0-9a-z_])(?:(?={PROVINCE})[0-9]{{6}}[ -]?(?:18|19|20)[0-9]{{6}}[ -]?[0-9]{{3}}[ -]?[0-9x]|"
    rf"{PROVINCE}[ -][0-9]{{4}}[ -](?:18|19|20)[0-9]{{6}}[ -][0-9]{{3}}[0-9x]|{PROVINCE}[0-9]{{13}})(?![0-9a-z_])"
)
BANK_CARD = r"(?<![0-9a-z_.])[0-9](?:[ -]?[0-9]){15,18}(?![0-9a-z_])(?![ -][0-9])"
DOCUMENT = (
    rf"(?:护照|passport|通行证|回乡证|台胞证|军官证|士兵证|驾驶证|驾照|社保卡?|居[住留]证|永居证)"
    rf"\s?(?:档案)?(?:编号|号码|号|no\.?|number)?{SAYS}"
    r"(?P<secret>[a-z]{0,3}[0-9]{7,18}x?|[\u4e00-\u9fff]字第[0-9]{5,10}号)(?![0-9a-z])"
)

# -- telephones
LEFT = r"(?<![0-9A-Za-z_])(?<![A-Za-z]-)(?<![0-9]\.)(?:(?<![0-9]-)|(?<=1[3-9][0-9]{9}-))(?<![¥￥$€])"
COUNTED = r"(?!\s?(?:元|块|次|条|个(?!人)|万|亿|字节|人民币|台|件|步|像素|用户|%))"
RIGHT = rf"(?![0-9A-Za-z_])(?!\.[0-9])(?!-[0-9]{{1,6}}(?![0-9])){COUNTED}"
GAP = r"[ \-—–·_/~]{0,2}"
CHINA = r"(?:\(?(?:\+|00)86\)?[ -]{0,2}|\(86\)[ -]?|86[ -]?)?"
GROUPS = ("4 4 3", "3 3 5", "3 5 3", "5 6", "6 5", "3 2 2 2 2")  # ways of grouping beside 3 4 4


def _grouped(sizes: str) -> str:
    first, *rest = map(int, sizes.split())
    return rf"1[3-9][0-9]{{{first - 2}}}" + "".join(rf"[ -][0-9]{{{size}}}" for size in rest) + "(?![ -][0-9])"


MOBILE = (
    rf"(?:1[3-9][0-9]\.[0-9]{{4}}\.[0-9]{{4}}|1[3-9][0-9]{GAP}[0-9]{{4}}{GAP}[0-9]{{4}}|"
    rf"{'|'.join(map(_grouped, GROUPS))}|1[ -][3-9](?:[ -][0-9]){{9}})"
)
AREA = r"0(?:10|2[0-57-9]|[3-9][0-9]{2})"
EXTENSION = r"(?:\s?(?:-|转|分机|ext\.?)\s?[0-9]{1,6})?"
LOCAL = rf"[1-9][0-9]{{2,3}}[ -]?[0-9]{{4}}{EXTENSION}"
LANDLINE = (
    rf"(?:(?:\+86[ -]?)?\({AREA}\)[ -]?{LOCAL}|(?:\+86[ -]?)?{AREA}[ —-]{{1,3}}{LOCAL}|"
    rf"{AREA}[2-8][0-9]{{6,7}}{EXTENSION}|\+86[ -]\(?(?:10|2[0-57-9]|[3-9][0-9]{{2}})\)?[ -]{LOCAL})"
)
SAID_TO_BE_A_PHONE = (
    rf"(?:电话|座机|固话|致电|传真|tel|fax){SAYS}(?P<secret>[2-8][0-9]{{2,3}}[ -]?[0-9]{{4}}{EXTENSION}){RIGHT}"
)

# -- chat
ADD = r"(?:加|\+|添加|联系|私|找|搜)(?:我|一下|下|个|客服|老师|本人|群主|店主)*的?\s{0,3}"
QQ = (
    rf"(?:(?:(?<![a-z])q\s?q|q扣|扣扣|抠抠|口口|蔻蔻|球球|企鹅|🐧|叩叩|秋秋|"
    rf"(?:{ADD}|我的?|(?<![a-z0-9]))q(?=\s?[:号群是])|扣(?=\s?[:号])|{ADD}[q扣])"
    rf"\s?(?:交流|讨论|售后)?(?:官方)?群?|扣群|qun)"
)
QQ_NUMBER = (
    r"(?P<secret>[1-9][0-9]{4,10}|[1-9](?: [0-9]){4,10})(?![0-9A-Za-z_@])(?!\.[0-9])"
    r"(?!\s?(?:元|块|人|次|条|个|万|亿|币|米|步|用户|年|版))"
)
GROUP_NUMBER = rf"群{SAYS}(?P<secret>[1-9][0-9]{{6,9}})(?![0-9A-Za-z_@])(?!\.[0-9]){COUNTED}(?!\s?人)"
HEART = r"[❤♥💗💕]\ufe0f?"
WECHAT = (
    rf"(?:[微薇威维徽嶶喂]\s?(?:{HEART})?\s?[信芯]|[微薇威维徽嶶喂]\s?{HEART}|v\s?信|w信|v\s?{HEART}|wei ?(?:xin|信)|"
    rf"we ?chat|微x|绿泡泡|加绿色软件|(?<![A-Za-z0-9])[vw]\s?(?:{HEART})?x)"
)
WECHAT_ID = rf"(?P<secret>[A-Za-z][A-Za-z0-9_-]{{4,19}}|[1-9][0-9]{{5,10}}{COUNTED})(?![A-Za-z0-9_@-])(?!\.[0-9A-Za-z])"
V = r"(?:v(?![a-z])|(?<=加)v(?=[a-z_-]*[0-9])|(?<=加我)v(?=[a-z_-]*[0-9]))"
SIGN = r"(?:搜|(?:同?号码?|账号|帐号|id)\s{0,3}(?:是|为)?\s{0,3}[:=]?|是|为|[:=→~>])"
SAID_TO_BE_WECHAT = rf"(?:{WECHAT}\s?{SIGN}|我的(?:个人)?{WECHAT}|{ADD}(?:{WECHAT}|[微薇威]|{V}))"
OTHER_CHATS = (
    r"(?:抖音|快手|小红书|支付宝|钉钉|微博|b站|闲鱼|陌陌|电报|纸?飞机|telegram|(?<![a-z])tg|skype|whatsapp)"
    r"(?:\s?(?:号码?|账号|帐号|u?id)\s{0,2}(?:是|为)?[:=\s]{0,3}@?|\s{0,2}:\s{0,2}@?|\s{0,2}@)"
    r"(?P<secret>[a-z0-9][a-z0-9_.-]{4,30})(?![a-z0-9@])"
)

# -- where somebody lives, and what they drive
PLACE = r"(?:(?![我你他她们在到住寄送址的是给去了至于错放填写说])[\u4e00-\u9fff])"
HOUSE = r"(?:[0-9]{1,5}|[一二三四五六七八九十百零]{1,5})"
ROOM = (
    r"(?:(?:[0-9]{1,5}[A-Z]?|[A-Z][0-9]{0,5}|[一二三四五六七八九十]{1,3})"
    r"(?:号[楼院]|单元|[号弄栋幢座层楼室房门期院])?-?){0,6}"
)
STREET = (
    rf"(?P<region>(?:{PLACE}{{2,7}}?(?:省|自治区|市|区|县|州|镇|乡)){{0,4}})"
    rf"(?P<street>{PLACE}{{1,7}}?(?:路|街|大道|巷|胡同))(?:[东南西北中]段)?{HOUSE}(?:号院|号(?!线)|弄){ROOM}"
)
ESTATE = (
    rf"{PLACE}{{2,8}}?(?:小区|花园|家园|公寓|苑|新村|雅居|公馆|园)(?:[东南西北]区)?"
    rf"(?:{HOUSE}期)?{HOUSE}(?:号楼|[栋幢座号])(?:{HOUSE}(?:单元|[层室房楼门])?){ROOM}"
)
PLATE = (
    r"[京津沪冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤川青藏琼宁渝][A-HJ-NP-Z][ ·•.-]?"
    r"(?:[A-HJ-NP-Z0-9]{5}|[DF][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[DF])(?![A-Z0-9])"
)

# -- people and devices
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢"
    "姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文"
    "牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷"
    "盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜"
    "冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝"
)
TWO_CHARACTER_SURNAMES = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|南宫|长孙|宇文"
TITLES = r"(?:先生|女士|小姐|师傅|老师|经理|医生|阿姨|大[哥姐妈爷]|同学|老板|总$)"
NO_NAME = (  # words that begin like a name
    "方式|方面|方法|方便|高亮|高级|高德|金额|金牌|白名|白天|黄页|黄牌|常用|任何|任意|成功|安全|文件|文本|全部|全都|全名|"
    "时间|明细|明明|明天|万一|管理|简称|简介|关系|关联|单位|解除|马上|连忙|路由|华为|小米|米家|包括|石头|易用|向上|"
    "应该|查询|查看|查找|和|时|有|名|米粉|米兔|车|农民|师傅|司机|古董|边缘|米线|余额|单身|单亲|雷军|卫生|关注|关闭|包装|包裹"
)
NAME = (
    rf"(?!{NO_NAME})(?P<secret>(?:(?:{TWO_CHARACTER_SURNAMES})[\u4e00-\u9fff]{{1,2}}?|"
    rf"[{SURNAMES}](?!{TITLES})[\u4e00-\u9fff]{{1,2}}?))"
)
NAME_ENDS = rf"(?=$|[\s,，。.;；!！、:(（0-9{TAKEN}]|电话|手机|身份证|微信|是|女|男|住)"
MORE = rf"(?=[^\n。！!{TAKEN}]{{0,12}}{TAKEN})"  # something personal follows
LABEL = r"(?:联系人|收货人|收件人|投诉人|申请人|寄件人|持卡人|户主|车主|机主|姓名)"
NAMED = (
    rf"(?:我叫|名字[叫是]){NAME}{NAME_ENDS}",
    rf"{LABEL}(?:\s{{0,2}}[:是为]\s{{0,2}}){NAME}{NAME_ENDS}",
    rf"(?:{LABEL}\s{{0,2}}|我是|本人){NAME}{NAME_ENDS}{MORE}",
)
IMEI = rf"(?:imei|meid|串[号码])\s?[12]?(?:号|码)?{SAYS}(?P<secret>[0-9a-f]{{14,17}})(?![0-9a-z])"
MAC = r"(?<![0-9a-f:.-])[0-9a-f]{2}(?P<by>[:-])(?:[0-9a-f]{2}(?P=by)){4}[0-9a-f]{2}(?![0-9a-f:.-])"
DOTTED_MAC = rf"mac\s?(?:地址)?{SAYS}(?P<secret>(?:[0-9a-f]{{4}}\.){{2}}[0-9a-f]{{4}})(?![0-9a-f.])"
IP = (
    rf"(?<![a-z])ip\s?(?:v[46])?\s?(?:地址)?\s?(?:显示|定位)?{SAYS}"
    r"(?P<secret>(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9a-f]{1,4}(?::{1,2}[0-9a-f]{1,4}){2,7})(?![0-9a-f:]|\.[0-9])"
)


class Rule(NamedTuple):
    """`token` takes the place of what `pattern` finds and `passes` lets through, in texts that hold what it `needs`."""

    token: str
    needs: re.Pattern[str]
    pattern: re.Pattern[str]
    passes: Callable[[Match[str]], bool]


def _rule(
    token: str, needs: re.Pattern[str], pattern: str, passes: Callable[[Match[str]], bool] = checks.any_match
) -> Rule:
    return Rule(f"[{token}]", needs, re.compile(pattern, re.IGNORECASE), passes)


RULES = (
    _rule("邮箱", AN_AT, EMAIL, checks.is_email),
    _rule("设备号", A_DEVICE, IMEI),
    _rule("设备号", A_DEVICE, MAC),
    _rule("设备号", A_DEVICE, DOTTED_MAC),
    _rule("IP", A_DEVICE, IP, checks.is_public),
    _rule("身份证", SEVEN_DIGITS, ID_CARD, checks.is_id_card),
    _rule("证件", SEVEN_DIGITS, DOCUMENT),
    _rule("银行卡", SEVEN_DIGITS, BANK_CARD, checks.is_bank_card),
    _rule("手机号", SEVEN_DIGITS, rf"{LEFT}{CHINA}{MOBILE}{RIGHT}", checks.is_phone),
    _rule("电话", SEVEN_DIGITS, rf"{LEFT}{LANDLINE}{RIGHT}", checks.is_phone),
    _rule("电话", SEVEN_DIGITS, SAID_TO_BE_A_PHONE, checks.is_no_day),
    _rule("账号", A_DEVICE, OTHER_CHATS, checks.is_account),
    _rule("QQ", A_CONTACT, rf"{QQ}{SAYS}{QQ_NUMBER}", checks.is_no_day),
    _rule("QQ", A_CONTACT, GROUP_NUMBER, checks.is_no_day),
    _rule("微信", A_CONTACT, f"{SAID_TO_BE_WECHAT}{SAYS}{WECHAT_ID}", checks.is_account),
    _rule(
        "微信",
        A_CONTACT,
        rf"(?:(?!wx[a-z0-9]){WECHAT}\s?|卫星|(?<![a-z0-9])v\s?:|[微薇]\s?:){SAYS}{WECHAT_ID}",
        checks.is_certain_account,
    ),
    _rule("车牌", A_PLATE, PLATE, checks.is_plate),
    _rule("地址", A_NUMBER_OF_A_HOUSE, STREET, checks.is_street),
    _rule("地址", A_NUMBER_OF_A_HOUSE, ESTATE),
    *(_rule("姓名", A_NAME, pattern) for pattern in NAMED),
)
