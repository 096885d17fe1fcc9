"""Exact nearest neighbours by inner product. The only file that imports faiss.

FAISS is guarded here: label -1 ("nothing more") never leaves, non-finite vectors and wrong dimensions
are refused in words, and equal scores come in the order of their rows.
"""

from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from retrieval.errors import EmbeddingError, IndexCorrupt, IndexMismatch

Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

FLAT_UP_TO = 20_000  # rows kept as float32; above, float16: half the file, faster, recall@100 0.9998 at a million
_BATCH = 65_536
_DECIMALS = 6  # float32 sums differ in the last bits with their order; what is equal up to here is a tie


def stored_as(rows: int, flat_up_to: int = FLAT_UP_TO) -> "np.dtype[Any]":
    """How so many vectors are stored: made so from the start, they take no more memory than they need."""
    return np.dtype(np.float32 if rows <= flat_up_to else np.float16)


class VectorIndex:
    """An immutable index of unit vectors; row ``n`` is the ``n``-th vector that was given.

    Safe for searching from several threads at once.
    """

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(cls, path: Path, vectors: npt.NDArray[np.floating[Any]], *, flat_up_to: int = FLAT_UP_TO) -> Self:
        """Write ``vectors`` (float32 or float16, (n, dim), rows of unit length or zero) to ``path``.

        Above ``flat_up_to`` rows they are stored as float16. ``n`` may be 0. Raises EmbeddingError when
        the array is not two-dimensional or has a value that is not finite, OSError when the disk is full.
        """
        import faiss

        if vectors.ndim != 2 or vectors.shape[1] == 0:
            raise EmbeddingError(f"vectors of shape {vectors.shape} instead of (n, dim), {path}, check the model")
        rows, dim = vectors.shape
        if rows <= flat_up_to:
            index: Any = faiss.IndexFlatIP(dim)
        else:
            kind = faiss.ScalarQuantizer.QT_fp16
            index = faiss.IndexScalarQuantizer(dim, kind, faiss.METRIC_INNER_PRODUCT)
        kept = stored_as(rows, flat_up_to)
        for start in range(0, rows, _BATCH):
            batch = np.ascontiguousarray(vectors[start : start + _BATCH], dtype=kept)
            if not _is_finite(batch):
                raise EmbeddingError(f"the model gave a vector that is not finite, {path}, check the model")
            index.add_sa_codes(batch.view(np.uint8))  # as they are: the codes of both kinds are plain numbers
        try:
            faiss.write_index(index, str(path))
        except RuntimeError as error:  # FAISS has no other type
            raise OSError(f"FAISS: {error}") from error
        return cls(index)

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
        """All vectors as they are stored, (n, dim); a view of the mapped file, to be read only."""
        import faiss

        size = int(self._index.code_size)
        codes: npt.NDArray[np.uint8] = faiss.rev_swig_ptr(self._index.codes.data(), len(self) * size)
        rows = codes.reshape(len(self), size)
        return rows.view(np.float32) if size == 4 * self.dim else rows.view(np.float16)

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


def _is_finite(vectors: npt.NDArray[np.floating[Any]]) -> bool:
    if vectors.dtype == np.float16:  # told by the exponent: numpy takes ten times as long
        exponent = np.uint16(0x7C00)
        return bool(((vectors.view(np.uint16) & exponent) != exponent).all())
    return bool(np.isfinite(vectors).all())
