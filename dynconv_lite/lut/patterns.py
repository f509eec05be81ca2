"""Which pixels a table looks at: its taps, and how many nodes it has on each axis.

A table of D taps is a function of D pixel values, each 0..255, known only where every value is a
node. Nodes lie 2**interval apart; the last one stands for 256, one step beyond the last pixel
value, so that every pixel value has a node on both sides.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from dynconv_lite.validation import check_count

LEVELS = 256  # values of a pixel
# 0 keeps every pixel value; with 1 and 2 a table of four taps would take 0.3 to 4 GB
INTERVALS = (0, 3, 4, 5, 6, 7, 8)
MAX_ROWS = (LEVELS + 1) ** 3  # so interval 0 is for tables of at most three taps

MAX_TAPS = 4
MAX_REACH = 64  # pixels

Tap = tuple[int, int]


@dataclass(frozen=True)
class Pattern:
    """The taps of a table.

    Attributes:
        name: One letter.
        taps: (dy, dx) of every tap, down and right of the pixel, in the order of the table's axes;
            the first is the pixel itself.

    Raises:
        ValueError: If there are no taps or more than four, or one lies above, left or far away.
    """

    name: str
    taps: tuple[Tap, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or len(self.name) != 1:
            raise ValueError(f"name must be one letter, got {self.name!r}")
        right = all(0 <= move <= MAX_REACH for tap in self.taps for move in tap)
        if not 1 <= len(self.taps) <= MAX_TAPS or self.taps[0] != (0, 0) or not right:
            raise ValueError(
                f"taps must be (0, 0) and at most {MAX_TAPS - 1} more (dy, dx) from 0 to "
                f"{MAX_REACH}, got {self.taps!r}"
            )

    @property
    def dims(self) -> int:
        """Number of taps D, which is the number of the table's axes."""
        return len(self.taps)

    @property
    def reach(self) -> int:
        """How many pixels the farthest tap lies below or right of the first: the padding."""
        return max(max(tap) for tap in self.taps)


# Sources: S, V and F of Jo & Kim 2021, "Practical Single-Image Super-Resolution Using Look-Up
# Table", CVPR; D and Y of Li et al. 2022, "MuLUT: Cooperating Multiple Look-Up Tables for
# Efficient Image Super-Resolution", ECCV.
PATTERNS = MappingProxyType(
    {
        pattern.name: pattern
        for pattern in (
            Pattern("s", ((0, 0), (0, 1), (1, 0), (1, 1))),  # square
            Pattern("d", ((0, 0), (0, 2), (2, 0), (2, 2))),  # dilated
            Pattern("y", ((0, 0), (1, 1), (1, 2), (2, 1))),  # Y-shaped
            Pattern("f", ((0, 0), (0, 1), (0, 2))),  # three in a row
            Pattern("v", ((0, 0), (0, 1))),  # two in a row
        )
    }
)


def find_pattern(pattern: str | Pattern) -> Pattern:
    """Return the pattern of that name.

    Args:
        pattern: A name in `PATTERNS`; a pattern itself is returned as it is.

    Raises:
        ValueError: If there is none of that name.
    """
    if isinstance(pattern, Pattern):
        return pattern
    if not isinstance(pattern, str) or pattern not in PATTERNS:
        raise ValueError(f"pattern must be one of {', '.join(PATTERNS)}, got {pattern!r}")
    return PATTERNS[pattern]


def nodes(interval: int) -> int:
    """Return the number of nodes L on each axis: 2**(8 - interval) + 1.

    Args:
        interval: Nodes lie 2**interval pixel values apart: 0 (every value: 257 nodes, nothing is
            interpolated) or 3 to 8 (33, 17, 9, 5, 3 or 2 nodes).

    Raises:
        ValueError: If the interval is not one of those.
    """
    check_count("interval", interval, minimum=0)
    if interval not in INTERVALS:
        raise ValueError(f"interval must be one of {INTERVALS}, got {interval}")
    return (LEVELS >> interval) + 1


def strides(pattern: Pattern, interval: int) -> tuple[int, ...]:
    """Return how many rows apart two neighbouring nodes of each axis lie; the last axis runs fast.

    Args:
        pattern: The taps (D of them).
        interval: As for `nodes`.

    Returns:
        D integers (L**(D - 1), ..., L, 1): row ((a L + b) L + c) L + d belongs to nodes a, b, c, d.

    Raises:
        ValueError: If the interval is not allowed, or with so many taps too fine.
    """
    size = nodes(interval)
    if size**pattern.dims > MAX_ROWS:
        raise ValueError(
            f"interval {interval} with the {pattern.dims} taps of pattern {pattern.name!r} makes "
            f"{size**pattern.dims} rows: more than {MAX_ROWS}"
        )
    return row_steps((size,) * pattern.dims)


def row_steps(counts: Sequence[int]) -> tuple[int, ...]:
    """Return how many rows apart two neighbouring nodes of each axis lie; the last axis runs fast.

    Args:
        counts: Nodes of each axis.
    """
    return tuple(math.prod(counts[axis + 1 :]) for axis in range(len(counts)))
