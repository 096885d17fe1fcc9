"""Every sentence that a user can read: simplified Chinese and English by hand, traditional derived.

Plain text, never markup: whoever sends it escapes it. ``say`` is the only way to a sentence, so that
a test can walk through all of them.
"""

from enum import StrEnum

from bot.markup import clean
from retrieval.errors import (
    EmbeddingError,
    IndexBusy,
    IndexCorrupt,
    IndexMismatch,
    IndexMissing,
    IndexProblem,
    QuestionEmpty,
    QuestionError,
    QuestionTooLong,
    XianwenError,
)
from retrieval.text import to_traditional
from retrieval.types import Answer, Reason, Script


class Say(StrEnum):
    """What there is to say."""

    # refusals, one for each Reason
    NOT_IN_CORPUS = "not_in_corpus"
    UNKNOWN_COUNTY = "unknown_county"
    MEDICAL_ADVICE = "medical_advice"
    SMALLTALK = "smalltalk"
    WHICH_COUNTY = "which_county"
    NONSENSE = "nonsense"
    # parts of answers
    LOOKED_IN = "looked_in"
    SEARCHED = "searched"
    YOU_MAY_ASK = "you_may_ask"
    NEAREST = "nearest"
    CARRIED = "carried"
    ALSO_UNKNOWN = "also_unknown"
    DAMAGED = "damaged"
    SILENT = "silent"
    ORIGINAL_CHINESE = "original_chinese"
    SOURCES = "sources"
    SOURCE_BUTTON = "source_button"
    NO_DATE = "no_date"
    ABOUT = "about"
    # conversation
    START = "start"
    START_EMPTY = "start_empty"
    HELP = "help"
    HELP_ADMIN = "help_admin"
    COUNTIES = "counties"
    SOURCES_TITLE = "sources_title"
    SOURCE_LINE = "source_line"
    NOTHING_YET = "nothing_yet"
    PREVIOUS = "previous"
    NEXT = "next"
    TEXT_ONLY = "text_only"
    ASK_USAGE = "ask_usage"
    UNKNOWN_COMMAND = "unknown_command"
    BUSY = "busy"
    TOO_SLOW = "too_slow"
    TOO_MANY = "too_many"
    TOO_LONG = "too_long"
    EMPTY = "empty"
    NOT_READY = "not_ready"
    FAILED = "failed"
    STALE_BUTTON = "stale_button"
    FOREIGN_BUTTON = "foreign_button"
    # administration
    RELOAD_STARTED = "reload_started"
    RELOAD_RUNNING = "reload_running"
    RELOAD_PROGRESS = "reload_progress"
    RELOAD_DONE = "reload_done"
    RELOAD_SAME = "reload_same"
    RELOAD_REJECTED = "reload_rejected"
    RELOAD_FAILED = "reload_failed"
    STATUS = "status"
    PROBLEM = "problem"
    ROLLBACK_CONFIRM = "rollback_confirm"
    ROLLBACK_BUTTON = "rollback_button"
    ROLLBACK_DONE = "rollback_done"
    ROLLBACK_FAILED = "rollback_failed"
    # the menu
    MENU_START = "menu_start"
    MENU_HELP = "menu_help"
    MENU_COUNTIES = "menu_counties"
    MENU_SOURCES = "menu_sources"
    MENU_ASK = "menu_ask"
    MENU_RELOAD = "menu_reload"
    MENU_STATUS = "menu_status"
    MENU_ROLLBACK = "menu_rollback"
    ABOUT_BOT = "about_bot"


