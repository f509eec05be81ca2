"""Checks of chapter 7, channel jitter."""

from dynconv_lite.course.checks.ch07.dealing import draw_directions
from dynconv_lite.course.checks.ch07.folding import fold_shift
from dynconv_lite.course.checks.ch07.line import shift_line
from dynconv_lite.course.checks.ch07.quarters import shift_det
from dynconv_lite.course.checks.ch07.triangle import hat
from dynconv_lite.course.checks.ch07.whole import shift_map

__all__ = [
    "draw_directions",
    "fold_shift",
    "hat",
    "shift_det",
    "shift_line",
    "shift_map",
]
