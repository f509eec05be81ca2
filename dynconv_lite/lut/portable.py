"""A stage of a cascade in torch: for any device, and to be read."""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from dynconv_lite.lut.exact import add_corners, key_bits
from dynconv_lite.lut.fast import turned_blocks
from dynconv_lite.lut.stage import ROTATIONS, Stage, turned
from dynconv_lite.lut.table import LookupTable

CHUNK = 1 << 15  # pixels at a time, so that what is between two steps stays in the cache


def stage_torch(
    padded: npt.NDArray[np.uint8], stage: Stage, device: torch.device, rounded: bool = True
) -> npt.NDArray[np.uint8] | npt.NDArray[np.float64]:
    """Put a picture through a stage.

    Args:
        padded: uint8 (H + 2 border, W + 2 border, C), with the border of the stage.
        stage: The tables.
        device: Where to compute.
        rounded: Whether to give pixels; else grey levels, neither clipped nor rounded.

    Returns:
        (H * r, W * r, C), uint8 or float64, the same on every device.
    """
    border, scale = stage.border, stage.scale
    planes = torch.from_numpy(np.ascontiguousarray(padded.transpose(2, 0, 1))).to(device).int()
    colours, high, wide = len(planes), planes.shape[1] - 2 * border, planes.shape[2] - 2 * border
    # one table of all rotations, with blocks turned back: (4 * L**D, r * r)
    values = [
        torch.from_numpy(turned_blocks(table.values)).to(device).flatten(0, 1).float()
        for table in stage.tables
    ]
    rows = max(1, CHUNK // (wide * colours))
    kind = torch.uint8 if rounded else torch.float64
    out = torch.empty((colours, high, scale, wide, scale), dtype=kind, device=device)
    for top in range(0, high, rows):
        piece = planes[:, top : top + rows + 2 * border]  # the last may be lower
        sums = _sums(piece, stage, values)  # per step size, (C h W, r * r)
        blocks = _pixels(sums, stage, rounded).view(colours, -1, wide, scale, scale)
        out[:, top : top + rows] = blocks.transpose(2, 3)  # (C, h, r, W, r)
    return out.permute(1, 2, 3, 4, 0).reshape(high * scale, wide * scale, colours).cpu().numpy()


def _sums(planes: Tensor, stage: Stage, values: list[Tensor]) -> list[Tensor]:
    """Add tables and rotations: for every step size int32 (C h W, r * r)."""
    border, outputs = stage.border, stage.scale**2
    colours, high, wide = len(planes), planes.shape[1] - 2 * border, planes.shape[2] - 2 * border
    sums = [planes.new_zeros(colours * high * wide, outputs) for _ in stage.steps]
    for table, entries in zip(stage.tables, values, strict=True):
        found = _all_turns(planes, border, table, entries)
        sums[stage.steps.index(table.step)].add_(found, alpha=stage.multiplier(table))
    return sums


def _all_turns(planes: Tensor, border: int, table: LookupTable, entries: Tensor) -> Tensor:
    """Add one table's four rotations: int32 (C h W, r * r)."""
    colours, high, wide = len(planes), planes.shape[1] - 2 * border, planes.shape[2] - 2 * border
    spacing = 1 << table.interval
    bits, _ = key_bits(table.strides)  # int32 for all that a table may have
    cells, fractions = planes >> table.interval, (planes & (spacing - 1)) << bits
    turns = torch.arange(ROTATIONS, dtype=planes.dtype, device=planes.device)
    row = (turns * len(table.values))[:, None, None, None].repeat(1, colours, high, wide)
    keys = []
    for tap, step in zip(table.pattern.taps, table.strides, strict=True):
        key = torch.empty_like(row)
        for turn in range(ROTATIONS):
            dy, dx = (border + move for move in turned(tap, turn))
            window = (slice(None), slice(dy, dy + high), slice(dx, dx + wide))
            row[turn].add_(cells[window], alpha=step)
            torch.bitwise_or(fractions[window], step, out=key[turn])
        keys.append(key.flatten(1))
    return add_corners(entries, row.flatten(1), keys, bits, spacing)


def _pixels(sums: list[Tensor], stage: Stage, rounded: bool) -> Tensor:
    """Turn sums into uint8 pixels, or float64 levels, of the same shape."""
    if not rounded:
        return torch.from_numpy(stage.levels([total.cpu().numpy() for total in sums]))
    if stage.rounding is None:
        return torch.from_numpy(stage.finish([total.cpu().numpy() for total in sums]))
    rounding = torch.from_numpy(stage.rounding).to(sums[0].device)
    return rounding.index_select(0, (sums[0] - stage.bounds[0]).flatten()).view_as(sums[0])
