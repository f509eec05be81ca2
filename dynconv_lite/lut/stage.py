"""One stage of a cascade: tables side by side, each in four rotations, and what their sum becomes.

The rule for a stage of n tables. Let S_t be the sum of table t's interpolated integers over the
four rotations: a multiple of 1 / q with a spacing q that is a power of two, so exact. Tables of
one step size are summed before they are multiplied by it, in the order of first appearance:

    total = sum over step sizes of (step * sum of S_t over its tables).

The last stage gives round(clip(total / n, 0, 255)), any other round(clip(total / (4 n) + 127,
0, 255)); halves go to the even number, as numpy rounds. For one table this is what SR-LUT does,
round(clip(total / 255, 0, 1) * 255): in double precision (x / 255) * 255 is x again for all halves.

Sources: Jo & Kim 2021, CVPR (one table); Li et al. 2022, ECCV (several tables and stages), and the
test code published with both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from dynconv_lite.lut.patterns import Tap
from dynconv_lite.lut.table import LookupTable

ROTATIONS = 4
MIDDLE = 127  # what a stage before the last adds, so that its 8-bit result can stand for both signs
LARGEST_ROUNDING = 1 << 20  # entries of a rounding table


def turned(tap: Tap, turns: int) -> Tap:
    """Return where a tap lies in the picture itself, if it is one of the picture turned.

    Args:
        tap: (dy, dx) in the picture turned counter-clockwise, as `numpy.rot90` does.
        turns: By how many quarters it was turned.
    """
    dy, dx = tap
    for _ in range(turns):
        dy, dx = dx, -dy
    return dy, dx


@dataclass(frozen=True, eq=False)
class Stage:
    """Tables that look at the same picture, and whose results are added.

    Attributes:
        tables: At least one, all of one scale.
        last: Whether this is the last stage, which gives the picture itself.

    Raises:
        ValueError: If there is no table, or their scales differ.
    """

    tables: Sequence[LookupTable]
    last: bool = True

    def __post_init__(self) -> None:
        scales = [table.scale for table in self.tables]
        if len(set(scales)) != 1:
            raise ValueError(f"stages must each have tables of one scale, got scales {scales}")

    @property
    def scale(self) -> int:
        """How many pixels, along each axis, one pixel becomes."""
        return self.tables[0].scale

    @property
    def border(self) -> int:
        """By how many pixels the picture has to be padded on every side."""
        return max(table.pattern.reach for table in self.tables)

    @cached_property
    def spacing(self) -> int:
        """The largest spacing of nodes; sums are counted in units of 1 / spacing."""
        return 1 << max(table.interval for table in self.tables)

    def multiplier(self, table: LookupTable) -> int:
        """Return by what a table's own integers are multiplied to be counted in those units."""
        return self.spacing >> table.interval

    @cached_property
    def steps(self) -> tuple[float, ...]:
        """The different step sizes, in order of first appearance."""
        return tuple(dict.fromkeys(table.step for table in self.tables))

    @property
    def bounds(self) -> tuple[int, int]:
        """The smallest and the largest sum over all tables and rotations that can occur."""
        most = len(self.tables) * ROTATIONS * self.spacing
        return -128 * most, 127 * most

    def finish(self, sums: Sequence[npt.NDArray[np.integer]]) -> npt.NDArray[np.uint8]:
        """Turn integer sums into pixel values.

        Args:
            sums: For every one of `steps`, the sum over its tables and the four rotations, in
                units of 1 / spacing; integer arrays of one shape.

        Returns:
            uint8 of the same shape.
        """
        return np.rint(np.clip(self.levels(sums), 0, 255)).astype(np.uint8)

    def levels(self, sums: Sequence[npt.NDArray[np.integer]]) -> npt.NDArray[np.float64]:
        """Turn the same sums into grey levels, float64, neither clipped nor rounded."""
        parts = [
            step * (total / self.spacing) for step, total in zip(self.steps, sums, strict=True)
        ]
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total / self.divisor + self.bias

    @property
    def divisor(self) -> int:
        """What the total is divided by."""
        return len(self.tables) * (1 if self.last else ROTATIONS)

    @property
    def bias(self) -> int:
        """What is added then."""
        return 0 if self.last else MIDDLE

    @cached_property
    def rounding(self) -> npt.NDArray[np.uint8] | None:
        """The pixel value of every sum from the smallest; None if steps differ or it is large."""
        low, high = self.bounds
        if len(self.steps) > 1 or high - low >= LARGEST_ROUNDING:
            return None
        return self.finish([np.arange(low, high + 1)])
