"""The kinds of shift-wise layer that the chapter compares, and how they look in figures."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from dynconv_lite.course.plots.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
)
from dynconv_lite.experiments.configs.rotation import AXES, DIAGONALS, LAYERS, NAMES
from dynconv_lite.shiftwise import large_kernel, offsets
from dynconv_lite.shiftwise.layer import turned


class Kind(NamedTuple):
    """A layer's directions, and whether its kernel is added to itself in all four turns."""

    directions: tuple[str, ...]
    rotate: bool = False


FOUR = {NAMES[layer]: Kind(*form) for layer, form in LAYERS.items()}  # the talk's
KINDS = {
    "rows": Kind(("horizontal",)),
    "one diagonal": Kind(("diagonal",)),
    **FOUR,
    "all four": Kind((*AXES, *DIAGONALS)),
}
COLOURS = {
    "SW": BLUE,
    "RotSW": SKY,
    "DiaSW": VERMILION,
    "DiaRotSW": ORANGE,
    "all four": GREEN,
    "rows": PURPLE,
    "one diagonal": GREY,
}
MARKERS = {"SW": "o", "RotSW": "s", "DiaSW": "D", "DiaRotSW": "^"}


def kind_of(name: str) -> Kind:
    """Return a kind by its name.

    Raises:
        ValueError: If there is no such kind; lists those there are.
    """
    if name not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {name!r}")
    return KINDS[name]


def kernel_of(name: str, size: int = 21, piece: int = 3, weights: Sequence[float] = ()) -> Tensor:
    """Return the kernel of a kind of layer whose pieces are flat, (S, S), its branches added.

    Args:
        name: One of `KINDS`.
        size: M, odd.
        piece: n, odd, at most M.
        weights: The value of each piece along a direction; all 1 unless given.

    Raises:
        ValueError: If a size does not fit, or there are not as many weights as pieces.
    """
    kind, places = kind_of(name), offsets(size, piece)
    values = torch.tensor(weights or [1.0] * len(places))
    if len(values) != len(places):
        raise ValueError(f"weights must be {len(places)}, one a piece, got {len(values)}")
    placed = values[None, :, None, None].expand(1, -1, piece, piece)  # (1, P, n, n)
    far = max(abs(place) for place in places) + piece // 2
    total = torch.zeros(1, 1, 2 * far + 1, 2 * far + 1)
    for direction in kind.directions:
        kernel = large_kernel(placed, places, direction)
        high, wide = (far - n // 2 for n in kernel.shape[2:])
        total += torch.nn.functional.pad(kernel, (wide, wide, high, high))
    return (turned(total) if kind.rotate else total)[0, 0]


def footprint(name: str, size: int = 21, piece: int = 3) -> Tensor:
    """Return where a kind of layer has weights: 1 there, and 0 elsewhere, (S, S).

    Args:
        name: One of `KINDS`.
        size: M, odd.
        piece: n, odd, at most M.

    Raises:
        ValueError: If a name or a size does not fit.
    """
    return (kernel_of(name, size, piece) != 0).float()


def pair_counts(taps: Tensor) -> Tensor:
    """Return how many pairs of taps lie each displacement apart, (2 S - 1, 2 S - 1).

    It is the kernel's autocorrelation: for a texture of which nothing but the correlation at one
    displacement is known, all that the mean square of the answers depends on.

    Args:
        taps: A footprint or a kernel (S, S).
    """
    whole = taps.double()[None, None]
    return torch.nn.functional.conv2d(whole, whole, padding=len(taps) - 1)[0, 0]
