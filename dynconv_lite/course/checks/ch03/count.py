"""Exercise 6: what a dynamic convolution costs."""

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch03.count_mistakes import MISTAKES, NAMES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _count_multiply_adds(
    in_channels: int,
    out_channels: int,
    kernel_size: int,
    height: int,
    width: int,
    num_kernels: int,
) -> tuple[int, int, int]:
    """Return the multiply-adds of one picture: (attention, mixing, convolution).

    Those of the attention are of its two layers; the additions of the pooling and of the biases
    do not count.

    Args:
        in_channels: C.
        out_channels: O.
        kernel_size: k, of kernels of k x k pixels.
        height: of the output.
        width: of the output.
        num_kernels: K.
    """
    hidden = max(1, in_channels // 4)
    kernel = out_channels * in_channels * kernel_size**2
    attention = in_channels * hidden + hidden * num_kernels
    return attention, num_kernels * kernel, kernel * height * width


@exercise("Exercise 6: what it costs", fallback=_count_multiply_adds)
def count_multiply_adds(answer: Answer, random: Random) -> None:
    """Check `count_multiply_adds(in_channels, out_channels, ...)` -> three integers."""
    answer.compare_integers(_count_multiply_adds, _cases(random), MISTAKES, names=NAMES)


def _cases(random: Random) -> list[Case]:
    high, wide = random.integer(5, 7), random.integer(10, 14)
    names = ("in_channels", "out_channels", "kernel_size", "height", "width", "num_kernels")
    cases = []
    for new, *values in (
        ("kernels of one pixel on one pixel", 8, 3, 1, 1, 1, 2),
        ("kernels of 3 x 3 pixels", 8, 5, 3, 1, 1, 2),
        ("a map of several pixels", 8, 5, 3, high, wide, 2),
        ("more than two kernels", 16, 5, 3, high, wide, random.integer(5, 7)),
        ("more output than input channels", 8, 40, 3, high, wide, 5),
        ("channels that are no multiple of 4", 10, 7, 3, high, wide, 5),
        ("fewer than four channels", 3, 7, 5, high, wide, 4),
        ("a layer of a network", 64, 128, 3, 28, 30, 4),
        ("any numbers", random.integer(20, 90), random.integer(9, 70), 7, high, wide, 9),
    ):
        cases.append(Case(dict(zip(names, values, strict=True)), new))
    return cases
