"""What tables compute, written once more: pixel by pixel, in double precision, without tricks."""

import numpy as np

from dynconv_lite.lut import LookupTable


def read(table: LookupTable, point: list[int]) -> np.ndarray:
    """Interpolate at one point by integrating over thresholds.

    A point's fractions f_i in units of q select, for every level t in [0, q), the corner with a 1
    on each axis whose fraction exceeds t. The interpolated value is the mean corner over t: the
    same as the sum over the walk of a sorted simplex, but nothing is sorted here (the Lovasz
    extension of the cell's corner values).
    """
    q = 1 << table.interval
    cell = np.array(point) // q
    fraction = np.array(point) - cell * q
    corners = [table.at(cell + (fraction > t)).astype(np.float64) for t in range(q)]
    return np.sum(corners, 0) / q * table.step


def inside(place: int, size: int, padding: str) -> int:
    """Return which pixel stands at a place beyond the border."""
    if padding == "edge" or size == 1:
        return min(max(place, 0), size - 1)
    place %= 2 * (size - 1)
    return min(place, 2 * (size - 1) - place)


def forward(plane: np.ndarray, table: LookupTable, padding: str) -> np.ndarray:
    """Read the table at every pixel of a grey picture: float64 (H r, W r)."""
    high, wide = plane.shape
    r = table.scale
    out = np.empty((high * r, wide * r))
    for y in range(high):
        for x in range(wide):
            point = [
                int(plane[inside(y + dy, high, padding), inside(x + dx, wide, padding)])
                for dy, dx in table.pattern.taps
            ]
            out[y * r : y * r + r, x * r : x * r + r] = read(table, point).reshape(r, r)
    return out


def cascade(plane: np.ndarray, stages: list[list[LookupTable]], padding: str) -> np.ndarray:
    """Enlarge a grey picture as SR-LUT and MuLUT describe it."""
    for stage in stages[:-1]:
        total = sum_of_turns(plane, stage, padding) / (4 * len(stage)) + 127
        plane = np.round(np.clip(total, 0, 255)).astype(np.uint8)
    total = sum_of_turns(plane, stages[-1], padding)
    if len(stages[-1]) == 1:  # as SR-LUT has it
        return np.round(np.clip(total / 255, 0, 1) * 255).astype(np.uint8)
    return np.round(np.clip(total / len(stages[-1]), 0, 255)).astype(np.uint8)


def sum_of_turns(plane: np.ndarray, stage: list[LookupTable], padding: str) -> np.ndarray:
    """Add the tables' answers to the picture in its four rotations, each turned back."""
    total = 0.0
    for table in stage:
        for k in range(4):
            total = total + np.rot90(forward(np.rot90(plane, k), table, padding), -k)
    return np.asarray(total)
