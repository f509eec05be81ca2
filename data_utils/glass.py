"""Glass patterns: noise and a displaced copy of itself; only pixels far apart tell the direction.

Every pixel, and every neighbourhood smaller than the displacement, looks the same at all angles.
What differs is one correlation: of pixels that lie just the displacement apart.

Source: L. Glass, "Moiré effect from random dots", Nature 223, 578-580, 1969, for dots; here the
dots are pixels of random brightness.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .oriented import SIZES
from .textures import LICENCE, check_request, even_labels
from .types import ImageSet

STREAMS = {"train": 6, "test": 7, "val": 8}  # of a seed; the ones before are those of other sets
ANGLES = tuple(22.5 * step for step in range(8))  # degrees
GREY, CONTRAST = 127.5, 30.0  # mean, and standard deviation of the noise and of its copy each


def glass_patterns(
    split: str,
    angles: Sequence[float] = ANGLES,
    size: int | None = None,
    seed: int = 0,
    *,
    side: int = 32,
    distance: float = 8.0,
    noise: float = 20.0,
) -> ImageSet:
    """Draw a labelled set of Glass patterns, one class for each angle.

    A picture is white noise, plus the same noise moved by `displacement(angle, distance)`, plus
    other noise. Two pixels that lie this displacement apart, one way or the other, are correlated
    by 1 / (2 + (noise / 30)²); no other two are.

    Args:
        split: "train", "val" or "test": independent random streams.
        angles: Where the copy lies, in degrees, from 0 (to the right) over 90 (down) to below 180;
            each a class, none twice.
        size: Number of pictures; 2000 for "train" and 500 for the others if not given.
        seed: Where the random streams start, at least 0.
        side: Height and width of a picture, in pixels.
        distance: Length of the displacement in pixels before it is rounded, at least 1 and at
            most side - 1.
        noise: Standard deviation of the other noise, in grey levels; the noise that is copied has
            30.

    Returns:
        The grey pictures (size, side, side, 3) in random order; `synthetic` is True. The classes
        are named by their angle, as "45" or "22.5".

    Raises:
        ValueError: If an argument is not one of those allowed, or two angles have the same
            displacement.
    """
    if split not in STREAMS:
        raise ValueError(f"split = {split!r}: it must be 'train', 'val' or 'test'")
    count = SIZES[split] if size is None else size
    check_request(count, seed, side)
    if not 1 <= distance <= side - 1:
        raise ValueError(f"distance = {distance!r}: it must lie from 1 to side - 1 = {side - 1}")
    if not 0 <= noise < math.inf:
        raise ValueError(f"noise = {noise!r}: it must be a finite number, at least 0")
    wanted = tuple(float(angle) for angle in angles)
    if not wanted or len(set(wanted)) < len(wanted) or not all(0 <= a < 180 for a in wanted):
        raise ValueError(f"angles = {wanted}: they must lie in [0, 180), one or more, none twice")
    moves = [displacement(angle, distance) for angle in wanted]
    if len({max(move, (-move[0], -move[1])) for move in moves}) < len(moves):
        raise ValueError(f"distance = {distance:g}: so short that angles share whole pixels")
    stream = STREAMS[split]
    labels = even_labels(count, len(wanted), np.random.default_rng([seed, stream]))
    rng = np.random.default_rng([seed, stream, 1])
    grey = np.empty((count, side, side))
    for index, label in enumerate(labels):
        grey[index] = _pattern(moves[label], side, rng)
    grey = GREY + CONTRAST * grey + noise * rng.normal(size=grey.shape)
    images = np.clip(np.rint(grey), 0, 255).astype(np.uint8)[..., None].repeat(3, axis=3)
    names = tuple(f"{angle:g}" for angle in wanted)
    return ImageSet(images, labels, names, f"synthetic Glass patterns {split}", True, LICENCE)


def displacement(angle: float, distance: float) -> tuple[int, int]:
    """Return how far the copy lies down and to the right, in whole pixels.

    Args:
        angle: In degrees, from 0 (to the right) over 90 (down).
        distance: In pixels, before each of the two is rounded.
    """
    radians = math.radians(angle)
    return round(distance * math.sin(radians)), round(distance * math.cos(radians))


def _pattern(move: tuple[int, int], side: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return noise and its copy, (side, side), each of variance 1, cut out of a larger sheet."""
    down, right = move
    margin = max(abs(down), abs(right))
    sheet = rng.normal(size=(side + margin, side + margin))
    top, left = max(down, 0), max(right, 0)
    first = sheet[top : top + side, left : left + side]
    second = sheet[top - down : top - down + side, left - right : left - right + side]
    return first + second
