"""A stem of sixteen filters whose channels a person can recognise."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

SIDE = 48  # pixels at most: on a larger map nobody would see a move by one
GREYS = (0.299, 0.587, 0.114)  # brightness of red, green and blue
RED_GREEN, BLUE_YELLOW = (1.0, -1.0, 0.0), (-0.5, -0.5, 1.0)
POINT = [0, 0, 0, 0, 1, 0, 0, 0, 0]
EDGE = [-1, 0, 1, -2, 0, 2, -1, 0, 1]
# name -> (weights of the colours, the nine weights of the window)
FILTERS: dict[str, tuple[Sequence[float], Sequence[float]]] = {
    "brightness": (GREYS, POINT),
    "blur": (GREYS, [1 / 9] * 9),
    "edge, left to right": (GREYS, EDGE),
    "edge, top to bottom": (GREYS, [-1, -2, -1, 0, 0, 0, 1, 2, 1]),
    "edge, falling diagonal": (GREYS, [-2, -1, 0, -1, 0, 1, 0, 1, 2]),
    "edge, rising diagonal": (GREYS, [0, 1, 2, -1, 0, 1, -2, -1, 0]),
    "upright line": (GREYS, [-1, 2, -1, -2, 4, -2, -1, 2, -1]),
    "level line": (GREYS, [-1, -2, -1, 2, 4, 2, -1, -2, -1]),
    "spot": (GREYS, [-1, -1, -1, -1, 8, -1, -1, -1, -1]),
    "crossing": (GREYS, [1, 0, -1, 0, 0, 0, -1, 0, 1]),
    "red": ((1, 0, 0), POINT),
    "green": ((0, 1, 0), POINT),
    "blue": ((0, 0, 1), POINT),
    "red against green": (RED_GREEN, POINT),
    "blue against yellow": (BLUE_YELLOW, POINT),
    "edge of red and green": (RED_GREEN, EDGE),
}
NAMES = tuple(FILTERS)


def stem_features(image: Tensor | np.ndarray) -> Tensor:
    """Return what a small stem of sixteen filters, 3 x 3, sees in a picture.

    Args:
        image: uint8 (H, W, 3), or floating point (3, H, W) from 0 to 1.

    Returns:
        Tensor (16, h, w), in the order of `FILTERS`, of at most 48 pixels a side.

    Raises:
        ValueError: if the picture is neither.
    """
    picture = torch.as_tensor(image)
    if picture.ndim == 3 and picture.dtype == torch.uint8 and picture.shape[2] == 3:
        picture = picture.permute(2, 0, 1).float() / 255
    elif picture.ndim != 3 or not picture.is_floating_point() or picture.shape[0] != 3:
        raise ValueError(
            "image must be uint8 (H, W, 3) or floating point (3, H, W), got "
            f"{tuple(picture.shape)} {picture.dtype}"
        )
    scale = min(1.0, SIDE / max(picture.shape[1:]))
    size = [max(1, round(length * scale)) for length in picture.shape[1:]]
    small = F.interpolate(picture[None].float(), size=size, mode="area")
    bank = [torch.outer(torch.tensor(c), torch.tensor(w)) for c, w in _plain(FILTERS)]
    weight = torch.stack(bank).view(len(bank), 3, 3, 3)  # (16, 3, 3, 3)
    return F.conv2d(F.pad(small, (1, 1, 1, 1), mode="replicate"), weight)[0]


def _plain(filters: Mapping[str, Any]) -> list[tuple[list[float], list[float]]]:
    return [([*map(float, c)], [*map(float, w)]) for c, w in filters.values()]
