"""Adult and gambling texts that hidden code leaves behind pages of public bodies. Only the tail is cut."""

import re

_ADULT = (
    r"无码|[av∨]v(?:在线|视频|影院|天堂|资源|中文|免费|网站|片)|a∨|aⅴ|av中文|一级a|a片|毛片|黄片|人妻|熟妇|熟女|乱伦|巨乳|爆乳|潮喷|牲交"
    r"|添荫蒂|约炮|援交|裸聊|成人(?:视频|影院|网站|电影|图片|小说|在线|片|论坛)"
    r"|(?:国产|日本|欧美|亚洲|韩国|日韩)(?:一级|无码|精品|自拍|在线|成人|视频|综合网|熟|综合|三级|av|日本)"
    r"|中文字幕(?:第|在线|免费|无码|人妻|一区|av)|久久(?:久|精品|综合|热)|一区二区|三级片|伦理片|色情(?:网|片|视频)"
    r"|激情(?:视频|小说|图片|五月)|在线观看(?:免费|视频|国产|高清)|免费(?:观看|看片)|高清无"
)
_GAMBLING = (
    r"娱乐城|博彩|时时彩|六合彩|澳门(?:新?葡京|威尼斯|金沙|银河|永利|赌场)|威尼斯人(?:娱乐|官网)|葡京|百家乐|老虎机|真人荷官|真人娱乐"
    r"|棋牌(?:游戏|平台|官网|下载)|捕鱼(?:游戏|达人|平台)|注册(?:即)?送(?:彩金|\d+)|送彩金|彩金|体育(?:投注|官网|app|平台下载)"
    r"|(?:足球|竞彩)投注|(?:开云|亚博|乐鱼|华体会|必威|万博|爱游戏|凯发|九游|米兰|金年会|bet365|im电竞)"
    r"(?:体育|官网|平台|app|娱乐|\(中国\))?|外围(?:网站|投注)|北京赛车|pk10|快三(?:平台|计划)|彩票(?:平台|网站|计划|app)|私服"
)
_TRADE = r"代开(?:发票|增值税)|发票代开|办证刻章|刻章办证|迷药|催情|迷情|春药|贷款秒批|黑户贷款|信用卡套现"
_TERM = re.compile(rf"{_ADULT}|{_GAMBLING}|{_TRADE}")
_ADDRESS = re.compile(r"https?://\S+|www\.[\w.-]+/?")
_STOP = re.compile(r"[。！？!?；;…](?:[”」』）)])?\s*")
_CAMPAIGN = re.compile(r"打击|整治|查处|取缔|严禁|禁止|防范|抵制|清理|非法|违法|举报|专项行动|扫黄")


def spam_from(form: str) -> int | None:
    """Where the spam of a line begins (0: all of it), or None. ``form`` is the line's matching form.

    Two different terms, or one with an address, make spam; a sentence about fighting such things does not.
    """
    terms = list(_TERM.finditer(form))
    if not terms:
        return None
    different = len({term[0] for term in terms})
    first = terms[0].start()
    if different < 2 and not (len(form) < 120 and _ADDRESS.search(form)):
        return None
    if _CAMPAIGN.search(form) and different < 4:
        return None
    sentence = max((stop.end() for stop in _STOP.finditer(form) if stop.end() <= first), default=0)
    address = next((found.start() for found in _ADDRESS.finditer(form) if sentence <= found.start() < first), first)
    blank = form.rfind(" ", sentence, min(first, address) + 1)
    return blank if blank > sentence and len(form[sentence:blank].strip()) >= 8 else sentence
