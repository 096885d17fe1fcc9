"""What spares a line the slow way says the same as the slow way, over lines made of what the rules look for."""

import re
import unicodedata
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import bodies, likeness, matching, parts, relations, repair, validity
from ingest.document import Line
from ingest.notices import notice_tail
from ingest.prepare import Cleaned
from ingest.record import below_title
from ingest.spam import spam_from
from retrieval.names import simplified
from retrieval.text import sentence_spans, squeeze

WORDS = """
    安吉县卫生健康局 荣县 乾縣 文件 通知 令 函 公告 号 第3号 荣卫发〔2023〕5号 《办法》 废止 同时废止 自发布之日起
    施行 有效期 至2027年 试行 。 ！ ; ； ， ： : （ ） ( ) 【 】 [ ] 责任编辑 编辑 张三 来源 本报记者 < > </p> <b> { }
    a{color:red} 12 ３５ ８％ 5‰ ３．５ 3.5 ² ½ １－２ ． Ａｂ ⻓ 豈 ﬁ ㎡ … 青 的 卫生院 博彩 娱乐城 转载 版权
"""
PIECES = [*WORDS.split(), "\t", "\u3000", "\xa0", "\n", "\u200b", "\ud800", " "]
LINES = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@settings(max_examples=500, deadline=None)
@given(LINES)
def test_repairs_of_width(line: str) -> None:
    plain = repair._WIDE_POINT.sub(".", line.translate(repair._WIDE)).translate(repair._RADICALS)
    plain = repair._COMPATIBLE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), plain)
    made: Counter[str] = Counter()
    assert repair._narrow(line, made) == plain
    assert made.total() == sum(one != other for one, other in zip(line, plain, strict=True))


@settings(max_examples=500, deadline=None)
@given(LINES)
def test_matching_form(line: str) -> None:
    line = line.replace("\ud800", "")
    narrow = [one if one in matching._KEPT else unicodedata.normalize("NFKC", one).lower() for one in simplified(line)]
    plain = "".join(new if len(new) == 1 else old for new, old in zip(narrow, simplified(line), strict=True))
    assert matching.matching(line) == plain


@settings(max_examples=500, deadline=None)
@given(LINES)
def test_cuts(line: str) -> None:
    found = [(m.start(), m.end(), "code") for pattern in (parts._TAG, parts._STYLE) for m in pattern.finditer(line)]
    end = len(line)
    for rule, start in (("spam", spam_from(line)), ("copyright", notice_tail(line))):
        if start is not None and start < end:
            found.append((start, end, rule))
            end = start
    if credit := parts._CREDIT.search(line[:end]):
        found.append((credit.start(), end, "credit"))
    assert parts.cuts(line) == parts._disjoint(found)


@settings(max_examples=500, deadline=None)
@given(LINES)
def test_letterheads_terms_and_keys(line: str) -> None:
    line = line.replace("\ud800", "")
    match = bodies._LETTERHEAD.match(simplified(line).strip())
    plain = line.strip()[: match.end(1)] if match and bodies.is_body(match[1]) else None
    assert bodies.body_of_letterhead(line) == plain
    spans = [(part, *span) for part in line.split("\n") for span in sentence_spans(part)]
    telling = [part[start:end] for part, start, end in spans if validity._TELLING.search(part, start, end)]
    assert list(validity._sentences(line)) == telling
    signed = likeness._FULL_COMMA.sub("、", line).replace("％", "%").replace("．", ".")
    assert likeness._key(line) == squeeze(
        likeness._NUMBER_SIGN.sub(lambda sign: likeness._IN_NUMBERS[sign.group()], signed)
    )


@settings(max_examples=500, deadline=None)
@given(LINES)
def test_only_sentences_with_a_name_or_a_number_replace_documents(line: str) -> None:
    plain = simplified(line.replace("\ud800", ""))
    kinds = [kind for start, end in sentence_spans(plain) for kind in relations._kinds(plain[start:end])]
    if not ("《" in plain or "号" in plain):
        assert not kinds


@settings(max_examples=300, deadline=None)
@given(LINES)
def test_sentences_are_what_stands_between_their_ends(line: str) -> None:
    ends = [match.end() for match in re.finditer(r"(?:[。！？!?…]+[”’」』》）)\"]*|\n+)", line)]
    spans = zip([0, *ends], [*ends, len(line)], strict=True)
    assert [line[start:end] for start, end in sentence_spans(line)] == [
        line[start:end].strip() for start, end in spans if line[start:end].strip()
    ]


def test_no_line_below_the_title_without_a_date() -> None:
    assert below_title(Cleaned((Line("县里建成急救站"),), (), {}), "县里建成急救站") == []
