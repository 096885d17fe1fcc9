"""Whether a sentence can be what was asked for: a number question wants a number, a where question a place."""

import re

from retrieval.types import Kind

_COUNT = "0-9０-９一二三四五六七八九十百千万亿两零〇几数"
_NUMBER = re.compile(
    rf"[{_COUNT}][{_COUNT}.,%％]*\s*(?:余|多)?(?:个|個|名|人|家|所|项|項|张|張|元|亿|億|万|萬|平方|公里|岁|歲|次|种|種|例|台|辆|輛"
    r"|支|户|戶|天|年|月|日|小时|小時|分钟|分鐘|倍|成|%|％|家次|人次|床|期|批|届|屆|级|級|类|類|点|點|条|條)"
)
_DIGITS = re.compile(r"[0-9０-９]")
_PLACE = re.compile(
    r"[\u4e00-\u9fff]{1,8}(?:省|市|县|縣|区|區|镇|鎮|乡|鄉|街道|社区|社區|村|路|街|片区|片區|中心|医院|醫院|卫生院|衛生院|馆|館|站|园|園)"
)
_PERSON = re.compile(
    r"(?:局长|局長|书记|書記|主任|院长|院長|县长|縣長|区长|區長|市长|市長|部长|部長|主席|负责人|負責人|医生|醫生|教授|院士)"
    r"[、,，:：]?[\u4e00-\u9fff]{2,4}"
)
_TIME = re.compile(
    rf"[{_COUNT}]+\s*(?:年|月|日|季度|点|點)|年底|年初|年内|年內|月底|上半年|下半年|目前|近日|期间|期間|今年|明年|十四五|十五五"
)
_METHOD = re.compile(
    "通过|通過|推行|采取|採取|采用|採用|依托|依託|实行|實行|建立|开展|開展|推进|推進|加强|加強|争取|爭取|落实|落實"
)


def fit(kind: Kind, text: str) -> float:
    """How far the sentence is of the kind asked for: 0 (no sign of it) to 1."""
    if kind is Kind.NUMBER:
        return 1.0 if _NUMBER.search(text) else 0.5 if _DIGITS.search(text) else 0.0
    if kind is Kind.WHERE:
        return 1.0 if _PLACE.search(text) else 0.0
    if kind is Kind.WHO:
        return 1.0 if _PERSON.search(text) else 0.0
    if kind is Kind.WHEN:
        return 1.0 if _TIME.search(text) else 0.0
    if kind is Kind.LIST:
        return min(1.0, (text.count("、") + text.count("；") + text.count(";") + text.count("\n")) / 3)
    if kind is Kind.HOW:
        return 1.0 if _METHOD.search(text) else 0.5
    return 0.5
