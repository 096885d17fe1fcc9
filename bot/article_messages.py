"""What admins read about articles: those they send, and those of the corpus. See ``bot/admin_messages.py``."""

from bot.admin_messages import Words

# sending articles
UPLOAD_READING = Words("正在看这{count}份……", "Reading {count}…")
UPLOAD_TOO_LARGE = Words(
    "{name} 太大：Telegram 只让机器人取{limit}MB以内的文件，请直接放进文章目录再 /reload 。",
    "{name} is too large: Telegram lets a bot fetch {limit} MB. Put it into the folder of articles and /reload.",
)
UPLOAD_LOST = Words(
    "{name} 没能取下来（{problem}），请再发一次。", "{name} could not be fetched ({problem}); please send it again."
)
UPLOAD_NOTHING = Words("没有可以收录的。", "Nothing can be taken in.")
UPLOAD_TITLE = Words("《{title}》", "{title}")
UPLOAD_FACTS = Words(
    "{publisher} · {published} · {counties}\n{format} · {passages}段 · {chars}字",
    "{publisher} · {published} · {counties}\n{format} · {passages} passages · {chars} characters",
)
UPLOAD_NUMBER = Words("文号：{number}", "Document number: {number}")
UPLOAD_BEGINS = Words("开头：{beginning}……", "Begins: {beginning}…")
UPLOAD_REMOVED = Words("清理掉：{rules}", "Removed: {rules}")
UPLOAD_EXAMPLE = Words("– [{rule}] {text}", "– [{rule}] {text}")
UPLOAD_REPAIRED = Words("修复：{rules}", "Repaired: {rules}")
UPLOAD_SAME_FILE = Words(
    "！与已收的文件一模一样：{sources}（不再收）", "! The same file as {sources} (not taken again)"
)
UPLOAD_SAME_TEXT = Words("！与已收的文章一字不差：{sources}", "! Word for word the same as {sources}")
UPLOAD_SAME_TITLE = Words("！已有同名文章：{sources}", "! There is an article of this title: {sources}")
UPLOAD_REJECTED = Words("✗ {name}：{why}；{what_to_do}", "✗ {name}: {why}; {what_to_do}")
UPLOAD_MORE = Words("……还有{count}份", "… and {count} more")
UPLOAD_FOR_GAP = Words("收录后会再问：“{question}”", "Then asked again: “{question}”")
UPLOAD_TAKE = Words("收录{count}份", "Take in {count}")
UPLOAD_REPLACE = Words("收录并换下旧的", "Take in, put the old aside")
UPLOAD_TAKEN = Words("已放进文章库：{names}", "On the shelf: {names}")
UNKNOWN_PUBLISHER = Words("未写发布单位", "no publisher")
UNKNOWN_DATE = Words("未写日期", "no date")
UNKNOWN_COUNTIES = Words("没看出是哪个县", "no county recognised")

UPLOAD_NEAR = Words("！{share}%与已收的文章相同：{source}", "! {share} % the same as {source}")
UPLOAD_SPOT = Words("– 这里说“{here}”，那里说“{there}”", "– here “{here}”, there “{there}”")

# by the matters of ingest/warnings.py
WARNINGS = {
    "no-title": Words("！没看出标题", "! no title recognised"),
    "no-county": Words("！没看出是哪个县，问县名时找不到它", "! no county recognised: questions will not find it"),
    "no-date": Words("！没写日期，分不出新旧", "! no date: it cannot be told new from old"),
    "undecodable": Words("！{detail}个字符认不出来", "! {detail} characters cannot be decoded"),
    "damaged": Words("！{detail}处缺字", "! words are missing in {detail} places"),
    "mostly-removed": Words("！{detail}被当作杂质清理掉了，请看看对不对", "! {detail} of it was removed; please check"),
    "expired": Words("！{detail}起已失效", "! no longer in force since {detail}"),
}

# the corpus
CORPUS_TITLE = Words("共{count}篇文章{what}：", "{count} articles{what}:")
CORPUS_MATCHING = Words("（含“{text}”）", " with “{text}”")
CORPUS_LINE = Words("{number}. 《{title}》 {facts}", "{number}. {title} {facts}")
CORPUS_ASIDE = Words("已移出的（{count}）", "Taken out ({count})")
CORPUS_SHOW = Words(
    "《{title}》\n{publisher} · {published} · {counties}\n来源：{source}\n"
    "{format} · {encoding} · {passages}段 · {chars}字",
    "{title}\n{publisher} · {published} · {counties}\nSource: {source}\n"
    "{format} · {encoding} · {passages} passages · {chars} characters",
)
CORPUS_URL = Words("网址：{url}", "Address: {url}")
CORPUS_SAME = Words("同一篇还来自：{sources}", "The same also from {sources}")
CORPUS_TEXT = Words("看全文", "Read it")
CORPUS_TAKE_OUT = Words("移出", "Take out")
CORPUS_SURE = Words(
    "真的移出《{title}》吗？文件会收在一边，以后可以放回。",
    "Take out {title}? The file is kept aside and can be put back.",
)
CORPUS_OUT = Words("已移出《{title}》。", "{title} is out.")
CORPUS_NO_FILE = Words(
    "找不到这篇的文件（{source}）：它来自网址、压缩包或别的目录，请在那里处理后 /reload 。",
    "Its file ({source}) cannot be found: it is from an address, an archive or elsewhere. Change it there and /reload.",
)
ASIDE_TITLE = Words("已移出的文章：", "Articles that were taken out:")
ASIDE_LINE = Words("{number}. 《{title}》 {at}移出", "{number}. {title}, out since {at}")
ASIDE_BACK = Words("放回 {number}", "Put back {number}")
ASIDE_RETURNED = Words("已放回《{title}》。", "{title} is back.")
