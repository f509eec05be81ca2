"""Checks of chapter 5, large kernels."""

from dynconv_lite.course.checks.ch05.block import convnext_block
from dynconv_lite.course.checks.ch05.cost import multiply_adds
from dynconv_lite.course.checks.ch05.cross import cross_kernel
from dynconv_lite.course.checks.ch05.deciding import shape_share
from dynconv_lite.course.checks.ch05.regrowing import regrow
from dynconv_lite.course.checks.ch05.spectra import depthwise_fft
from dynconv_lite.course.checks.ch05.spread import stacked_spread
from dynconv_lite.course.checks.ch05.taps import depthwise_by_taps

__all__ = [
    "convnext_block",
    "cross_kernel",
    "depthwise_by_taps",
    "depthwise_fft",
    "multiply_adds",
    "regrow",
    "shape_share",
    "stacked_spread",
]
