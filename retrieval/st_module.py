"""The bundled model as a sentence-transformers module, for use with that library and for training under it.

The folder's ``modules.json`` names this class. Since version 6, sentence-transformers wants consent before it imports a
class that is not its own, for local folders too: ``SentenceTransformer(folder, trust_remote_code=True)``. ``load`` of
this file needs none, since nothing is imported by name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

try:
    from sentence_transformers.base.modules.input_module import InputModule
except ImportError:  # before 6.0
    from sentence_transformers.models import InputModule  # type: ignore[import-not-found, no-redef, unused-ignore]

from retrieval.static import StaticModel, features, quantise


class StaticFeatures(InputModule):
    """Character features, looked up in a trainable float table, summed with weights and scaled to unit length."""

    def __init__(self, number: Mapping[str, int], table: torch.Tensor, longest: int) -> None:
        """Takes the row of every feature, the rows (float32 ``(features, dim)``) and the longest run of Han."""
        torch.nn.Module.__init__(self)
        self.number = dict(number)
        self.longest = longest
        self.embedding = torch.nn.EmbeddingBag.from_pretrained(table, freeze=False, mode="sum")

    @property
    def max_seq_length(self) -> int | None:
        """None: texts of any length are read whole."""
        return None

    def get_embedding_dimension(self) -> int:
        """Length of a vector."""
        return int(self.embedding.embedding_dim)

    get_sentence_embedding_dimension = get_embedding_dimension  # its name before 6.0

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **kwargs: Any) -> dict[str, torch.Tensor]:
        """Feature numbers, their weights and where each text begins, as EmbeddingBag takes them."""
        ids, weights, offsets = list[int](), list[float](), list[int]()
        for text in inputs:
            offsets.append(len(ids))
            counts: dict[int, int] = {}
            for name in features((prompt or "") + str(text), self.longest):
                if name in self.number:
                    counts[self.number[name]] = counts.get(self.number[name], 0) + 1
            ids.extend(counts)
            weights.extend(np.sqrt(np.fromiter(counts.values(), np.float32, len(counts))).tolist())
        return {
            "input_ids": torch.tensor(ids, dtype=torch.long),
            "token_weights": torch.tensor(weights, dtype=torch.float32),
            "offsets": torch.tensor(offsets, dtype=torch.long),
        }

    def tokenize(self, texts: list[str], **kwargs: Any) -> dict[str, torch.Tensor]:
        """The name of ``preprocess`` before 6.0."""
        return self.preprocess(texts, **kwargs)

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Adds ``sentence_embedding``: float32 ``(texts, dim)``, rows of unit length, or zero."""
        ids, offsets, weights = (features[name] for name in ("input_ids", "offsets", "token_weights"))
        summed = self.embedding(ids, offsets, per_sample_weights=weights)
        features["sentence_embedding"] = torch.nn.functional.normalize(summed, dim=1)
        return features

    def save(self, output_path: str, *args: Any, safe_serialization: bool = True, **kwargs: Any) -> None:
        """Writes the quantised files of ``retrieval.static``."""
        rows, scales = quantise(self.embedding.weight.detach().cpu().numpy())
        StaticModel(self.number, rows, scales, self.longest).save(Path(output_path))

    @classmethod
    def load(cls, model_name_or_path: str, subfolder: str = "", *args: Any, **kwargs: Any) -> StaticFeatures:
        """Reads the files that ``save`` writes."""
        model = StaticModel.load(Path(model_name_or_path) / subfolder)
        table = model.rows.astype(np.float32) * model.scales[:, None]
        return cls(model.number, torch.from_numpy(table), model.longest)


def load(folder: Path) -> SentenceTransformer:
    """A SentenceTransformer over a model folder, on the CPU."""
    return SentenceTransformer(modules=[StaticFeatures.load(str(folder))], device="cpu")


def save(model: StaticModel, folder: Path) -> None:
    """Writes a folder that sentence-transformers opens: the model's files and two that name its class and settings."""
    import sentence_transformers

    model.save(folder)
    modules = [{"idx": 0, "name": "0", "path": "", "type": "retrieval.st_module.StaticFeatures"}]
    settings = {
        "__version__": {"sentence_transformers": sentence_transformers.__version__},
        "model_type": "SentenceTransformer",
        "prompts": {},
        "default_prompt_name": None,
        "similarity_fn_name": "cosine",
    }
    for name, content in (("modules.json", modules), ("config_sentence_transformers.json", settings)):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
