"""What admins read: simplified Chinese and English by hand, traditional derived, as in ``bot/messages.py``."""

from typing import NamedTuple

from retrieval.text import to_traditional
from retrieval.types import Script


class Words(NamedTuple):
    """A sentence in two languages, with the same places to fill."""

    chinese: str
    english: str


def wording(words: Words, script: Script, **values: object) -> str:
    """The sentence, its places filled. Raises KeyError when a place has no value."""
    if script is Script.ENGLISH:
        return words.english.format(**values)
    text = words.chinese.format(**values)
    return to_traditional(text) if script is Script.TRADITIONAL else text


# what there is: the menu of admins, and the lines of /help
MENU_RELOAD = Words("重新收录文章", "read the articles again")
MENU_STATUS = Words("运行情况", "how things are")
MENU_CORPUS = Words("文章：查找、移出、放回", "articles: find, take out, put back")
MENU_GENERATIONS = Words("各个版本", "generations of the index")
MENU_ROLLBACK = Words("退回上一版", "go back one version")
MENU_GAPS = Words("没答上的问题", "questions without an answer")
MENU_WORD = Words("俗词表：加词、看词", "everyday words: add, list")
MENU_STATS = Words("统计", "figures")
MENU_GOLDEN = Words("把上一问加进评测题", "make the last question a test")
MENU_EXPORT = Words("导出", "export")
MENU_BROADCAST = Words("群发通知", "write to everybody")
MENU_BAN = Words("封禁与名单", "shut out, and the list")
MENU_UNBAN = Words("解封", "let in again")
MENU_AUDIT = Words("管理记录", "who did what")
HELP = Words("管理（还可以直接发文件或网址来收录）：", "Administration (files and web addresses may be sent, too):")

# everywhere
OLD_BUTTON = Words("这个按钮已经用过或过期了，请重新来。", "This button is used up or too old; please begin again.")
FAILED = Words("没有成功：{problem}", "It failed: {problem}")
CANCEL = Words("取消", "Cancel")
CANCELLED = Words("已取消。", "Cancelled.")
EARLIER = Words("‹ 上一页", "‹ back")
LATER = Words("下一页 ›", "more ›")
BACK = Words("‹ 返回", "‹ back")
NOTHING = Words("现在没有。", "There is nothing.")

# reload and status
RELOAD_STARTED = Words("开始重新收录文章……", "Reading the articles again…")
RELOAD_RUNNING = Words("正在收录，请等它做完。", "It is already running; please wait until it is done.")
RELOAD_NEXT = Words("正在收录，做完后会接着再收一遍。", "It is running; the articles are read once more after that.")
RELOAD_PROGRESS = Words("正在收录：{stage} {done}/{total}", "Working: {stage} {done}/{total}")
RELOAD_DONE = Words(
    "收录完成：新增{added}篇，改动{changed}篇，不再有{gone}篇，未收{rejected}篇。\n现在用的是 {generation}",
    "Done: {added} added, {changed} changed, {gone} gone, {rejected} rejected.\nNow serving {generation}",
)
RELOAD_SAME = Words("没有变化，仍是 {generation}", "Nothing changed; still {generation}")
RELOAD_REJECTED = Words("未收：{source}：{why}", "Rejected: {source}: {why}")
RELOAD_FAILED = Words("收录没有成功，原来的照常使用。\n{problem}", "It failed; the old version stays.\n{problem}")
STATUS = Words(
    "版本 {generation}\n建于 {created}\n文章 {articles} 篇，段落 {passages} 段，县 {counties} 个\n模型 {model}\n"
    "已运行 {uptime}，答过 {questions} 问，正在排队 {queue}\n没答上的问题 {gaps} 个，等消息的 {waiting} 人\n"
    "上次收录：{reload}",
    "Generation {generation}\nCreated {created}\n{articles} articles, {passages} passages, {counties} counties\n"
    "Model {model}\nUp {uptime}, {questions} questions, {queue} waiting\n{gaps} gaps, {waiting} people wait\n"
    "Last reload: {reload}",
)
PROBLEM = Words("问题：{problem}", "Problem: {problem}")

# generations and going back
GENERATIONS_TITLE = Words("各个版本，新的在前，● 是现在用的：", "Generations, newest first, ● is served:")
GENERATION_LINE = Words(
    "{id} 文章{articles} 段落{passages} 县{counties}",
    "{id} {articles} articles, {passages} passages, {counties} counties",
)
GENERATION_BUTTON = Words("比较并退到 {id}", "Compare, go to {id}")
DIFF_STARTED = Words("正在比较两个版本……", "Comparing the two…")
DIFF_FAILED = Words("两个版本没能比较：{problem}", "They could not be compared: {problem}")
DIFF_ADDED = Words("多出{count}篇：", "{count} articles more: ")
DIFF_ARTICLES = Words("不同{count}篇：", "{count} articles differ: ")
DIFF_GONE = Words("少掉{count}篇：", "{count} articles less: ")
DIFF_ANSWERS = Words(
    "{group}：试了{asked}/{given}问，说法变了{changed}，变成答不出{lost}，变成答得出{won}",
    "{group}: {asked} of {given} tried, {changed} answered otherwise, {lost} no longer answered, {won} now answered",
)
DIFF_GOLDEN = Words("评测题", "Golden questions")
DIFF_GAPS = Words("没答上的问题", "Gaps")
DIFF_RECENT = Words("最近有人问的", "Recent questions")
DIFF_CHANGED = Words("变了", "otherwise:")
DIFF_LOST = Words("答不出", "lost:")
DIFF_WON = Words("答得出", "won:")
ROLLBACK_CONFIRM = Words("现在是 {current}，要换成 {target} 吗？", "Serving {current}. Go to {target}?")
ROLLBACK_BUTTON = Words("换过去", "Go there")
ROLLBACK_DONE = Words("已换好，现在用的是 {generation}", "Done. Now serving {generation}")
ROLLBACK_FAILED = Words("没有换。{problem}", "Not done. {problem}")

