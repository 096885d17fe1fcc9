"""The comparison form of evidence, answers and raw articles, and how a raw article is read for it.

Two texts say the same if one contains the other in this form: NFKC, pinyin left in brackets after a
character taken out, simplified, lower case, and nothing but letters and digits.
"""

import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

from retrieval.text import to_simplified

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
_BRACKET = re.compile(rf"(?<=[^\s()])\(([a-zü{_TONED}]{{1,7}})\)")
_INVISIBLE_TAGS = {"script", "style", "noscript", "template"}


def strip_pinyin(text: str) -> str:
    """Take out ``(wèi)`` where it follows a character; brackets without a tone mark stay. The text must be NFKC."""
    return _BRACKET.sub(lambda found: "" if set(found.group(1)) & set(_TONED) else found.group(), text)


def normalise(text: str) -> str:
    """The comparison form. Normalising it again changes nothing."""
    plain = to_simplified(strip_pinyin(unicodedata.normalize("NFKC", text)))
    plain = unicodedata.normalize("NFKC", plain).lower()
    return "".join(char for char in plain if _counts(char))


def _counts(char: str) -> bool:
    category = unicodedata.category(char)
    return not char.isspace() and category[0] not in "PZS" and category not in ("Cc", "Cf")


class _Visible(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _INVISIBLE_TAGS

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _INVISIBLE_TAGS and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)


def raw_text(path: Path) -> str:
    """A raw article as text: UTF-8 or else GB18030, tags of a page left out. Unreadable bytes become U+FFFD."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    if path.suffix.lower() not in {".html", ".htm"}:
        return text
    page = _Visible()
    page.feed(text)
    page.close()
    return "".join(page.pieces)
