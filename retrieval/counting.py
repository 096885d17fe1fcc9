"""What things are counted in: nurses by the head, beds by the piece, fees in money.

A bare "how many nurses" is answered by heads only; "seventeen institutions" has a number, but of another kind.
"""

import re

from retrieval.wording import pattern

# Measure words that may answer for each other; the first group is named by any of its words.
MEASURES = {
    "money": "万亿元|亿元|万元|元|块|美元|钱|亿",
    "people": "人次|余人|余名|名|人|位",
    "places": "家|所|个|处|间|座|家次",
    "beds": "张|床",
    "vehicles": "辆|台|部|艘",
    "households": "户",
    "age": "岁",
    "area": "平方米|平方公里|公顷|亩|平米",
    "length": "公里|千米|米",
    "times": "人次|台次|车次|架次|次|例|批|起|场|期|届",
    "span": "年|个月|月|天|日|小时|分钟|周|季度",
    "share": "百分点|个百分点|成|倍|%|％|‰",
    "things": "项|种|类|条|款|件|套|只|支|本|份|层|级|门|科|点|个",
}
# what things are counted in, by the section of ``wording.txt`` that names them
_CLASSES = {
    "people": ("people",),
    "patients": ("people", "times"),
    "places": ("places",),
    "beds": ("beds", "things"),
    "vehicles": ("vehicles",),
}
_COPULA = re.compile("(?:[是有为达到共设配约]|现有|总共|一共|目前|现在|数量|总数|人数|数|的)+$")
NEAR = 10  # characters behind "how many" in which the thing stands; twice as many for a compound


def measures(asked: str | None, counted: str, before: str) -> str:
    """The measure words that answer, as alternatives of a pattern; empty where any will do.

    ``asked`` is the measure word of the question, ``counted`` what stands behind it, ``before`` what stands before the
    question word. 个 counts everything.
    """
    if asked and asked != "个":
        return "|".join(words for words in MEASURES.values() if asked in words.split("|"))
    name = _counted(counted) or ("" if counted else _ends_in(before))
    return "|".join(MEASURES[group] for group in _CLASSES[name]) if name else ""


def _counted(text: str) -> str:
    """The class of the thing named first, or of what a compound that begins with it ends in ("hospital staff",
    "children's centres"); nothing where it is not known."""
    found = sorted(
        ((match.span(), name) for name in _CLASSES for match in pattern(f"counted_{name}").finditer(text[: 2 * NEAR])),
        key=lambda pair: (pair[0][0], -pair[0][1]),
    )
    told, end = "", -1
    for (start, stop), name in found:
        if (end < 0 and start <= NEAR) or (0 <= end <= start and not pattern("does").search(text[end:start])):
            told, end = name, stop
    return told


def _ends_in(before: str) -> str:
    """The same for a thing that stands right before "are how many"."""
    text = _COPULA.sub("", before)
    ends = (name for name in _CLASSES for m in pattern(f"counted_{name}").finditer(text) if m.end() == len(text))
    return next(ends, "")