SENTENCES: dict[Say, tuple[str, str]] = {
    Say.NOT_IN_CORPUS: (
        "已收录的文章里没有说到这一点。",
        "The articles here do not say anything about this.",
    ),
    Say.UNKNOWN_COUNTY: (
        "还没有收录关于{places}的文章，所以答不了。",
        "There are no articles about {places} here, so I cannot answer.",
    ),
    Say.MEDICAL_ADVICE: (
        "看病用药的事我不能给建议，请问医生，或到就近的卫生院、医院看看。情况紧急请马上拨打120。\n"
        "我能回答的是各县卫生健康工作打算做什么。",
        "I cannot give medical advice. Please see a doctor or go to the nearest hospital; in an emergency in China "
        "call 120 at once.\nWhat I can tell you is what counties have set out to do in health care.",
    ),
    Say.SMALLTALK: (
        "您好，我是县问。想知道哪个县在看病、养老、防病这些事上打算怎么做，直接问我就行，每句话都会注明出处。",
        "Hello, I am Xianwen. Ask me what a Chinese county has set out to do in health care; "
        "every statement comes with its source.",
    ),
    Say.WHICH_COUNTY: ("您问的是哪个县？", "Which county do you mean?"),
    Say.NONSENSE: (
        "没看懂这句话。请写上县名和想知道的事，比如“某某县的家庭医生怎么签约”。",
        "I did not understand that. Please name a county and what you would like to know about it.",
    ),
    Say.LOOKED_IN: ("查的是{places}的文章。", "I looked in the articles about {places}."),
    Say.SEARCHED: ("查了{count}个县的文章，找到这些：", "Looked through {count} counties and found:"),
    Say.YOU_MAY_ASK: ("可以问：{topics}", "You could ask about: {topics}"),
    Say.NEAREST: ("附近已收录的有：{places}", "The nearest that I do have: {places}"),
    Say.CARRIED: ("接着说{places}：", "Still about {places}:"),
    Say.ALSO_UNKNOWN: ("没有收录关于{places}的文章。", "There are no articles about {places} here."),
    Say.SILENT: ("未提及", "not mentioned"),
    Say.DAMAGED: ("（原文有缺字）", " (characters are missing in the original)"),
    Say.ORIGINAL_CHINESE: ("", "From the articles (original Chinese):"),
    Say.SOURCES: ("出处", "Sources"),
    Say.SOURCE_BUTTON: ("[{number}] 出处", "[{number}] source"),
    Say.NO_DATE: ("日期不详", "no date"),
    Say.ABOUT: ("说的是：{places}", "About: {places}"),
    Say.START: (
        "您好，我是县问。我读过{articles}篇文章，讲的是{counties}个县的卫生健康工作打算做什么。\n"
        "直接发问题就行，比如点下面的例子。每句回答都注明出处，文章没说的我会直说。",
        "Hello, I am Xianwen. I have read {articles} articles about what {counties} Chinese counties have set out to "
        "do in health care.\nJust ask, or press an example below. Every statement has its source, and when the "
        "articles do not say, I tell you.",
    ),
    Say.START_EMPTY: (
        "您好，我是县问。文章还没有准备好，请过一会儿再来。",
        "Hello, I am Xianwen. The articles are not ready yet; please come back a little later.",
    ),
    Say.HELP: (
        "怎么问：写上县名和想知道的事，一句话就行；接着问可以不再写县名。\n"
        "出处：点回答下面的按钮，看原文那一段。\n"
        "/counties 有哪些县\n/sources 有哪些文章\n/start 重新开始\n"
        "群里请用 /ask 加问题，或者@我。\n我不看病、不开药，急症请拨打120。",
        "How to ask: name a county and what you want to know; follow-up questions need no county.\n"
        "Sources: press a button under an answer to read the paragraph it came from.\n"
        "/counties which counties\n/sources which articles\n/start begin anew\n"
        "In groups use /ask with your question, or mention me.\n"
        "I give no medical advice; in an emergency in China call 120.",
    ),
    Say.HELP_ADMIN: (
        "管理：\n/reload 重新收录文章\n/status 运行情况\n/rollback 退回上一版",
        "Administration:\n/reload read the articles again\n/status how things are\n/rollback go back one version",
    ),
    Say.COUNTIES: ("已收录{count}个县：", "{count} counties:"),
    Say.SOURCES_TITLE: ("已收录{count}篇文章：", "{count} articles:"),
    Say.SOURCE_LINE: ("{count}段", "{count} passages"),
    Say.NOTHING_YET: ("现在一篇文章也没有收录。", "There are no articles here yet."),
    Say.PREVIOUS: ("‹ 上一页", "‹ back"),
    Say.NEXT: ("下一页 ›", "more ›"),
    Say.TEXT_ONLY: ("我只看得懂文字，请把问题打成字发给我。", "I can only read text; please write your question."),
    Say.ASK_USAGE: ("请在 /ask 后面写上问题。", "Please write your question after /ask."),
    Say.UNKNOWN_COMMAND: ("没有这个命令，看看 /help 。", "There is no such command; see /help ."),
    Say.BUSY: ("现在问的人太多，请过一会儿再问。", "Too many people are asking just now; please try again shortly."),
    Say.TOO_SLOW: ("这一问查得太久，没能答上来，请再问一次。", "This took too long; please ask again."),
    Say.TOO_MANY: (
        "问得有点快，请歇一分钟再问。",
        "That is a little fast; please wait a minute before the next question.",
    ),
    Say.TOO_LONG: ("问题太长了，请说得短一些。", "That is too long; please make it shorter."),
    Say.EMPTY: ("没看到问题，请写上想知道的事。", "I see no question; please write what you want to know."),
    Say.NOT_READY: ("文章还没有准备好，请过一会儿再问。", "The articles are not ready; please ask again later."),
    Say.FAILED: (
        "出了点问题，这次没能答上来，请稍后再试。（编号 {incident}）",
        "Something went wrong; please try again later. (No. {incident})",
    ),
    Say.STALE_BUTTON: ("这个按钮太旧了，请重新问一次。", "This button is too old; please ask again."),
    Say.FOREIGN_BUTTON: ("这是别人的提问，您可以自己问一句。", "Somebody else asked this; feel free to ask yourself."),
    Say.RELOAD_STARTED: ("开始重新收录文章……", "Reading the articles again…"),
    Say.RELOAD_RUNNING: ("正在收录，请等它做完。", "It is already running; please wait until it is done."),
    Say.RELOAD_PROGRESS: ("正在收录：{stage} {done}/{total}", "Working: {stage} {done}/{total}"),
    Say.RELOAD_DONE: (
        "收录完成：新增{added}篇，改动{changed}篇，不再有{gone}篇，未收{rejected}篇。\n现在用的是 {generation}",
        "Done: {added} added, {changed} changed, {gone} gone, {rejected} rejected.\nNow serving {generation}",
    ),
    Say.RELOAD_SAME: ("没有变化，仍是 {generation}", "Nothing changed; still {generation}"),
    Say.RELOAD_REJECTED: ("未收：{source}：{why}", "Rejected: {source}: {why}"),
    Say.RELOAD_FAILED: ("收录没有成功，原来的照常使用。\n{problem}", "It failed; the old version stays.\n{problem}"),
    Say.STATUS: (
        "版本 {generation}\n建于 {created}\n文章 {articles} 篇，段落 {passages} 段，县 {counties} 个\n模型 {model}\n"
        "已运行 {uptime}，答过 {questions} 问，正在排队 {queue}\n上次收录：{reload}",
        "Generation {generation}\nCreated {created}\n{articles} articles, {passages} passages, {counties} counties\n"
        "Model {model}\nUp {uptime}, {questions} questions, {queue} waiting\nLast reload: {reload}",
    ),
    Say.PROBLEM: ("问题：{problem}", "Problem: {problem}"),
    Say.ROLLBACK_CONFIRM: ("现在是 {current}，要退回 {target} 吗？", "Serving {current}. Go back to {target}?"),
    Say.ROLLBACK_BUTTON: ("退回", "Go back"),
    Say.ROLLBACK_DONE: ("已退回，现在用的是 {generation}", "Done. Now serving {generation}"),
    Say.ROLLBACK_FAILED: ("没有退回。{problem}", "Not done. {problem}"),
    Say.MENU_START: ("重新开始", "begin anew"),
    Say.MENU_HELP: ("怎么用", "how to use this"),
    Say.MENU_COUNTIES: ("有哪些县", "which counties"),
    Say.MENU_SOURCES: ("有哪些文章", "which articles"),
    Say.MENU_ASK: ("问一句（群里用）", "ask (for groups)"),
    Say.MENU_RELOAD: ("重新收录文章", "read the articles again"),
    Say.MENU_STATUS: ("运行情况", "how things are"),
    Say.MENU_ROLLBACK: ("退回上一版", "go back one version"),
    Say.ABOUT_BOT: (
        "问一个县的卫生健康工作打算做什么，每句回答都注明出处；文章没说的，直说没有。",
        "Ask what a Chinese county has set out to do in health care. Every statement has its source.",
    ),
}

