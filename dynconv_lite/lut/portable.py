"""A stage of a cascade in torch: for any device, and to be read."""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from dynconv_lite.lut.simplex import interpolate_integers
from dynconv_lite.lut.stage import ROTATIONS, Stage, turned

CHUNK = 1 << 16  # pixels at a time, so that what is between two steps stays in the cache


def stage_torch(
    padded: npt.NDArray[np.uint8], stage: Stage, device: torch.device
) -> npt.NDArray[np.uint8]:
    """Put a picture through a stage.

    Args:
        padded: uint8 (H + 2 border, W + 2 border, C), with the border of the stage.
        stage: The tables.
        device: Where to compute.

    Returns:
        uint8 (H * r, W * r, C), the same on every device.
    """
    border, scale = stage.border, stage.scale
    planes = torch.from_numpy(np.ascontiguousarray(padded.transpose(2, 0, 1))).to(device)
    colours, high, wide = len(planes), planes.shape[1] - 2 * border, planes.shape[2] - 2 * border
    values = [torch.from_numpy(table.values.copy()).to(device) for table in stage.tables]
    rows = max(1, CHUNK // (wide * colours))
    out = np.empty((high * scale, wide * scale, colours), np.uint8)
    for top in range(0, high, rows):
        piece = planes[:, top : top + rows + 2 * border]  # the last may be lower
        sums = _sums(piece.int(), stage, values)  # per step size, (C, h, W, r * r)
        blocks = _pixels(sums, stage).unflatten(-1, (scale, scale))  # (C, h, W, r, r)
        picture = blocks.permute(1, 3, 2, 4, 0).flatten(2, 3).flatten(0, 1)  # (h r, W r, C)
        out[top * scale : top * scale + len(picture)] = picture.cpu().numpy()
    return out


def _sums(planes: Tensor, stage: Stage, values: list[Tensor]) -> list[Tensor]:
    """Add tables and rotations: for every step size int32 (C, h, W, r * r)."""
    border, scale = stage.border, stage.scale
    colours, high, wide = len(planes), planes.shape[1] - 2 * border, planes.shape[2] - 2 * border
    sums = [planes.new_zeros(colours, high, wide, scale**2) for _ in stage.steps]
    for table, entries in zip(stage.tables, values, strict=True):
        total = sums[stage.steps.index(table.step)]
        for turns in range(ROTATIONS):
            taps = []
            for tap in table.pattern.taps:
                dy, dx = (border + move for move in turned(tap, turns))
                taps.append(planes[:, dy : dy + high, dx : dx + wide].flatten())
            found = interpolate_integers(entries, taps, table.interval)  # (C h W, r * r)
            block = torch.rot90(found.unflatten(1, (scale, scale)), -turns, (1, 2))
            total += stage.multiplier(table) * block.reshape(total.shape)
    return sums


def _pixels(sums: list[Tensor], stage: Stage) -> Tensor:
    """Turn sums into uint8 pixels of the same shape."""
    if stage.rounding is None:
        return torch.from_numpy(stage.finish([total.cpu().numpy() for total in sums]))
    rounding = torch.from_numpy(stage.rounding).to(sums[0].device)
    return rounding[sums[0] - stage.bounds[0]]
