"""Figures of chapter 02: maps that depend on the input, and the space of kernels to mix."""

from dynconv_lite.course.plots.ch02.costs import draw_costs
from dynconv_lite.course.plots.ch02.slices import draw_shares, draw_slices
from dynconv_lite.course.plots.ch02.solid import CORNERS
from dynconv_lite.course.plots.ch02.solids import draw_mixtures, draw_solids
from dynconv_lite.course.plots.ch02.space import draw_kernel_space, shares
from dynconv_lite.course.plots.ch02.temperature import draw_temperatures
from dynconv_lite.course.plots.ch02.training import draw_finals, draw_gradients, draw_losses

__all__ = [
    "CORNERS",
    "draw_costs",
    "draw_finals",
    "draw_gradients",
    "draw_kernel_space",
    "draw_losses",
    "draw_mixtures",
    "draw_shares",
    "draw_slices",
    "draw_solids",
    "draw_temperatures",
    "shares",
]