# what `xianwen ingest` reports while it works
STAGES: dict[str, tuple[str, str]] = {
    "read": ("读取和清理", "reading and cleaning"),
    "embed": ("计算向量", "embedding"),
    "index": ("编排索引", "indexing"),
    "publish": ("检查并启用", "checking and publishing"),
}

_OF_REASON: dict[Reason, Say] = {reason: Say(reason.value) for reason in Reason}

_OF_ERROR: tuple[tuple[type[XianwenError], Say], ...] = (
    (QuestionEmpty, Say.EMPTY),
    (QuestionTooLong, Say.TOO_LONG),
    (QuestionError, Say.EMPTY),
    (IndexMissing, Say.NOT_READY),
    (IndexCorrupt, Say.NOT_READY),
    (IndexMismatch, Say.NOT_READY),
    (IndexBusy, Say.NOT_READY),
    (IndexProblem, Say.NOT_READY),
    (EmbeddingError, Say.NOT_READY),
)


def say(what: Say, script: Script, **values: object) -> str:
    """The sentence, its places filled. Raises KeyError when a place has no value."""
    chinese, english = SENTENCES[what]
    if script is Script.ENGLISH:
        return english.format(**values)
    text = chinese.format(**values)
    return to_traditional(text) if script is Script.TRADITIONAL else text


