"""Super-resolution of pictures by lookup tables: SR-LUT with one table, MuLUT with several.

Every colour is a grey picture of its own. What a stage computes is written down in `stage`.
"""

from collections.abc import Sequence
from typing import Any, Literal, overload

import numpy as np
import numpy.typing as npt
import torch

from dynconv_lite.lut.fast import Backend, is_compiled, stage_numba
from dynconv_lite.lut.picture import Padding, Picture, check_choice, colour_planes
from dynconv_lite.lut.portable import stage_torch
from dynconv_lite.lut.simplex import interpolate_integers
from dynconv_lite.lut.stage import Stage
from dynconv_lite.lut.table import LookupTable


def lut_forward(
    image: Picture, table: LookupTable, *, padding: Padding = "reflect"
) -> npt.NDArray[np.float64]:
    """Read a table at every pixel of a picture, in one rotation and without rounding.

    Args:
        image: uint8 (H, W) or (H, W, 3).
        table: Its taps reach beyond the lower and the right border, where the picture goes on as
            `padding` says.
        padding: "reflect", as SR-LUT does, or "edge", as MuLUT does; see `super_resolve`.

    Returns:
        float64 (H * r, W * r) or (H * r, W * r, 3): the interpolated entries times the table's
        step. For a step of 1 they are multiples of 1 / 2**interval, and exact.

    Raises:
        ValueError: If an argument is not one of those allowed.
    """
    planes = colour_planes(image)
    check_choice("padding", padding, Padding)
    _check_table("table", table)
    high, wide, colours = planes.shape
    reach, scale = table.pattern.reach, table.scale
    padded = np.pad(planes, ((0, reach), (0, reach), (0, 0)), mode=padding)
    pixels = torch.from_numpy(padded).int()
    taps = [pixels[dy : dy + high, dx : dx + wide].flatten() for dy, dx in table.pattern.taps]
    found = interpolate_integers(torch.from_numpy(table.values.copy()), taps, table.interval)
    blocks = found.numpy().reshape(high, wide, colours, scale, scale)
    picture = blocks.transpose(0, 3, 1, 4, 2).reshape(high * scale, wide * scale, colours)
    result = picture / (1 << table.interval) * table.step
    return result[..., 0] if image.ndim == 2 else result


@overload
def super_resolve(
    image: Picture,
    stages: Sequence[LookupTable | Sequence[LookupTable]],
    *,
    padding: Padding = "reflect",
    backend: Backend = "auto",
    device: str | torch.device | None = None,
    rounded: Literal[True] = True,
) -> Picture: ...
@overload
def super_resolve(
    image: Picture,
    stages: Sequence[LookupTable | Sequence[LookupTable]],
    *,
    padding: Padding = "reflect",
    backend: Backend = "auto",
    device: str | torch.device | None = None,
    rounded: Literal[False],
) -> npt.NDArray[np.float64]: ...
def super_resolve(
    image: Picture,
    stages: Sequence[LookupTable | Sequence[LookupTable]],
    *,
    padding: Padding = "reflect",
    backend: Backend = "auto",
    device: str | torch.device | None = None,
    rounded: bool = True,
) -> Picture | npt.NDArray[np.float64]:
    """Enlarge a picture by a cascade of tables, each used in four rotations.

    Args:
        image: uint8 (H, W) or (H, W, 3), of at least one pixel.
        stages: One after the other, each a table or a list of tables that are used side by side.
            Every stage enlarges by the scale of its tables; those before the last usually by 1.
        padding: How the picture goes on beyond its borders. "reflect": mirrored without repeating
            the border, as SR-LUT does; mirrored again where it is too small, and a single pixel is
            repeated. "edge": the border is repeated, as MuLUT does.
        backend: "numba" for the CPU, "torch" for any device; both give the same to the bit. "auto"
            takes numba unless a device other than the CPU is named.
        device: Where torch computes; None for the CPU.
        rounded: Whether the last stage gives pixels; else it gives grey levels, float64, neither
            clipped to 0..255 nor rounded, for a mean of several sets.

    Returns:
        uint8 (H * r, W * r) or (H * r, W * r, 3), r the product of the stages' scales; float64
        where nothing is rounded.

    Raises:
        ValueError: If an argument is not one of those allowed.

    Sources: Jo & Kim 2021, CVPR; Li et al. 2022, ECCV.
    """
    planes: Any = colour_planes(image)
    check_choice("padding", padding, Padding)
    where = torch.device("cpu" if device is None else device)
    compiled = is_compiled(backend, where)
    cascade = _cascade(stages)
    for stage in cascade:
        border = (stage.border, stage.border)
        padded = np.pad(planes, (border, border, (0, 0)), mode=padding)
        bytes_ = rounded or not stage.last
        planes = (
            stage_numba(padded, stage, bytes_)
            if compiled
            else stage_torch(padded, stage, where, bytes_)
        )
    enlarged: Picture | npt.NDArray[np.float64] = planes
    return enlarged[..., 0] if image.ndim == 2 else enlarged


def _check_table(name: str, table: object) -> None:
    if not isinstance(table, LookupTable):
        raise ValueError(f"{name} must be a LookupTable, got {type(table).__name__}")


def _cascade(stages: Sequence[LookupTable | Sequence[LookupTable]]) -> list[Stage]:
    """Check the stages, and give each its place."""
    if not isinstance(stages, list | tuple) or not stages:
        raise ValueError(
            f"stages must be a list of at least one stage, got {type(stages).__name__}: {stages!r}"
        )
    cascade = []
    for number, entry in enumerate(stages):
        tables = [entry] if isinstance(entry, LookupTable) else entry
        if not isinstance(tables, list | tuple) or not tables:
            raise ValueError(
                f"stages[{number}] must be a table or a list of at least one, got {entry!r}"
            )
        for place, table in enumerate(tables):
            _check_table(f"stages[{number}][{place}]", table)
        cascade.append(Stage(tuple(tables), last=number == len(stages) - 1))
    return cascade
