"""Checks of chapter 10, networks that become lookup tables."""

from dynconv_lite.course.checks.ch10.anchoring import projection
from dynconv_lite.course.checks.ch10.blurring import best_guess
from dynconv_lite.course.checks.ch10.embedding import neighbour_weights
from dynconv_lite.course.checks.ch10.locating import cell
from dynconv_lite.course.checks.ch10.luma import psnr_y
from dynconv_lite.course.checks.ch10.quantising import requantised
from dynconv_lite.course.checks.ch10.sampling import sample_table
from dynconv_lite.course.checks.ch10.searching import counterexample
from dynconv_lite.course.checks.ch10.shrinking import cubic_weights
from dynconv_lite.course.checks.ch10.simplices import simplex
from dynconv_lite.course.checks.ch10.triangles import triangle
from dynconv_lite.course.checks.ch10.turning import ensemble

__all__ = [
    "best_guess",
    "cell",
    "counterexample",
    "cubic_weights",
    "ensemble",
    "neighbour_weights",
    "projection",
    "psnr_y",
    "requantised",
    "sample_table",
    "simplex",
    "triangle",
]
