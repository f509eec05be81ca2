"""Figures of chapter 05: large kernels, and what the runs of their study show."""

from dynconv_lite.course.plots.ch05.bias import draw_cues, draw_scene, draw_shape_share
from dynconv_lite.course.plots.ch05.blocks import draw_blocks
from dynconv_lite.course.plots.ch05.costs import draw_parts, draw_rule, draw_times
from dynconv_lite.course.plots.ch05.cross import draw_cross, draw_fits, draw_sum_of_strips
from dynconv_lite.course.plots.ch05.growth import draw_areas, draw_collapse, draw_field
from dynconv_lite.course.plots.ch05.masks import draw_explored, draw_kept, draw_regrowth
from dynconv_lite.course.plots.ch05.runs import draw_by_kernel, draw_run_fields

__all__ = [
    "draw_areas",
    "draw_blocks",
    "draw_by_kernel",
    "draw_collapse",
    "draw_cross",
    "draw_cues",
    "draw_explored",
    "draw_field",
    "draw_fits",
    "draw_kept",
    "draw_parts",
    "draw_regrowth",
    "draw_rule",
    "draw_run_fields",
    "draw_scene",
    "draw_shape_share",
    "draw_sum_of_strips",
    "draw_times",
]
