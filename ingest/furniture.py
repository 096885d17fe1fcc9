"""Lines that are furniture by themselves: what a page says besides the article. ``docs/cleaning.md`` lists the rules.

All patterns are matched against ``matching`` forms: simplified, half-width, lower-case. A line that
reads like prose is out of reach of all but the copyright, imprint and code rules.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from ingest.vocabulary import MENU, MENU_OR_HEADING

_HAN = "\u4e00-\u9fff"
_NAME = rf"[{_HAN}·]{{2,4}}"
_NAMES = rf"{_NAME}(?:[、,，/\s]+{_NAME}){{0,5}}"
_DATE = (
    r"\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?(?:\s?(?:星期|周)[一二三四五六日天])?"
    r"(?:\s?[上下]午|\s?t)?(?:\s{0,3}\d{1,2}[:：时]\d{1,2}(?:[:：分]\d{1,2}秒?)?分?)?"
)
_LEAD = re.compile(r"^[•·●◆■▪○◇□★☆※*►▶→↓↑\-–—>»|\s]+")
_PROSE_MARK = re.compile(r"[。；！？;!?]|[，,][^，,]+[，,]")
_SPLIT = re.compile(r"[\s|/·•【】\[\]〖〗「」<>›»:：_—\-–,、()（）+^↑]+")

LABELLED = re.compile(
    rf"(?:发布|发表|更新|成文|发文|生成|录入|公开|上传|编辑)(?:时间|日期)\s?[:：]?\s?(?:{_DATE})?"
    rf"|(?<!数据)(?<!资料)(?:信息|稿件|文章|新闻|内容)?(?:来源|稿源|来自|出处)\s?[:：]\s?[^\s|;；。]{{0,30}}"
    rf"|(?:发布|发文|公开)(?:机构|单位|机关|部门|者|人)\s?[:：]\s?[^\s|;；。]{{0,30}}"
    rf"|(?:责任编辑|本期编辑|值班编辑|网站编辑|编辑|责编|校对|审核|初审|复审|终审|签发|编审|监制|排版|美编|作者|撰稿|撰文|供稿|摄影"
    rf"|文/图|图/文|图文|通讯员|[一二三]审)\s?[:：/]\s?(?:{_NAMES}|[^\s|;；。，,]{{0,16}})"
    rf"|(?:责任编辑|责编)\s{_NAMES}"
    rf"|记者\s?[:：]?\s?{_NAMES}$"
    rf"|(?:索\s?引\s?号|文\s?号|发文字号|主题分类|主题词|公开方式|公开范围|信息分类|体裁分类|有效性|统一登记号|稿件类型)\s?[:：]\s?[^\s|;；。]{{0,40}}"
    rf"|原创\s{_DATE}?"
)
COUNTER = re.compile(
    r"\d[\d,.]*\s?万?\+?\s?(?:次|个|条|人)?\s?(?:浏览|阅读|点击|评论|点赞|人气|收藏|围观)(?:量|数)?"
    r"|(?:浏览|阅读|点击|评论|访问|点赞|围观)(?:量|数|次数|人数|率)?\s?[:：(（]?\s?(?:\d[\d,.]*\s?万?\+?|loading|--)?\s?[次人条]?[)）]?(?=\s|$|[|】\]])"
    r"|(?:人气|热度)\s?[:：]\s?\d*"
)
_CLOCKED = re.compile(rf"(?:{_DATE})(?<=\d[:：]\d\d)")
_BARE_DATE = re.compile(_DATE)

_RULES: tuple[tuple[str, int, re.Pattern[str]], ...] = (
    (
        "breadcrumb",
        90,
        re.compile(
            r"^(?:您?的?(?:当前|现在|所在)的?(?:位置|栏目|页面)|您(?:现在)?(?:所在)?的?位置(?:是)?|位置|导航)(?:是|为)?\s?[:：].*"
            r"|^(?:网站|返回|本站)?(?:首\s?页|主页|home)\s?(?:[>›»/→\-|]|::).*"
            r"|^[^。，；！？,;]{1,20}(?:\s?(?:>+|›|»|→|&gt;)\s?[^。；！？;>›»]{1,40}){2,}$"
            r"|^[^。，；！？,;]{1,12}\s?(?:>|›|»)\s?(?:正文|详情|内容)$"
        ),
    ),
    (
        "prev-next",
        90,
        re.compile(r"^(?:上|下|前|后)一?(?:篇|条|页|则|期)(?:文章|新闻|信息|内容|一篇)?\s?(?:[:：>»】\]]|没有|$).*"),
    ),
    (
        "comments",
        60,
        re.compile(
            r"^(?:还没有|暂无|暂时没有|没有更多|快来|我要|我来|发表|发布|添加|网友|最新|热门|全部|精彩|用户|查看|游客|写)(?:任何|你的|您的|更多|\d+条)?"
            r"(?:评论|留言|跟帖|回复|抢沙发|来说两句|说两句).*"
            r"|^(?:评论|留言|跟帖)(?:列表|区|\(\d*\)|（\d*）|共?\d+条)?$|^共(?:有)?\d+条?(?:评论|留言).*|.*(?:来说两句吧|抢沙发|登录后(?:才)?(?:可以|能)?(?:评论|发表)).*"
        ),
    ),
    (
        "share",
        90,
        re.compile(
            r"^(?:一键)?分享(?:到|至|本文|给|按钮|文章)?(?:\s|[:：|]|$).*|.*百度分享.*|.*(?:扫一扫|扫码|扫描).{0,12}(?:关注|分享|阅读|手机|二维码|下载|打开|访问|查看|朋友圈|好友).*"
            r"|^(?:微信|手机|请?用微信)?(?:扫一扫|扫码|扫描二维码).{0,24}$|.*长按.{0,8}(?:识别|二维码|关注|图片).*|.*点击(?:上|下)[方面].{0,12}(?:关注|蓝字|名片|订阅|阅读).*"
            r"|^(?:轻触|点击)?阅读原文$|.*(?:两下取消(?:赞|在看)|喜欢此内容的人还喜欢|预览时标签不可点|继续滑动看下一个|向上滑动看下一个|收录于(?:合集|话题|专辑)).*"
            r"|^(?:微信号|微信公众号|公众号|功能介绍|原创|视频号|抖音号)\s?[:：].*|^.{0,12}(?:点赞|在看|转发|收藏|星标)(?:[、,，和\s+]{0,3}(?:点赞|在看|转发|收藏|分享|关注|星标)){1,}.{0,10}$"
            r"|^(?:关注|订阅)(?:我们|我|本号|公众号).{0,20}$|^欢迎(?:关注|扫码|转发|投稿|订阅|分享).{0,30}$|^(?:-|—|\s)*(?:end|完|the end)(?:-|—|\s)*$"
        ),
    ),
    (
        "related",
        40,
        re.compile(
            r"^(?:相关(?:阅读|文章|新闻|推荐|链接|报道|资讯|信息|内容|专题|稿件|解读)|推荐(?:阅读|文章|新闻|资讯)|延伸阅读|拓展阅读|热门(?:文章|推荐|阅读|新闻|标签)"
            r"|热点(?:推荐|新闻|文章)|猜你喜欢|往期(?:回顾|推荐|精彩|内容)|最新(?:文章|新闻|资讯|发布)|精彩(?:推荐|内容)|阅读排行|点击排行|新闻排行|排行榜|为您推荐|大家都在看"
            r"|本周热门|随机(?:文章|推荐)|友情链接|标签云?|tags?|关键词|关键字)(?:[/\s]*(?:more|更多))?\s?[:：>»]*.{0,24}$"
        ),
    ),
    (
        "attachment",
        90,
        re.compile(
            r"^(?:相关)?(?:附件|下载)(?:下载|列表|信息)?\s?[:：]?$|^(?:附件\s?\d*\s?[:：.]?\s?)?[^。；]{0,60}\.(?:docx?|xlsx?|pptx?|pdf|zip|rar|wps|ofd|et|jpe?g|png|mp4)$"
        ),
    ),
    (
        "caption",
        80,
        re.compile(
            r"^(?:图为|图片为|上图|下图|左图|右图|图[一二三四五六七八九十\d]+\s?[:：、.]|▲|△|▼|↑|↓|组图[:：]|资料图).*"
            r"|.*(?:供图|摄影报道|资料图片?|图源.{0,12}|(?:[\s/(（]|记者|通讯员)\S{0,8}摄|图片?来源\s?[:：]?.{0,14}|提供(?:的)?(?:图片|照片)|(?:图片?|照片)由.{1,16}提供|图/\S{1,8})\s?[)）】]?[。.]?$"
            r"|^[(（]?(?:网络)?(?:配图|图片|图|照片|视频)[)）]?$"
        ),
    ),
    (
        "footer",
        220,
        re.compile(
            r".*[\u4e00-\u9fff]icp备.*|.*icp(?:备案|证)[:：号]?.*|.*公网安备.*|.*网站标识码.*|.*(?:copyright|©|\(c\)).*(?:\d{4}|reserved|版权|所有).*|.*all rights reserved.*"
            r"|.*版权所有.*(?:\d{4}|[:：]).*|^版权所有.{0,40}$|.*(?:技术支持|网站维护|网站建设|网站管理|建议使用.{0,10}分辨率|最佳浏览)\s?[:：]?.*(?:公司|中心|科技|分辨率|浏览器|网络|办公室).*"
            r"|^(?:主办|承办|主管|协办|运维)(?:单位)?\s?[:：].*(?:承办|主办|维护|技术支持|地址|邮编|电话).*|.*(?:不良信息举报|互联网新闻信息服务许可|网络视听许可|增值电信业务).*"
            r"|.*(?:powered by|theme by|生成时间|页面执行|统计代码).*"
        ),
    ),
    (
        "to-top",
        20,
        re.compile(
            r"^(?:(?:返回|回到|回)(?:页面)?(?:顶部|首页|列表|上页|上一页|目录)|top|↑+|顶部|go top|back to top)$"
        ),
    ),
    (
        "bare-url",
        200,
        re.compile(
            r"^(?:(?:原文|本文)?(?:链接|网址|地址|转自|原文)\s?[:：]?\s?)?(?:(?:https?://|www\.)[^\s\u4e00-\u9fff]+\s*)+$"
        ),
    ),
    (
        "site-header",
        24,
        re.compile(r"^[^。，；,;:：]{0,16}(?:正文|新闻详情|文章详情|详细内容|新闻内容|信息详情|内容详情|正文内容)$"),
    ),
    ("advertisement", 24, re.compile(r"^(?:广告|广告位|advertisement|ad|推广|赞助商?(?:链接|广告)?|adsbygoogle.*)$")),
    ("decoration", 60, re.compile(r"^[^0-9a-z\u3400-\u9fff]+$")),
    (
        "imprint",
        160,
        re.compile(
            r"^(?:抄\s?送|抄报|主送|报送|分送)\s?[:：].*|.{0,60}\d{4}年\d{1,2}月\d{1,2}日\s?印发$|^[(（]?(?:此件|本件)?(?:主动|依申请|不予)?公开(?:发布|选项)?[)）]?$"
            r"|^[(（]?(?:此件|本件).{0,12}公开.{0,6}[)）]?$|^[(（]?(?:信息)?公开(?:形式|方式|属性|选项)\s?[:：].*|.*共印\s?\d+\s?份.*"
        ),
    ),
    (
        "code",
        2000,
        re.compile(
            r".*(?:function\s?\(|document\.(?:write|get)|window\.|var\s+\w+\s?=|\$\(|</?script|addeventlistener|@media|@import|!important|\.css\b.*\{).*"
            r"|^[.#]?[\w-]+(?:\s[.#\w-]+)*\s?\{[^}]*\}?$|^[}\]);]+$|^<!--.*|.*-->$|^/\*.*\*/$"
        ),
    ),
)

_SIGNATURES = re.compile(
    r"转载|版权|免责|侵权|侵犯|本(?:网|站|平台|公众号|号|媒体|刊)|(?:及时|立即|予以)(?:更正|删除|处理|下架)|联系(?:我们|本网|本站|删除|处理|后台|小编)|仅代表作者|不代表.{0,8}(?:观点|立场)"
    r"|未经.{0,8}(?:授权|许可|同意)|书面授权|传递更多信息|真实性|法律责任|注明(?:来源|出处|来自)|凡.{0,10}注明|来源标注|合法权益|权属证明|仅供(?:参考|学习)|摘编|原作者|内容(?:来自|源于|来源)网络|违法和?不良信息"
)
_OWN_VOICE = re.compile(r"本(?:网|站|平台|公众号|号|媒体|刊|文)|转载|原作者|我们将|小编|仅代表作者|来源标注")
_NOTICE_START = re.compile(
    r"^[【\[(（]?(?:特别|郑重|重要)?(?:免责|版权|转载|法律|侵权)?(?:及|与|和|、)?(?:免责|版权|法律|转载)?(?:声明|申明|提示|说明)[】\])）]?\s?[:：]?(?:.{0,2}$|.*(?:转载|本文|本站|本网|版权).*)"
    r"|^[^。，]{0,24}(?:版权|免责)(?:与|和|及|、)?(?:免责|版权)?(?:声明|申明)\s?[:：]?$"
    r"|^(?:转载|引用)(?:请|须|时请|时须|需)?(?:注明|标明|保留|说明).*|^未经.{0,12}(?:授权|许可|同意).{0,20}(?:转载|复制|镜像|使用).*|^本文(?:来源|转(?:载)?自|由|系|链接|地址|标题|网址|出自).{0,60}$|^(?:原标题|原文标题)\s?[:：].*"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands: ``index`` of ``count`` kept lines, counting from 0."""

    index: int
    count: int

    @property
    def at_edge(self) -> bool:
        """Among the first ten or the last eight lines, where pages keep dates and signatures."""
        return self.index < 10 or self.index >= self.count - 8


