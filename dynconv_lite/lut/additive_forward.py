"""Super-resolution by tables with one index each, in whole numbers up to each rounding."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from dynconv_lite.lut.additive import UNIT, AdditiveTables, Layer
from dynconv_lite.lut.additive_fast import additive_numba
from dynconv_lite.lut.fast import Backend, is_compiled
from dynconv_lite.lut.picture import Padding, Picture, colour_planes, possible_padding
from dynconv_lite.pixel_mix import pad_map


def super_resolve_additive(
    image: Picture,
    tables: AdditiveTables,
    *,
    padding: Padding = "edge",
    backend: Backend = "auto",
    device: str | torch.device | None = None,
) -> Picture:
    """Enlarge a picture by tables with one index each, each colour channel alone.

    Args:
        image: uint8 (H, W) or (H, W, 3).
        tables: Scale r.
        padding: What stands outside the picture: "edge" or "reflect", as of `pixel_mix`. A
            picture too small to be reflected that far is padded by its edge.
        backend: "numba" for the CPU, "torch" for any device; both give the same to the bit. "auto"
            takes numba unless a device other than the CPU is named.
        device: Where torch computes; None for the CPU.

    Returns:
        uint8 (r H, r W) or (r H, r W, 3).

    Raises:
        ValueError: If the picture's type or shape, or another argument, is not one of those.
    """
    planes = colour_planes(image)
    padding = possible_padding(planes, padding, tables.reach)
    where = torch.device("cpu" if device is None else device)
    compiled = is_compiled(backend, where)
    if compiled:
        border = (tables.reach, tables.reach)
        enlarged = additive_numba(np.pad(planes, (border, border, (0, 0)), mode=padding), tables)
    else:
        enlarged = _torch(planes, tables, padding, where)
    return enlarged[..., 0] if image.ndim == 2 else enlarged


def _torch(
    planes: Picture, tables: AdditiveTables, padding: Padding, where: torch.device
) -> Picture:
    """Enlarge (H, W, C) by torch's operators."""
    x = torch.from_numpy(planes.transpose(2, 0, 1)[:, None].copy())
    x = x.to(where, torch.float64)  # (C, 1, H, W)
    padded = pad_map(x, (tables.reach,) * 4, padding)
    total = torch.zeros((), dtype=torch.float64, device=x.device)
    for turn in range(tables.turns):
        sums = _one_turn(torch.rot90(padded, turn, (2, 3)), tables)
        total = total + torch.rot90(sums, -turn, (2, 3))  # (C, 1, r H, r W), whole numbers
    pixels = x.repeat_interleave(tables.scale, 2).repeat_interleave(tables.scale, 3)
    addend = total * (tables.steps[-1] / (tables.turns * UNIT))
    enlarged = (pixels + addend).round().clamp(0, 255).to(torch.uint8)[:, 0]  # (C, r H, r W)
    return enlarged.permute(1, 2, 0).contiguous().cpu().numpy()


def layer_sums(bytes_: Tensor, layer: Layer) -> Tensor:
    """Add the interpolated entries of one layer, `UNIT` times.

    Args:
        bytes_: Whole numbers 0..255, float64 (B, C, H, W).
        layer: int8 (C, k, k, L, O).

    Returns:
        Whole numbers, float64 (B, O, H - k + 1, W - k + 1).
    """
    nodes = layer.shape[3]
    node = UNIT * torch.arange(nodes, dtype=torch.float64, device=bytes_.device)[:, None, None]
    place = bytes_[:, :, None] * (nodes - 1)  # (B, C, 1, H, W), in units of 1 / UNIT of a cell
    weights = (UNIT - (place - node).abs()).clamp(min=0).flatten(1, 2)  # (B, C L, H, W)
    table = torch.tensor(layer, dtype=torch.float64, device=bytes_.device)
    # whole numbers below 2**53: exact in any order of summation
    return F.conv2d(weights, table.permute(4, 0, 3, 1, 2).flatten(1, 2))


def _one_turn(bytes_: Tensor, tables: AdditiveTables) -> Tensor:
    """Map padded bytes (B, 1, H, W) to the last layer's sums (B, 1, r H', r W')."""
    for layer, step in zip(tables.layers[:-1], tables.steps[:-1], strict=True):
        margin, outputs = layer.shape[1] // 2, layer.shape[4]
        inside = bytes_[:, :, margin : bytes_.shape[2] - margin, margin : bytes_.shape[3] - margin]
        base = inside.repeat(1, -(-outputs // bytes_.shape[1]), 1, 1)[:, :outputs]
        level = base + layer_sums(bytes_, layer) * (step / UNIT)
        bytes_ = level.round().clamp(0, 255)
    return F.pixel_shuffle(layer_sums(bytes_, tables.layers[-1]), tables.scale)
