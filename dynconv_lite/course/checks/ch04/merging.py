"""Exercise 5: the three branches of a RepVGG block in one kernel."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch04.merging_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise
from dynconv_lite.reparam import identity_kernel, pad_kernel


def _merge_block(kernel3: Tensor, kernel1: Tensor, scale: Tensor) -> Tensor:
    """Return the kernel that does what three branches do together.

    Args:
        kernel3: of the branch with 3 x 3 pixels, folded: (C, C / groups, 3, 3).
        kernel1: of that with one pixel, folded: (C, C / groups, 1, 1).
        scale: what the normalisation in the branch without a convolution multiplies by, (C,).

    Returns:
        (C, C / groups, 3, 3).
    """
    channels, inside = kernel3.shape[:2]
    identity = identity_kernel(channels, channels // inside, 3, dtype=kernel3.dtype)
    return kernel3 + pad_kernel(kernel1, 3) + identity * scale[:, None, None, None]


@exercise("Exercise 5: three branches, one kernel", fallback=_merge_block)
def merge_block(answer: Answer, random: Random) -> None:
    """Check `merge_block(kernel3, kernel1, scale)` -> (C, C / groups, 3, 3)."""
    cases = []
    for new, c, inside, dtype in (
        ("one channel", 1, 1, torch.float32),
        ("several channels, as many as pixels in a row", 3, 3, torch.float32),
        ("two channels", 2, 2, torch.float32),
        ("more channels", random.integer(4, 6), 0, torch.float32),
        ("two groups", 8, 4, torch.float32),
        ("depth-wise", 5, 1, torch.float32),
        ("float64", 6, 3, torch.float64),
    ):
        shape = (c, inside or c)
        cases.append(
            Case(
                {
                    "kernel3": random.normal(*shape, 3, 3, dtype=dtype),
                    "kernel1": random.normal(*shape, 1, 1, dtype=dtype),
                    "scale": random.normal(c, dtype=dtype),
                },
                new,
            )
        )
    answer.compare(
        _merge_block, cases, MISTAKES, result="a kernel (C, C / groups, 3, 3)", hints=HINTS
    )
