"""Synthetic scenes for dense prediction, in which what names a pixel lies far away from it.

Four grey discs, all alike, stand around one small key patch in colour; its colour is the class of
every disc. A window around a disc's pixel that does not reach the key holds nothing that depends
on the class. In the whole picture, and for a classifier of pictures, the key is plain to see.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .textures import LICENCE, SPLITS, check_request, even_labels
from .types import Labels

Mask = npt.NDArray[np.bool_]

COLOURS = {
    "red": (0.85, 0.15, 0.15),
    "green": (0.15, 0.70, 0.20),
    "blue": (0.15, 0.30, 0.90),
    "yellow": (0.90, 0.80, 0.10),
}
CLASSES = ("ground", *COLOURS)
DISC, KEY = 2, 1  # pixels from the centre to the edge, of a disc and of the square key
STREAM = 3  # a seed's streams before these are those of the textures and of the cue conflict


@dataclass(frozen=True, eq=False)
class Scenes:
    """Pictures with a class for every pixel and one for the whole.

    Attributes:
        images: float32 (N, 3, S, S), RGB, 0 to 1.
        labels: int64 (N, S, S), indices into `classes`: 0 on the ground, the key's class on the
            key and on the discs.
        far: bool (N, S, S), True on the discs, whose class cannot be told from nearby.
        keys: int64 (N,), the key's class, which is that of the picture.
        classes: the names of the classes; the first is the ground.
        blind: a window that extends so many pixels to each side of a disc's pixel never holds a
            pixel of the key.
        name: what to call the set in a caption or a record, with its split.
        synthetic: always True: a program drew the pictures.
        licence: the terms of use, in a few words.
    """

    images: npt.NDArray[np.float32]
    labels: Labels
    far: Mask
    keys: Labels
    classes: tuple[str, ...]
    blind: int
    name: str
    synthetic: bool
    licence: str

    def __len__(self) -> int:
        return len(self.images)


def scenes(
    split: str, size: int | None = None, seed: int = 0, *, side: int = 32, reach: int = 10
) -> Scenes:
    """Draw scenes whose pixels take their class from a key `reach` pixels away.

    A disc's centre lies `reach` pixels from that of the key along one axis, and no farther along
    the other. Within `blind = reach - 4` pixels a disc's pixel says nothing of its class: whoever
    looks no farther is right in one of four cases, on average, whatever it has learned.

    Args:
        split: "train" or "test": independent random streams.
        size: number of pictures; 2000 for "train" and 500 for "test" if not given.
        seed: where the random streams start, at least 0.
        side: height and width of a picture, in pixels.
        reach: distance between the centres of key and disc, in pixels, at least 5; the picture
            must hold the whole, 2 * reach + 5 pixels.

    Returns:
        The scenes, in random order; the classes are as even as `size` allows.

    Raises:
        ValueError: if an argument is not one of those allowed.
    """
    if split not in SPLITS:
        raise ValueError(f"split = {split!r}: it must be 'train' or 'test'")
    count = SPLITS[split] if size is None else size
    check_request(count, seed, side)
    whole, most = isinstance(reach, int) and not isinstance(reach, bool), (side - 1) // 2 - DISC
    least = DISC + KEY + 2  # at `blind` = 1, a 3 x 3 window
    if not whole or not least <= reach <= most:
        raise ValueError(
            f"reach = {reach!r}: it must be a whole number from {least} to {most}, "
            f"which is what a side of {side} holds"
        )
    stream = STREAM + list(SPLITS).index(split)
    keys = 1 + even_labels(count, len(COLOURS), np.random.default_rng([seed, stream]))
    return draw_scenes(keys, side, reach, seed, stream, f"synthetic scenes {split}")


def draw_scenes(keys: Labels, side: int, reach: int, seed: int, stream: int, name: str) -> Scenes:
    """Draw a scene for each key; two calls differ in nothing but what the keys say.

    Args:
        keys: (N,) indices into `CLASSES`, from 1.
        side: height and width of a picture, in pixels.
        reach: distance between the centres of key and disc, in pixels.
        seed: where the random streams start.
        stream: which of the seed's independent streams to use.
        name: of the set.
    """
    count = len(keys)
    rng = np.random.default_rng([seed, stream, 1])
    margin = reach + DISC
    centre = rng.integers(margin, side - margin, (2, count))  # row and column of the key
    # One disc on each side of a square around the key, so far from its corners that none overlap.
    along = rng.integers(-(reach - DISC - 1), reach - DISC, (4, count))
    far = np.zeros((count, side, side), bool)
    for place, (dy, dx) in zip(along, ((-1, 0), (0, 1), (1, 0), (0, -1)), strict=True):
        row = centre[0] + np.where(dy, dy * reach, place)
        column = centre[1] + np.where(dx, dx * reach, place)
        y, x = _offsets(row, column, side)
        far |= y**2 + x**2 <= DISC**2
    y, x = _offsets(centre[0], centre[1], side)
    near = np.maximum(np.abs(y), np.abs(x)) <= KEY
    grey = np.where(far, rng.uniform(0.6, 0.9, (count, 1, 1)), rng.uniform(0.2, 0.5, (count, 1, 1)))
    colour = np.array(list(COLOURS.values()))[keys - 1]  # (N, 3)
    image = np.where(near[:, None], colour[:, :, None, None], grey[:, None])
    image = image + rng.normal(0, 0.05, (count, 3, side, side))
    labels = np.where(near | far, keys[:, None, None], 0)
    return Scenes(
        np.clip(image, 0, 1).astype(np.float32),
        labels,
        far,
        keys,
        CLASSES,
        reach - DISC - KEY - 1,
        name,
        True,
        LICENCE,
    )


def _offsets(row: Labels, column: Labels, side: int) -> tuple[Labels, Labels]:
    """Give every pixel's distance from each picture's (row, column), down and to the right."""
    axis = np.arange(side)
    return axis[:, None] - row[:, None, None], axis[None, :] - column[:, None, None]
