"""Exercise 4: every image by its own kernel, in one single convolution."""

import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch03.calls import Calls
from dynconv_lite.course.checks.ch03.groups_mistakes import HINTS, MISTAKES
from dynconv_lite.course.checks.ch03.loop import RESULT, cases
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

REMEDY = (
    "Lay the images side by side as groups of one image, x.reshape(1, B * C, H, W), and their "
    "kernels one behind another, (B * O, C, k, k): one F.conv2d with groups=B does the rest."
)


def _convolve_in_groups(x: Tensor, kernels: Tensor, padding: int) -> Tensor:
    """Return every image convolved by the kernel of its own, by one grouped convolution.

    Args:
        x: (B, C, H, W).
        kernels: (B, O, C, k, k).
        padding: zeros on every side.

    Returns:
        (B, O, H', W').
    """
    batch = len(x)
    side_by_side = x.reshape(1, -1, *x.shape[2:])  # (1, B * C, H, W)
    y = F.conv2d(side_by_side, kernels.flatten(0, 1), padding=padding, groups=batch)
    return y.reshape(batch, -1, *y.shape[2:])


@exercise("Exercise 4: all images in one convolution", fallback=_convolve_in_groups)
def convolve_in_groups(answer: Answer, random: Random) -> None:
    """Check `convolve_in_groups(x, kernels, padding)`, and that it calls one convolution."""
    answer.compare(_convolve_in_groups, cases(random), MISTAKES, result=RESULT, hints=HINTS)
    _count(answer, random)


def _count(answer: Answer, random: Random) -> None:
    """Demand one convolution, of as many groups as there are images."""
    batch = random.integer(3, 5)
    x, kernels = random.normal(batch, 2, 4, 4), random.normal(batch, 2, 2, 3, 3)
    case = Case({"x": x, "kernels": kernels, "padding": 1})
    with Calls() as calls:
        answer.call(case, hints=HINTS)
    number = len(calls.groups)
    if calls.cuts and not number:
        answer.fail(
            "The values are right, but the windows are cut out of the map by an unfold, and "
            f"multiplied by matrices. {REMEDY}",
            case,
        )
    if number != 1:
        times = f"{number} times for {batch} images" if number else "not even once"
        answer.fail(
            f"The values are right, but a convolution is called {times}. One call is wanted. "
            f"{REMEDY}",
            case,
        )
    if calls.groups != [batch]:
        answer.fail(
            f"The values are right, and there is one convolution, but with groups={calls.groups[0]}"
            f" for {batch} images: every image is convolved by all images' kernels, and most of "
            f"it is thrown away. {REMEDY}",
            case,
        )
