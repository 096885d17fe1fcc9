"""How official the place is where a text stands: the body's own page, other authorities, official media, others."""

import re
from enum import IntEnum
from urllib.parse import urlsplit

from ingest.bodies import is_body
from retrieval.names import simplified
from retrieval.text import squeeze
from retrieval.types import Article


class Standing(IntEnum):
    """The lower the more official."""

    ISSUER = 0
    AUTHORITY = 1
    MEDIUM = 2
    UNKNOWN = 3
    COPIER = 4


_AUTHORITY = re.compile(
    r"政府|政务|卫生健康(?:委|局)|卫健(?:委|局)|疾控|疾病预防控制|国务院|[一-龥]{2,}(?:委员会|管理局|办公室|发展局|保障局)$"
)
_MEDIUM = re.compile(
    r"新华|人民(?:网|日报)|央视|央广|中央电视台|中新(?:网|社)|中国新闻|光明(?:网|日报)|经济日报|农民日报|健康报|工人日报"
    r"|日报|晚报|早报|晨报|都市报|融媒|广播|电视|报社|新闻网|新闻客户端|发布$|[一-龥]报$"
)
_MEDIUM_HOST = re.compile(
    r"(?:^|\.)(?:xinhuanet|news|people|cctv|cnr|chinanews|gmw|ce|youth|china|cyol|jkb)\.(?:com|cn|com\.cn)$"
)
_COPIER = re.compile(
    r"搜狐|网易|新浪|腾讯|凤凰网|百家号|百度|头条|微博|知乎|简书|豆丁|道客|文库|论坛|贴吧|博客|快手|抖音|一点资讯|自媒体|美篇|转载"
)
_COPIER_HOST = re.compile(
    r"(?:^|\.)(?:sohu|163|sina|qq|ifeng|baidu|toutiao|weibo|zhihu|jianshu|docin|doc88|360doc|csdn|meipian|yidianzixun"
    r"|bilibili|douyin|blog\w*|wordpress)\.(?:com|cn|com\.cn|net|org)$"
)


def standing_of(article: Article) -> Standing:
    """Where an article was published, as far as its address and its publisher tell."""
    host = (urlsplit(article.url).hostname or "") if article.url else ""
    publisher = simplified(article.publisher or "")
    issuer = squeeze(article.issuer or "")
    if publisher and issuer and (squeeze(publisher) in issuer or issuer in squeeze(publisher)):
        return Standing.ISSUER
    if _COPIER_HOST.search(host) or _COPIER.search(publisher):
        return Standing.COPIER
    if host.endswith(".gov.cn") or host == "gov.cn" or _AUTHORITY.search(publisher) or is_body(publisher):
        return Standing.AUTHORITY
    if _MEDIUM_HOST.search(host) or _MEDIUM.search(publisher):
        return Standing.MEDIUM
    return Standing.UNKNOWN
