"""Every sentence exists in every language, and every refusal and error a user may meet has words."""

import string
from pathlib import Path

import pytest

import bot.messages
from bot.messages import STAGES, Say, of_error, say
from retrieval import errors
from retrieval.text import is_traditional
from retrieval.types import Reason, Script


def test_no_sentence_is_said_by_nobody():
    source = "".join(path.read_text(encoding="utf-8") for path in Path(bot.messages.__file__).parent.glob("*.py"))
    reasons = {reason.name for reason in Reason}
    assert [what.name for what in Say if what.name not in reasons and f"Say.{what.name}" not in source] == []


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("what", Say)
def test_languages_agree_on_what_is_filled_in(what):
    chinese, english = what.value
    assert places(chinese) == places(english) or what is Say.ORIGINAL_CHINESE
    assert english.strip() and (chinese.strip() or what is Say.ORIGINAL_CHINESE)
    assert english.isascii() or set(english) <= {*string.printable, *"…‹›“”·•👍👎"}
    assert not is_traditional(chinese)
    values = dict.fromkeys(places(chinese), "X")
    for script in Script:
        assert "{" not in say(what, script, **values)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words(reason):
    assert say(Say[reason.name], Script.SIMPLIFIED, places="X")


def all_errors(root: type[errors.XianwenError]) -> list[type[errors.XianwenError]]:
    return [root, *(found for kind in root.__subclasses__() for found in all_errors(kind))]


@pytest.mark.parametrize("kind", all_errors(errors.XianwenError))
def test_every_error_has_words(kind):
    what = of_error(kind("what, where, what to do"))
    if issubclass(kind, errors.QuestionError | errors.IndexProblem | errors.EmbeddingError):
        assert what is not Say.FAILED and not places(what.value[0])
    else:
        assert what is Say.FAILED


def test_menu_texts_and_descriptions_fit_telegrams_limits():
    for what in Say:
        if what.name.startswith("MENU_"):
            assert all(1 <= len(sentence) <= 256 for sentence in what.value)
    assert all(len(sentence) <= 120 for sentence in Say.ABOUT_BOT.value)


def test_stages_have_both_languages():
    assert all(chinese and english for chinese, english in STAGES.values())


def test_a_missing_value_is_noticed():
    with pytest.raises(KeyError):
        say(Say.FAILED, Script.SIMPLIFIED)
