"""Figures of chapter 04: branches, the kernel that they become, and what goes wrong."""

from dynconv_lite.course.plots.ch04.differences import draw_difference, draw_errors
from dynconv_lite.course.plots.ch04.merging import draw_merge, view_merge
from dynconv_lite.course.plots.ch04.sums import draw_kernels, draw_sum

__all__ = [
    "draw_difference",
    "draw_errors",
    "draw_kernels",
    "draw_merge",
    "draw_sum",
    "view_merge",
]
