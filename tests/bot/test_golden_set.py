"""Chat questions made tests: the file is one that the evaluation reads, and holds what the admin ticked."""

import json

import pytest

from bot import admin_messages
from bot import office_messages as words
from bot.admin_messages import wording
from bot.golden_set import append, golden_file
from evaluation.golden import read_questions
from evaluation.normalise import normalise
from evaluation.score import judge
from retrieval.errors import XianwenError
from retrieval.types import Reason, Script, Status
from tests.fakes import ADMIN, COUNTY, FakeEngine, Harness, refused


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("XIANWEN_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def said(what, **values):
    return wording(what, Script.SIMPLIFIED, **values)


def shown(bench: Harness) -> str:
    return bench.telegram.of("sendMessage", "editMessageText")[-1]["text"]


async def press_labelled(bench: Harness, label: str) -> None:
    data = next(one["callback_data"] for one in bench.telegram.buttons() if one["text"].startswith(label))
    await bench.press(data, ADMIN)


async def test_answered_question_with_the_ticked_sentences(data):
    async with Harness() as bench:
        await bench.say("村卫生室怎么办", ADMIN)
        await bench.say("/golden", ADMIN)
        assert "☑ [1] 每个行政村" in shown(bench) and "☑ [2]" in shown(bench)
        await press_labelled(bench, "☑ [2]")
        assert "☐ [2]" in shown(bench)
        await press_labelled(bench, said(words.TEST_SAVE))
        (question,) = read_questions(golden_file(bench.services.config))
        assert question.question == "村卫生室怎么办" and question.status is Status.ANSWERED and question.kind == "fact"
        assert question.evidence == ((normalise("每个行政村都要有一间卫生室，村医每周下村两次。"),),)
        assert question.articles == ("qinghe.txt",) and question.id in shown(bench)
        assert bench.services.ledger.acts(1)[0].about == question.id
        quote = "每个行政村都要有一间卫生室，村医每周下村两次。"
        cited = {"number": 1, "quote": quote, "passage": "x", "source": "qinghe.txt", "counties": []}
        reply = {"status": "answered", "answer": "x [1]", "citations": [cited]}
        assert judge(question, reply, lambda _: normalise(quote)).perfect


async def test_refusal_that_is_right_and_one_that_is_wrong(data):
    engine = FakeEngine(lambda text, history: refused(text, Reason.NOT_IN_CORPUS, counties=(COUNTY,)))
    async with Harness(engine) as bench:
        await bench.say("青禾县有机场吗", ADMIN)
        await bench.say("/golden", ADMIN)
        assert said(words.TEST_REFUSES) in shown(bench)
        await press_labelled(bench, said(words.TEST_SAVE))
        await bench.say("/golden 六十五岁以上的老人，每年免费体检一次", ADMIN)
        assert "☑ [1] 六十五岁以上的老人" in shown(bench)
        await press_labelled(bench, said(words.TEST_SAVE))
        first, second = read_questions(golden_file(bench.services.config))
        assert (first.status, first.kind, first.counties) == (Status.NO_ANSWER, "refuse_offtopic", ("青禾县",))
        assert second.status is Status.ANSWERED and second.articles == ("qinghe.txt",)
        await bench.say("/golden 文章里没有的一句话", ADMIN)
        assert shown(bench) == said(words.TEST_NOT_FOUND)


async def test_answer_that_ought_to_be_a_refusal_and_history():
    async with Harness() as bench:
        await bench.say("村卫生室怎么办", ADMIN)
        await bench.say("那机场呢", ADMIN)
        await bench.say("/golden", ADMIN)
        await press_labelled(bench, said(words.TEST_BUTTON_REFUSE))
        await press_labelled(bench, said(words.TEST_SAVE))
        (question,) = read_questions(golden_file(bench.services.config))
        assert question.status is Status.NO_ANSWER and question.history == ("村卫生室怎么办",) and not question.evidence


async def test_without_evidence_there_is_no_test():
    async with Harness() as bench:
        await bench.say("/golden", ADMIN)
        assert shown(bench) == said(words.TEST_NO_QUESTION)
        await bench.say("村卫生室怎么办", ADMIN)
        await bench.say("/golden", ADMIN)
        await press_labelled(bench, "☑ [1]")
        await press_labelled(bench, "☑ [2]")
        await press_labelled(bench, said(words.TEST_SAVE))
        assert shown(bench) == said(words.TEST_NEEDS_QUOTE) and not golden_file(bench.services.config).exists()
        cancel = said(admin_messages.CANCEL)
        await press_labelled(bench, cancel)
        await press_labelled(bench, cancel)
        assert bench.telegram.texts(ADMIN)[-1] == said(admin_messages.OLD_BUTTON)


def test_bad_line_leaves_the_file_as_it_was(tmp_path):
    file = tmp_path / "golden.jsonl"
    good = {"id": "a", "question": "问", "kind": "fact", "status": "no_answer"}
    file.write_text(json.dumps(good), encoding="utf-8")
    with pytest.raises(XianwenError):
        append(file, {**good, "kind": ""})
    with pytest.raises(XianwenError, match="stands twice"):
        append(file, good)
    assert file.read_text(encoding="utf-8") == json.dumps(good) and list(tmp_path.iterdir()) == [file]
    append(file, {**good, "id": "b"})
    assert [question.id for question in read_questions(file)] == ["a", "b"]


async def test_test_from_asking_a_gap_again():
    async with Harness() as bench:
        from bot.gapbook import New

        bench.services.ledger.gaps.keep(New("村医工资多少", "", (), "not_in_corpus", "", "token-one"))
        await bench.say("/gaps", ADMIN)
        await press_labelled(bench, "1")
        await press_labelled(bench, said(admin_messages.GAP_ASK))
        await press_labelled(bench, said(admin_messages.GAP_TEST))
        assert said(words.TEST_TITLE, question="村医工资多少") in shown(bench)
        await press_labelled(bench, said(words.TEST_SAVE))
        assert read_questions(golden_file(bench.services.config))[0].question == "村医工资多少"
