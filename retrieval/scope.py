"""Whether a question is one for the articles: not for a doctor, not small talk, not an attempt on the bot.

Text is data here: it is looked at and never obeyed. Patterns are for folded text.
"""

import re
from collections.abc import Iterator

from retrieval.text import HAN, fold
from retrieval.types import Scope

CLAUSE_END = re.compile(r"[,，。!！?？;；:：、\n…~～—|｜]+|(?<=[a-z])\.(?=\s|$)")

_HAN = re.compile(f"[{HAN}]")
_WORD = re.compile(rf"[{HAN}]|[a-z]{{2,}}|(?<!\d)12\d{{1,3}}(?!\d)")
_CODE = re.compile(
    r"\b(?:drop|alter|truncate|create)\s+table\b|\bselect\b.{0,60}\bfrom\b|\bunion\s+select\b|\binsert\s+into\b|\bdelete\s+from\b|\bor\s+1\s*=\s*1\b|"
    r"<\s*/?\s*(?:script|iframe|img|svg|system)[^>]{0,200}>?|<\|[^|]{0,40}\|>|\[/?inst\]|\brm\s+-rf\b|\beval\s*\(|\bexec\s*\(|__import__|os\.system|"
    r"\$\{[^}]{0,200}\}?|\{\{[^}]{0,200}\}{0,2}|(?:\.\./){2,}|/etc/passwd|#include\b|\bdef \w+\(|console\.log|system\s*\("
)
_SECRET = (
    r"token|api ?key|密钥|密码|口令|环境变量|系统提示词?|提示词|system ?prompt|prompt|源代码|源码|配置文件|内部(?:设定|指令|规则)|初始指令|"
    r"secret|password|credential|environment variable|env var|\.env|config file|chat ?id|管理员(?:账号|名单|id)"
)
_INJECTION = re.compile(
    r"(?:忽略|无视|忘记|忘掉|抛开|绕过|跳过|不要理会|别管)[^,。]{0,12}(?:指令|提示|规则|设定|要求|约束|限制|内容|的话)|"
    rf"(?:打印|输出|显示|列出|告诉|给我|泄露|透露|说出|展示|发给|贴出|复述|重复|交出|是什么|是多少|讲下|话俾)[^,。]{{0,20}}(?:{_SECRET})|"
    rf"(?:你的|bot|机器人的?|服务器的?|系统的)\s*(?:{_SECRET}|指令|设定|代码)|"
    rf"(?:print|reveal|show|output|leak|repeat|dump|expose|give me|tell me|what is|what's)[^.]{{0,40}}(?:{_SECRET}|your instructions|initial instructions)|"
    r"(?:进入|切换|开启|启用|打开|激活)[^,。]{0,8}(?:调试|开发者?|管理员?|上帝|越狱|无限制|超级|root|dan|debug|developer|god)[^,。]{0,6}(?:模式|mode|权限)|"
    r"你现在是|你现在起|从现在(?:起|开始)|扮演|假装|假设(?:文章|你|资料|语料|原文|材料)|假如文章|(?:请|你)?照此|照我说的|按我说的|"
    r"(?:必须|务必|只能|只准|只许|一律)(?:要)?(?:回答|回复|说|输出|答)|(?:不要|无需|不用|别)(?:给|加|带|标注?)?(?:引用|出处|来源)|(?:编|编造|捏造|瞎编|杜撰)(?:一个|一段|个|一篇|出)|"
    r"ignore\b.{0,40}\b(?:instruction|prompt|rule|above|previous)|disregard\b.{0,40}\b(?:instruction|prompt|rule|above|previous)|forget\b.{0,30}\b(?:instruction|prompt|rule)|"
    r"\byou are now\b|\bact as\b|\bpretend\b|\bjailbreak|\bdo anything now\b|\bdeveloper mode\b|\bdebug mode\b|\bsystem ?prompt\b|\bfrom now on\b|\broleplay\b|\bsudo\b"
)