def join(names: tuple[str, ...] | list[str], script: Script) -> str:
    """Names in a row, as the language does it."""
    return (", " if script is Script.ENGLISH else "、").join(clean(name) for name in names)


def of_error(error: XianwenError) -> Say:
    """What to say about an error; FAILED (which wants an incident number) when there is nothing better."""
    return next((what for kind, what in _OF_ERROR if isinstance(error, kind)), Say.FAILED)


def refusal(answer: Answer) -> str:
    """The words for an answer that has a reason instead of claims."""
    if answer.reason is None:
        raise ValueError("an answer with claims is no refusal")
    script, question = answer.question.script, answer.question
    lines = [say(_OF_REASON[answer.reason], script, places=join(question.elsewhere, script) or "?")]
    counties = tuple(division.short for division in question.counties)
    if answer.reason is Reason.NOT_IN_CORPUS and counties:
        lines.append(say(Say.LOOKED_IN, script, places=join(counties, script)))
    if answer.reason is Reason.NOT_IN_CORPUS and question.elsewhere:
        lines.append(say(Say.ALSO_UNKNOWN, script, places=join(question.elsewhere, script)))
    if answer.suggestions and answer.reason is Reason.UNKNOWN_COUNTY:
        lines.append(say(Say.NEAREST, script, places=join(answer.suggestions, script)))
    elif answer.suggestions and answer.reason is not Reason.MEDICAL_ADVICE:
        between = "; " if script is Script.ENGLISH else "；"  # topics hold commas of their own
        lines.append(say(Say.YOU_MAY_ASK, script, topics=between.join(answer.suggestions)))
    return "\n".join(lines)
