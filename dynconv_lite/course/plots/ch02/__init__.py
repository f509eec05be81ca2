"""Figures of chapter 02: the space of the kernels that attention can mix."""

from dynconv_lite.course.plots.ch02.space import CORNERS, draw_kernel_space, shares

__all__ = ["CORNERS", "draw_kernel_space", "shares"]
