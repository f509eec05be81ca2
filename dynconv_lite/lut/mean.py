"""Sets of tables side by side: each enlarges the picture, and the mean of the results is taken.

A table sees as many pixels as it has axes, and what a stage hands on is a byte. MuLUT lets tables
with different taps see more together by adding their answers. Whole sets side by side do the same
for what lies between two stages: every set has bytes of its own there.

What the members give is clipped and rounded once, behind the mean: a member may go beyond white
where another stays below. It is added in double precision in the members' order, so the result is
the same to the bit, whatever computed the members.

Source: Li et al. 2022, "MuLUT", ECCV, for tables side by side.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from dynconv_lite.lut.cascade import Stages, cascade_reach, cascade_scale, checked_stages
from dynconv_lite.lut.mixed import MixedTables
from dynconv_lite.lut.table import LookupTable

MOST_MEMBERS = 9
Member = MixedTables | list[list[LookupTable]]


class MeanTables:
    """Sets of tables, of whose answers the mean is taken.

    Args:
        members: One to nine sets of one scale r: pixel-mix tables, or stages of plain tables.

    Attributes:
        members: The sets; plain tables as lists of lists.

    Raises:
        ValueError: If there are too few or too many, one is no such set, or their scales differ.
    """

    def __init__(self, members: Sequence[MixedTables | LookupTable | Stages]) -> None:
        if not isinstance(members, list | tuple) or not 1 <= len(members) <= MOST_MEMBERS:
            raise ValueError(f"members must be 1 to {MOST_MEMBERS} sets of tables, got {members!r}")
        self.members: tuple[Member, ...] = tuple(
            each if isinstance(each, MixedTables) else checked_stages(each) for each in members
        )
        scales = [_scale(each) for each in self.members]
        if len(set(scales)) > 1:
            raise ValueError(f"members must be of one scale, got {scales}")

    @property
    def scale(self) -> int:
        """How many pixels, along each axis, one pixel becomes."""
        return _scale(self.members[0])

    @property
    def nbytes(self) -> int:
        """Size of all values in bytes."""
        return sum(
            each.nbytes if isinstance(each, MixedTables) else sum(t.nbytes for s in each for t in s)
            for each in self.members
        )

    @property
    def reach(self) -> int:
        """How many pixels a result depends on to every side."""
        return max(
            each.reach if isinstance(each, MixedTables) else cascade_reach(each)
            for each in self.members
        )

    def __repr__(self) -> str:
        return f"MeanTables({', '.join(map(repr, self.members))})"


def _scale(member: Member) -> int:
    return member.scale if isinstance(member, MixedTables) else cascade_scale(member)


def mean_picture(levels: Iterable[npt.NDArray[np.float64]]) -> npt.NDArray[np.uint8]:
    """Return the mean of what several sets give, clipped and rounded; halves go to even numbers.

    Args:
        levels: Grey levels, floating point, at least one array, all of one shape.

    Returns:
        uint8 of that shape.

    Raises:
        ValueError: If there is none, or shapes differ.
    """
    found = list(levels)
    shapes = {each.shape for each in found}
    if len(shapes) != 1:
        raise ValueError(f"levels must be arrays of one shape, and one at least, got {shapes}")
    total = np.zeros(found[0].shape)
    for each in found:
        total += each
    return np.rint(np.clip(total / len(found), 0, 255)).astype(np.uint8)
