"""Messages that are no text: each kind has its own kind word in private, and silence in groups."""

from telegram import Message, Update

from bot.answering import asked, tell
from bot.context import Context
from bot.messages import Say

# the first that a message has; an animation is a document, too, and a venue a location
KINDS: tuple[tuple[str, Say], ...] = (
    ("voice", Say.VOICE),
    ("audio", Say.VOICE),
    ("photo", Say.PICTURE),
    ("sticker", Say.STICKER),
    ("animation", Say.STICKER),
    ("dice", Say.STICKER),
    ("video", Say.VIDEO),
    ("video_note", Say.VIDEO),
    ("story", Say.VIDEO),
    ("document", Say.FILE),
    ("location", Say.LOCATION),
    ("venue", Say.LOCATION),
    ("contact", Say.CONTACT),
    ("poll", Say.VOTE),
    ("checklist", Say.VOTE),
)


async def not_text(update: Update, context: Context) -> None:
    """Answer the words under a picture, a video or a file; else say what the bot cannot do with it."""
    message = update.effective_message
    if message is None:
        return
    if message.caption and message.forward_origin is None:
        await asked(update, context, message.caption)
    else:
        await tell(update, context, kind_of(message))


def kind_of(message: Message) -> Say:
    """What to say to a message of this kind."""
    return next((what for name, what in KINDS if getattr(message, name, None)), Say.TEXT_ONLY)
