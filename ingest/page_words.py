"""The words of the report's pages, Chinese and English."""

from ingest.report import State
from ingest.warnings import Matter

MATTERS = {
    Matter.NO_TITLE: ("没有标题", "no title"),
    Matter.NO_DATE: ("没有发布日期", "no date"),
    Matter.NO_COUNTY: ("不知属于哪个县", "no county"),
    Matter.DAMAGED: ("有缺损 {} 处", "{} places where words are lost"),
    Matter.UNDECODABLE: ("{} 个字无法解码", "{} characters that could not be decoded"),
    Matter.MOSTLY_REMOVED: ("去掉了 {}", "{} was taken away"),
    Matter.EXPIRED: ("已于 {} 失效", "no longer in force since {}"),
    Matter.CONTRADICTS: ("与 {} 几乎相同，但有出入", "nearly the same as {}, but it says otherwise"),
    Matter.ASTRAY: ("附带文件所指的原文不存在", "the canonical of its sidecar names no article"),
}
WHAT_TO_DO = {
    Matter.NO_TITLE: "在附带文件中写 title",
    Matter.NO_DATE: "在附带文件中写 published",
    Matter.NO_COUNTY: "标题中写明县名，或在附带文件中写 counties",
    Matter.DAMAGED: "重新下载",
    Matter.UNDECODABLE: "重新下载，或另存为 UTF-8",
    Matter.MOSTLY_REMOVED: "看看右栏去掉的是不是正文",
    Matter.EXPIRED: "确认是否还要保留",
    Matter.CONTRADICTS: "核对哪一份是对的，删去另一份",
    Matter.ASTRAY: "改正 canonical",
}
LOSSES = {
    "no-title": ("没有标题", "no title"),
    "no-county": ("不知属于哪个县", "no county"),
    "no-date": ("没有日期", "no date"),
    "contradicts": ("与另一篇有出入", "contradicts another"),
    "mostly-removed": ("大半被去掉", "mostly removed"),
    "canonical-astray": ("所指原文不存在", "canonical astray"),
    "damaged": ("有缺损", "damaged"),
    "undecodable": ("有字无法解码", "undecodable"),
    "no-publisher": ("没有来源", "no publisher"),
    "short": ("太短", "short"),
}
SPOTS = {"number": "数字", "date": "日期", "negation": "否定", "name": "名称"}
STATES = {State.ADDED: "新增", State.CHANGED: "有变", State.UNCHANGED: "未变"}
LEVELS = {
    "nation": "国家 nation", "province": "省 province", "city": "市 city", "county": "县 county", "": "不明 unknown",
}  # fmt: skip
REPAIRS = {
    "pinyin": "去注音", "entity": "还原实体", "invisible": "去不可见字符", "width": "全角半角",
    "byte_shift": "还原乱码", "doubled_punctuation": "重复标点", "joined_line": "接回断行",
}  # fmt: skip
RULES = {
    "after-article": "文后", "attachment": "附件", "breadcrumb": "导航路径", "caption": "图注", "comments": "评论",
    "contents": "目录", "copyright": "版权", "counter": "计数", "credit": "署名", "footer": "页脚",
    "imprint": "主办信息", "meta-line": "日期来源", "navigation": "菜单", "page-number": "页码",
    "prev-next": "上下篇", "related": "相关链接", "repeated-line": "重复行", "repeated-title": "重复标题",
    "share": "分享", "site": "本站套话", "site-header": "站名", "tags": "标签", "to-top": "返回顶部",
    "outside-main-content": "正文之外", "spam": "广告", "advertisement": "广告", "control": "按钮",
}  # fmt: skip
STYLE = """
body{font:15px/1.6 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;color:#1d2733;
background:#f5f6f8;margin:0 auto;padding:22px;max-width:1240px}
h1{font-size:23px;margin:0}h2{font-size:17px;margin:0 0 10px}small,.dim{color:#66717d;font-weight:400}
a{color:#1f5fa8;text-decoration:none}a:hover{text-decoration:underline}
section,.card{background:#fff;border:1px solid #e2e6eb;border-radius:9px;padding:15px 18px;margin:15px 0}
.four{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:15px}.four>section{margin:0}
.sums{display:flex;flex-wrap:wrap;gap:8px 26px;margin:10px 0 0}.sums b{font-size:20px;margin-right:4px}
svg{display:block;width:100%;height:auto}.note{font-size:13px;color:#66717d;margin:4px 0 8px}
table{border-collapse:collapse;width:100%;font-size:13.5px}th,td{text-align:left;padding:5px 8px;
border-top:1px solid #e9ecf0;vertical-align:top;overflow-wrap:anywhere}th{color:#4a5560;border-top:0}
td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}td.w{white-space:nowrap}
.scroll{overflow-x:auto}.tall{max-height:620px;overflow:auto}
.chip{display:inline-block;border-radius:9px;padding:0 8px;font-size:12px;margin:1px 4px 1px 0;background:#eef1f4;
white-space:nowrap}.warn{background:#fde7d3;color:#7a3b06;white-space:normal}.state{background:#e0ecfa;color:#1b4a80}
.score{font-weight:700;font-variant-numeric:tabular-nums}.good{color:#1c7c3c}.fair{color:#a15c00}.poor{color:#b3261e}
.head{display:flex;gap:14px;align-items:baseline;flex-wrap:wrap}.head h2{margin:0;flex:1 1 420px}
.facts{font-size:13px;color:#4a5560;margin:4px 0}.sides{display:grid;
grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:0 14px;font-size:13.5px;margin-top:8px}
.sides>b{font-size:12.5px;color:#4a5560;border-bottom:1px solid #dfe3e8;padding-bottom:3px;margin-bottom:4px}
.kept,.gone{padding:2px 0 2px 8px;overflow-wrap:anywhere;white-space:pre-wrap;border-left:3px solid transparent}
.kept{grid-column:1}.gone{grid-column:2;color:#5a6570;background:#fafbfc}.gone i{font-style:normal;font-size:11.5px;
border-radius:7px;padding:0 6px;margin-right:6px;color:#fff;white-space:nowrap}.lv{font-weight:700}
mark{background:#ffd9d4;color:#8c1d18}del{text-decoration:none;background:#ffe2de}ins{text-decoration:none;
background:#dff3e0}.pages a{margin-right:10px}
@media(max-width:820px){.four,.sides{grid-template-columns:minmax(0,1fr)}.gone{grid-column:1}.sides>b+b{display:none}}
"""
