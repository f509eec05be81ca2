"""What goes wrong in counting the multiply-adds of a dynamic convolution."""

from collections.abc import Callable
from typing import NamedTuple

from dynconv_lite.course.case import Function, Mistake

NAMES = ("attention", "mixing", "convolution")


class Sizes(NamedTuple):
    """The exercise's arguments, in short."""

    c: int
    o: int
    k: int
    h: int
    w: int
    n: int  # kernels

    @property
    def hidden(self) -> int:
        """The hidden channels of the attention."""
        return max(1, self.c // 4)

    @property
    def kernel(self) -> int:
        """The numbers of one kernel."""
        return self.o * self.c * self.k**2


Count = Callable[[Sizes], int]


def _attention(s: Sizes) -> int:
    return s.c * s.hidden + s.hidden * s.n


def _with_hidden(hidden: Count) -> Count:
    return lambda s: s.c * hidden(s) + hidden(s) * s.n


def _counts(
    attention: Count = _attention,
    mixing: Count = lambda s: s.n * s.kernel,
    convolution: Count = lambda s: s.kernel * s.h * s.w,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its counts replaced."""

    def count_multiply_adds(*sizes: int) -> tuple[int, int, int]:
        s = Sizes(*sizes)
        return attention(s), mixing(s), convolution(s)

    return count_multiply_adds


def _resized(change: Callable[[Sizes], Sizes]) -> Function:
    """Return the mistake of counting a layer of other sizes."""
    return lambda *sizes: _counts()(*change(Sizes(*sizes)))


def _doubled(*sizes: int) -> tuple[int, ...]:
    return tuple(2 * count for count in _counts()(*sizes))


MISTAKES = [
    Mistake(
        "The convolution is counted K times. The kernels are mixed first: each picture is "
        "convolved once, by one kernel.",
        _counts(convolution=lambda s: s.n * s.kernel * s.h * s.w),
    ),
    Mistake(
        "The kernels are mixed at every pixel. They are mixed once for a picture: leave height "
        "and width out.",
        _counts(mixing=lambda s: s.n * s.kernel * s.h * s.w),
    ),
    Mistake(
        "The mixing counts K - 1 kernels, as additions alone would. Each of K kernels is "
        "multiplied and added.",
        _counts(mixing=lambda s: (s.n - 1) * s.kernel),
    ),
    Mistake(
        "The mixing leaves K out: it multiplies and adds each of the K kernels.",
        _counts(mixing=lambda s: s.kernel),
    ),
    Mistake(
        "A kernel has k * k taps, not k: square kernel_size.",
        _counts(
            _attention,
            lambda s: s.n * s.kernel // s.k,
            lambda s: s.kernel // s.k * s.h * s.w,
        ),
    ),
    Mistake(
        "The mixing takes kernels of k taps. They have k * k: square kernel_size.",
        _counts(mixing=lambda s: s.n * s.kernel // s.k),
    ),
    Mistake(
        "The convolution takes kernels of k taps. They have k * k: square kernel_size.",
        _counts(convolution=lambda s: s.kernel // s.k * s.h * s.w),
    ),
    Mistake(
        "The mixing counts output channels and taps, and no input channels. A kernel has "
        "O * C * k * k numbers.",
        _counts(mixing=lambda s: s.n * s.kernel // s.c),
    ),
    Mistake(
        "The convolution is counted as a depthwise one. Each of O outputs sums over all C input "
        "channels: O * C * k * k for every pixel.",
        _counts(convolution=lambda s: s.kernel // s.c * s.h * s.w),
    ),
    Mistake(
        "The convolution leaves the pixels out. A kernel is applied at each of height * width "
        "places.",
        _counts(convolution=lambda s: s.kernel),
    ),
    Mistake(
        "The map's edge is cut off by the kernel. height and width are those of the output: take "
        "them as they are.",
        _counts(convolution=lambda s: s.kernel * (s.h - s.k + 1) * (s.w - s.k + 1)),
    ),
    Mistake(
        "The width is taken for the height as well. A map has height * width pixels.",
        _counts(convolution=lambda s: s.kernel * s.w * s.w),
    ),
    Mistake(
        "The height is taken for the width as well. A map has height * width pixels.",
        _counts(convolution=lambda s: s.kernel * s.h * s.h),
    ),
    Mistake(
        "The hidden layer has no channel where there are fewer than 4. It has at least one: "
        "max(1, in_channels // 4).",
        _counts(_with_hidden(lambda s: s.c // 4)),
    ),
    Mistake(
        "The hidden channels are rounded up. Round down: max(1, in_channels // 4).",
        _counts(_with_hidden(lambda s: -(-s.c // 4))),
    ),
    Mistake(
        "The hidden layer has as many channels as the input. It has max(1, in_channels // 4).",
        _counts(_with_hidden(lambda s: s.c)),
    ),
    Mistake(
        "The hidden layer has 4 channels. 4 is what in_channels is divided by: "
        "max(1, in_channels // 4).",
        _counts(_with_hidden(lambda s: 4)),
    ),
    Mistake(
        "The hidden channels are taken from the output channels. The attention sees the input: "
        "max(1, in_channels // 4).",
        _counts(_with_hidden(lambda s: max(1, s.o // 4))),
    ),
    Mistake(
        "The attention leaves its first layer out: add in_channels * hidden.",
        _counts(lambda s: s.hidden * s.n),
    ),
    Mistake(
        "The attention leaves its second layer out: add hidden * num_kernels.",
        _counts(lambda s: s.c * s.hidden),
    ),
    Mistake(
        "The attention is counted as a single layer, from the input to K numbers. There is a "
        "hidden one between: in_channels * hidden + hidden * num_kernels.",
        _counts(lambda s: s.c * s.n),
    ),
    Mistake(
        "The attention's two layers are multiplied. They run one after the other: add.",
        _counts(lambda s: s.c * s.hidden * s.hidden * s.n),
    ),
    Mistake(
        "The attention counts the additions of the pooling. Leave in_channels * height * width "
        "out.",
        _counts(lambda s: _attention(s) + s.c * s.h * s.w),
    ),
    Mistake(
        "The attention counts the biases. Leave hidden + num_kernels out.",
        _counts(lambda s: _attention(s) + s.hidden + s.n),
    ),
    Mistake(
        "The attention is counted for every pixel. The map is pooled first: leave height and width "
        "out.",
        _counts(lambda s: _attention(s) * s.h * s.w),
    ),
    Mistake(
        "All counts are doubled: these are multiplications and additions. A multiply-add counts "
        "once.",
        _doubled,
    ),
    Mistake(
        "The three counts come in another order: attention, mixing, convolution.",
        lambda *sizes: _counts()(*sizes)[::-1],
    ),
    Mistake(
        "Input and output channels have changed places: the attention sees the input channels, the "
        "first argument.",
        _resized(lambda s: s._replace(c=s.o, o=s.c)),
    ),
]
