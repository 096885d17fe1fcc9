"""Logs: no token, and at INFO no question."""

import logging

from bot.logs import Redaction, set_up_logging
from tests.fakes import TOKEN, Harness


def test_tokens_are_taken_out_of_messages_and_tracebacks():
    formatter = Redaction("%(message)s")
    try:
        raise ValueError(f"https://api.telegram.org/bot{TOKEN}/getMe")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "of %s", (TOKEN,), info)
    text = formatter.format(record)
    assert TOKEN not in text and text.count("<token>") >= 2
    short = logging.LogRecord("x", logging.INFO, "f", 1, "GET http://127.0.0.1:1/bot42:abc/getMe", (), None)
    assert "42:abc" not in formatter.format(short)


async def test_nothing_that_people_ask_is_logged_at_info(capsys):
    before = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        set_up_logging("INFO")
        async with Harness() as bench:
            bench.telegram.faults.append(("sendMessage", (400, "Bad Request: chat not found", None)))
            await bench.say("我的私事一")
            await bench.say("我的私事二")
            logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/bot%s/getMe", TOKEN)
        told = capsys.readouterr().err
    finally:
        logging.getLogger().handlers[:] = before[0]
        logging.getLogger().setLevel(before[1])
    assert (
        "a question: answered, 2 citations" in told
        and "私事" not in told
        and TOKEN not in told
        and "HTTP Request" not in told
    )
