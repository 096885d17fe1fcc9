"""Copyright notices and disclaimers: sentences in the voice of a publisher, not of the article."""

import re

SENTENCE = re.compile(r"[^。！？!?]*[。！？!?]+[”’」』）)\"]*\s*|[^。！？!?]+$")
_SIGNATURES = re.compile(
    r"转载|版权|免责|侵权|侵犯|本(?:网|站|平台|公众号|号|媒体|刊|报)|(?:及时|立即|予以|尽快|马上)(?:更正|删除|处理|下架)"
    r"|联系(?:我们|本网|本站|删除|处理|后台|小编)|仅代表|不代表.{0,8}(?:观点|立场)|未经.{0,8}(?:授权|许可|同意)|书面授权"
    r"|传递更多信息|真实性|法律责任|注明(?:来源|出处|来自)|凡.{0,10}注明|来源标注|合法权益|权属证明|仅供(?:参考|学习|交流)"
    r"|摘编|原作者|(?:内容|图片|素材|部分|文章).{0,4}(?:来自|源于|来源)(?:于)?(?:互联)?网络|不构成.{0,10}建议|自行(?:判断|承担)|证实"
)
_OWN_VOICE = re.compile(
    r"本(?:网|站|平台|公众号|号|媒体|刊)|转载(?:此文|本文|自|请|目的|文章|的|须|时)|原作者|请?联系(?:我们|删除|后台|小编)|我们将(?:及时|立即|第一)|小编|仅代表作者"
    r"|来源标注|(?:以上|本文)(?:内容|信息|图文|图片)|来(?:自|源于)(?:互联)?网络"
)
_OPENING = re.compile(
    r"^[【\[(（*※★]*(?:特别|郑重|重要|风险|投资)?(?:免责|版权|转载|法律|侵权)?(?:及|与|和|、)?(?:免责|版权|法律|转载)?(?:声明|申明|提示)[】\])）]?"
    r"\s?[:：]?(?:.{0,2}$|.*(?:转载|本文|本站|本网|版权).*)"
    r"|^[^。，]{0,24}(?:版权|免责)(?:与|和|及|、)?(?:免责|版权)?(?:声明|申明)\s?[:：]?$"
    r"|^(?:平台|特别|网站)?声明\s?[:：].*(?:仅代表(?:作者|用户|其)|信息(?:存储|发布)(?:空间)?(?:服务|平台|系统)|用户(?:自行)?上传|本平台).*"
    r"|^(?:转载|引用)(?:请|须|时请|时须|需)?(?:注明|标明|保留|说明).*"
    r"|^未经(?:本[网站报]|授权|许可|书面|允许|同意).{0,12}(?:转载|镜像|摘编).{0,20}$"
    r"|^(?:以上|本文)(?:内容|文章|信息|图文|图片|文字)?(?:来源|转(?:载)?自|由.{1,20}(?:发布|提供|转载|整理)|链接|地址|网址|出自|来自|仅代表|不代表).{0,80}$"
    r"|^[(（【]?(?:原标题|原文标题|本文标题)\s?[:：].*"
)
_LONG = 90


def is_notice(form: str) -> bool:
    """Whether a line or sentence, in its matching form, is part of a notice."""
    form = form.strip()
    if _OPENING.match(form) and len(form) <= _LONG:
        return True
    said = _said(form)
    if len(form) <= _LONG or len(list(SENTENCE.finditer(form))) < 2:
        return len(said) >= 3 - bool(_OPENING.match(form)) and bool(_OWN_VOICE.search(form))
    marked = sum(len(m[0]) for m in SENTENCE.finditer(form) if _said(m[0]))
    return len(said) >= 3 and bool(_OWN_VOICE.search(form)) and marked * 10 >= len(form) * 6


def notice_tail(form: str) -> int | None:
    """Where the notice at the end of a paragraph begins, or None; never at its start."""
    start = None
    for sentence in reversed(list(SENTENCE.finditer(form))):
        text = sentence[0].strip()
        if not text or sentence.start() == 0:
            break
        dense = len(_said(text)) >= max(2, len(text) // 60)
        if not (is_notice(text) or (dense and _OWN_VOICE.search(text))):
            break
        start = sentence.start()
    return start


def _said(form: str) -> set[str]:
    return {match[0] for match in _SIGNATURES.finditer(form)}
