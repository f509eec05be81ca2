"""Checks of chapter 8, rotated and diagonal shifts."""

from dynconv_lite.course.checks.ch08.angles import axes_over_diagonals
from dynconv_lite.course.checks.ch08.block import dia_rot_block
from dynconv_lite.course.checks.ch08.diagonal import diagonal_row
from dynconv_lite.course.checks.ch08.kernel import turned_kernel
from dynconv_lite.course.checks.ch08.ranks import rank_correlation
from dynconv_lite.course.checks.ch08.turning import turned_and_back

__all__ = [
    "axes_over_diagonals",
    "dia_rot_block",
    "diagonal_row",
    "rank_correlation",
    "turned_and_back",
    "turned_kernel",
]
