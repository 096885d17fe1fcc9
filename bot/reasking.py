"""A question asked by an admin outside of the conversation, and its answer shown as askers would see it."""

import asyncio
import secrets

from bot import admin_messages as words
from bot import outgoing, render
from bot.desk import Desk
from bot.outgoing import OutgoingMessage
from bot.store import Answered
from retrieval.errors import XianwenError

ASKED = "asked"  # the kind of draft that holds a question which may become a test


async def ask_again(desk: Desk, question: str) -> None:
    """Ask, show, and offer to make a test of it. Raises XianwenError when there is no answer in time."""
    services, key = desk.services, secrets.token_urlsafe(6)

    def work() -> list[OutgoingMessage]:
        answer = services.engine.ask(question)
        views = tuple(
            render.view(citation, answer.generation, services.memory.keep_text(citation.article.text))
            for citation in answer.citations
        )
        services.store.keep(key, Answered(desk.admin, desk.admin, answer.question.script, views, render.asks(answer)))
        services.memory.keep_question(key, desk.admin, question, ())
        return render.telegram(answer, key, (), services.title_of)

    try:
        messages = await asyncio.wait_for(services.off_loop(work), services.config.telegram.answer_deadline_s)
    except TimeoutError:
        raise XianwenError("the answer took too long, [telegram] answer_deadline_s, try again") from None
    services.ledger.draft(ASKED, desk.admin, {"question": question}, key)
    await desk.tell(words.ASKED_AGAIN, question=question)
    test = (desk.button(words.GAP_TEST, "test", key),)
    last = messages[-1]
    await desk.send([*messages[:-1], outgoing.OutgoingMessage(last.text_html, (*last.buttons, test))])
