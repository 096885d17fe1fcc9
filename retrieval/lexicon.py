"""Everyday words and the official words that stand for them: how people talk, and how documents talk.

The table is ``data/lexicon.tsv``; an administrator's own file with the same columns adds to it. Han
entries match where they fill whole words of jieba (开工 is not in 公开工作), long ones anywhere; Latin
entries match whole words with their English endings taken off, so that "facilities" finds "facility".
Where several entries fit, the longest wins.
"""

import functools
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from retrieval.errors import ConfigError
from retrieval.text import HAN, fold, word_spans

_BUILT_IN = Path(__file__).parent / "data" / "lexicon.tsv"
_HAN = re.compile(f"[{HAN}]")
_LATIN = re.compile(r"[a-z0-9]+(?:'s\b)?")
_NOUNS = frozenset(["building", "nursing", "training", "funding"])  # not what build, nurse, train and fund are
_LONG = 4  # characters; jieba knows few everyday phrases, and long ones hardly occur by chance
_LONG_IN_DIALECT = 3  # jieba knows even less of it
_DIALECTS = ("yue", "sc", "xiang")
_ENDINGS = (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"))


@dataclass(frozen=True, slots=True)
class Expansion:
    """``everyday`` stands at ``start``:``end`` (end exclusive) of the topic; ``weight`` (0 to 1) is how sure it is."""

    everyday: str
    start: int
    end: int
    official: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class _Row:
    official: tuple[str, ...]
    weight: float
    anywhere: bool


class Lexicon:
    """The table in memory. Immutable after loading, so threads may share it."""

    def __init__(self, rows: dict[str, _Row]) -> None:
        self._rows = rows
        self._han = {everyday: row for everyday, row in rows.items() if _HAN.search(everyday)}
        latin = {everyday: row for everyday, row in rows.items() if everyday not in self._han}
        self._latin = {tuple(stem for stem, _, _ in _stems(everyday)): row for everyday, row in latin.items()}
        self._lengths: dict[str, list[int]] = {}
        for everyday in self._han:
            self._lengths.setdefault(everyday[0], []).append(len(everyday))
        for first, lengths in self._lengths.items():
            self._lengths[first] = sorted(set(lengths), reverse=True)
        self._longest_latin = max((len(key) for key in self._latin), default=0)

    @staticmethod
    def load(extra: Path | None = None) -> "Lexicon":
        """The built-in table, and over it the rows of ``extra``. The built-in table alone is cached.

        Raises ConfigError, naming file and line, when ``extra`` cannot be read or has a bad line.
        """
        return Lexicon(_built_in() | _own(extra)) if extra else _bare()

    def only(self, kept: Callable[[str], bool]) -> "Lexicon":
        """The table without the everyday words that are not to be ``kept``."""
        return Lexicon({everyday: row for everyday, row in self._rows.items() if kept(everyday)})

    @property
    def everyday(self) -> tuple[str, ...]:
        """All everyday words, in the order of the table."""
        return tuple(self._rows)

    def __len__(self) -> int:
        return len(self._han) + len(self._latin)

    def expand(self, folded_topic: str) -> list[Expansion]:
        """What may stand for parts of a folded text: by position, without overlaps, longest match first."""
        latin = {start: (end, row) for start, end, row in self._latin_matches(folded_topic)}
        borders = {border for _, start, end in word_spans(folded_topic, guess=False) for border in (start, end)}
        found: list[Expansion] = []
        at = 0
        while at < len(folded_topic):
            end, row = max(
                latin.get(at, (at, None)), self._han_match(folded_topic, at, borders), key=lambda match: match[0]
            )
            if row is None:
                at += 1
                continue
            found.append(Expansion(folded_topic[at:end], at, end, row.official, row.weight))
            at = end
        return found

    def _han_match(self, text: str, at: int, borders: set[int]) -> tuple[int, _Row | None]:
        for length in self._lengths.get(text[at], ()):
            row = self._han.get(text[at : at + length])
            if row is not None and (row.anywhere or (at in borders and at + length in borders)):
                return at + length, row
        return at, None

    def _latin_matches(self, text: str) -> Iterator[tuple[int, int, _Row]]:
        stems = _stems(text)
        at = 0
        while at < len(stems):
            for count in range(min(self._longest_latin, len(stems) - at), 0, -1):
                run = stems[at : at + count]
                row = self._latin.get(tuple(stem for stem, _, _ in run))
                if row is not None and _joined(text, run):
                    yield run[0][1], run[-1][2], row
                    at += count - 1
                    break
            at += 1


def stem(word: str) -> str:
    """An English word without plural, -ed, -ing and a silent e: crude, but the same on both sides."""
    for ending, instead in _ENDINGS:
        if word.endswith(ending):
            word = word.removesuffix(ending) + instead
            break
    else:
        if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
            word = word[:-1]
    for ending in ("ing", "ed"):
        if word not in _NOUNS and len(word) > len(ending) + 3 and word.endswith(ending):
            word = word.removesuffix(ending)
            if word[-1] == word[-2] and word[-1] not in "sl":
                word = word[:-1]
            break
    return word.removesuffix("e") if len(word) > 3 else word


def _stems(text: str) -> list[tuple[str, int, int]]:
    return [
        (stem(match.group().removesuffix("'s")), match.start(), match.end()) for match in _LATIN.finditer(text.lower())
    ]


def _joined(text: str, run: list[tuple[str, int, int]]) -> bool:
    """Whether only blanks, hyphens or apostrophes stand between the words."""
    pairs = itertools.pairwise(run)
    return all(not text[left[2] : right[1]].strip(" -'") for left, right in pairs)


class LexiconFile:
    """The lexicon with an administrator's own file over it, read again whenever that file changes.

    A file that becomes unreadable or wrong leaves the former table in place; ``problem`` says why.
    """

    def __init__(self, path: Path, required: bool = False) -> None:
        """``required``: the file must be there at the start. Raises ConfigError where it is not, or is wrong."""
        self._path = path
        self._required = required
        self._seen = self._stamp()
        self._lexicon = self._read()
        self.problem: str | None = None

    def get(self) -> Lexicon:
        """The current table. Safe for several threads: at worst two read the same change."""
        stamp = self._stamp()
        if stamp != self._seen:
            self._seen = stamp
            try:
                self._lexicon, self.problem = self._read(), None
            except ConfigError as error:
                self.problem = str(error)
        return self._lexicon

    def _read(self) -> Lexicon:
        return Lexicon.load(self._path if self._required or self._seen else None)

    def _stamp(self) -> tuple[int, int] | None:
        try:
            told = self._path.stat()
        except OSError:
            return None
        return told.st_mtime_ns, told.st_size


@functools.cache
def _bare() -> Lexicon:
    return Lexicon(_built_in())


@functools.cache
def _built_in() -> dict[str, _Row]:
    return dict(_rows(_BUILT_IN.read_text(encoding="utf-8"), _BUILT_IN))


def _own(extra: Path) -> dict[str, _Row]:
    try:
        text = extra.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"lexicon cannot be read ({error}), {extra}, save it as UTF-8 text") from error
    return {fold(everyday): row for everyday, row in _rows(text, extra)}


def _rows(text: str, file: Path) -> Iterator[tuple[str, _Row]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield _row(line, f"{file} line {number}")


def _row(line: str, where: str) -> tuple[str, _Row]:
    everyday, *rest = (field.strip() for field in line.split("\t"))
    official = tuple(dict.fromkeys(word.strip() for word in (rest[0] if rest else "").split("|") if word.strip()))
    if not any(char.isalnum() for char in everyday) or not official:
        raise ConfigError(f"lexicon row needs an everyday and an official word, {where}, put a tab between the two")
    given = rest[1] if len(rest) > 1 else ""
    try:
        weight = float(given or 1.0)
    except ValueError:
        weight = -1.0
    if not 0.0 < weight <= 1.0:
        raise ConfigError(f"lexicon weight {given!r} is no number above 0 and up to 1, {where}, write for instance 0.8")
    tag = rest[2] if len(rest) > 2 else ""
    return everyday, _Row(official, weight, len(everyday) >= (_LONG_IN_DIALECT if tag in _DIALECTS else _LONG))
