"""Finetuning: the entries of tables become parameters, and learn what coarse grids lose.

A table sampled from a network is exact at its nodes and off between them. So tables are trained
once more, as they will be used: through interpolation, with bytes between the stages. Every entry
is a float in units of 8 grey levels, so that Adam's step of 3e-3 is a small part of a grey level;
at the end all are rounded to int8, each table with a step size of its own.

An entry's gradient is its weight in the interpolation. A later stage also passes a gradient back
through its index: there, interpolation is piecewise linear, and its slope along an axis is the
difference of two corners. Bytes between the stages are rounded straight through.

Source: Li et al. 2022, "MuLUT", ECCV (LUT-aware finetuning), for the idea; in its public code the
step size stays 1 and entries are rounded in every step.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from dynconv_lite.lut.lookup import lookup
from dynconv_lite.lut.mixed_tabulate import to_int8
from dynconv_lite.lut.patterns import nodes
from dynconv_lite.lut.refine import halve_spacing
from dynconv_lite.lut.rotations import rotation_ensemble
from dynconv_lite.lut.rounding import to_bytes
from dynconv_lite.lut.table import LookupTable
from dynconv_lite.pixel_mix import Padding, pixel_mix

GREY = 8.0  # grey levels of a parameter's 1


def interpolate_map(table: Tensor, position: Tensor, counts: Sequence[int]) -> Tensor:
    """Interpolate in a table at every pixel of a map.

    Args:
        table: (product of counts, O), floating point; the last axis runs fastest.
        position: Distances from node 0 of each axis, in cells, (B, D, H, W), of the table's type.
        counts: Nodes of each axis.

    Returns:
        (B, O, H, W), with gradients for the table and the position.
    """
    answer = lookup(table, position.movedim(1, -1).flatten(0, 2), counts)  # (B H W, O)
    return answer.unflatten(0, (len(position), *position.shape[2:])).movedim(-1, 1)


class TrainableTables(nn.Module):
    """Plain tables in stages, with their entries as parameters.

    Computes what `super_resolve` does, without the last rounding and clipping.

    Args:
        stages: Lists of tables, as of `super_resolve`; all stages but the last give one byte.

    Shape:
        (B, 1, H, W), x in 0..1 in steps of 1 / 255 -> (B, 1, r H, r W), about 0..1, not clipped

    Raises:
        ValueError: If a stage is empty, or a stage but the last enlarges, or tables of one stage
            have different scales.
    """

    def __init__(self, stages: Sequence[Sequence[LookupTable]]) -> None:
        super().__init__()
        self.tables = [list(stage) for stage in stages]
        if not self.tables or not all(self.tables):
            raise ValueError("stages must hold at least one stage, and every stage a table")
        for stage in self.tables[:-1]:
            if any(table.scale != 1 for table in stage):
                raise ValueError("stages must have tables of scale 1, except for the last")
        if len({table.scale for table in self.tables[-1]}) != 1:
            raise ValueError("stages must have tables of one scale in the last")
        if any(table.interval == 0 for stage in self.tables for table in stage):
            raise ValueError("stages must have tables that are interpolated, interval 3 to 8")
        self.entries = nn.ParameterList(
            nn.Parameter(torch.tensor(table.values, dtype=torch.float32) * (table.step / GREY))
            for stage in self.tables
            for table in stage
        )

    @property
    def reach(self) -> int:
        """How many pixels the whole cascade looks to every side."""
        return sum(max(table.pattern.reach for table in stage) for stage in self.tables)

    def forward(self, x: Tensor, padding: Padding = "edge") -> Tensor:
        """Enlarge x, (B, 1, H, W); the padding is as of `rotation_ensemble`, in every stage."""
        grey, entries = (255 * x).round(), iter(self.entries)
        for number, stage in enumerate(self.tables, 1):
            reach = max(table.pattern.reach for table in stage)
            total = torch.zeros((), dtype=x.dtype, device=x.device)
            for table in stage:
                used = _PlainRotation(table, next(entries))
                spare = reach - table.pattern.reach if padding == "valid" else 0
                inner = grey[:, :, spare : grey.shape[2] - spare, spare : grey.shape[3] - spare]
                total = total + rotation_ensemble(used, inner, padding, reach=table.pattern.reach)
            if number < len(self.tables):
                grey = to_bytes(total / (4 * len(stage)) + 127)
        return total / (255 * len(stage))

    def refined(self) -> "TrainableTables":
        """Return the same function on grids of half the spacing, as parameters of its own.

        Raises:
            ValueError: If a table's interval is already the smallest, 3, or its rows become too
                many.
        """
        finer: list[list[LookupTable]] = []
        found: list[Tensor] = []
        entries = iter(self.entries)
        for stage in self.tables:
            finer.append([])
            for table in stage:
                counts = (nodes(table.interval),) * table.pattern.dims
                found.append(halve_spacing(next(entries).detach(), counts))
                blank = np.zeros(found[-1].shape, np.int8)
                finer[-1].append(LookupTable(blank, table.pattern, table.interval - 1))
        twin = TrainableTables(finer).to(found[0].device)
        for parameter, values in zip(twin.entries, found, strict=True):
            parameter.data.copy_(values)
        return twin

    def export(self) -> list[list[LookupTable]]:
        """Round the entries to int8 in units of max |entry| / 127, table by table.

        Raises:
            ValueError: If an entry is not finite.
        """
        entries = iter(self.entries)
        return [
            [
                LookupTable(values, table.pattern, table.interval, step)
                for table, (values, step) in ((t, to_int8(next(entries) * GREY)) for t in stage)
            ]
            for stage in self.tables
        ]


class _PlainRotation:
    """What one table makes of grey levels in one rotation, as `rotation_ensemble` asks for it."""

    def __init__(self, table: LookupTable, entries: Tensor) -> None:
        self.table, self.entries = table, entries

    def __call__(self, x: Tensor) -> Tensor:
        pattern, interval = self.table.pattern, self.table.interval
        high, wide = (size - pattern.reach for size in x.shape[2:])
        taps = pixel_mix(x, pattern.taps, padding="valid")[:, :, :high, :wide]
        counts = (nodes(interval),) * pattern.dims
        answer = GREY * interpolate_map(self.entries, taps / 2**interval, counts)
        return torch.pixel_shuffle(answer, self.table.scale)
