"""Checks of chapter 1, locality and the effective receptive field."""

from dynconv_lite.course.checks.ch01.area import area_ratio
from dynconv_lite.course.checks.ch01.convolution import conv2d_loop, conv2d_unfold
from dynconv_lite.course.checks.ch01.field import receptive_field
from dynconv_lite.course.checks.ch01.gradient import erf_map
from dynconv_lite.course.checks.ch01.response import response_at
from dynconv_lite.course.checks.ch01.row import convolution_row
from dynconv_lite.course.checks.ch01.spread import stack_std

__all__ = [
    "area_ratio",
    "conv2d_loop",
    "conv2d_unfold",
    "convolution_row",
    "erf_map",
    "receptive_field",
    "response_at",
    "stack_std",
]
