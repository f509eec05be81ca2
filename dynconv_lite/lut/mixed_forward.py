"""Super-resolution by the tables of pixel-mix, in whole numbers up to the last rounding."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from dynconv_lite.lut.compander import compand
from dynconv_lite.lut.mixed import UNIT, MixedTables
from dynconv_lite.lut.patterns import row_steps
from dynconv_lite.lut.rotations import rotation_ensemble
from dynconv_lite.lut.simplex import sum_of, walk
from dynconv_lite.pixel_mix import Padding, pixel_mix

MIDDLE = 128  # the feature of an answer of 0


def super_resolve_mixed(
    image: npt.NDArray[np.uint8],
    tables: MixedTables,
    *,
    padding: Padding = "edge",
    device: str | torch.device | None = None,
) -> npt.NDArray[np.uint8]:
    """Enlarge a picture by the tables of pixel-mix, each colour channel alone.

    Args:
        image: uint8 (H, W) or (H, W, 3).
        tables: F features, scale r.
        padding: What stands outside the picture: "edge" or "reflect", as of `pixel_mix`. A
            picture too small to be reflected that far is padded by its edge.
        device: Where to compute; None for the CPU. The result does not depend on it.

    Returns:
        uint8 (r H, r W) or (r H, r W, 3).

    Raises:
        ValueError: If the picture's type or shape, or the padding, is not one of those.
    """
    picture = np.asarray(image)
    colour = picture.ndim == 3 and picture.shape[2] == 3
    if picture.dtype != np.uint8 or not (picture.ndim == 2 or colour) or 0 in picture.shape:
        raise ValueError(
            f"image must be uint8 (H, W) or (H, W, 3) and not empty, got {picture.dtype} "
            f"{picture.shape}"
        )
    if padding not in ("edge", "reflect"):
        raise ValueError(f'padding must be "edge" or "reflect", got {padding!r}')
    if min(picture.shape[:2]) <= tables.reach:
        padding = "edge"
    planes = picture.reshape(*picture.shape[:2], -1).transpose(2, 0, 1)[:, None].copy()
    # whole numbers as floats, exact up to 2**53: padding exists for no integer type
    x = torch.from_numpy(planes).to(device or "cpu", torch.float64)  # (3, 1, H, W)
    rotation = _Rotation(tables, x.device)
    sums = rotation_ensemble(rotation, x, padding, reach=tables.reach)  # (3, F, r H, r W)
    addend = torch.zeros_like(sums[:, 0], dtype=torch.float64)
    for feature, step in enumerate(tables.steps[1:]):
        addend += sums[:, feature].double() * (step / (4 * UNIT))
    pixels = x[:, 0].repeat_interleave(tables.scale, 1).repeat_interleave(tables.scale, 2)
    enlarged = (pixels + addend).round().clamp(0, 255).to(torch.uint8).cpu().numpy()
    return np.ascontiguousarray(enlarged.transpose(1, 2, 0) if colour else enlarged[0])


def first_positions(x: Tensor, tables: MixedTables, differences: Tensor) -> Tensor:
    """Find where a picture asks the first table.

    Args:
        x: Grey levels, int64 (B, 1, H, W).
        tables: D taps.
        differences: As of `difference_positions`, on x's device.

    Returns:
        int64 (B, D, H', W') in units of 1 / `UNIT` of a cell; H' and W' are smaller than H and W
        by the pattern's reach.
    """
    reach = tables.pattern.reach
    high, wide = x.shape[2] - reach, x.shape[3] - reach
    taps = pixel_mix(x, tables.pattern.taps, padding="valid")[:, :, :high, :wide]
    centre, *others = taps.split(1, 1)
    positions = [centre * (tables.first_nodes[0] - 1)]
    for table, other in zip(differences, others, strict=True):
        positions.append(table[other - centre + 255])
    return torch.cat(positions, 1)


def difference_positions(tables: MixedTables) -> Tensor:
    """Return where each axis of differences has -255..255, int64 (D - 1, 511), as above."""
    companded = compand(torch.arange(-255.0, 256, dtype=torch.float64))
    lengths = torch.tensor(tables.first_nodes[1:])[:, None] - 1
    return (companded * lengths).round().long()


class _Rotation:
    """The features' addends in one rotation, UNIT times, as `rotation_ensemble` asks for them."""

    def __init__(self, tables: MixedTables, device: torch.device) -> None:
        self.tables = tables
        self.first = torch.tensor(tables.first, device=device)
        self.mixed = [torch.tensor(table, device=device) for table in tables.mixed]
        self.differences = difference_positions(tables).to(device)

    def __call__(self, x: Tensor) -> Tensor:
        tables = self.tables
        position = first_positions(x.long(), tables, self.differences)
        sums = _interpolate(self.first, position, tables.first_nodes)
        # rounding happens here, between the stages, and at the very end
        features = (MIDDLE + sums.double() * (tables.steps[0] / UNIT)).round().clamp(0, 255)

        high, wide = (size - tables.reach for size in x.shape[2:])
        mixed = pixel_mix(features, tables.offsets, padding="valid")[:, :, :high, :wide]
        index = mixed.long().unflatten(1, (len(tables.offsets), tables.features))
        nodes, addends = (tables.mixed_nodes,) * len(tables.offsets), []
        for feature, table in enumerate(self.mixed):
            position = index[:, :, feature] * (tables.mixed_nodes - 1)
            sums = _interpolate(table, position, nodes)  # (B, r * r, H'', W'')
            addends.append(torch.pixel_shuffle(sums, tables.scale))
        return torch.cat(addends, 1)


def _interpolate(table: Tensor, position: Tensor, nodes: Sequence[int]) -> Tensor:
    """Return UNIT times the table's value at positions (B, D, H, W), as int32 (B, O, H, W)."""
    cells, fractions = [], []
    for axis, count in zip(position.int().unbind(1), nodes, strict=True):
        # the last node belongs to the cell before it
        cells.append(torch.div(axis, UNIT, rounding_mode="floor").clamp(max=count - 2).flatten())
        fractions.append(axis.flatten() - UNIT * cells[-1])
    steps = row_steps(nodes)
    total = walk(table, sum_of(cells, steps), fractions, steps, UNIT)  # (B H W, O)
    return total.unflatten(0, (len(position), *position.shape[2:])).movedim(-1, 1)
