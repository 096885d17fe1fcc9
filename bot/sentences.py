"""Every sentence that an asker can read, in simplified Chinese and English; see ``bot/messages.py``."""

from enum import Enum, unique


@unique
class Say(Enum):
    """What there is to say: (simplified Chinese, English). A refusal has the name of its Reason."""

    NOT_IN_CORPUS = (
        "已收录的文章里没有说到这一点。",
        "The articles here do not say anything about this.",
    )
    UNKNOWN_COUNTY = (
        "还没有收录关于{places}的文章，所以答不了。",
        "There are no articles about {places} here, so I cannot answer.",
    )
    WHICH_COUNTY = ("您问的是哪个县？", "Which county do you mean?")
    NONSENSE = (
        "没看懂这句话。请写上县名和想知道的事，比如“某某县的家庭医生怎么签约”。",
        "I did not understand that. Please name a county and what you would like to know about it.",
    )
    LOOKED_IN = ("查的是{places}的文章。", "I looked in the articles about {places}.")
    SEARCHED = ("查了{count}个县的文章，找到这些：", "Looked through {count} counties and found:")
    YOU_MAY_ASK = ("可以问：{topics}", "You could ask about: {topics}")
    NEAREST = ("附近已收录的有：{places}", "The nearest that I do have: {places}")
    CARRIED = ("接着说{places}：", "Still about {places}:")
    ALSO_UNKNOWN = ("没有收录关于{places}的文章。", "There are no articles about {places} here.")
    ABOVE = (
        "没有收录{places}自己的文章；以下是{above}的：",
        "There are no articles of {places} here; these are of {above}:",
    )
    DIFFERING = ("几篇文章说法不同，新的在前。", "The articles differ; the newest comes first.")
    MISSING = ("文章里没有提到：{words}。", "Nothing is said of: {words}.")
    OTHERS = ("别处的文章说到了：{places}。", "Articles of other counties speak of it: {places}.")
    SILENT = ("未提及", "not mentioned")
    DAMAGED = ("（原文有缺字）", " (characters are missing in the original)")
    ORIGINAL_CHINESE = ("", "From the articles (original Chinese):")
    SOURCES = ("出处", "Sources")
    SOURCE_BUTTON = ("[{number}] 出处", "[{number}] source")
    START_EMPTY = (
        "您好，我是县问。文章还没有准备好，请过一会儿再来。",
        "Hello, I am Xianwen. The articles are not ready yet; please come back a little later.",
    )
    SOURCES_TITLE = ("已收录{count}篇文章：", "{count} articles:")
    NOTHING_YET = ("现在一篇文章也没有收录。", "There are no articles here yet.")
    PREVIOUS = ("‹ 上一页", "‹ back")
    NEXT = ("下一页 ›", "more ›")
    UNKNOWN_COMMAND = ("没有这个命令，看看 /help 。", "There is no such command; see /help .")
    BUSY = ("现在问的人太多，请过一会儿再问。", "Too many people are asking just now; please try again shortly.")
    TOO_SLOW = ("这一问查得太久，没能答上来，请再问一次。", "This took too long; please ask again.")
    TOO_MANY = (
        "问得有点快，请歇一分钟再问。",
        "That is a little fast; please wait a minute before the next question.",
    )
    TOO_LONG = ("问题太长了，请说得短一些。", "That is too long; please make it shorter.")
    EMPTY = ("没看到问题，请写上想知道的事。", "I see no question; please write what you want to know.")
    NOT_READY = ("文章还没有准备好，请过一会儿再问。", "The articles are not ready; please ask again later.")
    FAILED = (
        "出了点问题，这次没能答上来，请稍后再试。（编号 {incident}）",
        "Something went wrong; please try again later. (No. {incident})",
    )
    STALE_BUTTON = ("这个按钮太旧了，请重新问一次。", "This button is too old; please ask again.")
    ABOUT_BOT = (
        "问一个县的卫生健康工作打算做什么，每句回答都注明出处；文章没说的，直说没有。",
        "Ask what a Chinese county has set out to do in health care. Every statement has its source.",
    )
    MEDICAL_ADVICE = (
        "我不是医生，看病用药的事不能给建议，请问医生或到就近的卫生院、医院看看。情况紧急请马上拨打120。\n"
        "我能回答的是各县卫生健康工作打算做什么。",
        "I am not a doctor and cannot give medical advice. Please see one or go to the nearest hospital; in an "
        "emergency in China call 120 at once.\nWhat I can tell you is what counties have set out to do in health care.",
    )
    WHERE_TO_TURN = ("文章里写到可以找谁，点开看：", "What the articles say about where to turn:")
    SMALLTALK = (
        "您好，我是县问。想知道哪个县在看病、养老、防病这些事上打算怎么做，直接问我就行，每句话都会注明出处。",
        "Hello, I am Xianwen. Ask me what a Chinese county has set out to do in health care; "
        "every statement comes with its source.",
    )
    WELCOME = ("不客气。还想知道哪个县的事，接着问就行。", "You are welcome. Ask on whenever you like.")
    FAREWELL = ("再见。想起什么，随时来问。", "Goodbye. Come back and ask whenever you like.")
    NO_DATE = ("日期不详", "no date")
    ABOUT = ("说的是：{places}", "About: {places}")
    # what an answer carries besides its claims
    AS_OF = ("截至{day}", "as of {day}")
    EXPIRED = ("已过期（有效期到{day}）", "no longer in force (until {day})")
    EXPIRES = ("有效期到{day}", "in force until {day}")
    REPLACED = ("已被取代：{title}", "replaced by: {title}")
    ALSO_PUBLISHED = ("也见于：{places}", "also published by: {places}")
    DOC_NUMBER = ("文号：{number}", "No.: {number}")
    ISSUER = ("发文：{name}", "issued by: {name}")
    MORE = ("更多", "more")
    MORE_TITLE = ("还有这些段落说到：", "Further passages:")
    NO_MORE = ("没有别的段落说到这件事了。", "No other passage speaks of this.")
    COPY = ("复制", "copy")
    OPEN_PAGE = ("看原网页", "open the page")
    FULL_TEXT = ("看全文", "full text")
    GONE = ("这篇文章已经不在了。", "This article is gone.")
    THANKS = ("谢谢，记下了。", "Thank you, noted.")
    WHY = ("哪里不对？点一个就行。", "What is wrong with it? One press is enough.")
    WHY_OFF = ("答非所问", "off the point")
    WHY_SOURCE = ("出处不对", "wrong source")
    WHY_PARTIAL = ("说得不全", "incomplete")
    WHY_OLD = ("内容过时", "outdated")
    WHY_WRITE = ("写一句", "write a line")
    WRITE_WHY = ("请直接回复这条消息，写一句哪里不对。", "Please reply to this message and say what is wrong.")
    # conversation
    START = (
        "县问读过{articles}篇文章，讲{counties}个县的卫生健康工作打算做什么{span}。\n"
        "直接问就行，比如点下面的；每句话都注明出处，文章没说的就直说没有。",
        "Xianwen has read {articles} articles about what {counties} Chinese counties have set out to do in health "
        "care{span}.\nJust ask, or press one of these. Every statement has its source; what the articles do not say, "
        "I do not say.",
    )
    SPAN_ALONE = ("，截至{day}", ", as of {day}")
    SPAN = ("，从{since}到{until}", ", from {since} to {until}")
    HELP = (
        "这样问：\n{examples}\n接着问可以不写县名：“{follow}”\n\n"
        "/counties 按省市找县，看它的重点\n/compare {compared}\n/sources 翻看文章\n"
        "/language 换文字 · /privacy 记了什么 · /forget 删掉\n"
        "群里：/ask 加问题，或@我。急症请拨打120。",
        "Ask like this:\n{examples}\nFollow-up questions need no county: “{follow}”\n\n"
        "/counties find a county and its priorities\n/compare {compared}\n/sources the articles\n"
        "/language · /privacy what is kept · /forget delete it\n"
        "In groups: /ask and a question, or mention me. In an emergency in China call 120.",
    )
    FOLLOW = ("那老人呢", "and the elderly?")
    COUNTIES = ("已收录{count}个县，请选：", "{count} counties; choose:")
    COUNTIES_OF = ("{place}（{count}个县），请选：", "{place} ({count} counties); choose:")
    COUNTY = ("{county}（{place}）", "{county} ({place})")
    COUNTY_FACTS = ("{articles}篇文章，{span}。点一项，看它怎么说：", "{articles} articles, {span}. Press a point:")
    COUNTY_EMPTY = ("这个县的文章没有分条列出重点，请直接问。", "The articles list no points; please just ask.")
    COUNTY_GONE = ("现在没有收录这个县了。", "This county is not here any more.")
    UP = ("‹ 返回", "‹ back")
    SOURCE_OUTLINE = ("里面说到：{headings}", "It speaks of: {headings}")
    COMPARE_USAGE = (
        "这样写：/compare {example}\n先写两个或更多县名，再写想比的事；不写就比重点工作。",
        "Write it like this: /compare {example}\nTwo or more counties, then the topic; without one, the priorities.",
    )
    LANGUAGE = (
        "用哪种文字回答？现在：{language}。引用的原文不变。",
        "Which language shall I answer in? Now: {language}. Quotes stay as they are.",
    )
    LANGUAGE_AS_WRITTEN = ("跟着我写的", "as I write")
    LANGUAGE_SET = ("好的，以后用：{language}", "From now on: {language}")
    PRIVACY = (
        "县问记这些：\n"
        "• 最近六问，留{history}小时，为了听懂接着问的话\n"
        "• 回答的出处和这一问，留{answers}天，为了旧按钮还能用\n"
        "• 您点的👍👎和写的理由，留{votes}天\n"
        "• 您选的文字\n"
        "• 没答上的问题，留{answers}天，不记是谁问的；点了“有了告诉我”才记发到哪里\n"
        "• 每天问了多少，只有数\n"
        "不记姓名、电话、位置。日志里没有您问的话。/forget 马上全部删掉。",
        "What Xianwen keeps:\n"
        "• your last six questions, {history} hours, to understand follow-ups\n"
        "• the sources of an answer with its question, {answers} days, so that old buttons work\n"
        "• your 👍👎 with the reason, {votes} days\n"
        "• the language you chose\n"
        "• questions without an answer, {answers} days, and not who asked them unless you wish to be told\n"
        "• how many questions there were, as figures\n"
        "No name, no number, no place; the log does not hold what you ask. /forget deletes all of it at once.",
    )
    FORGOTTEN = (
        "删掉了：最近的提问{questions}条，回答记录{answers}条（它们的按钮不再能用），评价{votes}条，文字选择{languages}项。",
        "Deleted: {questions} recent questions, {answers} answers (their buttons work no more), {votes} ratings, "
        "{languages} language choices.",
    )
    FORGOTTEN_NOTHING = ("没有记着您的任何东西。", "Nothing is kept about you.")
    INTERRUPTED = (
        "刚才断线了，回答可能没有送到，抱歉。没看到的话，请再问一次。",
        "Sorry, I was cut off; my answer may not have reached you. If you do not see it, please ask again.",
    )
    AWAY = ("刚才不在线，没能及时回答，抱歉。还想知道就点一下：", "Sorry, I was away. Press if you still want to know:")
    FORWARDED = ("这是转来的话。要我按它来查，就点一下：", "A forwarded message. Press to have me look it up:")
    FORWARDED_LONG = ("转来的文章我不收，想知道什么请直接问。", "I take no forwarded articles; please ask a question.")
    VOICE = ("听不了语音，请把问题打成字。", "I cannot listen; please write your question.")
    PICTURE = ("看不了图片，请把问题打成字。", "I cannot see pictures; please write your question.")
    STICKER = ("表情收到。想问哪个县，打成字发给我。", "Nice one. Which county would you like to ask about?")
    VIDEO = ("看不了视频，请把问题打成字。", "I cannot watch videos; please write your question.")
    FILE = ("文件我打不开，请把问题打成字。", "I cannot open files; please write your question.")
    LOCATION = ("位置我用不上也不记，请直接写县名。", "I do not use or keep places; please write the county's name.")
    CONTACT = ("联系人我用不上也不记，请直接写问题。", "I do not use or keep contacts; please write your question.")
    VOTE = ("投票我不参加，请直接写问题。", "I do not vote; please write your question.")
    TEXT_ONLY = ("我只看得懂文字，请把问题打成字发给我。", "I can only read text; please write your question.")
    ASK_USAGE = ("请在 /ask 后面写上问题。", "Please write your question after /ask.")
    FOREIGN_BUTTON = ("这个按钮不是这里的，请重新问一次。", "This button belongs elsewhere; please ask again.")
    TOO_HASTY = ("点得有点快，请歇一下。", "That is a little fast; please wait a moment.")
    # inline mode
    INLINE_ASK = ("到私聊里问", "Ask in private")
    INLINE_SHORT = ("接着写县名和想知道的事", "Name a county and a topic")
    INLINE_NONE = ("没有查到，到私聊里问", "Nothing found; ask in private")
    # the menu
    MENU_START = ("可以问什么", "what to ask")
    MENU_COUNTIES = ("按省市找县，看重点", "find a county")
    MENU_COMPARE = ("比一比几个县", "compare counties")
    MENU_SOURCES = ("翻看文章", "the articles")
    MENU_LANGUAGE = ("选文字：简、繁、English", "Chinese or English")
    MENU_PRIVACY = ("记了什么", "what is kept")
    MENU_FORGET = ("删掉我的记录", "delete what is kept of me")
    MENU_HELP = ("怎么问", "how to ask")
    MENU_ASK = ("问一句（群里用）", "ask (for groups)")
