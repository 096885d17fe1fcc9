"""The bundled embedding model without torch: character features, an int8 table and numpy.

A text is folded and cut into features (short runs of Han characters, whole Latin or digit tokens); its vector is the
weighted sum of the features' rows, scaled to unit length. A feature that occurs n times counts sqrt(n) times, so
that a word repeated through a long paragraph does not drown the rest. The length of a row is its learned weight.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt

from retrieval.errors import EmbeddingError
from retrieval.text import fold

Vectors = npt.NDArray[np.float32]

CONFIG_FILE = "static_config.json"
VOCABULARY_FILE = "vocabulary.txt"
WEIGHTS_FILE = "model.safetensors"
READING_FILE = Path(__file__).parent / "data" / "reading.safetensors"
FORMAT = 1

# A run of Han characters (with the iteration mark and zero), or a Latin or digit token; everything else separates.
_RUN = re.compile("([々〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)|([a-z0-9]+)")


def features(text: str, longest: int) -> list[str]:
    """The features of one raw text, with repetitions: see ``features_of_folded``."""
    return features_of_folded(fold(text), longest)


def features_of_folded(folded: str, longest: int) -> list[str]:
    """The features of a text that ``retrieval.text.fold`` has been over.

    Args:
        folded: the text.
        longest: the longest run of Han characters that is a feature.

    Returns:
        Run by run in order of the text, within a run by length; no feature crosses punctuation or white space.
    """
    found: list[str] = []
    for han, token in _RUN.findall(folded):
        if token:
            found.append(token)
            continue
        found.extend(han)
        for size in range(2, min(longest, len(han)) + 1):
            found.extend([han[at : at + size] for at in range(len(han) - size + 1)])
    return found


@dataclass(frozen=True)
class Patch:
    """Rows that take the place of others: numbers int32 ``(n,)``, rows int8 ``(n, dim)``, scales float32 ``(n,)``."""

    numbers: npt.NDArray[np.int32]
    rows: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float32]

    @classmethod
    def load(cls, path: Path) -> Patch:
        """Reads what ``save`` wrote. Raises EmbeddingError."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            stored = load_file(path)
            return cls(stored["numbers"], stored["rows"], stored["scales"])
        except (OSError, KeyError, SafetensorError) as error:
            raise EmbeddingError(f"cannot read the reading model, {path}: {error}; install xianwen again") from error

    def save(self, path: Path) -> None:
        """Writes one file."""
        from safetensors.numpy import save

        path.write_bytes(save({"numbers": self.numbers, "rows": self.rows, "scales": self.scales}))


