"""The admins' own everyday words: a file like ``retrieval/data/lexicon.tsv``, which the engine follows."""

from pathlib import Path

from bot import admin_messages as words
from bot.desk import Desk
from bot.shelf import write_whole
from retrieval.errors import ConfigError, XianwenError
from retrieval.lexicon import Lexicon
from retrieval.text import fold

_HEADER = "# Everyday word, official words separated by |, weight; written by /word.\n"
_SHOWN = 60
_LONGEST = 40


async def order_word(desk: Desk, rest: str) -> None:
    """``/word everyday=official|official``, ``/word everyday=`` to delete, ``/word`` for the list."""
    file = desk.services.config.lexicon_file
    everyday, equals, official = (part.strip() for part in rest.replace("＝", "=").partition("="))
    if not rest:
        await _list(desk, file)
        return
    if not equals or not everyday or len(everyday) > _LONGEST or any(sign in rest for sign in "\t\n\r#"):
        await desk.tell(words.WORD_USAGE)
        return
    if official:
        told = "|".join(part.strip() for part in official.replace("｜", "|").split("|") if part.strip())
        await desk.services.off_loop(lambda: change(file, everyday, told))
        desk.note("word", everyday)
        await desk.tell(words.WORD_ADDED, everyday=everyday, official=told)
    elif await desk.services.off_loop(lambda: change(file, everyday, "")):
        desk.note("word deleted", everyday)
        await desk.tell(words.WORD_GONE, everyday=everyday)
    else:
        await desk.tell(words.WORD_UNKNOWN, everyday=everyday)


def change(file: Path, everyday: str, official: str) -> bool:
    """Set a word, or with empty ``official`` delete it; whether it stood there. All other lines stay as they are.

    Raises ConfigError when the file would not be a lexicon, XianwenError when it cannot be written;
    what was there stays then.
    """
    lines = _lines(file)
    kept = [line for line in lines if fold(line.split("\t")[0].strip()) != fold(everyday)]
    if official:
        kept.append(f"{everyday}\t{official}\t0.8\tzh\n")
    trial = file.with_name(f".{file.name}.trial")
    try:
        write_whole(trial, "".join(kept))
        Lexicon.load(trial)
        trial.replace(file)
    except OSError as error:
        raise XianwenError(f"cannot be written ({error.strerror}), {file}, check its folder") from error
    finally:
        trial.unlink(missing_ok=True)
    return len(kept) - bool(official) < len(lines)


def _lines(file: Path) -> list[str]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return [_HEADER]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the own lexicon cannot be read ({error}), {file}, save it as UTF-8 text") from error
    return [line + "\n" for line in text.splitlines()]


async def _list(desk: Desk, file: Path) -> None:
    lines = [desk.word(words.WORD_TITLE)]
    rows = [line.rstrip("\n").split("\t") for line in _lines(file) if line.strip() and not line.startswith("#")]
    for everyday, *official in rows[-_SHOWN:]:
        lines.append(desk.word(words.WORD_LINE, everyday=everyday, official=official[0] if official else "?"))
    if not rows:
        lines.append(desk.word(words.NOTHING))
    await desk.say("\n".join([*lines, "", desk.word(words.WORD_USAGE)]))
