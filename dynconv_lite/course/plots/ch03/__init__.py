"""Figures of chapter 03: dynamic convolution, and what the runs of its study show."""

from dynconv_lite.course.plots.ch03.layer import draw_layer, view_layer
from dynconv_lite.course.plots.ch03.runs import draw_attention, draw_cost
from dynconv_lite.course.plots.ch03.steps import draw_mixture, draw_side_by_side
from dynconv_lite.course.plots.ch03.trained import (
    draw_accuracies,
    draw_by_class,
    draw_extra,
    draw_fields,
)

__all__ = [
    "draw_accuracies",
    "draw_attention",
    "draw_by_class",
    "draw_cost",
    "draw_extra",
    "draw_fields",
    "draw_layer",
    "draw_mixture",
    "draw_side_by_side",
    "view_layer",
]