_SMALLTALK = re.compile(
    r"(?:你|您|你们|大家|老师|各位)?好(?:呀|啊|哇|吗|嘛|不)?$|(?:你|您|你们|大家|各位)好|哈[喽啰罗]|嗨|(?:早上|上午|中午|下午|晚上|早)(?:好|安)|晚安|午安|早晨|早$|午好|"
    r"在(?:吗|不在|么|嘛|不|冇)|有人(?:吗|么|在|在吗)|喂|嗯+|哦+|噢|好的|好吧|收到|明白(?:了)?|知道了|懂了|"
    r"(?:谢谢|感谢|多谢|谢了|辛苦|唔该|麻烦)(?:你|您|了|啦|晒|哂|大家|帮忙|支持)*|再见|拜拜|拜|88|回头见|走了|"
    r"你(?:到底|究竟)?(?:是|系)(?:不是|唔系)?(?:一个|个)?(?:谁|哪个|哪位|边个|边位|什么人|什么东西|什么|啥子?|咩|乜|机器人|真人|人|ai|chatgpt|gpt|人工智能|程序|客服)|"
    r"你(?:叫|的名字|贵姓|姓)(?:是|叫|做)?(?:什么|啥子?|咩|乜)?(?:名字|名)?|谁(?:做|开发|造|写|发明)(?:出来)?(?:的|了)?你|你(?:是)?谁(?:做|开发|造|写)的|"
    r"(?:你|您)?(?:都)?(?:会|能|可以|识|识得|懂)(?:做|干|帮我|帮|回答|答|提供|问)?(?:我)?(?:做|干)?(?:点|些|啲|d|到)?(?:什么|啥子?|咩|乜嘢?|哪些事)(?:问题|事|服务|嘢)?|(?:你)?有(?:什么|啥|咩|乜)(?:功能|用|本事)|"
    r"(?:这个|你|呢个)?(?:机器人|bot)?(?:怎么|如何|咋|点)(?:用|使用|玩)(?:你|这个|呀)?$|使用(?:说明|方法)|帮助$|(?:自我)?介绍(?:一?下)?(?:你)?自己|自我介绍|"
    r"(?:给我|跟我|同我)?(?:讲|说|来)(?:个|一个|段|一段)?(?:笑话|故事|段子)|唱(?:首|个|一首)?歌|陪我(?:聊|说|玩)\S{0,3}|聊聊天|聊天|无聊|好闷|"
    r"(?:你)?(?:真|太|好|很|几)(?:棒|厉害|聪明|牛|赞|可爱|强|叻|犀利|能干|巴适|安逸)(?:了|啦|哦)?|(?:不错|牛逼|牛|赞|666|点赞|给力|巴适|顶呱呱|干得好|做得好)|哈哈+|呵呵+|嘿嘿+|嘻嘻|"
    r"你(?:几岁|多大|吃(?:了|饭)(?:了|没|吗)*|累不累|开心吗|喜欢我吗)|吃饭?了(?:吗|没|么)|食咗饭未|我爱你|爱你|(?:新年|节日|生日|中秋|春节|周末)快乐|恭喜发财|"
    r"\b(?:hello|hi|hey|good (?:morning|afternoon|evening|night|day)|how are you(?: doing)?|how is it going|how's it going|what's up|nice to meet you|who are you|what are you|"
    r"what can you do|what do you do|what is your name|what's your name|your name|are you (?:a |an )?(?:bot|robot|human|ai|real|person|chatgpt)|who (?:made|built|created) you|"
    r"(?:tell|give) me a joke|a joke|sing a song|thanks?(?: you)?(?: very much| so much| a lot)?|thank you|thx|ty|bye|goodbye|see you|see ya|good (?:bot|job)|well done|nice|great|awesome|cool|ok|okay|help|test|i love you|lol|haha)\b"
)
_SMALL_PARTICLES = re.compile(
    r"[呀啊啦吧吗呢哦了的哈嘛哇噢嘞咯么喔嘅]|请问|机器人|小助手|助手|朋友|管理员|客服|亲|老师|小伙伴|there|bot|everyone|friend|dear|again|sir|my|and|so|please|to you|的话"
)
_CRY = re.compile(r"^(?:急|快|啊|呃|额|嗷|测试|[\W_])+$")