def is_prose(form: str) -> bool:
    """Whether a line reads like sentences of an article rather than a label, a heading or a menu."""
    return len(form) >= 30 and bool(_PROSE_MARK.search(form))


def furniture(form: str, place: Place) -> str | None:
    """The rule that takes a whole line away, or None. ``form`` is the line's matching form."""
    bare = _LEAD.sub("", form).strip()
    if not bare:
        return "decoration"
    for name, longest, pattern in _RULES:
        if len(bare) <= longest and pattern.fullmatch(bare) and (name in _EVEN_PROSE or not is_prose(bare)):
            return name
    for judge in _JUDGES:
        if verdict := judge(bare, place):
            return verdict
    return None


_EVEN_PROSE = {"footer", "imprint", "code", "bare-url", "comments", "share"}


def _copyright(form: str, place: Place) -> str | None:
    """A notice says several things that only publishers say, in the first person of a publisher."""
    said = {match[0] for match in _SIGNATURES.finditer(form)}
    if _NOTICE_START.match(form) and (len(form) < 90 or len(said) >= 2):
        return "copyright"
    return "copyright" if len(said) >= 3 and _OWN_VOICE.search(form) else None


def _menu(form: str, place: Place) -> str | None:
    words = [word for word in _SPLIT.split(form) if word]
    if not words or len(form) > 300 or any(len(word) > 14 for word in words):
        return None
    sure = sum(word in MENU for word in words)
    known = sure + sum(word in MENU_OR_HEADING for word in words)
    if known == len(words) and (sure or known >= 3):
        return "navigation"
    if sure and len(words) >= 4 and known * 2 >= len(words) and not _PROSE_MARK.search(form):
        return "navigation"
    return None


def _page_facts(form: str, place: Place) -> str | None:
    """Date, source, author and counters, with no more than a name or a section beside them."""
    if len(form) > 140:
        return None
    labelled, rest = _cut(LABELLED, form)
    counted, rest = _cut(COUNTER, rest)
    clocked, rest = _cut(_CLOCKED, rest)
    dated, rest = _cut(_BARE_DATE, rest)
    words = [word for word in _SPLIT.split(rest) if word and word not in MENU and word not in MENU_OR_HEADING]
    beside = sum(map(len, words))
    if not labelled + counted + clocked:
        return "meta-line" if dated and not words and place.at_edge else None
    if beside > (16 if labelled + counted + clocked + dated > 1 else 6) or re.search(r"[。！？；]", rest):
        return None
    return "meta-line" if labelled or clocked or dated else "counter"


def _cut(pattern: re.Pattern[str], text: str) -> tuple[int, str]:
    rest, found = pattern.subn(" ", text)
    return found, rest


_JUDGES: tuple[Callable[[str, Place], str | None], ...] = (_copyright, _menu, _page_facts)