@dataclass(frozen=True)
class StaticModel:
    """A vocabulary and its quantised rows.

    Attributes:
        number: row of every feature.
        rows: int8 ``(features, dim)``, mapped from disk when it comes from ``load``.
        scales: float32 ``(features,)``; row ``i`` means ``rows[i] * scales[i]``.
        longest: the longest run of Han characters in the vocabulary.
    """

    number: Mapping[str, int]
    rows: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float32]
    longest: int

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self.rows.shape[1])

    @classmethod
    def load(cls, folder: Path) -> StaticModel:
        """Opens a model folder; the rows stay on disk until they are used.

        Raises:
            EmbeddingError: a file is missing or does not fit the others.
        """
        try:
            config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
            names = (folder / VOCABULARY_FILE).read_text(encoding="utf-8").split("\n")
            rows, scales = _map_weights(folder / WEIGHTS_FILE)
            wanted = (int(config["features"]), int(config["dim"]))
            longest, version = int(config["longest_run"]), config["format"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise EmbeddingError(f"cannot read the model in {folder}: {error}; install xianwen again") from error
        if version != FORMAT or rows.shape != wanted or len(names) != wanted[0] or scales.shape != wanted[:1]:
            raise EmbeddingError(f"the files of the model in {folder} do not fit together; install xianwen again")
        return cls(dict(zip(names, range(len(names)), strict=True)), rows, scales, longest)

    def patched(self, patch: Patch) -> StaticModel:
        """The model with other rows in some places, in memory.

        Raises:
            EmbeddingError: the patch was made for another model.
        """
        if patch.rows.shape[1:] != self.rows.shape[1:] or patch.numbers.max(initial=0) >= len(self.rows):
            raise EmbeddingError("the reading model does not fit the bundled one; install xianwen again")
        rows, scales = np.array(self.rows), self.scales.copy()
        rows[patch.numbers], scales[patch.numbers] = patch.rows, patch.scales
        return StaticModel(self.number, rows, scales, self.longest)

    def save(self, folder: Path) -> None:
        """Writes the three files that ``load`` reads; the configuration holds the digests of the other two."""
        from safetensors.numpy import save

        folder.mkdir(parents=True, exist_ok=True)
        names = "\n".join(sorted(self.number, key=self.number.__getitem__))
        (folder / VOCABULARY_FILE).write_text(names, encoding="utf-8")
        (folder / WEIGHTS_FILE).write_bytes(save({"rows": self.rows, "scales": self.scales}))
        config = {"format": FORMAT, "features": len(self.number), "dim": self.dim, "longest_run": self.longest}
        digests = {
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (VOCABULARY_FILE, WEIGHTS_FILE)
        }
        (folder / CONFIG_FILE).write_text(json.dumps(config | {"sha256": digests}, indent=2) + "\n", encoding="utf-8")

    def bag(self, text: str) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """The rows that a text uses, each once, and the weight of each: ``(n,)`` int32 and float32."""
        known = map(self.number.get, features(text, self.longest))
        counts = Counter([row for row in known if row is not None])
        ids = np.fromiter(counts.keys(), np.int32, len(counts))
        return ids, np.sqrt(np.fromiter(counts.values(), np.float32, len(counts)))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of raw texts: float32 ``(len(texts), dim)`` of unit length, or zero where no feature is known."""
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for at, text in enumerate(texts):
            ids, weights = self.bag(text)
            if len(ids):
                vectors[at] = self._sum(ids, weights)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vectors = np.divide(vectors, lengths, out=vectors, where=lengths > 0)
        return unit

    def weight(self, word: str) -> float:
        """How much a word counts: the length of its vector before scaling, learned with it; 0 for an unknown word."""
        ids, weights = self.bag(word)
        return float(np.linalg.norm(self._sum(ids, weights)))

    def _sum(self, ids: npt.NDArray[np.int32], weights: npt.NDArray[np.float32]) -> Vectors:
        """The weighted sum of rows, by einsum: after so small a product the other threads of a BLAS only spin."""
        found: Vectors = np.einsum(
            "i,ij->j", weights * self.scales[ids], self.rows.take(ids, axis=0).astype(np.float32)
        )
        return found


def quantise(table: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """A float table ``(features, dim)`` as int8 rows and one scale each, by the largest entry of the row."""
    scales = np.maximum(np.abs(table).max(axis=1), 1e-12).astype(np.float32) / 127
    return np.rint(table / scales[:, None]).astype(np.int8), scales


def _map_weights(path: Path) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """The two tensors of a safetensors file, mapped read-only: the library's own numpy reader would copy them."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        if size > 100_000:
            raise ValueError("not a safetensors file")
        header = json.loads(file.read(size))
    found = {}
    for name, kind, dtype in (("rows", "I8", np.int8), ("scales", "F32", np.float32)):
        entry = header[name]
        begin, end = entry["data_offsets"]
        if entry["dtype"] != kind or path.stat().st_size < 8 + size + end:
            raise ValueError(f"tensor {name} is not whole")
        found[name] = np.memmap(path, dtype=dtype, mode="r", offset=8 + size + begin, shape=tuple(entry["shape"]))
    # a plain view of the map: every look into a memmap costs as much as summing the rows of a short word
    return cast("npt.NDArray[np.int8]", np.asarray(found["rows"])), np.array(found["scales"])
