"""Super-resolution by the tables of pixel-mix, in whole numbers up to the last rounding."""

from collections.abc import Sequence
from typing import Literal, overload

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from dynconv_lite.lut.compander import compand
from dynconv_lite.lut.exact import add_corners, key_bits
from dynconv_lite.lut.fast import Backend, is_compiled
from dynconv_lite.lut.mixed import MIDDLE, UNIT, MixedTables
from dynconv_lite.lut.mixed_fast import mixed_numba
from dynconv_lite.lut.patterns import row_steps
from dynconv_lite.lut.picture import Padding, Picture, colour_planes, possible_padding
from dynconv_lite.lut.rotations import rotation_ensemble
from dynconv_lite.lut.simplex import sum_of
from dynconv_lite.pixel_mix import pixel_mix

Enlarged = Picture | npt.NDArray[np.float64]
CHUNK = 1 << 15  # pixels at a time, so that what is between two steps stays in the cache


@overload
def super_resolve_mixed(
    image: Picture,
    tables: MixedTables,
    *,
    padding: Padding = "edge",
    backend: Backend = "auto",
    device: str | torch.device | None = None,
    rounded: Literal[True] = True,
) -> Picture: ...
@overload
def super_resolve_mixed(
    image: Picture,
    tables: MixedTables,
    *,
    padding: Padding = "edge",
    backend: Backend = "auto",
    device: str | torch.device | None = None,
    rounded: Literal[False],
) -> npt.NDArray[np.float64]: ...
def super_resolve_mixed(
    image: Picture,
    tables: MixedTables,
    *,
    padding: Padding = "edge",
    backend: Backend = "auto",
    device: str | torch.device | None = None,
    rounded: bool = True,
) -> Enlarged:
    """Enlarge a picture by the tables of pixel-mix, each colour channel alone.

    Args:
        image: uint8 (H, W) or (H, W, 3).
        tables: F features, scale r.
        padding: What stands outside the picture: "edge" or "reflect", as of `pixel_mix`. A
            picture too small to be reflected that far is padded by its edge.
        backend: "numba" for the CPU, "torch" for any device; both give the same to the bit. "auto"
            takes numba unless a device other than the CPU is named.
        device: Where torch computes; None for the CPU.
        rounded: Whether to give pixels; else grey levels, float64, neither clipped to 0..255 nor
            rounded, for a mean of several sets.

    Returns:
        uint8 (r H, r W) or (r H, r W, 3); float64 where nothing is rounded.

    Raises:
        ValueError: If the picture's type or shape, or another argument, is not one of those.
    """
    planes = colour_planes(image)
    padding = possible_padding(planes, padding, tables.reach)
    where = torch.device("cpu" if device is None else device)
    compiled = is_compiled(backend, where)
    enlarged = (
        _numba(planes, tables, padding, rounded)
        if compiled
        else _torch(planes, tables, padding, where, rounded)
    )
    return enlarged[..., 0] if image.ndim == 2 else enlarged


def _numba(planes: Picture, tables: MixedTables, padding: Padding, rounded: bool) -> Enlarged:
    """Enlarge (H, W, C) by compiled loops."""
    border = (tables.reach, tables.reach)
    padded = np.pad(planes, (border, border, (0, 0)), mode=padding)
    sums = torch.arange(-128 * UNIT, 127 * UNIT + 1)
    features = to_features(sums, tables).numpy()
    return mixed_numba(padded, tables, difference_positions(tables).numpy(), features, rounded)


def _torch(
    planes: Picture, tables: MixedTables, padding: Padding, device: torch.device, rounded: bool
) -> Enlarged:
    """Enlarge (H, W, C) by torch's operators."""
    # whole numbers as floats, exact up to 2**53: padding exists for no integer type
    x = torch.from_numpy(planes.transpose(2, 0, 1)[:, None].copy())
    x = x.to(device, torch.float64)  # (C, 1, H, W)
    rotation = _Rotation(tables, x.device)
    sums = rotation_ensemble(rotation, x, padding, reach=tables.reach)  # (C, F, r H, r W)
    addend = torch.zeros_like(sums[:, 0], dtype=torch.float64)
    for feature, step in enumerate(tables.steps[1:]):
        addend += sums[:, feature].double() * (step / (4 * UNIT))
    pixels = x[:, 0].repeat_interleave(tables.scale, 1).repeat_interleave(tables.scale, 2)
    enlarged = pixels + addend  # (C, r H, r W)
    if rounded:
        enlarged = enlarged.round().clamp(0, 255).to(torch.uint8)
    return enlarged.permute(1, 2, 0).contiguous().cpu().numpy()


def to_features(sums: Tensor, tables: MixedTables) -> Tensor:
    """Round sums of the first table, `UNIT` times its answer, to features: float64, 0..255."""
    return (MIDDLE + sums.double() * (tables.steps[0] / UNIT)).round().clamp(0, 255)


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
        self.first = torch.tensor(tables.first, dtype=torch.float32, device=device)
        self.mixed = torch.tensor(tables.mixed, dtype=torch.float32, device=device)
        self.differences = difference_positions(tables).to(device)

    def __call__(self, x: Tensor) -> Tensor:
        tables = self.tables
        position = first_positions(x.long(), tables, self.differences)
        sums = _interpolate(self.first, position, tables.first_nodes)
        # rounding happens here, between the stages, and at the very end
        features = to_features(sums, tables)

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
    steps = row_steps(nodes)
    bits, kind = key_bits(steps)
    totals = []
    for piece in position.to(kind).transpose(0, 1).flatten(1).split(CHUNK, 1):  # (D, n)
        cells, keys = [], []
        for axis, count, step in zip(piece, nodes, steps, strict=True):
            whole = axis + (axis >> 8) + 1 >> 8  # axis // UNIT below 65535, and faster
            cells.append(whole.clamp_(max=count - 2))  # the last node belongs to the cell before it
            keys.append((axis - UNIT * cells[-1] << bits | step)[None])
        totals.append(add_corners(table, sum_of(cells, steps)[None], keys, bits, UNIT))  # (n, O)
    total = torch.cat(totals).unflatten(0, (len(position), *position.shape[2:]))
    return total.movedim(-1, 1)
