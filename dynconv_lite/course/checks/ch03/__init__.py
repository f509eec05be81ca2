"""Checks of chapter 3, dynamic convolution."""

from dynconv_lite.course.checks.ch03.attention import squeeze_attention
from dynconv_lite.course.checks.ch03.classes import of_class
from dynconv_lite.course.checks.ch03.count import count_multiply_adds
from dynconv_lite.course.checks.ch03.groups import convolve_in_groups
from dynconv_lite.course.checks.ch03.loop import convolve_by_loop
from dynconv_lite.course.checks.ch03.mixing import mix_kernels
from dynconv_lite.course.checks.ch03.outputs import mix_outputs

__all__ = [
    "convolve_by_loop",
    "convolve_in_groups",
    "count_multiply_adds",
    "mix_kernels",
    "mix_outputs",
    "of_class",
    "squeeze_attention",
]
