"""Exact nearest neighbours by inner product. The only file that imports faiss.

FAISS is guarded here: label -1 ("nothing more") never leaves, non-finite vectors and wrong dimensions
are refused in words, and equal scores come in the order of their rows.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from retrieval.errors import EmbeddingError, IndexCorrupt, IndexMismatch

Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

FLAT_UP_TO = 20_000  # rows kept as float32; above, float16: half the file, faster, recall@100 0.9998 at a million
_DECIMALS = 6  # float32 sums differ in the last bits with their order; what is equal up to here is a tie


class VectorIndex:
    """An index of unit vectors by row; once written or opened it never changes.

    Safe for searching from several threads at once.
    """

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def blank(cls, rows: int, dim: int, *, flat_up_to: int = FLAT_UP_TO) -> Self:
        """So many zero vectors in memory, to be filled with ``take`` and ``put``; above ``flat_up_to`` as float16."""
        import faiss

        if rows <= flat_up_to:
            index: Any = faiss.IndexFlatIP(dim)
        else:
            kind = faiss.ScalarQuantizer.QT_fp16
            index = faiss.IndexScalarQuantizer(dim, kind, faiss.METRIC_INNER_PRODUCT)
        index.codes.resize(rows * index.code_size)  # the codes of both kinds are plain numbers
        index.ntotal = rows
        return cls(index)

    @classmethod
    def build(cls, path: Path, vectors: npt.NDArray[np.floating[Any]], *, flat_up_to: int = FLAT_UP_TO) -> Self:
        """Write ``vectors`` (float32 or float16, (n, dim)) to ``path``. Raises what ``put`` and ``write`` raise."""
        if vectors.ndim != 2 or vectors.shape[1] == 0:
            raise EmbeddingError(f"vectors of shape {vectors.shape} instead of (n, dim), {path}, check the model")
        made = cls.blank(*vectors.shape, flat_up_to=flat_up_to)
        made.put(range(len(vectors)), vectors)
        made.write(path)
        return made

    def put(self, rows: Sequence[int], vectors: npt.NDArray[np.floating[Any]]) -> None:
        """Fill ``rows`` with ``vectors``, of shape (len(rows), dim), unit length or zero.

        Raises EmbeddingError for another shape or a value that is not finite.
        """
        if vectors.shape != (len(rows), self.dim):
            raise EmbeddingError(f"vectors of shape {vectors.shape}, not {(len(rows), self.dim)}, check the model")
        stored = self.stored()
        rounded = vectors.astype(stored.dtype, copy=False)
        if not np.isfinite(rounded).all():
            raise EmbeddingError("the model gave a vector that is not finite, check the model")
        stored[np.asarray(rows, dtype=np.int64)] = rounded

    def take(self, former: "VectorIndex", moved: Rows) -> None:
        """Fill with what ``former`` stores: its row ``n`` becomes row ``moved[n]``, none where that is -1."""
        here, there = self.stored(), former.stored()
        rows = np.flatnonzero(moved >= 0)
        to = moved[rows]
        ends = (np.diff(rows, append=-1) != 1) | (np.diff(to, append=-1) != 1)  # of runs: as slices, for speed
        start = 0
        for end in (np.flatnonzero(ends) + 1).tolist():
            here[to[start] : to[end - 1] + 1] = there[rows[start] : rows[end - 1] + 1]
            start = end

    def write(self, path: Path) -> None:
        """Write it to ``path``, from where it is read from then on. Raises OSError when the disk is full."""
        import faiss

        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:  # FAISS has no other type
            raise OSError(f"FAISS: {error}") from error
        self._index = self.open(path)._index  # takes no memory of its own

    @classmethod
    def open(cls, path: Path) -> Self:
        """Map ``path`` into memory. Raises FileNotFoundError, and IndexCorrupt when FAISS cannot read it."""
        import faiss

        if not path.exists():
            raise FileNotFoundError(path)
        try:
            return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))
        except RuntimeError as error:
            raise IndexCorrupt(
                f"FAISS cannot read the vectors ({error}), {path}, run: xianwen ingest PATH again"
            ) from error

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self._index.d)

    def search(self, vector: npt.ArrayLike, k: int, rows: Rows | None = None) -> list[tuple[int, float]]:
        """The ``k`` rows nearest to ``vector`` ((dim,) or (1, dim)), as (row, inner product) by (-score, row).

        ``rows`` limits the search to these rows. A zero vector, which means that the model knows no word
        of the question, finds nothing. Raises IndexMismatch for another dimension and EmbeddingError for
        a vector that is not finite.
        """
        import faiss

        query = self._checked(vector)
        allowed = len(self) if rows is None else len(np.unique(rows))
        if k <= 0 or not allowed or not query.any():
            return []
        faiss.omp_set_num_threads(1)  # per calling thread; a second one only spins on a shared machine
        selector = None if rows is None else faiss.IDSelectorBatch(np.ascontiguousarray(rows, dtype=np.int64))
        # faiss adds ``sel`` at import, which its type stub does not know
        parameters = None if selector is None else faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        fetch = min(k + 8, allowed)
        while True:  # FAISS cuts ties anywhere: fetch until the last is worse than the k-th
            scores, labels = self._index.search(query, fetch, params=parameters)
            found = [
                (int(label), round(float(score), _DECIMALS))
                for label, score in zip(labels[0], scores[0], strict=True)
                if label >= 0
            ]
            found.sort(key=lambda item: (-item[1], item[0]))
            if fetch >= allowed or len(found) < fetch or found[-1][1] < found[k - 1][1]:
                return found[:k]
            fetch = min(fetch * 4, allowed)

    def vectors(self, rows: Rows) -> Vectors:
        """The stored vectors of ``rows``, float32, (len(rows), dim), in their order."""
        if not len(rows):
            return np.empty((0, self.dim), dtype=np.float32)
        return np.asarray(self._index.reconstruct_batch(np.ascontiguousarray(rows, dtype=np.int64)), dtype=np.float32)

    def stored(self) -> npt.NDArray[np.floating[Any]]:
        """All vectors as they are stored, (n, dim); a view, which must only be read where it is of a mapped file."""
        import faiss

        size = int(self._index.code_size)
        codes: npt.NDArray[np.uint8] = faiss.rev_swig_ptr(self._index.codes.data(), len(self) * size)
        kind: np.dtype[np.floating[Any]] = np.dtype(np.float32 if size == 4 * self.dim else np.float16)
        return codes.view(kind).reshape(len(self), self.dim)

    def _checked(self, vector: npt.ArrayLike) -> Vectors:
        query = np.ascontiguousarray(vector, dtype=np.float32)
        if query.ndim == 1:
            query = query[np.newaxis, :]
        if query.shape != (1, self.dim):
            raise IndexMismatch(
                f"a question vector of shape {query.shape} for an index of {self.dim} dimensions, "
                "the configured model, run: xianwen ingest PATH again"
            )
        if not np.isfinite(query).all():
            raise EmbeddingError("the question's vector is not finite, the configured model, check the model")
        return query
