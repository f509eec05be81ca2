"""Figures of chapter 01: windows, the matrix of a convolution, and receptive fields."""

from dynconv_lite.course.plots.ch01.convolution import (
    draw_difference,
    draw_kernel,
    draw_matrix,
    draw_window,
)
from dynconv_lite.course.plots.ch01.curves import (
    draw_curves,
    draw_examples,
    draw_growth,
    draw_profiles,
)
from dynconv_lite.course.plots.ch01.fields import draw_maps, draw_squares

__all__ = [
    "draw_curves",
    "draw_difference",
    "draw_examples",
    "draw_growth",
    "draw_kernel",
    "draw_maps",
    "draw_matrix",
    "draw_profiles",
    "draw_squares",
    "draw_window",
]
