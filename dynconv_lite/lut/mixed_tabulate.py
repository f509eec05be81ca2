"""From a pixel-mix network to its tables."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from dynconv_lite.lut.compander import CENTRE
from dynconv_lite.lut.mixed import FIRST_NODES, MIDDLE, MixedTables, check_nodes
from dynconv_lite.lut.patterns import Pattern, find_pattern
from dynconv_lite.lut.table import SCALES
from dynconv_lite.pixel_mix import SQUARE, check_offsets

if TYPE_CHECKING:  # the models import this package
    from dynconv_lite.models.mixed_net import MixedNet


def tabulate_mixed(
    network: "MixedNet", first_nodes: Sequence[int] = FIRST_NODES, mixed_nodes: int = 7
) -> MixedTables:
    """Sample the networks of pixel-mix at all nodes.

    Args:
        network: F features.
        first_nodes: L of each axis of the first table: the pixel, then each difference. Odd
            numbers for differences put a node on no difference.
        mixed_nodes: L of every axis of the features' tables.

    Returns:
        Tables of round(answer / step), each with the step max |answer| / 127, so nothing is
        clipped.

    Raises:
        ValueError: If a number of nodes is out of range, or an answer is not finite.
    """
    check_nodes(first_nodes, mixed_nodes, network.pattern, network.offsets)
    parameter = next(network.parameters())
    with torch.no_grad():
        index = _grid(first_nodes).to(parameter)  # (1, D, 1, M)
        answers = [network.first_answer(index)[0, :, 0].T]
        index = _grid((mixed_nodes,) * len(network.offsets)).to(parameter)
        for feature in range(network.features):
            answers.append(network.mixed_answer(feature, index)[0, :, 0].T)
    return from_grey(
        answers, first_nodes, mixed_nodes, pattern=network.pattern, offsets=network.offsets
    )


def from_grey(
    answers: Sequence[Tensor],
    first_nodes: Sequence[int],
    mixed_nodes: int,
    *,
    pattern: str | Pattern,
    offsets: Sequence[Sequence[int]],
) -> MixedTables:
    """Round tables of grey levels to bytes, each in units of its own.

    Args:
        answers: The first table (M, F) and each feature's (M', r * r), floating point.
        first_nodes: As of `MixedTables`, like all that follows.
        mixed_nodes: L of the features' tables.
        pattern: Taps.
        offsets: Offsets.

    Raises:
        ValueError: If an answer is not finite, or something does not fit.
    """
    rounded, steps = zip(*(to_int8(answer) for answer in answers), strict=True)
    first, *mixed = rounded
    return MixedTables(
        first, np.stack(mixed), steps, first_nodes, mixed_nodes, pattern=pattern, offsets=offsets
    )


def repeating_mixed(
    pattern: str | Pattern = "s",
    features: int = 2,
    scale: int = 4,
    first_nodes: Sequence[int] = FIRST_NODES,
    mixed_nodes: int = 7,
    *,
    offsets: Sequence[Sequence[int]] = SQUARE,
) -> MixedTables:
    """Make pixel-mix tables that repeat every pixel, to learn from without a network.

    The features' tables add nothing, so that tables enlarge as the nearest neighbour does; but the
    features differ from the first step on, or all would learn the same: the first is the pixel
    itself, and the others are the companded differences of the other taps from it, one each.

    Args:
        pattern: A name in `PATTERNS`, or a pattern of D taps.
        features: 1 to D.
        scale: r.
        first_nodes: As of `MixedTables`, like all that follows.
        mixed_nodes: L of the features' tables.
        offsets: Offsets.

    Raises:
        ValueError: If an argument is out of range.
    """
    taps = find_pattern(pattern)
    if not isinstance(features, int) or not 1 <= features <= taps.dims:
        raise ValueError(
            f"features must be 1 to {taps.dims}, the taps of pattern {taps.name!r}, got {features}"
        )
    if scale not in SCALES:
        raise ValueError(f"scale must be one of {SCALES}, got {scale}")
    pairs = check_offsets(offsets)
    check_nodes(first_nodes, mixed_nodes, taps, pairs)
    pixel, differences = _grid(first_nodes)[0, :, 0].T.split([1, taps.dims - 1], 1)
    first = torch.cat((pixel - MIDDLE, differences - CENTRE), 1)[:, :features]  # (M, F)
    blank = torch.zeros(mixed_nodes ** len(pairs), scale**2)
    return from_grey(
        [first, *[blank] * features], first_nodes, mixed_nodes, pattern=taps, offsets=pairs
    )


def to_int8(grey: Tensor) -> tuple[npt.NDArray[np.int8], float]:
    """Round grey levels to int8 in units of max |grey| / 127, and return the unit as well.

    Raises:
        ValueError: If a value is not finite.
    """
    values = grey.detach().double()
    largest = values.abs().max().item()
    if not np.isfinite(largest):
        raise ValueError("answers must be finite, and there is NaN or infinity among them")
    step = largest / 127 if largest > 0 else 1.0
    return (values / step).round().to(torch.int8).cpu().numpy(), step


def _grid(nodes: Sequence[int]) -> Tensor:
    """Return the values of all combinations of nodes, 0..255, as one row of pixels (1, D, 1, M)."""
    axes = [torch.arange(count, dtype=torch.float64) * 255 / (count - 1) for count in nodes]
    return torch.cartesian_prod(*axes).reshape(-1, len(nodes)).T[None, :, None]
