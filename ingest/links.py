"""Where pages, sitemaps and feeds lead: addresses in their order, however broken the markup. Nothing is fetched."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import islice, takewhile
from typing import Any

from ingest.addresses import canonical
from ingest.document import Unreadable
from ingest.inflate import Bomb, Broken, inflated

MOST_LINKS = 20_000  # of one page; a sitemap may hold 50,000 and is read to the limit of the run
MOST_ENTRIES = 50_000
_ONWARD = re.compile(
    r"^\W*(?:下一?页|下一?頁|后一页|後一頁|next(?:\s+page)?|older(?:\s+posts)?|[>›»]{1,2})\W*$", re.IGNORECASE
)
_SCRIPTED = re.compile(r"<a\b[^<>]{0,500}?\bhref\s*=\s*\\?[\"']([^\"'<>\\]{1,1000})", re.IGNORECASE)
# the pages of a list as the content systems of many public bodies number them: index.html, index_1.html, …
_NUMBERED = re.compile(
    r"createPageHTML\(\s*(?:[\"'][\w-]*[\"']\s*,\s*)?(\d{1,5})\s*,\s*\d+\s*,\s*[\"']([\w-]+)[\"']\s*,\s*[\"'](\w+)[\"']"
)
_LIST = re.compile(rb"<(?:\w+:)?(?:urlset|sitemapindex|rss|feed|RDF)[\s>]")
_MOST_NUMBERED = 500
_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)|<script\b[^<>]*>(?P<script>.*?)(?:</script\b|\Z)"
    r"|<(?P<tag>a|area|base|meta|link)\s(?P<said>[^<>]{1,4000})>",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"(?<![\w-])([a-zA-Z-]{1,40})\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_FOREIGN = re.compile(
    r"\.(?:jpe?g|png|gif|bmp|webp|svg|ico|tiff?|css|js|json|mp[34]|m4a|wav|avi|mov|wmv|flv|swf|exe|apk|rar|7z|tar"
    r"|xlsx?|pptx?|docm?|wps|et|ofd|epub|woff2?|ttf)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Link:
    """An address in its one form. ``onward`` leads to the next page of the same list.

    ``modified`` is what a sitemap or a feed says of its last change, as it stands there.
    """

    url: str
    onward: bool = False
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a sitemap or feed holds: pages, and further sitemaps."""

    pages: tuple[Link, ...]
    lists: tuple[Link, ...] = ()


def links_of(text: str, url: str) -> tuple[Link, ...]:
    """The links of a page at ``url``, each once; none where the page asks that they be not followed."""
    base, seen = url, dict[str, Link]()
    for tag, place, onward in islice(_places(text), MOST_LINKS):
        if tag == "robots":
            return ()
        if tag == "base":
            base = _based(url, place) if base == url else base
        elif (link := _link(base, place, onward)) and (link.url not in seen or onward):
            seen[link.url] = link
    return tuple(seen.values())


def _places(text: str) -> Iterator[tuple[str, str, bool]]:
    """Tag, address and whether it leads onward. One pass of a pattern without loops in loops: pages may be hostile."""
    for found in _MARKUP.finditer(text):
        tag, said = (found["tag"] or "").lower(), found["said"] or ""
        script = found["script"]
        if script:
            yield from (("a", place, True) for place in _numbered(script))
            yield from (("a", unescape(place), False) for place in _SCRIPTED.findall(script))
        elif tag == "meta":
            if _value(said, "name").lower() == "robots" and re.search(r"(?i)nofollow|none", _value(said, "content")):
                yield "robots", "", False
        elif tag:
            rel = _value(said, "rel").lower().split()
            onward = "next" in rel or (tag == "a" and bool(_ONWARD.match(_words(text, found.end()))))
            if "nofollow" not in rel and (tag != "link" or "next" in rel):
                yield tag, _value(said, "href"), onward


def _value(said: str, name: str) -> str:
    """An attribute of a tag."""
    for one in _ATTRIBUTE.finditer(said):
        if one[1].lower() == name:
            return unescape(one[2] or one[3] or one[4] or "").strip()
    return ""


