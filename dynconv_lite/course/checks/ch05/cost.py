"""Exercise 1: what a RepLK block and its ConvFFN cost."""

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch05.cost_mistakes import MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _multiply_adds(
    channels: int, kernel_size: int, height: int, width: int, expansion: int = 4
) -> int:
    """Return the multiply-adds of a RepLK block and the ConvFFN behind it, for one picture.

    Those of the convolutions alone, at stride 1 and with a map that keeps its size.

    Args:
        channels: C, in and out.
        kernel_size: K, of the depth-wise kernels of K x K pixels.
        height: of the map.
        width: of the map.
        expansion: hidden channels of the ConvFFN, as a multiple of C.
    """
    pointwise = (2 + 2 * expansion) * channels**2
    return (pointwise + channels * kernel_size**2) * height * width


@exercise("Exercise 1: what a block costs", fallback=_multiply_adds)
def multiply_adds(answer: Answer, random: Random) -> None:
    """Check `multiply_adds(channels, kernel_size, height, width, expansion=4)` -> an integer."""
    high, wide = random.integer(5, 7), random.integer(10, 14)
    names = ("channels", "kernel_size", "height", "width", "expansion")
    cases = [
        Case(dict(zip(names, values, strict=False)), new)
        for new, *values in (
            ("one channel, one tap and one pixel", 1, 1, 1, 1, 1),
            ("several channels", 6, 1, 1, 1, 1),
            ("kernels of 5 x 5 pixels", 6, 5, 1, 1, 1),
            ("a ConvFFN with twice the channels inside", 6, 5, 1, 1, 2),
            ("expansion left at 4", 6, 5, 1, 1),
            ("a map of several pixels", 6, 5, high, wide, 4),
            ("a kernel as large as the map", random.integer(9, 20), 13, 13, 13, 3),
            ("a stage of a network", 128, 31, 56, 56),
            ("any numbers", random.integer(20, 90), random.integer(2, 15) * 2 + 1, wide, high, 3),
        )
    ]
    answer.compare(_multiply_adds, cases, MISTAKES, result="one integer")