# the audit log
AUDIT_TITLE = Words("最近的管理操作：", "What was done last:")
AUDIT_LINE = Words("{at} · {admin} · {act} {about}", "{at} · {admin} · {act} {about}")

# bans
BAN_USAGE = Words("用法：/ban 数字编号 原因", "Usage: /ban ID reason")
UNBAN_USAGE = Words("用法：/unban 数字编号", "Usage: /unban ID")
BAN_ADMIN = Words("管理员不能封禁。", "Admins cannot be shut out.")
BANNED = Words("已封禁 {user}。", "{user} is shut out.")
UNBANNED = Words("已解封 {user}。", "{user} is in again.")
NOT_BANNED = Words("{user} 没有被封禁。", "{user} was not shut out.")
BANS_TITLE = Words("封禁名单：", "Shut out:")
BAN_LINE = Words("{user} · {at} · {why}", "{user} · {at} · {why}")

# the gap inbox
GAPS_TITLE = Words(
    "没答上或答得不好的问题，共{groups}组{gaps}问，{waiting}人在等：",
    "Questions without a good answer, {groups} groups of {gaps}, {waiting} people wait:",
)
GAPS_LINE = Words(
    "{number}. {counties}：{question}（{count}问，差评{disliked}，最近{last}）",
    "{number}. {counties}: {question} ({count} times, {disliked} disliked, last {last})",
)
NO_COUNTY = Words("未写县名", "no county")
GAP_TITLE = Words(
    "{counties} · {count}问 · 最近{last} · {waiting}人在等", "{counties} · {count} times · last {last} · {waiting} wait"
)
GAP_QUESTION = Words("“{question}” ×{count}", "“{question}” ×{count}")
GAP_REASONS = Words("原因：{reasons}", "Why: {reasons}")
GAP_WHY = Words("有人说：{why}", "Said: {why}")
GAP_ARTICLE = Words("已关联：{article}", "Linked: {article}")
GAP_ASK = Words("再问一次", "Ask again")
GAP_UPLOAD = Words("上传文章", "Send an article")
GAP_LINK = Words("关联已有文章", "Link an article")
GAP_WORD = Words("加俗词", "Add a word")
GAP_TEST = Words("加进评测题", "Make it a test")
GAP_TELL = Words("关闭并告诉{count}人", "Close, tell {count}")
GAP_CLOSE = Words("关闭", "Close")
GAP_SEND_NOW = Words(
    "请在一小时内把文件或网址发来，收录后会自动再问一次。",
    "Send the file or address within an hour; the question is asked again once it is read.",
)
GAP_WHICH = Words("哪一篇说到了这件事？", "Which article tells it?")
GAP_LINKED = Words(
    "已记下：《{title}》。还答不上时，可以加俗词，让问法和文章里的说法对上。",
    "Noted: {title}. If it is still not answered, add a word that leads from the question to the article's.",
)
GAP_CLOSED = Words("已关闭，{count}人会收到消息。", "Closed; {count} people will be told.")
GAP_GONE = Words("这一组已经关闭了。", "This group is closed already.")
REASON_NOT_IN_CORPUS = Words("文章没说", "not in the articles")
REASON_UNKNOWN_COUNTY = Words("没有这个县", "county unknown")
REASON_DISLIKED = Words("差评", "disliked")
ASKED_AGAIN = Words("再问“{question}”：", "Asked again, “{question}”:")

# the own everyday words
WORD_USAGE = Words(
    "用法：/word 俗词=正式词|正式词\n删掉：/word 俗词=\n比如：/word 打针=预防接种|疫苗",
    "Usage: /word everyday=official|official\nTo delete: /word everyday=",
)
WORD_TITLE = Words("自己加的俗词：", "Your own words:")
WORD_LINE = Words("{everyday} = {official}", "{everyday} = {official}")
WORD_ADDED = Words("已加：{everyday} = {official}。马上生效。", "Added: {everyday} = {official}. It holds at once.")
WORD_GONE = Words("已删掉：{everyday}", "Deleted: {everyday}")
WORD_UNKNOWN = Words("没有这个词：{everyday}", "No such word: {everyday}")

# what askers read of administration
WANT_BUTTON = Words("有了告诉我", "Tell me when there is")
WANT_NOTED = Words("好，有了资料就告诉您。", "Good, I will tell you.")
WANT_GONE = Words("这个按钮太旧了，请重新问一次。", "This button is too old; please ask again.")
WANT_TOLD = Words(
    "您问过“{question}”，当时没有资料，现在补上了。点下面再问一次。",
    "You asked “{question}”, and there was nothing. Now there is; press below to ask again.",
)
YOU_ARE_BANNED = Words("您已被停止使用本服务。", "You can no longer use this service.")