_PERSON = (
    r"我|咱|俺|爸|妈|爹|娘|爷爷|奶奶|外公|外婆|公公|婆婆|老婆|老公|媳妇|孩子|娃|宝宝|小孩|儿子|女儿|闺女|崽|细路|bb|家里|老人|病人|患者|朋友|同事|"
    r"\b(?:i|my|me|he|she|his|her|baby|child|son|daughter|mother|father|mom|dad|wife|husband|patient|kid)\b"
)
_SYMPTOM = (
    r"[头胃肚腹胸腰背腿脚手喉牙耳眼膝颈肩关节心肝]{1,2}(?:里|口|部|子)?(?:好|很|有点|一直|老是|总是|特别|经常|隐隐|突然|又|非常|还)?(?:疼|痛|赤|酸|麻|胀|闷|晕|肿|痒|不舒服|难受)|疼(?!痛科)|痛(?!中心|风险|点|科)|"
    r"发烧|发热(?!门诊)|高烧|低烧|退烧|烧到|\d{2}(?:\.\d)?度|咳嗽?|头晕|头昏|眩晕|恶心|呕吐|想吐|吐奶|拉肚子|拉稀|屙肚|腹泻|便秘|便血|出血|流血|流鼻血|发麻|麻木|浮肿|水肿|红肿|发痒|瘙痒|"
    r"皮疹|红疹|起疹|疙瘩|湿疹|荨麻疹|胸闷|心慌|心悸|气短|气紧|喘不|呼吸困难|失眠|睡不着|没胃口|乏力|没力气|抽筋|抽搐|尿频|尿血|血尿|尿痛|白带|月经|痛经|停经|盗汗|耳鸣|鼻塞|流鼻涕|"
    r"嗓子|口腔溃疡|上火|过敏|掉头发|脱发|黄疸|消瘦|晕倒|昏迷|骨折|扭伤|崴|烫伤|割伤|被狗咬|被猫抓|不舒服|难受|打呼噜|长痘|肿块|包块|硬块|"
    r"\b(?:fever|headache|pain|ache|cough|rash|dizz\w+|vomit\w*|nausea|diarrh?ea|bleed\w*|itch\w*|swollen|swelling|numb\w*|sore throat|chest|stomachache|insomnia|short of breath|feel (?:sick|ill|dizzy))\b"
)
_DISEASE = (
    r"癌|肿瘤|高血压|血压高|糖尿病|血糖高|高血脂|肝炎|乙肝|肺炎|心梗|心肌梗|脑梗|中风|冠心病|心脏病|胃炎|胃溃疡|肾炎|结石|痛风|甲亢|甲减|哮喘|支气管炎|鼻炎|咽炎|扁桃体|阑尾炎|颈椎病|腰椎|"
    r"腰突|痔疮|湿疹|抑郁|焦虑症|肺结核|流感|感冒|新冠|阳了|艾滋|梅毒|尖锐湿疣|妇科炎症|宫颈|子宫|结节|囊肿|息肉|肌瘤|前列腺|白内障|青光眼|帕金森|老年痴呆|癫痫|贫血|水痘|手足口|尘肺|"
    r"\b(?:cancer|tumou?r|diabetes|hypertension|high blood pressure|pneumonia|hepatitis|flu|asthma|stroke|heart attack|gout|ulcer|infection)\b"
)
_DRUG = (
    r"布洛芬|美林|对乙酰|泰诺|阿司匹林|头孢|[一-鿿]{1,3}(?:西林|霉素|沙星|洛尔|地平|普利|沙坦|他汀|列汀|列净|双胍|替尼|拉唑|硝唑|米松|可的松)|胰岛素|激素药?|连花清瘟|感冒灵|板蓝根|蒙脱石|"
    r"消炎药|退烧药|退烧贴|止痛药|止咳药|止咳糖浆|降压药|降糖药|安眠药|避孕药|感冒药|抗抑郁药|\b(?:ibuprofen|paracetamol|acetaminophen|aspirin|amoxicillin|antibiotics?|insulin|metformin|painkillers?|tylenol)\b"
)
_DOSE = (
    r"剂量|用量|几(?:片|粒|颗|毫升|ml|毫克|mg|滴|包)|几多(?:片|粒|颗|毫升|ml|毫克|mg)|好多(?:片|粒|颗|毫升|ml|毫克)|多少(?:片|粒|颗|毫升|ml|毫克|mg|滴|克)|(?:喂|吃|服|喝|打|注射|食)(?:多少|几多|好多|几次)|"
    r"一天(?:吃|服|喝)?几次|怎么(?:吃|服用|服)|饭前|饭后吃|\b(?:dose|dosage|how (?:much|many)\b.{0,30}\b(?:take|give)|milligrams?|mg|ml)\b"
)
_ASK = (
    r"怎么办|咋办|咋个办|啷个办|怎办|点算|点办|怎么治(?!理)|咋(?:个)?治(?!理)|如何(?:治疗|缓解|退烧|医)|怎么(?:缓解|退烧|止|调理|处理|医)|怎么回事|咋(?:个)?回事|什么原因|咩原因|什么病|啥子?病|咩病|乜病|"
    r"要紧[吗不么]?|要不要紧|严重[吗不么]|严不严重|有没有事|有事吗|危险吗|正常[吗不么]|正不正常|有没有问题|是不是|系咪|系唔系|会不会是|会是|是否(?:是|患|得)|是(?:得了)|"
    r"(?:吃|用|开|抹|涂|服|食|擦|买)(?:点|些|啲)?(?:什么|啥子?|哪种|咩|乜嘢?)(?:药|好|膏)?|什么药|啥子?药|咩药|挂(?:什么|哪个|哪|啥子?|咩)(?:科|号)|看(?:什么|哪个|哪|啥子?)科|睇(?:咩|乜|边)科|"
    r"(?:要不要|需不需要|该不该|用不用|使唔使|需要|应该|应不应该|要)(?:马上|赶紧|立刻|去|做|动|再)*(?:医院|看医生|睇医生|手术|开刀|住院|化疗|放疗|吃药|输液|打针|停药|检查|复查|急诊)|"
    r"能不能治|能治好|治得好|治不治得|医得好|医不医得|能活|还能活|会传染|会不会传染|会遗传|多久能好|几天能好|好久能好|自愈|能不能吃|能吃|可以吃|食得唔食得|能喝|忌口|副作用|停药|换药|"
    r"\b(?:what should (?:i|we|he|she)|should (?:i|he|she|we)|do i (?:have|need)|does (?:he|she) have|is (?:it|this) (?:serious|normal|cancer|a |an )|what (?:medicine|drug|pill)|which (?:medicine|drug|pill)|how (?:do i|to) (?:treat|cure|stop)|can i take|could it be|am i)\b"
)
_RESULT = (
    r"阳性|化验单|报告单|检查报告|体检报告|检查结果|化验结果|偏高|偏低|升高|超标|磨玻璃|阴影|占位|\d{2,3}/\d{2,3}|(?:血糖|血压|尿酸|转氨酶|肌酐|血脂|胆固醇|白细胞|血小板|hcg|血红蛋白)\S{0,4}\d|"
    r"tct|hpv ?\d+|转氨酶|肌酐|甲胎蛋白|癌胚|test result|tested positive|blood test|\bx-?ray shows"
)
_READ_RESULT = r"什么意思|啥意思|咩意思|怎么看|说明什么|代表什么|\bmean"
_SURGERY = r"(?:要不要|该不该|需不需要|用不用|必须|使唔使|要唔要|能不能不)(?:做|动|去|开)*(?:手术|开刀|化疗|放疗|支架|截肢|透析)|手术(?:好不好|风险大|有风险吗)"
_POLICY = re.compile(
    r"哪(?:些|几个?|个)(?:县|区|市|地方)|县里|区里|市里|县上|全县|卫健|卫生局|卫生院|卫生室|接种点|政策|规定|医保|报销|免费|补助|补贴|减免|救助|签约|公家|政府|国家|规划|文章|报道|提到|提及|"
    r"(?:卫生|健康|防治|防控|管理|重点)工作|防控|防治|管不管|筛查|项目|建设|服务(?:站|中心|包|队)|哪(?:家|个|间|所)(?:医院|医生|门诊|诊所|卫生)|(?:去|在|到|上|喺)(?:哪|边)|哪里(?:打|接种|看|做|治)|"
    r"有没有(?:签约|服务|门诊|科|专家|医院|中心|办法|措施)|办理|电话|预约|措施|县医院|区医院|镇医院|人民医院|保健院|家庭医生|\b(?:county|district|policy|insurance|reimburse|government|program|plan)\b"
)


