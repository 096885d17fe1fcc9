"""Text to vectors: the bundled model by numpy, or any sentence-transformers model.

sentence-transformers, and torch under it, take seconds to import: that happens only where such a model is loaded.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from retrieval.config import EmbeddingConfig
from retrieval.errors import EmbeddingError
from retrieval.static import CONFIG_FILE, READING_FILE, Patch, StaticModel, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BUNDLED = "bundled"
BUNDLED_FOLDER = Path(__file__).with_name("model")

# Prompts of models that are published without them in their configuration, by a part of the name.
_BGE_ZH_QUERY = "为这个句子生成表示以用于检索相关文章："
_READ_BYTES = 1 << 20


class Embedder(Protocol):
    """Makes vectors of texts.

    Vectors are float32 ``(n, dim)``, finite, rows in the order of the texts and of unit length, or zero for a text in
    which the model sees nothing. Vectors compare only between embedders with the same ``fingerprint``.
    """

    @property
    def fingerprint(self) -> str:
        """A short hash over the model's files (or name and revision), its dimension and its prompts."""
        ...

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of what is searched."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """The vector of what is asked, as ``(1, dim)``."""
        ...


def load_embedder(config: EmbeddingConfig) -> Embedder:
    """The embedder that the configuration names.

    Raises:
        EmbeddingError: the model cannot be loaded.
    """
    folder = BUNDLED_FOLDER if config.model == BUNDLED else Path(config.model).expanduser()
    if (folder / CONFIG_FILE).is_file() or config.model == BUNDLED:  # a model of our own recipe needs no torch
        return StaticEmbedder(folder, config.query_prompt, config.passage_prompt)
    return SentenceTransformerEmbedder(config.model, config.query_prompt, config.passage_prompt, config.batch_size)


class StaticEmbedder:
    """The bundled model. Loads in milliseconds and imports no torch."""

    def __init__(self, folder: Path = BUNDLED_FOLDER, query_prompt: str = "", passage_prompt: str = "") -> None:
        """Opens a folder that ``training`` wrote; the prompts, if any, go before the texts.

        Raises:
            EmbeddingError: the folder is not whole.
        """
        self._model = StaticModel.load(folder)
        self._prompts = (query_prompt, passage_prompt)
        self.dim = self._model.dim
        # The configuration holds the digests of the other files, so that opening need not read them all.
        self.fingerprint = _fingerprint(_contents(folder, [folder / CONFIG_FILE]), self.dim, self._prompts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of what is searched: float32 ``(len(texts), dim)``."""
        return self._model.encode([self._prompts[1] + text for text in texts])

    def embed_query(self, text: str) -> Vectors:
        """The vector of what is asked: float32 ``(1, dim)``."""
        return self._model.encode([self._prompts[0] + text])

    def reading(self, patch: Patch | None = None) -> StaticEmbedder:
        """The model that compares a question with sentences that were found: this one with rows of its own.

        ``patch`` is the one that ships unless given (see ``training/reading.py``). Raises EmbeddingError.
        """
        made = copy.copy(self)
        made._model = self._model.patched(patch or Patch.load(READING_FILE))
        return made

    def weight(self, word: str) -> float:
        """How much a word counts, as the model learned it: about 0.5 for particles, 3 for a name of a programme."""
        return self._model.weight(word)


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, on the CPU, from a folder or by the name it has on a hub."""

    def __init__(
        self, name_or_folder: str, query_prompt: str = "", passage_prompt: str = "", batch_size: int = 32
    ) -> None:
        """Loads the model. Empty prompts become those that belong to the model, where they are known.

        Raises:
            EmbeddingError: there is no such folder, the name cannot be downloaded, or the files cannot be used.
        """
        self._batch_size = batch_size
        self._model = _load(name_or_folder)
        self._prompts = (
            query_prompt or _known_query_prompt(self._model, name_or_folder),
            passage_prompt or _shipped_prompt(self._model, "passage", "document", "corpus"),
        )
        probe = self._encode(["探"])
        self.dim = int(probe.shape[1])
        self.fingerprint = _fingerprint(_identity(self._model, name_or_folder), self.dim, self._prompts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of what is searched: float32 ``(len(texts), dim)``.

        Raises:
            EmbeddingError: the model made something that is no finite vector.
        """
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        return self._encode([self._prompts[1] + text for text in texts])

    def embed_query(self, text: str) -> Vectors:
        """The vector of what is asked: float32 ``(1, dim)``.

        Raises:
            EmbeddingError: see ``embed_passages``.
        """
        return self._encode([self._prompts[0] + text])

    def _encode(self, texts: list[str]) -> Vectors:
        # The empty prompt keeps the library from adding the model's default one to what already has its own.
        made = self._model.encode(
            texts, prompt="", batch_size=self._batch_size, show_progress_bar=False, convert_to_numpy=True
        )
        vectors = np.ascontiguousarray(made, dtype=np.float32)
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise EmbeddingError("the embedding model made unusable vectors, [embedding] model; choose another model")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
        return unit


def _load(name_or_folder: str) -> SentenceTransformer:
    """The model, with torch held to as many threads as help on a shared machine."""
    looks_like_folder = name_or_folder.startswith((".", "/", "~")) or name_or_folder.count("/") > 1
    folder = Path(name_or_folder).expanduser()
    if looks_like_folder and not folder.is_dir():
        raise EmbeddingError(f"no model folder {folder}, [embedding] model; correct the path or use a model's name")
    try:
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(min(4, torch.get_num_threads()))
        return SentenceTransformer(str(folder) if folder.is_dir() else name_or_folder, device="cpu")
    except Exception as error:  # the libraries below raise dozens of unrelated types
        first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise EmbeddingError(
            f"cannot load the embedding model {name_or_folder}: {first_line}; "
            'check the name and the network, give a local folder, or set model = "bundled" in [embedding]'
        ) from error


def _shipped_prompt(model: SentenceTransformer, *names: str) -> str:
    """The first prompt of these names that the model brings along."""
    shipped = model.prompts or {}
    return next(filter(None, map(shipped.get, names)), "")


def _known_query_prompt(model: SentenceTransformer, name_or_folder: str) -> str:
    shipped = _shipped_prompt(model, "query")
    name = Path(name_or_folder).name.lower()
    if not shipped and name.startswith("bge-") and name.endswith("-zh-v1.5"):
        return _BGE_ZH_QUERY
    return shipped


def _identity(model: SentenceTransformer, name_or_folder: str) -> Iterator[bytes]:
    """What tells a model from every other: a folder's files, or a name with the revision that was loaded."""
    folder = Path(name_or_folder).expanduser()
    if folder.is_dir():
        yield from _contents(folder, sorted(path for path in folder.rglob("*") if path.suffix != ".md"))
        return
    yield name_or_folder.encode()
    for module in model.modules():
        revision = getattr(getattr(module, "config", None), "_commit_hash", None)
        if revision:
            yield str(revision).encode()


def _contents(folder: Path, paths: Sequence[Path]) -> Iterator[bytes]:
    for path in paths:
        if path.is_file():
            yield f"{path.relative_to(folder).as_posix()} {path.stat().st_size}".encode()
            with path.open("rb") as file:
                while chunk := file.read(_READ_BYTES):
                    yield chunk


def _fingerprint(parts: Iterator[bytes], dim: int, prompts: tuple[str, str]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    digest.update(json.dumps([dim, *prompts]).encode())
    return digest.hexdigest()[:16]
