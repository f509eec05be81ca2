"""Checks of chapter 4, re-parameterization."""

from dynconv_lite.course.checks.ch04.composing import compose
from dynconv_lite.course.checks.ch04.folding import fold_bias, fold_weight
from dynconv_lite.course.checks.ch04.identity import identity_like
from dynconv_lite.course.checks.ch04.merging import merge_block
from dynconv_lite.course.checks.ch04.middle import put_in_the_middle

__all__ = [
    "compose",
    "fold_bias",
    "fold_weight",
    "identity_like",
    "merge_block",
    "put_in_the_middle",
]
