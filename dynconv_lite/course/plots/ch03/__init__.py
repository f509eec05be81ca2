"""Figures of chapter 03: dynamic convolution, and what the runs of its study show."""

from dynconv_lite.course.plots.ch03.runs import draw_attention, draw_cost

__all__ = ["draw_attention", "draw_cost"]