def _words(text: str, start: int) -> str:
    """The words of a short anchor that begins at ``start``."""
    inside = re.split(r"(?i)</a\b", text[start : start + 200], maxsplit=1)[0]
    return unescape(re.sub(r"<[^<>]*>", "", inside)).strip()


def _based(url: str, place: str) -> str:
    try:
        return canonical(place, url)
    except Unreadable:
        return url


def _link(base: str, place: str, onward: bool = False, modified: str = "") -> Link | None:
    """A link that may lead to an article: not a picture, not another scheme."""
    if not place or place.startswith("#") or _FOREIGN.search(place.partition("?")[0]):
        return None
    try:
        return Link(canonical(place, base), onward, modified)
    except Unreadable:
        return None


def _numbered(script: str) -> Iterator[str]:
    for pages, name, suffix in _NUMBERED.findall(script):
        for number in range(1, min(int(pages), _MOST_NUMBERED)):
            yield f"{name}_{number}.{suffix}"


def is_list(data: bytes) -> bool:
    """Whether the bytes begin like a sitemap or feed, whatever the server calls them; packed ones count as such."""
    return data.startswith(b"\x1f\x8b") or bool(_LIST.search(data[:1000]))


def listed_in(data: bytes, url: str, most_bytes: int) -> Listed:
    """The addresses in a sitemap, sitemap index, RSS, RDF or Atom feed, packed or not. Raises Unreadable for none."""
    if data.startswith(b"\x1f\x8b"):
        data = _unpacked(data, most_bytes)
    root = _root(data)
    name = _name(root)
    if name == "sitemapindex":
        return Listed((), tuple(_entries(root, "sitemap", url)))
    if name == "urlset":
        return Listed(tuple(_entries(root, "url", url)))
    if name in ("rss", "RDF", "feed", "channel"):
        return Listed(tuple(_entries(root, "entry" if name == "feed" else "item", url)))
    raise Unreadable("this XML is no sitemap and no feed", "name the address of its pages")


def _unpacked(data: bytes, most_bytes: int) -> bytes:
    out = bytearray()
    try:
        for part in inflated([data], "gzip"):
            out += part
            if len(out) > most_bytes:
                raise Unreadable(f"it unpacks to more than {most_bytes >> 20} MB", "raise [ingest] max_file_mb")
    except Broken:
        raise Unreadable("its compression is broken", "try again") from None
    except Bomb:
        raise Unreadable("it unpacks to far more than lists do", "leave it out: it was made to do harm") from None
    return bytes(out)


def _root(data: bytes) -> Any:
    import lxml.etree

    # broken feeds are read as far as they go; entities are not expanded, and nothing is loaded
    parser = lxml.etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = lxml.etree.fromstring(data.lstrip(), parser)
    except (lxml.etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        raise Unreadable("this list cannot be read", "check the address, or name the addresses one by one")
    return root


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _entries(root: Any, wanted: str, url: str) -> Iterator[Link]:
    seen = set()
    for entry in islice((one for one in root.iter() if _name(one) == wanted), MOST_ENTRIES):
        place, modified = _said(entry)
        if not place:  # something inside was not closed, and swallowed the rest
            own = takewhile(lambda part: part is entry or _name(part) != wanted, entry.iter())  # noqa: B023 - used here
            place, modified = _said(own)
        link = _link(url, place, modified=modified[:64])
        if link and link.url not in seen:
            seen.add(link.url)
            yield link


def _said(parts: Iterable[Any]) -> tuple[str, str]:
    """Where an entry leads and when it was changed."""
    place, modified, fallback = "", "", ""
    for part in parts:
        name, text = _name(part), (part.text or "").strip()
        if name == "loc" or (name == "link" and text):
            place = place or text
        elif name == "link" and part.get("rel", "alternate") == "alternate":
            place = place or part.get("href", "")
        elif name == "guid" and part.get("isPermaLink", "true") != "false":
            fallback = text
        elif name in ("lastmod", "updated", "pubDate", "date"):
            modified = text
    return place or fallback, modified
