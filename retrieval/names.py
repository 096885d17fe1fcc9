"""How divisions are named: stems and short names; and how characters sound and are written."""

import functools
import json
import re
from pathlib import Path
from typing import Any

from retrieval import text as texts

DATA = Path(__file__).with_name("data")

_PEOPLES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|"
    "仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺|各"
)
_PEOPLES_TAIL = re.compile(rf"(?:(?:{_PEOPLES})族|蒙古|维吾尔|哈萨克|柯尔克孜|塔吉克|锡伯)+$")
_KIND = re.compile(r"(特别行政区|自治区|自治州|自治县|自治旗|林区|特区|地区|新区|省|市|县|区|盟|旗)$")


def stem_of(name: str) -> str:
    """The name without its kind and without the peoples in it: 务川仡佬族苗族自治县 is 务川."""
    kind = _KIND.search(name)
    if kind is None:
        return name
    stem = name[: kind.start()]
    if len(stem) < 2 and len(kind.group()) > 1:
        return name[:-1]
    bare = _PEOPLES_TAIL.sub("", stem)
    if len(bare) >= 2:
        return bare
    return stem.removesuffix("族") if len(stem) > 2 else stem


def short_of(name: str) -> str:
    """What people say: 务川县, 寻甸县, 恩施州, 广西; the name itself where it is plain."""
    stem = stem_of(name)
    for kind, said in (("自治县", "县"), ("自治旗", "旗"), ("自治州", "州"), ("自治区", ""), ("特别行政区", "")):
        if name.endswith(kind):
            return stem + said
    return stem + "区" if name.endswith("族区") else name


@functools.lru_cache(maxsize=4096)
def simplified(text: str) -> str:
    """The text in simplified script, character by character where a phrase would change its length."""
    plain = texts.to_simplified(text)
    if len(plain) == len(text):
        return plain
    return "".join(one if len(one := texts.to_simplified(char)) == 1 else char for char in text)


@functools.cache
def read_data(name: str) -> Any:
    """A JSON file of the data folder, read once in a process."""
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def readings(char: str) -> tuple[str, ...]:
    """Toneless pinyin readings of a simplified character, commonest first; empty when unknown."""
    entry = read_data("characters.json").get(char, "")
    return tuple(entry.split(" ")[0].split(",")) if entry else ()


def strokes(char: str) -> str:
    """The strokes of a simplified character in writing order, a letter each; empty when unknown."""
    return str(read_data("characters.json").get(char, "")).partition(" ")[2]