def clauses(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the clauses of a text, without their closing marks, end exclusive; empty ones left out."""
    start = 0
    for mark in CLAUSE_END.finditer(text):
        if text[start : mark.start()].strip():
            yield start, mark.start()
        start = mark.end()
    if text[start:].strip():
        yield start, len(text)


def blank_injection(text: str) -> tuple[str, bool]:
    """The text with orders to the bot and code turned into blanks of the same length, and whether there were any."""
    blanked = _CODE.sub(lambda match: " " * len(match.group()), text.lower()) if _CODE.search(text.lower()) else text
    kept = "".join(new if new == " " else old for old, new in zip(text, blanked, strict=True)) if _same(text) else text
    for start, end in list(clauses(kept)):
        if _INJECTION.search(fold(kept[start:end])):
            kept = kept[:start] + " " * (end - start) + kept[end:]
    return kept, kept != text


def _same(text: str) -> bool:
    """Whether lower case keeps the length, which a few letters of other scripts do not."""
    return len(text.lower()) == len(text)


def scope_of(folded: str) -> Scope:
    """Whether the articles are to be asked. ``folded`` is the whole folded question."""
    if not _WORD.search(folded) or _CRY.match(folded):
        return Scope.NONSENSE
    rest, attacked = blank_injection(folded)
    if _CODE.search(folded) and not _HAN.search(folded):
        return Scope.NONSENSE
    if attacked and (not _WORD.search(rest) or _is_smalltalk(rest)):
        return Scope.NONSENSE
    if _is_smalltalk(rest):
        return Scope.SMALLTALK
    return Scope.MEDICAL if _is_medical(rest) else Scope.CORPUS


def _is_smalltalk(text: str) -> bool:
    rest, said = " ", False
    for start, end in clauses(text):
        left, count = _SMALLTALK.subn(" ", text[start:end].strip())
        said = said or count > 0
        rest += left
    return said and not _WORD.search(_SMALL_PARTICLES.sub(" ", rest))


def _has(pattern: str, text: str) -> bool:
    return re.search(pattern, text) is not None


def _is_medical(text: str) -> bool:
    drug, dose = _has(_DRUG, text), _has(_DOSE, text)
    if drug and (dose or (_has(_ASK, text) and not _POLICY.search(text))):
        return True
    if dose and _has(r"药|喂|服|\bmedicine|\bpill|\btake\b", text) and not _POLICY.search(text):
        return True
    if _POLICY.search(text):
        return False
    return _asks_a_doctor(text)


def _asks_a_doctor(text: str) -> bool:
    symptom, disease, ask = _has(_SYMPTOM, text), _has(_DISEASE, text), _has(_ASK, text)
    if _has(_SURGERY, text) or (symptom and ask):
        return True
    if _has(_RESULT, text) and (ask or _has(_READ_RESULT, text)):
        return True
    person = _has(_PERSON, text)
    if (
        disease
        and ask
        and (person or _has(r"(?:吃|用|食|开)(?:什么|啥|咩|乜)|什么药|咩药|能不能治|能治好|治得好|能活", text))
    ):
        return True
    return person and len(re.findall(_SYMPTOM, text)) >= 2
