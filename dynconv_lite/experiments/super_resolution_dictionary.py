"""Dictionaries of patches in the super-resolution study: learned, measured, and kept."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from data_utils import SRPair
from dynconv_lite.experiments.configs.super_resolution import SuperResolutionConfig
from dynconv_lite.experiments.job import Job
from dynconv_lite.experiments.super_resolution_data import add_to_digest, training_pairs
from dynconv_lite.experiments.super_resolution_methods import Picture
from dynconv_lite.sparse_coding import SparseModel, fit_sparse, super_resolve_sparse


@dataclass(frozen=True)
class Learned:
    """A dictionary, and what it was learned from.

    Attributes:
        model: What enlarges.
        name: Of the pictures.
        digest: Of the very pictures.
        seconds: Spent on learning.
    """

    model: SparseModel
    name: str
    digest: str
    seconds: float

    def enlarge(self, picture: Picture) -> Picture:
        """Enlarge a picture, uint8 (H, W, 3)."""
        return super_resolve_sparse(picture, self.model)


class Watched:
    """Pairs of pictures that are fingerprinted as they are read, as often as they are.

    Args:
        pairs: Can be read more than once.
    """

    def __init__(self, pairs: Iterable[SRPair]) -> None:
        self.pairs = pairs
        self.digest = ""  # of the last whole reading

    def __iter__(self) -> Iterator[SRPair]:
        """Read all pairs."""
        digest = hashlib.sha256()
        for pair in self.pairs:
            add_to_digest(digest, pair)
            yield pair
        self.digest = digest.hexdigest()[:16]


def learn(config: SuperResolutionConfig, job: Job) -> Learned:
    """Learn a dictionary: minutes, so there are no checkpoints.

    Args:
        config: Of the kind "dictionary".
        job: Told how far it is.

    Raises:
        DataError: If the pictures cannot be had.
    """
    name, pairs = training_pairs(config)
    watched, start = Watched(pairs), time.perf_counter()
    model = fit_sparse(
        config.method,
        watched,
        config.scale,
        seed=config.seed,
        report=job.report,
        **_sizes(config),
    )
    return Learned(model, name, watched.digest, time.perf_counter() - start)


def as_weights(model: SparseModel) -> dict[str, Tensor]:
    """Return the arrays of a dictionary as a state dict, which a run keeps."""
    return {name: torch.from_numpy(np.array(array)) for name, array in model.arrays().items()}


def enlarger_of(
    config: SuperResolutionConfig, weights: Mapping[str, Tensor]
) -> Callable[[Picture], Picture]:
    """Return what enlarges by a dictionary that a run has kept.

    Raises:
        ValueError: If the weights are no such dictionary.
    """
    arrays = {name: tensor.numpy() for name, tensor in weights.items()}
    model = SparseModel.from_arrays(config.method, config.scale, arrays)
    return lambda picture: super_resolve_sparse(picture, model)


def _sizes(config: SuperResolutionConfig) -> dict[str, Any]:
    """Return the numbers that a method has: those that are 0 belong to others."""
    names = ("atoms", "samples", "neighbours", "nonzeros", "penalty")
    return {name: getattr(config, name) for name in names if getattr(config, name)}
