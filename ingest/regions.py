"""Parts of a page that its own markup sets apart from the article: navigation, sidebars, comments, tools.

What an element is called is a hint and no proof: a region that holds much of the page's sentences is
no region, whatever its name.
"""

import re
from collections.abc import Mapping
from typing import Any

_TAGS = frozenset({"nav", "aside", "footer", "dialog", "menu"})
_ROLES = frozenset({"navigation", "complementary", "contentinfo", "search", "dialog", "banner", "menu", "alert"})
_SPLIT = re.compile(r"[^A-Za-z]+|(?<=[a-z])(?=[A-Z])")
_NAMES = frozenset(
    """
    ad ads adv advert advertisement sponsor promo promotion banner gg guanggao nav navbar navigation navi menu
    daohang sidebar aside breadcrumb breadcrumbs bread crumb crumbs weizhi dqwz footer foot dibu header
    masthead colophon topbar topnav comment comments cmt cmts pinglun reply replies respond review reviews
    share sharing fenxiang bdshare sharedaddy social addthis related relate recommend recommended
    recommendation recommendations xiangguan tuijian hot hots hotnews rank ranking ranklist paihang toolbar
    tools qr qrcode erweima ewm float floating popup pop modal dialog cookie cookies login signin search
    searchbox pager pagination prevnext pagenav postnav tags tagcloud copyright statement disclaimer shengming
    mianze banquan app download downloads player discussion subscribe newsletter reward dashang appreciate
    vote voting bio widget widgets friendlink friendlinks links youlian skip accessibility wza kefu
    onlineservice customer feedback pingjia rating byline author
    """.split()  # noqa: SIM905 (a list literal would take a line a word)
)
_STEMS = re.compile(
    r"^(?:bread?crumb|sidebar|comment|recommend|related|copyright|share|qrcode|navbar|toolbar|footer|hotlist|adsby|advert)"
)
_SURE = frozenset({"nav", "footer", "dialog", "comment", "comments", "pinglun", "reply", "discussion", "sidebar"})
MOST, MOST_SURE = 0.4, 0.85  # of all voices: what holds more is the article, or holds it


def set_apart(root: Any, voices: Mapping[Any, int]) -> set[Any]:
    """The outermost elements that are called something else than an article and say little.

    ``voices`` has the characters of sentences inside each element that has any.
    """
    total = voices.get(root, 0)
    return {element for element in root.iter() if voices.get(element, 0) <= _most(element) * total and _most(element)}


def _most(element: Any) -> float:
    """The share of all voices that an element may have and still be set apart; 0 for one that is not called so."""
    tag = element.tag
    if not isinstance(tag, str) or tag in ("html", "body", "main", "article", "h1"):
        return 0.0
    named = f"{element.get('class', '')} {element.get('id', '')}".strip()
    words = {word.lower() for word in (*_SPLIT.split(named), *re.split(r"[\s_-]+", named)) if word} | {tag}
    if words & _SURE:
        return MOST_SURE
    called = words & _NAMES or any(map(_STEMS.match, words))
    return MOST if called or tag in _TAGS or element.get("role", "").lower() in _ROLES else 0.0
