"""Does a map spread along the axes or along the diagonals? Its energy by angle.

The talk shows fields that lie in the rows and columns, and one that lies on the diagonals, as
pictures alone; here they become numbers.
"""

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor

from dynconv_lite.erf_measures import _check_map
from dynconv_lite.validation import check_count

SECTOR = 22.5  # degrees on each side of an axis or a diagonal: the eight sectors fill the circle
CENTRE = 0.75  # pixels: what is nearer is the central pixel, or the four around a corner


class Profile(NamedTuple):
    """A map's energy by angle.

    Attributes:
        angles: Middles of the sectors in degrees, from 0 (along a row) over 90 (along a column),
            up and right between them; float64 (bins,).
        energy: Mean of the map over the pixels of the sector and of the one opposite, float64
            (bins,); nan where no pixel's middle lies in them.
    """

    angles: Tensor
    energy: Tensor


def directional_profile(
    map: Tensor | Any,
    center: tuple[float, float] | None = None,
    *,
    bins: int = 16,
    inner: float = CENTRE,
) -> Profile:
    """Return the mean of a map by the angle at which a pixel lies, opposite angles together.

    Only pixels in the largest disc around the centre that the map holds are taken: the corners
    of a square lie on its diagonals, and would count for them alone.

    Args:
        map: (H, W), not negative, such as an effective receptive field.
        center: (row, column) that angles are taken around, in pixels; None takes the middle pixel
            (H // 2, W // 2).
        bins: Sectors from 0 to 180 degrees; the first is centred at 0.
        inner: Pixels no further than this from the centre are left out.

    Raises:
        ValueError: If the map or an argument does not fit.
    """
    check_count("bins", bins)
    values, angle = _ring(map, center, inner)
    place = torch.floor(angle / (180 / bins) + 0.5).long() % bins
    total = torch.zeros(bins, dtype=torch.float64).index_add(0, place, values)
    count = torch.bincount(place, minlength=bins)
    return Profile(torch.arange(bins, dtype=torch.float64) * 180 / bins, total / count)


def anisotropy(
    map: Tensor | Any, center: tuple[float, float] | None = None, *, inner: float = CENTRE
) -> float:
    """Return how much more of a map lies along the axes than along the diagonals.

    The mean over pixels within 22.5 degrees of a row or a column, over the mean of those within
    22.5 degrees of a diagonal: above 1 for a cross, below for a diagonal one, 1 for a disc. Near
    the centre few pixels stand for an angle, so for a round spot as narrow as four pixels the ratio
    is off 1 by some percent; a larger `inner` leaves such a middle out.

    Args:
        map: As of `directional_profile`.
        center: As of `directional_profile`.
        inner: As of `directional_profile`.

    Returns:
        The ratio; inf if nothing lies along the diagonals, nan if nothing lies anywhere.

    Raises:
        ValueError: If the map or an argument does not fit.
    """
    values, angle = _ring(map, center, inner)
    off = (angle + SECTOR) % 90 - SECTOR  # degrees from the nearest axis, -22.5 to 67.5
    along_axis = off <= SECTOR
    if along_axis.all() or not along_axis.any():
        raise ValueError(f"inner = {inner} leaves no pixels along the axes and the diagonals")
    axes, diagonals = float(values[along_axis].mean()), float(values[~along_axis].mean())
    if diagonals == 0:
        return math.inf if axes > 0 else math.nan
    return axes / diagonals


def _ring(
    map: Tensor | Any, center: tuple[float, float] | None, inner: float
) -> tuple[Tensor, Tensor]:
    """Return the map's values between the middle and the disc's edge, and their angles, (N,)."""
    values = _check_map(map)
    height, width = values.shape
    row, column = (height // 2, width // 2) if center is None else center
    if not (0 <= row <= height - 1 and 0 <= column <= width - 1):
        raise ValueError(
            f"center must be (row, column) within the {height} x {width} map, got {center!r}"
        )
    outer = min(row, height - 1 - row, column, width - 1 - column)
    if not 0 <= inner < outer:
        raise ValueError(f"inner must be >= 0 and below the disc's radius {outer:g}, got {inner!r}")
    y = row - torch.arange(height, dtype=torch.float64)[:, None]  # up, as angles are drawn
    x = torch.arange(width, dtype=torch.float64) - column
    distance = torch.hypot(y, x)  # (H, W)
    chosen = (distance > inner) & (distance <= outer)
    angle = torch.rad2deg(torch.atan2(y, x))[chosen] % 180
    return values[chosen], angle
