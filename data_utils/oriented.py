"""Synthetic gratings at given angles: does a network tell directions apart, and which ones?

The pictures are those of `textures`, stripes in two colours with shading and noise, but of as many
directions as are asked for, and with as much noise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .textures import (
    LICENCE,
    SPLITS,
    Rng,
    _colour,
    _grid,
    _period,
    _sharpened,
    check_request,
    even_labels,
)
from .types import Images, ImageSet

STREAMS = {"train": 3, "test": 4, "val": 5}  # of a seed; the first three are those of other sets
ANGLES = tuple(11.25 * step for step in range(16))  # degrees
SIZES = {**SPLITS, "val": 500}


def oriented(
    split: str,
    angles: Sequence[float] = ANGLES,
    size: int | None = None,
    seed: int = 0,
    *,
    side: int = 32,
    spread: float = 2.0,
    noise: float = 20.0,
) -> ImageSet:
    """Draw a labelled set of gratings, one class for each angle.

    Period, place, colours, contrast and shading are random, from the same distribution at every
    angle. What differs between angles beside the direction is the grid of pixels itself: compare
    networks at one angle before comparing angles.

    Args:
        split: "train", "val" or "test": independent random streams.
        angles: Where brightness changes fastest, in degrees, from 0 (to the right) over 90
            (down) to below 180; each a class, none twice.
        size: Number of pictures; 2000 for "train" and 500 for the others if not given.
        seed: Where the random streams start, at least 0.
        side: Height and width of a picture, in pixels.
        spread: By how much a picture's angle may differ from its class's, in degrees.
        noise: Standard deviation of the noise added at last to every value, in grey levels.

    Returns:
        The pictures (size, side, side, 3) in random order; `synthetic` is True. The classes are
        named by their angle, as "45" or "11.25".

    Raises:
        ValueError: If an argument is not one of those allowed.
    """
    if split not in STREAMS:
        raise ValueError(f"split = {split!r}: it must be 'train', 'val' or 'test'")
    wanted = tuple(float(angle) for angle in angles)
    if not wanted or len(set(wanted)) < len(wanted) or not all(0 <= a < 180 for a in wanted):
        raise ValueError(f"angles = {wanted}: they must lie in [0, 180), one or more, none twice")
    for name, value in (("spread", spread), ("noise", noise)):
        if not 0 <= value < math.inf:
            raise ValueError(f"{name} = {value!r}: it must be a finite number, at least 0")
    count = SIZES[split] if size is None else size
    check_request(count, seed, side)
    stream = STREAMS[split]
    labels = even_labels(count, len(wanted), np.random.default_rng([seed, stream]))
    rng = np.random.default_rng([seed, stream, 1])
    degrees = np.array(wanted)[labels] + rng.uniform(-spread, spread, count)
    images = _noisy(_gratings(degrees, side, rng), noise, rng)
    names = tuple(f"{angle:g}" for angle in wanted)
    return ImageSet(images, labels, names, f"synthetic oriented textures {split}", True, LICENCE)


def _gratings(degrees: np.ndarray, side: int, rng: Rng) -> Images:
    """Draw stripes at each angle (N,), in colour."""
    count = len(degrees)
    u, _ = _grid(count, side, np.deg2rad(degrees), rng)
    return _colour(_sharpened(np.sin(2 * np.pi * u / _period(count, rng)), rng), rng)


def _noisy(images: Images, noise: float, rng: Rng) -> Images:
    grey = images + noise * rng.normal(size=images.shape)
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)
