"""Bodies that issue documents: how their names look, on which level they work, and whose they are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.gazetteer import LONGEST_NAME_CHARS, Gazetteer
from retrieval.names import simplified
from retrieval.types import Division, Level

_KIND = (
    r"人民政府(?:办公室|办公厅)?|人民代表大会(?:常务委员会)?|人大常委会(?:办公室)?|委员会(?:办公室)?|委员会委员|(?:县|市|区|省|旗)委(?:办公室)?"
    r"|[一-龥]{2,8}委|卫计局|爱卫办|管委会|管理局|总局|[一-龥]{2,10}局(?:办公室)?|[一-龥]{2,8}厅|[一-龥]{2,6}署|[一-龥]{2,8}部"
    r"|领导小组(?:办公室)?|指挥部(?:办公室)?|工作专班|联席会议(?:办公室)?|疾病预防控制中心|[一-龥]{2,12}(?:医院|卫生院|卫生服务中心|保健院|中心|总站|监督所|支队)"
    r"|街道办事处|街道|国务院(?:办公厅)?|中共中央(?:办公厅)?|党组|协会|学会|医共体|总医院"
)
_NAME = rf"(?:[一-龥]{{0,20}}(?:[（(][一-龥]{{2,8}}[)）])?[一-龥]{{0,12}})(?:{_KIND})"
_BODY = re.compile(rf"^{_NAME}$")
_SPACED = re.compile(r"\s+")
_NO_BODY = re.compile(
    r"关于|通知|会议|印发|转发|工作(?!专班|领导小组|委员会|局|部|办公室|委)|召开|我们|[是的在为了将把对向到]|各.{0,6}(?:医院|卫生院|中心|街道|局|部)$"
    r"|.{2,}(?:和|与|及).{2,}(?:医院|中心)$|全体|全部|一部|内部|干部|结局|布局|格局|当局"
)
_SEAL = re.compile(r"[（(]\s*(?:盖章|公章|印章|代章|签章|印)\s*[)）]")
_TITLE_GOES_ON = re.compile(r"关于|印发|转发|废止|令第|公告|通告|20\d\d年")
_LETTERHEAD_ENDS = ("文件", "公告", "通告", "令", "通知", "函")
_LETTERHEAD = re.compile(rf"^({_NAME})\s*(?:{'|'.join(_LETTERHEAD_ENDS)})$")

_NATION = re.compile(
    r"^(?:中共中央|中央|国务院|全国人(?:大|民代表大会)|全国(?:爱国卫生|老龄|政协|妇联|总工会)|国家|中华人民共和国|中国(?:疾病预防|残疾人|红十字|计划生育))"
    r"|^(?:教育|科技|科学技术|工业和信息化|公安|民政|司法|财政|人力资源(?:和)?社会保障|人社|自然资源|生态环境|住房城乡建设|住房和城乡建设"
    r"|交通运输|水利|农业农村|商务|文化和旅游|卫生|退役军人事务|应急管理)部|^(?:市场监管总局|最高人民|审计署|海关总署)"
)
_PARTY = re.compile(r"^(?:中共|中国共产党)")
_OWN_LEVEL = re.compile(r"^(?:中共)?(省|自治区|县|区|旗)(?!域|级|内|外|里|区|市|、)")
_LEVELS = {"省": Level.PROVINCE, "自治区": Level.PROVINCE, "县": Level.COUNTY, "区": Level.COUNTY, "旗": Level.COUNTY}
_GOVERNMENT = re.compile(r"政府|委员会|[县市区省旗]委|卫健委|健康委|局$|厅$|办公室$|办公厅$|管委会|中心$|医院$|卫生院$")
_MEDIUM = re.compile(r"融媒|新闻|发布$|网$|报$|报社|广播|电视|公众号")


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks: the level, and the division where it is known."""

    level: Level
    division: Division | None = None


def is_body(text: str) -> bool:
    """Whether the text is the name of an issuing body and nothing else."""
    plain = _SPACED.sub("", simplified(text))
    return 3 <= len(plain) <= 36 and _BODY.match(plain) is not None and not _NO_BODY.search(plain)


def bodies_on(line: str) -> list[str]:
    """The bodies of a line that holds nothing else but their seals, as they stand there; none where there is more."""
    bare = _SEAL.sub("", line).strip()
    parts = [part for part in re.split(r"[\s、]+", bare) if part]
    if len(parts) > 1 and all(map(is_body, parts)):
        return parts
    return [bare] if is_body(bare) else []


