"""Checks of chapter 6, adaptive and shift-wise convolution."""

from dynconv_lite.course.checks.ch06.adapting import pixel_adaptive
from dynconv_lite.course.checks.ch06.alike import likeness
from dynconv_lite.course.checks.ch06.placing import piece_offsets
from dynconv_lite.course.checks.ch06.pruning import kept_after
from dynconv_lite.course.checks.ch06.row import row_of_pieces
from dynconv_lite.course.checks.ch06.smoothing import bilateral
from dynconv_lite.course.checks.ch06.strip import strip_kernel

__all__ = [
    "bilateral",
    "kept_after",
    "likeness",
    "piece_offsets",
    "pixel_adaptive",
    "row_of_pieces",
    "strip_kernel",
]
