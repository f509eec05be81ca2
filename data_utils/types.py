"""What the loaders return: sets of labelled pictures, single photographs, and pairs for SR."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Labelled pictures of one size, held in memory.

    Attributes:
        images: uint8 (N, H, W, 3), RGB.
        labels: int64 (N,), indices into `classes`.
        classes: the classes' names.
        name: what to call the set in a caption or a record, with its split.
        synthetic: True if a program drew the pictures; say so wherever they are shown.
        licence: the terms of use, in a few words; see LICENCES.md.
    """

    images: Images
    labels: Labels
    classes: tuple[str, ...]
    name: str
    synthetic: bool
    licence: str

    def __post_init__(self) -> None:
        check_images(self.images, self.name)
        check_labels(self.labels, len(self.images), len(self.classes), self.name)

    def __len__(self) -> int:
        return len(self.images)

    @cached_property
    def digest(self) -> str:
        """A fingerprint of pictures and labels: 16 hexadecimal digits of their SHA-256."""
        return _fingerprint(self.images, self.labels)


@dataclass(frozen=True, eq=False)
class CueConflict:
    """Pictures whose outline says one class and whose filling says another.

    Attributes:
        images: uint8 (N, H, W, 3), RGB.
        shape_labels: int64 (N,), indices into `shapes`.
        texture_labels: int64 (N,), indices into `textures`.
        shapes: the outlines' names.
        textures: the fillings' names.
        name: what to call the set in a caption or a record.
        synthetic: always True: a program drew the pictures.
        licence: the terms of use, in a few words.
    """

    images: Images
    shape_labels: Labels
    texture_labels: Labels
    shapes: tuple[str, ...]
    textures: tuple[str, ...]
    name: str
    synthetic: bool
    licence: str

    def __post_init__(self) -> None:
        check_images(self.images, self.name)
        check_labels(self.shape_labels, len(self.images), len(self.shapes), self.name)
        check_labels(self.texture_labels, len(self.images), len(self.textures), self.name)

    def __len__(self) -> int:
        return len(self.images)

    @cached_property
    def digest(self) -> str:
        """A fingerprint of pictures and both labels: 16 hexadecimal digits of their SHA-256."""
        return _fingerprint(self.images, self.shape_labels, self.texture_labels)


@dataclass(frozen=True, eq=False)
class Photo:
    """One real photograph.

    Attributes:
        name: its short name.
        image: uint8 (H, W, 3), RGB; a grey photograph has three equal channels.
        licence: the terms of use.
        attribution: whom to name, and where it came from.
    """

    name: str
    image: Images
    licence: str
    attribution: str


@dataclass(frozen=True, eq=False)
class SRPair:
    """One picture in low and in high resolution.

    Attributes:
        name: the picture's file name without its ending.
        lr: uint8 (h, w, 3), RGB.
        hr: uint8 (h * scale, w * scale, 3), RGB.
    """

    name: str
    lr: Images
    hr: Images


def check_images(images: npt.NDArray[Any], name: str) -> None:
    """Raise ValueError unless the pictures are uint8 (N, H, W, 3)."""
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[-1] != 3:
        raise ValueError(
            f"images of {name} are {images.dtype} {images.shape}: they must be uint8 (N, H, W, 3)"
        )


def check_labels(labels: npt.NDArray[Any], count: int, classes: int, name: str) -> None:
    """Raise ValueError unless the labels are int64 (count,) and name one of the classes each."""
    if labels.dtype != np.int64 or labels.shape != (count,):
        raise ValueError(
            f"labels of {name} are {labels.dtype} {labels.shape}: they must be int64 ({count},)"
        )
    if count and (labels.min() < 0 or labels.max() >= classes):
        raise ValueError(
            f"labels of {name} run from {labels.min()} to {labels.max()}: "
            f"they must lie in 0..{classes - 1}"
        )


def _fingerprint(*arrays: npt.NDArray[Any]) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()[:16]
