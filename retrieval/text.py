"""Text: folding for comparison, sentence spans, words, scripts. The only file that imports jieba and OpenCC.

Folded forms are for matching and are never shown; their length differs from the text's, so spans
are always taken on the text as stored.
"""

import contextlib
import functools
import logging
import marshal
import math
import operator
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"
_HAN_RUN = re.compile(rf"[{HAN}]+")
_FEATURE_RUN = re.compile(rf"[{HAN}]+|[a-z0-9]+(?:[.+%-][a-z0-9]+)*%?")
_SENTENCE_END = re.compile(r"(?:[。！？!?…]+[”’」』》）)\"]*|\n+)")


@functools.cache
def _converter(name: str) -> Any:
    import opencc

    return opencc.OpenCC(name)


def to_simplified(text: str) -> str:
    """Traditional characters become simplified ones."""
    return str(_converter("t2s").convert(text))


def to_traditional(text: str) -> str:
    """Simplified characters become traditional ones."""
    return str(_converter("s2t").convert(text))


@functools.lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The matching form: NFKC, simplified, lower case, blanks squeezed to one."""
    return " ".join(to_simplified(unicodedata.normalize("NFKC", text)).lower().split())


def is_traditional(text: str) -> bool:
    """Whether the text has characters that only traditional script uses."""
    return to_simplified(text) != text


class _Telling(dict[int, int | None]):
    """A table for ``str.translate`` that drops punctuation, symbols, blanks and controls; it learns as it is asked."""

    def __missing__(self, code: int) -> int | None:
        kept = None if unicodedata.category(chr(code))[0] in "PZSC" else code
        self[code] = kept
        return kept


_TELLING = _Telling()


def squeeze(text: str) -> str:
    """The folded text without punctuation, symbols and blanks: for comparing what was said."""
    return fold(text).translate(_TELLING)


def grams(text: str) -> list[str]:
    """Features of the full-text index: characters and bigrams of Han runs, whole latin and digit words.

    Order follows the text; repeats stay, since BM25 counts them.
    """
    found: list[str] = []
    for match in _FEATURE_RUN.finditer(fold(text)):
        run = match.group()
        if _HAN_RUN.fullmatch(run):
            found.extend(run)
            found.extend(map(operator.add, run, run[1:]))
        else:
            found.append(run)
    return found


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the sentences, in order, end exclusive, blanks trimmed; their closing marks belong to them."""
    start = 0
    for match in chain(_SENTENCE_END.finditer(text), (None,)):
        piece = text[start : match.end() if match else len(text)]
        if bare := piece.strip():
            left = start + piece.index(bare)
            yield left, left + len(bare)
        start += len(piece)


def set_cache_dir(folder: Path) -> None:
    """Where jieba keeps its unpacked dictionary; its default is a temporary folder that anybody may write to."""
    folder.mkdir(parents=True, exist_ok=True)
    _CACHE_DIR.append(str(folder))


_WORDS_FILE = Path(__file__).parent / "data" / "words.txt"  # of the field, which jieba's dictionary lacks
_CACHE_DIR: list[str] = []


def cache_dir() -> Path | None:
    """The folder that ``set_cache_dir`` named last, for other processes."""
    return Path(_CACHE_DIR[-1]) if _CACHE_DIR else None


@functools.cache
def _jieba() -> Any:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba 0.42.1 carries invalid escapes and pkg_resources
        import jieba

    class Quick(jieba.Tokenizer):  # type: ignore[misc]
        """jieba's words, found in one pass: its own way to them lists every word of the dictionary first."""

        def get_DAG(self, sentence: str) -> None:
            """Nothing: ``calc`` looks the words up itself."""

        def calc(self, sentence: str, DAG: None, route: dict[int, tuple[float, int]]) -> None:
            """Put into ``route``, for every place, the likeliest way to the end and the end of its first word."""
            _likeliest(sentence, self.FREQ, self.total, route)

    jieba.setLogLevel(logging.WARNING)
    tokenizer = Quick()
    if _CACHE_DIR:
        tokenizer.tmp_dir = _CACHE_DIR[-1]
    _read_cached(tokenizer)
    tokenizer.initialize()
    for word in _WORDS_FILE.read_text(encoding="utf-8").split():
        tokenizer.add_word(word)
    return tokenizer


def _read_cached(tokenizer: Any) -> None:
    """jieba's unpacked dictionary, where it kept one: read as a whole, since ``marshal`` takes thrice as long on files.

    Of one that is missing, damaged or older than its dictionary jieba makes a new one.
    """
    import jieba

    cached = Path(tokenizer.tmp_dir or tempfile.gettempdir(), "jieba.cache")
    with contextlib.suppress(OSError, EOFError, ValueError, TypeError):
        if cached.stat().st_mtime <= Path(jieba.__file__).with_name(jieba.DEFAULT_DICT_NAME).stat().st_mtime:
            return
        tokenizer.FREQ, tokenizer.total = marshal.loads(cached.read_bytes())  # noqa: S302 - as jieba reads it
        tokenizer.initialized = True


def _likeliest(sentence: str, counts: Mapping[str, int], total: int, route: dict[int, tuple[float, int]]) -> None:
    """Into ``route``: (log probability, last character of the first word) of the likeliest words from there on.

    ``counts`` has every beginning of a word of the dictionary, with 0 where that is no word. The longer of two
    words that are equally likely wins. This is jieba's ``calc`` over its ``get_DAG``, with the same sums.
    """
    every, count_of, log = math.log(total), counts.get, math.log
    size = len(sentence)
    beyond = [0.0] * (size + 1)  # of the likeliest way from each place on
    route[size] = (0.0, 0)
    for at in range(size - 1, -1, -1):
        best, last = -every + beyond[at + 1], at  # a character that no dictionary knows
        known = False
        end = at + 1
        while end <= size and (count := count_of(sentence[at:end])) is not None:
            if count:
                likely = log(count) - every + beyond[end]
                if not known or likely >= best:
                    best, last, known = likely, end - 1, True
            end += 1
        route[at] = (best, last)
        beyond[at] = best


def words(text: str) -> list[str]:
    """jieba's words of the text as it stands, in order, blanks left out."""
    return [word for word in _jieba().lcut(text) if word.strip()]


def word_spans(text: str, guess: bool = True) -> list[tuple[str, int, int]]:
    """jieba's words of the text as it stands, with their spans, end exclusive.

    ``guess`` lets it join characters into words that its dictionary lacks.
    """
    return [(word, start, end) for word, start, end in _jieba().tokenize(text, HMM=guess) if word.strip()]


def word_frequency(word: str) -> int:
    """How often jieba's dictionary counted this very (simplified) word, names added included; 0 for what it guesses."""
    return int(_jieba().FREQ.get(word) or 0)


def add_words(names: list[str]) -> None:
    """Make names single words for jieba, such as counties that its dictionary lacks."""
    tokenizer = _jieba()
    for name in names:
        tokenizer.add_word(name)
