"""Figures of chapter 06: filters that adapt to a guide, and large kernels of shifted pieces."""

from dynconv_lite.course.plots.ch06.adapting import draw_adapted
from dynconv_lite.course.plots.ch06.composing import draw_composed, draw_fields
from dynconv_lite.course.plots.ch06.filters import draw_filters, draw_kernels_at
from dynconv_lite.course.plots.ch06.pieces import (
    draw_build,
    draw_places,
    draw_pruned,
    draw_slots,
)
from dynconv_lite.course.plots.ch06.upsampling import draw_memory, draw_upsampled

__all__ = [
    "draw_adapted",
    "draw_build",
    "draw_composed",
    "draw_fields",
    "draw_filters",
    "draw_kernels_at",
    "draw_memory",
    "draw_places",
    "draw_pruned",
    "draw_slots",
    "draw_upsampled",
]
