"""Checks of chapter 9, pixel-mix."""

from dynconv_lite.course.checks.ch09.kernel import as_convolution
from dynconv_lite.course.checks.ch09.mixing import shift_and_concatenate
from dynconv_lite.course.checks.ch09.relating import interaction
from dynconv_lite.course.checks.ch09.stages import seen
from dynconv_lite.course.checks.ch09.table import table_bytes
from dynconv_lite.course.checks.ch09.turning import all_turns

__all__ = [
    "all_turns",
    "as_convolution",
    "interaction",
    "seen",
    "shift_and_concatenate",
    "table_bytes",
]
