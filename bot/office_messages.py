"""What admins read about figures, exports, tests and messages to everybody. See ``bot/admin_messages.py``."""

from bot.admin_messages import Words

# messages to everybody
BROADCAST_USAGE = Words(
    "用法：/broadcast 要发的话（最多{limit}字）", "Usage: /broadcast text (at most {limit} characters)"
)
BROADCAST_CONFIRM = Words("上面这条会发给{count}人。发吗？", "This goes to {count} people. Send it?")
BROADCAST_SEND = Words("发", "Send")
BROADCAST_STOP = Words("停", "Stop")
BROADCAST_BEGINS = Words("开始发……", "Sending…")
BROADCAST_GOING = Words("已发{sent}，没送到{lost}，还有{left}", "{sent} sent, {lost} not, {left} left")
BROADCAST_DONE = Words(
    "发完了：送到{sent}，没送到{lost}（多为已停用或封禁），重启时不确定{unsure}",
    "Done: {sent} sent, {lost} not (blocked or banned), {unsure} uncertain after a restart",
)
BROADCAST_STOPPED = Words(
    "停了：送到{sent}，没送到{lost}，没发{left}，重启时不确定{unsure}",
    "Stopped: {sent} sent, {lost} not, {left} left, {unsure} uncertain after a restart",
)

# figures
STATS_USAGE = Words("用法：/stats 天数（1到{most}）", "Usage: /stats days (1 to {most})")
STATS_TITLE = Words("{first} 至 {last}", "{first} to {last}")
STATS_COUNTS = Words(
    "提问{questions}，每天{people}人上下（最多{most}人），答上{answered}，没答上{refused}",
    "{questions} questions, about {people} people a day (at most {most}), {answered} answered, {refused} refused",
)
STATS_REASONS = Words("没答上的原因：{reasons}", "Why refused: {reasons}")
STATS_LATENCY = Words(
    "用时（毫秒）：一半在{p50}内，95%在{p95}内，99%在{p99}内", "Milliseconds: half within {p50}, 95 % {p95}, 99 % {p99}"
)
STATS_COUNTIES = Words("问得最多的县：", "Counties asked about most:")
STATS_TOPICS = Words("答得最多的内容：", "What was answered most:")
STATS_RANK = Words("{number}. {name} {count}", "{number}. {name} {count}")
STATS_CAPTION = Words(
    "上：每天的提问，深色答上，浅色没答上。下：各县提问，号码见文字。",
    "Top: questions a day, dark answered. Bottom: counties, see the text.",
)

# exports
EXPORT_USAGE = Words(
    "用法：/export questions|feedback|gaps|tests csv|jsonl", "Usage: /export questions|feedback|gaps|tests csv|jsonl"
)
EXPORT_CAPTION = Words("{what}，{count}行", "{what}, {count} rows")

# tests
TEST_NO_QUESTION = Words("还没有问过问题，请先问一句。", "There is no question yet; please ask one.")
TEST_TITLE = Words("评测题：“{question}”", "Test: “{question}”")
TEST_EXPECTS = Words("应当答上，并引用下面打勾的原文：", "To be answered with the ticked sentences:")
TEST_REFUSES = Words("应当说：文章没有。", "To be refused: the articles do not say.")
TEST_QUOTE = Words("{mark} [{number}] {quote}", "{mark} [{number}] {quote}")
TEST_BUTTON_QUOTE = Words("{mark} [{number}]", "{mark} [{number}]")
TEST_BUTTON_REFUSE = Words("改成应当答不上", "To be refused")
TEST_BUTTON_ANSWER = Words("改成应当答上", "To be answered")
TEST_SAVE = Words("存", "Save")
TEST_NEEDS_QUOTE = Words(
    "至少要勾一句原文。回答里没有对的那句时，用 /golden 加上原文里的那句话。",
    "Tick a sentence. If none is right, write /golden and the sentence as it stands in the article.",
)
TEST_NOT_FOUND = Words("文章里没有这句话，请照原文抄。", "No article says this; please copy it word for word.")
TEST_SAVED = Words("已存为 {id}。用 xianwen evaluate {file} 来测。", "Saved as {id}. Run: xianwen evaluate {file}")