def body_of_title(title: str) -> str | None:
    """The body that a title begins with: 荣县卫生健康局关于… ; several where they issue together."""
    match = _TITLE_GOES_ON.search(simplified(title))
    if match is None:
        return None
    own = title[: match.start()].strip()
    parts = [part for part in re.split(r"[\s、]+", own) if part]
    return own if parts and all(map(is_body, parts)) else None


def body_of_letterhead(text: str) -> str | None:
    """The body of a red letterhead: 荣县卫生健康局文件."""
    plain = simplified(text).strip()
    match = _LETTERHEAD.match(plain) if plain.endswith(_LETTERHEAD_ENDS) else None
    return text.strip()[: match.end(1)] if match and is_body(match[1]) else None


def voice_of(name: str, within: Sequence[Division] = ()) -> Voice | None:
    """The level of a body, and its division: 荣县卫生健康局 is the county's, 国家卫健委 the nation's.

    A town, a hospital or a village counts to its county. None where the name does not tell. ``within``
    are divisions that settle namesakes, such as those of the title.
    """
    plain = simplified(name).strip()
    if _NATION.match(plain):
        return Voice(Level.NATION)
    candidates = _innermost(_PARTY.sub("", plain), within)
    if len(candidates) == 1:
        return Voice(candidates[0].level, candidates[0])
    if candidates:
        levels = {one.level for one in candidates}
        return Voice(levels.pop()) if len(levels) == 1 else None
    own = _OWN_LEVEL.match(plain)
    return Voice(_LEVELS[own[1]]) if own else None


def _innermost(plain: str, within: Sequence[Division]) -> tuple[Division, ...]:
    """What the last of the places may be that a body's name begins with, one directly after the other."""
    gazetteer = Gazetteer.load()
    settled = {
        mention.start: (mention.end, (one,) if one is not None else mention.candidates)
        for mentions in [gazetteer.find(plain)]
        for mention, one in zip(mentions, gazetteer.settle(mentions, within), strict=True)
    }
    at, candidates = 0, tuple[Division, ...]()
    while True:
        end, found = settled.get(at) or _begun(plain, at)
        if len(candidates) == 1 and found:
            below = tuple(one for one in found if gazetteer.contains(candidates[0], one))
            found = below or found
        if not found:
            return candidates
        at, candidates = end, found


def _begun(plain: str, at: int) -> tuple[int, tuple[Division, ...]]:
    """The full name of a division that stands at a place, where it is one word with what follows: 大连市人民政府."""
    for end in range(min(at + LONGEST_NAME_CHARS, len(plain)), at + 1, -1):
        if plain[end - 1] in "省市县区州盟旗" and (found := Gazetteer.load().named(plain[at:end])):
            return end, found
    return at, ()


def voice_of_publisher(name: str, within: Sequence[Division] = ()) -> Voice | None:
    """As ``voice_of``, for a publisher. Of media only a county's own tell, for the others write about many places."""
    plain = simplified(name).strip()
    medium = _MEDIUM.search(plain) is not None
    if not medium and not _GOVERNMENT.search(plain):
        return None
    voice = voice_of(name, within)
    return None if medium and (voice is None or voice.level is not Level.COUNTY) else voice


def voice_of_article(issuer: str | None, title: str, publisher: str | None) -> tuple[Voice | None, str]:
    """Who speaks and how that is known: by the issuer, else by the one division of the title, else by the publisher."""
    gazetteer = Gazetteer.load()
    within = gazetteer.resolve("\n".join(filter(None, (title, publisher))))
    if issuer and (voice := voice_of(issuer, within)) is not None:
        return voice, "issuer"
    body = body_of_title(title)
    if body and (voice := voice_of(body, within)) is not None:
        return voice, "title"
    if _NATION.match(simplified(title)):
        return Voice(Level.NATION), "title"
    named = gazetteer.resolve(title, within)
    inner = [one for one in named if not any(other != one and gazetteer.contains(one, other) for other in named)]
    if len(inner) == 1:
        return Voice(inner[0].level, inner[0]), "title"
    if publisher and (voice := voice_of_publisher(publisher, within)) is not None:
        return voice, "publisher"
    return None, ""
