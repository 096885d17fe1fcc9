"""What stands around a place name and makes it none: 湄潭街, 梁亚东, and two words that met."""

from collections.abc import Sequence
from typing import Protocol

from retrieval import text as texts

# words that make a bare name before them the name of something smaller or other than the county
_SMALLER_WORDS = """
    社区 村 镇 乡 街 大街 街道 路 路口 北路 南路 东路 西路 中路 大道 巷 河 江 湖 山 岭 桥 大桥 水库 站 车站 火车站
    寺 广场 小区 公园 酒店 大厦 集团 公司 先生 女士 大学 学院 医科大学 医学院
"""
_TOWN = "镇乡村"
# 乡镇, 村医, 村里, 镇上 speak of all towns and villages, not of one
_NO_TOWN = "里上民医级干卫镇村"
_TOWN_RULES = ("辖", "属", "设", "派")  # 沈丘乡下辖 is a town, 沈丘乡下 the countryside
_SMALLER = frozenset(_SMALLER_WORDS.split())
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟"
    "熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤"
)
# jieba's count from which a character is a common word by itself
_COMMON = 3000
_BEFORE_NAMES = "在到于是从赴向省市州"


class Spanned(Protocol):
    """Something found in a text."""

    @property
    def end(self) -> int:
        """Where it ends, exclusive."""


def is_smaller(plain: str, following: Sequence[tuple[str, int, int]], end: int) -> bool:
    """Whether the next word makes the name that of a street, a river, a town or a village."""
    after = plain[end : end + 3]
    if after and after[0] in _TOWN:
        everywhere = after[:2] == "乡下" and after[2:] not in _TOWN_RULES
        return after[1:] == "" or (after[1] not in _NO_TOWN and not everywhere)
    return any(start == end and word in _SMALLER for word, start, _ in following)


def is_given(spans: Sequence[tuple[str, int, int]], at: int) -> bool:
    """Whether a surname stands directly before, so that 梁 + 亚东 is a person."""
    return at > 0 and spans[at - 1][2] == spans[at][1] and spans[at - 1][0] in _SURNAMES


def stands_apart(plain: str, start: int, found: Sequence[Spanned]) -> bool:
    """Whether a name such as 和县 or 成县, whose first character is a common word, is more than two words that met."""
    if texts.word_frequency(plain[start]) < _COMMON or start == 0 or (found and found[-1].end == start):
        return True
    return plain[start - 1] in _BEFORE_NAMES or not plain[start - 1].isalnum()
