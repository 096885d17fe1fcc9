"""Cutting articles into passages that know their headings. All articles here are invented."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.document import Line
from ingest.outline import Outlined, outline


def cut(*texts, title="", most=600, levels=None):
    levels = levels or {}
    lines = [Line(text, number=at + 1, level=levels.get(text, 0)) for at, text in enumerate(texts)]
    return outline(lines, title, most)


def shown(outlined: Outlined):
    return [(draft.heading, outlined.text[draft.start : draft.end], draft.kind) for draft in outlined.passages]


def passage_with(outlined: Outlined, words: str):
    (found,) = [draft for draft in outlined.passages if words in outlined.text[draft.start : draft.end]]
    return found


def test_plan_of_three_levels():
    outlined = cut(
        "青禾县卫生事业三年安排",
        "一、建强服务网",
        "（一）县级医院",
        "1、新建门诊楼一座。",
        "2、添置核磁共振一台。",
        "（二）村卫生室",
        "每个行政村保留一间卫生室，由乡镇卫生院统一管理，并逐年更换老旧设备。",
        "二、保障措施",
        "由分管副县长牵头，每季度调度一次，结果在政务网公开。",
        title="青禾县卫生事业三年安排",
    )
    assert not outlined.text.startswith("青禾县")
    assert shown(outlined) == [
        (("一、建强服务网", "（一）县级医院"), "1、新建门诊楼一座。\n2、添置核磁共振一台。", "list"),
        (
            ("一、建强服务网", "（二）村卫生室"),
            "每个行政村保留一间卫生室，由乡镇卫生院统一管理，并逐年更换老旧设备。",
            "paragraph",
        ),
        (("二、保障措施",), "由分管副县长牵头，每季度调度一次，结果在政务网公开。", "paragraph"),
    ]


def test_list_stays_with_the_sentence_that_leads_it_in():
    outlined = cut(
        "这次行动要做好以下几个方面：",
        "（1）把老年人体检做在前面；",
        "（2）给产妇建好随访台账；",
        "（3）让急救车十五分钟到村。",
        "行动到年底结束，明年春天由第三方评估。",
    )
    assert [kind for _, _, kind in shown(outlined)] == ["list", "paragraph"]
    assert shown(outlined)[0][1].count("\n") == 3


def test_plain_headings_enclose_numbered_ones():
    outlined = cut(
        "眼下的难处",
        "山高路远，医生留不住，检查要跑到市里去做，老人看一次病要花一整天。",
        "今后的安排",
        "1、留住医生",
        "给在岗满五年的乡村医生发放津贴，并把他们的子女入学列入优先名单。",
        "2、送检下乡",
        "由县医院每月派车到各乡镇采样，三天内把结果发到卫生院。",
    )
    assert [heading for heading, *_ in shown(outlined)] == [
        ("眼下的难处",),
        ("今后的安排", "1、留住医生"),
        ("今后的安排", "2、送检下乡"),
    ]


def test_last_item_of_a_list_is_no_heading():
    outlined = cut("1. 推动托幼点建设；", "2. 营造爱护孩子的风气", "以上两条由县卫生部门负责，年底前报告进展情况。")
    assert outlined.passages[-1].heading == ()


def test_quoted_lead_clause_is_heading_and_stays_in_the_text():
    text = "聚焦“看病方便”，延长门诊时间。县医院夜间门诊开到九点，周末不停诊。"
    assert shown(cut(text)) == [(("聚焦“看病方便”",), text, "paragraph")]


def test_traditional_script_keeps_its_own_headings():
    text = "圍繞「老人看病」，開設綠色窗口。七十歲以上老人掛號、取藥不排隊。"
    assert shown(cut(text)) == [(("圍繞「老人看病」",), text, "paragraph")]


def test_four_character_clauses_count_only_in_company():
    first = "强基固本，把村医队伍带起来。每年送三十人到市里进修。"
    second = "开源节流，把药品价格降下来。集中采购的品种扩大到两百个。"
    together = [heading for heading, *_ in shown(cut(first, second))]
    assert together == [("强基固本，把村医队伍带起来",), ("开源节流，把药品价格降下来",)]
    assert [heading for heading, *_ in shown(cut(first))] == [()]


def test_connectives_are_no_headings():
    outlined = cut(
        "与此同时，县里还修了两条路。路通以后，药车天天都能到。", "下一步，县里还要修三座桥。桥通以后，救护车不再绕行。"
    )
    assert all(draft.heading == () for draft in outlined.passages)


def test_county_labels_before_a_colon():
    outlined = cut(
        "甲水县：去年建成急救站五个，出车时间缩短到十二分钟。", "乙山县：今年起为乡村医生缴纳养老保险，个人不出钱。"
    )
    assert [draft.heading for draft in outlined.passages] == [("甲水县",), ("乙山县",)]


def test_informative_heading_is_a_passage_of_its_own():
    head = "青禾县卫生健康局局长柳长青：把好事办到群众心坎上"
    outlined = cut(head, "过去一年，我们做了三件实事，分别是修路、通水和建卫生室，群众反响不错。")
    assert shown(outlined)[0] == ((), head, "heading")
    assert shown(outlined)[1][0] == (head,)


def test_heading_without_content_is_not_lost():
    outlined = cut("一、总的想法", "二、具体做法", "把三件事做在前面，其余的事逐年安排，由县里统筹推进。")
    assert any("总的想法" in text for _, text, _ in shown(outlined))


def test_levels_from_the_format_nest():
    outlined = cut(
        "东坪县", "家底", "床位两千张，医生一千二百人，护士一千五百人，都在县里登记。",
        "西岭县", "西岭县还没有公布数字，预计年底公布，届时另文介绍。",
        levels={"东坪县": 2, "家底": 3, "西岭县": 2},
    )  # fmt: skip
    assert [draft.heading for draft in outlined.passages] == [("东坪县", "家底"), ("西岭县",)]


def test_title_is_found_below_a_kept_breadcrumb():
    outlined = cut(
        "首页 > 民生",
        "青禾县办起夜间门诊",
        "门诊开到晚上九点，由值班医生轮流坐诊，周末照常。",
        title="青禾县办起夜间门诊",
    )
    assert "青禾县办起夜间门诊" not in outlined.text


def test_damage_is_moved_to_the_article_and_clipped():
    lines = [Line("第一段没有缺损，写得完完整整的一句话。"), Line("第二段在这里缺了字，后面完整。", ((6, 8),))]
    outlined = outline(lines, "", 600)
    offset = outlined.text.index("第二段")
    assert [draft.damaged for draft in outlined.passages] == [(), ((offset + 6, offset + 8),)]


def test_long_paragraph_is_cut_at_sentence_ends_into_near_equal_parts():
    sentence = "县里把这件事办得很仔细，一户一户地走，一家一家地问。"
    outlined = cut(sentence * 30, most=200)
    pieces = [outlined.text[draft.start : draft.end] for draft in outlined.passages]
    assert all(len(piece) <= 200 and piece.endswith("。") for piece in pieces)
    assert max(map(len, pieces)) - min(map(len, pieces)) <= len(sentence)
    assert "".join(pieces) == sentence * 30


def test_questions_stay_with_their_answers():
    outlined = cut(
        "记者：村医的养老怎么办？",
        "柳局长：县里为他们交养老保险，个人一分钱不出。",
        "明年还要把退休村医也算进来，按年限发补助。",
        "问：夜里看病方便吗？",
        "答：县医院的夜间门诊开到九点。",
    )
    assert [draft.heading for draft in outlined.passages] == [
        ("村医的养老怎么办？",),
        ("村医的养老怎么办？",),
        ("夜里看病方便吗？",),
    ]
    assert shown(outlined)[0][1].startswith("记者") and "交养老保险" in shown(outlined)[0][1]


def test_counted_points_in_one_paragraph_are_no_section():
    outlined = cut("一是抓安全，压实责任。二是抓宣传，讲好故事。三是抓学习，每周一次。")
    assert outlined.passages[0].heading == ()


def test_title_of_an_attached_paper_encloses_its_chapters():
    outlined = cut(
        "现将要点印发给你们，请结合实际执行。",
        "2024年全县工作要点",
        "一、建医院",
        "新建门诊楼一座，总投资一亿元，年底前封顶。",
    )
    assert outlined.passages[-1].heading == ("2024年全县工作要点", "一、建医院")


LINE = st.one_of(
    st.text("一二县医院的建设，、：“”（）12. ", min_size=1, max_size=30).filter(str.strip).map(str.strip),
    st.lists(
        st.sampled_from(["县里修路。", "村里通水；", "建卫生室，", "聚焦“老人”，", "一是好，"]), min_size=1, max_size=60
    ).map("".join),
    st.sampled_from(["一、", "（二）", "3、", "(4)", "①", "第一章 ", "- "]).flatmap(
        lambda mark: st.sampled_from(["加强领导", "加强领导。把责任压实。", "做好下列工作："]).map(
            lambda text: mark + text
        )
    ),
)


@given(st.lists(st.tuples(LINE, st.sampled_from([0, 0, 0, 0, 2, 3])), max_size=25), st.integers(100, 300))
def test_nothing_is_lost_and_nothing_stands_twice(made, most):
    lines = [Line(text, level=level) for text, level in made]
    outlined = outline(lines, "", most)
    assert outlined.text == "\n".join(line.text for line in lines)
    headings = {heading for draft in outlined.passages for heading in draft.heading}
    covered = [0] * len(outlined.text)
    for draft in outlined.passages:
        assert 0 < draft.end - draft.start <= most
        for at in range(draft.start, draft.end):
            covered[at] += 1
    assert max(covered, default=0) <= 1
    start = 0
    for line in lines:
        inside = covered[start : start + len(line.text)]
        assert all(inside) or (not any(inside) and line.text.rstrip("。；;：: ") in headings)
        start += len(line.text) + 1
    assert list(outlined.passages) == sorted(outlined.passages, key=lambda draft: draft.start)
