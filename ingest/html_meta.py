"""What a page says of itself in its head and scripts. ``root`` is lxml's element of the whole page."""

import datetime
import re
from collections.abc import Iterator
from typing import Any

_NAMES = {
    "title": ("articletitle", "og:title", "twitter:title"),
    "date": (
        "pubdate",
        "article:published_time",
        "publishdate",
        "publish-date",
        "og:published_time",
        "dc.date",
        "date",
    ),
    "publisher": ("contentsource", "source", "article:source", "og:site_name", "sitename"),
    "author": ("author", "article:author", "og:article:author"),
    "url": ("og:url", "url"),
}


def page_meta(root: Any) -> dict[str, str]:
    """What the page says of itself; publishers come from the source that is named, else from the site."""
    said = dict(_meta_tags(root))
    meta = {key: value for key, names in _NAMES.items() if (value := next(filter(None, map(said.get, names)), ""))}
    title = root.find(".//title")
    if "title" not in meta and title is not None and (text := re.sub(r"\s+", " ", title.text_content()).strip()):
        meta["title"] = text
    for link in root.iter("link"):
        if (link.get("rel") or "").lower() == "canonical" and str(link.get("href", "")).startswith("http"):
            meta["url"] = link.get("href").strip()
    account = root.find(".//*[@id='js_name']")  # how WeChat's pages name the account
    if "publisher" not in meta and account is not None and (name := account.text_content().strip()):
        meta["publisher"] = name
    if "date" not in meta and (date := _scripted_date(root)):
        meta["date"] = date
    return meta


def _meta_tags(root: Any) -> Iterator[tuple[str, str]]:
    for tag in root.iter("meta"):
        name = (tag.get("name") or tag.get("property") or tag.get("itemprop") or "").strip().lower()
        content = re.sub(r"\s+", " ", tag.get("content") or "").strip()
        if name and content:
            yield name, content


def _scripted_date(root: Any) -> str:
    """The date that scripts hold: structured data, or the seconds that WeChat's pages count."""
    script = "\n".join(element.text or "" for element in root.iter("script"))
    if found := re.search(r"\"(?:datePublished|pubDate)\"\s*:\s*\"(\d{4}-\d{2}-\d{2})", script):
        return found[1]
    if seconds := re.search(r"\b(?:ct|createTime|publish_time)\s*[=:]\s*[\"'](1[4-9]\d{8})[\"']", script):
        china = datetime.timezone(datetime.timedelta(hours=8))
        return datetime.datetime.fromtimestamp(int(seconds[1]), china).date().isoformat()
    return ""
