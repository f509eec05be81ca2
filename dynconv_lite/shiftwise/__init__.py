"""Shift-wise convolution: a large kernel made of small ones that are shifted apart and added.

Source: D. Li et al. 2025, "ShiftwiseConv: Small Convolutional Kernel with Large Kernel Effect",
CVPR, arXiv 2401.12736; the diagonal directions and the rotation are the talk's.
"""

from dynconv_lite.shiftwise.by_shifts import by_shifts
from dynconv_lite.shiftwise.layer import ShiftwiseConv2d
from dynconv_lite.shiftwise.pieces import DIRECTIONS, large_kernel, offsets, slots
from dynconv_lite.shiftwise.shift import shift2d
from dynconv_lite.shiftwise.sparsity import prune_pieces, regrow_pieces

__all__ = [
    "DIRECTIONS",
    "ShiftwiseConv2d",
    "by_shifts",
    "large_kernel",
    "offsets",
    "prune_pieces",
    "regrow_pieces",
    "shift2d",
    "slots",
]
