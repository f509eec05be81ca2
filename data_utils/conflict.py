"""Synthetic pictures whose outline and texture disagree: which does a network go by?

After Geirhos et al., ImageNet-trained CNNs are biased towards texture, ICLR 2019.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .textures import CLASSES, LICENCE, Pattern, Rng, check_request, draw_textures, even_labels
from .types import CueConflict, Labels

SHAPES = ("disc", "square", "triangle", "cross", "star")
CONFLICT_STREAM = 2  # a seed's third stream, after those of the training and test textures


def cue_conflict(size: int = 500, seed: int = 0, *, side: int = 32) -> CueConflict:
    """Draw outlines of one class filled with a texture of another, on a plain ground.

    Args:
        size: number of pictures.
        seed: where the random streams start, at least 0.
        side: height and width of a picture, in pixels.

    Returns:
        The pictures (size, side, side, 3) with a shape label and a texture label each; all pairs
        of the two are as even as `size` allows.

    Raises:
        ValueError: if an argument is not one of those allowed.
    """
    check_request(size, seed, side)
    rng = np.random.default_rng([seed, CONFLICT_STREAM])
    pairs = even_labels(size, len(SHAPES) * len(CLASSES), rng)
    shape_labels, texture_labels = pairs // len(CLASSES), pairs % len(CLASSES)
    filling = draw_textures(texture_labels, side, seed, CONFLICT_STREAM)
    inside = _silhouettes(shape_labels, side, rng)[..., None]
    # A quarter of the range away from the filling's mean in each channel, or the outline drowns.
    ground = (filling.mean((1, 2), keepdims=True) + rng.uniform(64, 192, (size, 1, 1, 3))) % 256
    images = np.where(inside, filling, ground).astype(np.uint8)
    name = "synthetic shape-texture conflict"
    return CueConflict(images, shape_labels, texture_labels, SHAPES, CLASSES, name, True, LICENCE)


def _silhouettes(labels: Labels, side: int, rng: Rng) -> npt.NDArray[np.bool_]:
    """Draw each label's outline, filled: True inside; size, place and tilt are random."""
    count = len(labels)
    place = rng.uniform(-0.15, 0.15, (2, count, 1, 1))
    extent = rng.uniform(0.6, 0.85, (count, 1, 1))
    tilt = rng.uniform(-0.2, 0.2, (count, 1, 1))
    axis = (np.arange(side) + 0.5) / side * 2 - 1
    x, y = (axis[None, None, :] - place[0]) / extent, (axis[None, :, None] - place[1]) / extent
    x, y = x * np.cos(tilt) + y * np.sin(tilt), y * np.cos(tilt) - x * np.sin(tilt)
    angle, radius = np.arctan2(x, -y), np.hypot(x, y)
    every = np.stack(
        [
            radius < 0.95,
            np.maximum(abs(x), abs(y)) < 0.8,
            _star(angle, radius, points=3, inner=0.5),
            (np.minimum(abs(x), abs(y)) < 0.3) & (np.maximum(abs(x), abs(y)) < 0.95),
            _star(angle, radius, points=5, inner=0.42),
        ]
    )
    return every[labels, np.arange(count)]


def _star(angle: Pattern, radius: Pattern, points: int, inner: float) -> npt.NDArray[np.bool_]:
    """Fill a star whose notches lie at `inner` times its points' radius (a triangle at 1/2)."""
    sector = np.pi / points
    folded = np.abs((angle + sector) % (2 * sector) - sector)  # 0 at a point, sector at a notch
    # The side from (radius 1, angle 0) to (radius inner, angle sector), as a line in the plane.
    x, y = radius * np.cos(folded), radius * np.sin(folded)
    notch_x, notch_y = inner * np.cos(sector), inner * np.sin(sector)
    return (x - 1) * notch_y - y * (notch_x - 1) < 0
