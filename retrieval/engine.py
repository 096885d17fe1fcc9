"""The whole of retrieval behind one door: text in, Answer out. Safe to call from several threads."""

import dataclasses
import functools
import threading
from collections.abc import Callable, Sequence

from retrieval.answer import Answerer
from retrieval.composer import load_composer
from retrieval.config import Config
from retrieval.embed import BUNDLED, StaticEmbedder, load_embedder
from retrieval.further import further
from retrieval.index import CurrentIndex, Generation
from retrieval.lexicon import LexiconFile
from retrieval.question import understand
from retrieval.reader import Tools
from retrieval.remembered import Remembered
from retrieval.rerank import load_reranker
from retrieval.search import search_weight
from retrieval.sentences import VectorMemory
from retrieval.text import set_cache_dir
from retrieval.types import Answer, Citation

PARTICLE = 1.0  # learned weight of words that say nothing
LEAST_WEIGHT = 0.1
SHARPNESS = 1.5
WARMING = "的重点工作是什么？"  # asked for any county, to have everything read that answering needs
SENTENCES = 20_000  # whose vectors are remembered, 1 kB each


class Engine:
    """Answers questions from whatever generation is current; models are loaded once, on first use."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._composer = load_composer(config.composer)
        self._loaded: tuple[Tools, CurrentIndex] | None = None
        self._lexicon = LexiconFile(config.lexicon_file, required=bool(config.search.lexicon))
        self._remembered = Remembered()

    def load(self) -> Generation:
        """Load the models and open the index; later calls only return the current generation.

        Raises EmbeddingError, IndexMissing, IndexCorrupt or IndexMismatch.
        """
        return self._parts()[1].get()

    def warm(self) -> None:
        """Do now what the first answer would have to wait for: reading dictionaries, and the index into memory.

        Raises what ``load`` raises.
        """
        for county in self.load().counties[:1]:
            self.look_up(f"{county.short}{WARMING}")

    def current(self) -> Generation:
        """The generation that the next question will see."""
        return self.load()

    @property
    def problem(self) -> str | None:
        """Why a newer generation could not be opened, while an older one still serves."""
        return self._parts()[1].problem or self._lexicon.problem

    def tools(self) -> Tools:
        """The loaded models with the current lexicon."""
        tools, lexicon = self._parts()[0], self._lexicon.get()
        return tools if tools.lexicon is lexicon else dataclasses.replace(tools, lexicon=lexicon)

    def ask(self, text: str, history: Sequence[str] = ()) -> Answer:
        """The answer to ``text``; ``history`` are the asker's earlier questions, oldest first.

        With a composer configured its claims may be reworded, otherwise they are verbatim.
        Raises QuestionEmpty or QuestionTooLong, and what ``load`` raises.
        """
        return self._composer(self.look_up(text, history))

    def look_up(self, text: str, history: Sequence[str] = ()) -> Answer:
        """What ``ask`` says before any rewording: enough to know whether a question is answered, and from where."""
        tools, generation = self.tools(), self._parts()[1].get()
        asked, basis = (text, *history), (generation, tools.lexicon)
        known = self._remembered.get(basis, asked)
        if known is not None:
            return known
        most = self._config.search.max_question_chars
        question = understand(text, history, generation.counties, most, tools.lexicon)
        answer = Answerer(question, generation, tools).answer()
        self._remembered.put(basis, asked, answer)
        return answer

    def further(self, answer: Answer, most: int) -> tuple[Citation, ...]:
        """The next best passages for an answered question, in what is served now; see ``retrieval/further.py``."""
        return further(answer, self._parts()[1].get(), self.tools(), most)

    def _parts(self) -> tuple[Tools, CurrentIndex]:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> tuple[Tools, CurrentIndex]:
        config = self._config
        set_cache_dir(config.data_dir / "cache")
        bundled = StaticEmbedder()
        asked = config.embedding
        plain = (asked.model, asked.query_prompt, asked.passage_prompt) == (BUNDLED, "", "")
        embedder = bundled if plain else load_embedder(asked)
        index = CurrentIndex(config.index_dir, embedder.fingerprint)
        reading = bundled.reading()
        words = VectorMemory(reading.embed_passages)
        lexicon, reranker = self._lexicon.get(), load_reranker(config.rerank)
        weights = _weigh(bundled), search_weight(bundled)
        reader = reading if plain else embedder
        sentences = VectorMemory(reader.embed_passages, SENTENCES)
        return Tools(config, embedder, reader, words, sentences, lexicon, *weights, reranker), index


def _weigh(bundled: StaticEmbedder) -> Callable[[str], float]:
    """A word's importance in judging sentences: what the bundled model learned, above what every particle has."""

    @functools.lru_cache(maxsize=20_000)
    def weigh(word: str) -> float:
        return float(max(LEAST_WEIGHT, bundled.weight(word) - PARTICLE) ** SHARPNESS)

    return weigh
