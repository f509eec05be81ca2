"""Figures of chapter 08: shifts along diagonals, turned kernels, and the study of both."""

from dynconv_lite.course.plots.ch08.angles import draw_by_angle, draw_confusions
from dynconv_lite.course.plots.ch08.pairs import draw_glass, draw_pairs
from dynconv_lite.course.plots.ch08.profiles import draw_depth, draw_kernels, draw_profiles
from dynconv_lite.course.plots.ch08.runs import draw_accuracies, draw_differences, draw_scatter
from dynconv_lite.course.plots.ch08.turning import draw_turning

__all__ = [
    "draw_accuracies",
    "draw_by_angle",
    "draw_confusions",
    "draw_depth",
    "draw_differences",
    "draw_glass",
    "draw_kernels",
    "draw_pairs",
    "draw_profiles",
    "draw_scatter",
    "draw_turning",
]
