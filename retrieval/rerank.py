"""An optional cross-encoder that reads question and sentence together: any of sentence-transformers, on the CPU.

Off unless ``[rerank] model`` names one. torch takes seconds to import, and that happens only where it is on.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from retrieval.config import RerankConfig
from retrieval.errors import EmbeddingError


class Reranker(Protocol):
    """Says how well texts answer a question."""

    @property
    def candidates(self) -> int:
        """How many texts are worth its time."""
        ...

    def scores(self, question: str, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Relevance of each text, in the order given: shape (n,), 0..1. Raises EmbeddingError for unusable scores."""
        ...


def load_reranker(config: RerankConfig) -> Reranker | None:
    """The cross-encoder that the configuration names; None where it names none. Raises EmbeddingError."""
    return CrossEncoderReranker(config.model, config.candidates) if config.model else None


class CrossEncoderReranker:
    """A cross-encoder with one output, from a folder or by the name it has on a hub."""

    def __init__(self, name_or_folder: str, candidates: int) -> None:
        """Loads the model. Raises EmbeddingError: no such folder, no download, not a model with one output."""
        self.candidates = candidates
        folder = Path(name_or_folder).expanduser()
        looks_like_folder = name_or_folder.startswith((".", "/", "~")) or name_or_folder.count("/") > 1
        if looks_like_folder and not folder.is_dir():
            raise EmbeddingError(f"no model folder {folder}, [rerank] model; correct the path or use a model's name")
        try:
            import torch
            from sentence_transformers import CrossEncoder

            torch.set_num_threads(min(4, torch.get_num_threads()))
            self._model = CrossEncoder(str(folder) if folder.is_dir() else name_or_folder, device="cpu")
            self._sigmoid = torch.nn.Sigmoid()
        except Exception as error:  # the libraries below raise dozens of unrelated types
            first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise EmbeddingError(
                f"cannot load the cross-encoder {name_or_folder}: {first_line}; "
                'check the name and the network, give a local folder, or set model = "" in [rerank]'
            ) from error
        if self._model.num_labels != 1:
            raise EmbeddingError(
                f"the cross-encoder {name_or_folder} has {self._model.num_labels} outputs, [rerank] model; "
                "choose one that gives a single relevance"
            )

    def scores(self, question: str, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """See Reranker."""
        if not texts:
            return np.zeros(0)
        pairs = [(question, text) for text in texts]
        made = self._model.predict(
            pairs, activation_fn=self._sigmoid, show_progress_bar=False, convert_to_numpy=True, batch_size=16
        )
        found = np.asarray(made, dtype=np.float64)
        if found.shape != (len(texts),) or not np.isfinite(found).all():
            raise EmbeddingError("the cross-encoder made unusable scores, [rerank] model; choose another model")
        return found
