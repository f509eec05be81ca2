"""Figures of chapter 07: channels that move, and what the runs of the jitter study show."""

from dynconv_lite.course.plots.ch07.explorer import draw_jitter
from dynconv_lite.course.plots.ch07.fields import draw_erf, draw_erf_grid
from dynconv_lite.course.plots.ch07.moves import draw_directions, draw_folded, draw_move
from dynconv_lite.course.plots.ch07.runs import draw_area_scatter, draw_curves
from dynconv_lite.course.plots.ch07.theory import draw_hats, draw_landscape, draw_responses

__all__ = [
    "draw_area_scatter",
    "draw_curves",
    "draw_directions",
    "draw_erf",
    "draw_erf_grid",
    "draw_folded",
    "draw_hats",
    "draw_jitter",
    "draw_landscape",
    "draw_move",
    "draw_responses",
]
