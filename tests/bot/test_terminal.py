"""The conversation in the terminal: the same handlers, buttons as numbers."""

import io

from bot.messages import Say, say
from bot.terminal import converse
from retrieval.config import Config
from retrieval.types import Reason, Script
from tests.fakes import FakeEngine, answered, refused


async def test_conversation_in_the_terminal(tmp_path, monkeypatch):
    monkeypatch.setenv("XIANWEN_DATA", str(tmp_path))
    engine = FakeEngine(lambda text, history: refused(text, Reason.NOT_IN_CORPUS) if "机场" in text else answered(text))
    out = io.StringIO()
    lines = io.StringIO("村卫生室怎么办\n2\n\n机场\n/counties\n/status\n/nonsense\n99\n")
    assert await converse(Config(), engine, lines, out) == 0
    text = out.getvalue()
    assert "村医每周下村两次。 [1]" in text and "(1) [1] 出处  (2) [2] 出处" in text
    assert text.index("今年先修好十二间。 [2]") < text.index("[2] 一、办好村卫生室") < text.index("青禾县、白石县")
    assert say(Say.NOT_IN_CORPUS, Script.SIMPLIFIED) in text and "版本 g1" in text
    assert say(Say.UNKNOWN_COMMAND, Script.SIMPLIFIED) in text
    assert "<b>" not in text and "&amp;" not in text
    assert [asked for asked, _ in engine.asked] == ["村卫生室怎么办", "机场", "99"]


async def test_numbers_press_no_buttons_of_an_earlier_question():
    engine = FakeEngine(lambda text, history: refused(text, Reason.MEDICAL_ADVICE) if "药" in text else answered(text))
    lines = io.StringIO("村卫生室怎么办\n吃什么药\n9\n")
    assert await converse(Config(), engine, lines, io.StringIO()) == 0
    assert [asked for asked, _ in engine.asked] == ["村卫生室怎么办", "吃什么药", "9"]
