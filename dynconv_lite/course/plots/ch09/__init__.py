"""Figures of chapter 09: fields and pairs of pixel-mix, small trainings, and its tables."""

from dynconv_lite.course.plots.ch09.ablation import draw_losses, draw_weights
from dynconv_lite.course.plots.ch09.explorer import draw_mix
from dynconv_lite.course.plots.ch09.fields import draw_counts, draw_gradients, draw_partners
from dynconv_lite.course.plots.ch09.functions import draw_functions
from dynconv_lite.course.plots.ch09.nodes import draw_coarseness, draw_nodes
from dynconv_lite.course.plots.ch09.scores import draw_scores, draw_talk
from dynconv_lite.course.plots.ch09.shifts import draw_blocks

__all__ = [
    "draw_blocks",
    "draw_coarseness",
    "draw_counts",
    "draw_functions",
    "draw_gradients",
    "draw_losses",
    "draw_mix",
    "draw_nodes",
    "draw_partners",
    "draw_scores",
    "draw_talk",
    "draw_weights",
]
