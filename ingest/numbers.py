"""Document numbers (文号): 荣卫发〔2023〕5号, and the numbers of orders."""

import re
import unicodedata
from collections.abc import Iterator

_OPEN, _CLOSE = "〔\\[［（(【﹝{", "〕\\]］）)】﹞}"
_NUMBER = rf"[一-龥]{{1,16}}[{_OPEN}]\s*(?:19|20)\d{{2}}\s*年?\s*[{_CLOSE}]\s*第?\s*\d{{1,5}}\s*号"
_ORDER = r"[一-龥]{2,24}令\s*第?\s*\d{1,4}\s*号"
NUMBER = re.compile(_NUMBER.replace(" ", ""))
_ANY = re.compile(f"{_NUMBER}|{_ORDER}")
_LINE = re.compile(rf"^\W*((?:{_NUMBER})|(?:{_ORDER}))\W*(?:签发人.{{0,20}})?$")
_PARTS = re.compile(rf"^(.+?)[{_OPEN}]((?:19|20)\d{{2}})年?[{_CLOSE}]第?(\d+)号$")
# words that may stand directly before the letters of a number in running text
_LEAD = re.compile(r"根据|按照|依据|印发|关于|文件|通知|意见|决定")


def normalised(number: str) -> str:
    """The number with 〔〕, half-width digits and no blanks: 荣卫发 [2023] 第5号 is 荣卫发〔2023〕5号."""
    plain = re.sub(r"\s+", "", number)
    plain = "".join(unicodedata.normalize("NFKC", char) if char.isdigit() else char for char in plain)
    parts = _PARTS.match(plain)
    return f"{parts[1]}〔{parts[2]}〕{parts[3]}号" if parts else plain


def number_alone(text: str) -> str | None:
    """The number of a line that holds nothing else but brackets and who signed, normalised."""
    match = _LINE.match(text)
    return normalised(match[1]) if match else None


def numbers_in(text: str) -> Iterator[str]:
    """Numbers in running text, normalised, without words that only stand before them."""
    for match in NUMBER.finditer(text):
        leads = [lead.end() for lead in _LEAD.finditer(match[0])]
        yield normalised(match[0][leads[-1] if leads else 0 :])


def number_of_label(text: str) -> str | None:
    """The number of a record's cell, normalised; None where the cell holds none."""
    match = _ANY.match(text.strip())
    return normalised(match[0]) if match else None
