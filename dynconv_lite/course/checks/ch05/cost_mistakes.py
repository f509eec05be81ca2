"""What goes wrong in counting the multiply-adds of a RepLK block and its ConvFFN."""

from collections.abc import Callable
from typing import NamedTuple

from dynconv_lite.course.case import Function, Mistake


class Sizes(NamedTuple):
    """The exercise's arguments, in short."""

    c: int
    k: int
    h: int
    w: int
    e: int = 4


Count = Callable[[Sizes], int]


def _count(
    pointwise: Count = lambda s: 2 * s.c**2,
    depthwise: Count = lambda s: s.c * s.k**2,
    feed_forward: Count = lambda s: 2 * s.e * s.c**2,
    pixels: Count = lambda s: s.h * s.w,
    extra: Count = lambda s: 0,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its counts replaced."""

    def multiply_adds(*sizes: int) -> int:
        s = Sizes(*sizes)
        return (pointwise(s) + depthwise(s) + feed_forward(s)) * pixels(s) + extra(s)

    return multiply_adds


def _resized(change: Callable[[Sizes], Sizes]) -> Function:
    """Return the mistake of counting with other sizes."""
    return lambda *sizes: _count()(*change(Sizes(*sizes)))


def _times(factor: int) -> Function:
    return lambda *sizes: factor * _count()(*sizes)


def _hidden(s: Sizes) -> int:
    return (4 + s.e) * s.c  # channels that come out of the block's layers and the ConvFFN's


MISTAKES = [
    Mistake(
        "The depth-wise layer is counted as a dense one, with C * C * K * K weights. Each of its "
        "outputs sees one channel only: C * K * K.",
        _count(depthwise=lambda s: s.c**2 * s.k**2),
    ),
    Mistake(
        "A kernel has K * K taps, not K: square kernel_size.",
        _count(depthwise=lambda s: s.c * s.k),
    ),
    Mistake(
        "The depth-wise layer counts one kernel for all channels. Each of C channels has its own: "
        "C * K * K.",
        _count(depthwise=lambda s: s.k**2),
    ),
    Mistake(
        "The depth-wise layer is left out: add C * K * K for every pixel.",
        _count(depthwise=lambda s: 0),
    ),
    Mistake(
        "The expansion is forgotten: between its two layers the ConvFFN has expansion * C "
        "channels.",
        _count(feed_forward=lambda s: 2 * s.c**2),
    ),
    Mistake(
        "Both layers of the ConvFFN are counted from expansion * C to expansion * C channels. One "
        "goes from C to expansion * C, the other back.",
        _count(feed_forward=lambda s: 2 * (s.e * s.c) ** 2),
    ),
    Mistake(
        "One layer of the ConvFFN is left out. There are two: from C to expansion * C channels, "
        "and back.",
        _count(feed_forward=lambda s: s.e * s.c**2),
    ),
    Mistake(
        "The ConvFFN is forgotten: add its two 1 x 1 convolutions.",
        _count(feed_forward=lambda s: 0),
    ),
    Mistake(
        "The expansion is always 4. Use the argument expansion; 4 is only what it is by default.",
        _count(feed_forward=lambda s: 8 * s.c**2),
    ),
    Mistake(
        "This is the ConvFFN alone. Add the RepLK block before it: two 1 x 1 convolutions and the "
        "depth-wise one between them.",
        _count(lambda s: 0, lambda s: 0),
    ),
    Mistake(
        "One 1 x 1 convolution of the RepLK block is left out: one stands before the depth-wise "
        "layer, and one behind it.",
        _count(lambda s: s.c**2),
    ),
    Mistake(
        "The RepLK block's 1 x 1 convolutions are left out: one stands before the depth-wise "
        "layer, and one behind it.",
        _count(lambda s: 0),
    ),
    Mistake(
        "The RepLK block's 1 x 1 convolutions are counted as depth-wise ones. Each of their C "
        "outputs sums over C channels: C * C weights.",
        _count(lambda s: 2 * s.c),
    ),
    Mistake(
        "The count is doubled: these are multiplications and additions. A multiply-add counts "
        "once.",
        _times(2),
    ),
    Mistake(
        "The pixels are left out: these are the weights. Every weight is used at each of "
        "height * width places.",
        _count(pixels=lambda s: 1),
    ),
    Mistake(
        "The pixels are counted as height + width. There are height * width.",
        _count(pixels=lambda s: s.h + s.w),
    ),
    Mistake(
        "The height is taken for the width as well. A map has height * width pixels.",
        _resized(lambda s: s._replace(w=s.h)),
    ),
    Mistake(
        "The width is taken for the height as well. A map has height * width pixels.",
        _resized(lambda s: s._replace(h=s.w)),
    ),
    Mistake(
        "The map's edge is cut off by the kernel. The map is padded, and keeps its size: "
        "height * width.",
        _resized(lambda s: s._replace(h=s.h - s.k + 1, w=s.w - s.k + 1)),
    ),
    Mistake(
        "Biases are counted. Leave them out: batch normalisation stands behind every layer.",
        _count(extra=lambda s: _hidden(s) * s.h * s.w),
    ),
    Mistake(
        "Biases are counted, once for each channel. Leave them out: batch normalisation stands "
        "behind every layer.",
        _count(extra=_hidden),
    ),
    Mistake(
        "The shortcuts' additions are counted. Leave them out.",
        _count(extra=lambda s: 2 * s.c * s.h * s.w),
    ),
]
