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
    "已运行 {uptime}，答过 {questions} 问，正在排队 {queue}\n"
    "上次收录：{reload}",
    "Generation {generation}\nCreated {created}\n{articles} articles, {passages} passages, {counties} counties\n"
    "Model {model}\nUp {uptime}, {questions} questions, {queue} waiting\n"
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
YOU_ARE_BANNED = Words("您已被停止使用本服务。", "You can no longer use this service.")
