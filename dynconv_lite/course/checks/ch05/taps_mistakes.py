"""What goes wrong in depth-wise convolution, by taps or by spectra."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Case, Function, Hint, Mistake

Change = Callable[[Tensor], Tensor]


def padded(x: Tensor, k: int) -> Tensor:
    """Add k // 2 zeros on every side."""
    return F.pad(x, [k // 2] * 4)


def around(x: Tensor, k: int) -> Tensor:
    """Add k // 2 pixels on every side, those that come in from the other side of the map."""
    rows, columns = (torch.arange(-(k // 2), n + k // 2) % n for n in x.shape[2:])
    return x[:, :, rows[:, None], columns]


def correlated(
    kernel: Change = lambda w: w,
    pad: Callable[[Tensor, int], Tensor] = padded,
    result: Change = lambda y: y,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def depthwise(x: Tensor, weight: Tensor) -> Tensor:
        w = kernel(weight)
        return result(F.conv2d(pad(x, w.shape[-1]), w, groups=w.shape[0]))

    return depthwise


def _all_to_all(x: Tensor, weight: Tensor) -> Tensor:
    """Sum over the channels, and give all channels the sum."""
    return correlated()(x, weight).sum(1, keepdim=True).expand_as(x)


def _scaled(x: Tensor, weight: Tensor) -> Tensor:
    return correlated()(x, weight) / weight[0, 0].numel()


# Those that may be made in either way.
SHARED = [
    Mistake(
        "The kernels are flipped. That is convolution in the mathematician's sense; networks do "
        "not flip: tap (i, j) meets pixel (row + i - K // 2, column + j - K // 2).",
        correlated(lambda w: w.flip(2, 3)),
    ),
    Mistake(
        "The rows of the kernels are flipped. Tap i belongs to the row i - K // 2 pixels below.",
        correlated(lambda w: w.flip(2)),
    ),
    Mistake(
        "The columns of the kernels are flipped. Tap j belongs to the column j - K // 2 pixels to "
        "the right.",
        correlated(lambda w: w.flip(3)),
    ),
    Mistake(
        "Rows and columns of the kernels are swapped: the first of the two indices counts rows.",
        correlated(lambda w: w.mT),
    ),
    Mistake(
        "Rows and columns of the kernels are swapped, and both are flipped.",
        correlated(lambda w: w.mT.flip(2, 3)),
    ),
    Mistake(
        "The map wraps around: what leaves it at one side comes back at the other. Outside of the "
        "map there are zeros.",
        correlated(pad=around),
    ),
    Mistake(
        "The kernels are flipped, and the map wraps around: outside of it there are zeros.",
        correlated(lambda w: w.flip(2, 3), around),
    ),
    Mistake(
        "The padding is forgotten: the result is smaller than the map. Put K // 2 zeros on every "
        "side.",
        correlated(pad=lambda x, k: x),
    ),
    Mistake(
        "The map is padded by K - 1 zeros on every side, and the result is larger than the map. "
        "K // 2 are enough.",
        correlated(pad=lambda x, k: F.pad(x, [k - 1] * 4)),
    ),
    Mistake(
        "The result is moved by K // 2 pixels, up and to the left, as if all zeros were added "
        "below and to the right. Put K // 2 on every side, and keep the first H rows and W "
        "columns.",
        correlated(pad=lambda x, k: F.pad(x, [0, k - 1, 0, k - 1])),
    ),
    Mistake(
        "The result is moved by K // 2 pixels, down and to the right, as if all zeros were added "
        "above and to the left. Put K // 2 on every side.",
        correlated(pad=lambda x, k: F.pad(x, [k - 1, 0, k - 1, 0])),
    ),
    Mistake(
        "All channels are given the first one's kernel. Channel c has kernel c, weight[c, 0].",
        correlated(lambda w: w[:1].expand_as(w)),
    ),
    Mistake(
        "All channels are given the mean kernel. Channel c has kernel c, weight[c, 0].",
        correlated(lambda w: w.mean(0, keepdim=True).expand_as(w)),
    ),
    Mistake(
        "The channels are added up, as a dense convolution does. In a depth-wise one they do not "
        "meet.",
        correlated(result=lambda y: y.sum(1, keepdim=True)),
    ),
    Mistake(
        "The channels are added up, and each is given the sum. In a depth-wise convolution they "
        "do not meet.",
        _all_to_all,
    ),
    Mistake("This is the mean over the taps. Take the sum.", _scaled),
]


def _one_channel(case: Case) -> bool:
    """Tell whether sizes that do not meet cannot be those of the channels."""
    return bool(case.arguments["x"].shape[1] == 1)


HINTS = [
    Hint(
        "The padding is forgotten: a map that is cut without it shrinks with every tap, to H - i "
        "rows and W - j columns, and the moved maps no longer meet. Pad the map by K // 2 zeros "
        "first: then there are H rows from every row i on, and W columns.",
        "RuntimeError: (The size of tensor|output with shape)",
        _one_channel,
    ),
    Hint(
        "The kernels do not meet the channels. weight[:, 0, i, j] is (C,), one number for each "
        "channel: give it two axes more, [:, None, None], to multiply (B, C, H, W).",
        "RuntimeError: The size of tensor",
    ),
    Hint(
        "The moved map is smaller than the result. Pad the map by K // 2 zeros first: then there "
        "are H rows from every row i on, and W columns.",
        "IndexError",
    ),
]


def _without_padding(corner: Callable[[int], int]) -> Function:
    """Return the mistake of writing the smaller result into zeros of the map's size."""

    def depthwise(x: Tensor, weight: Tensor) -> Tensor:
        k = weight.shape[-1]
        small = correlated(pad=lambda x, k: x)(x, weight)  # (B, C, H - K + 1, W - K + 1)
        before = corner(k)
        return F.pad(small, [before, k - 1 - before] * 2)

    return depthwise


def _off(step: int) -> Function:
    """Return the mistake of laying the kernels `step` pixels too far down and right."""

    def pad(x: Tensor, k: int) -> Tensor:
        return F.pad(x, [k // 2 - step, k // 2 + step] * 2)

    return correlated(pad=pad)


MISTAKES = [
    *SHARED,
    Mistake(
        "The padding is forgotten: without it the result shrinks by K - 1 rows and columns, and "
        "stands in the corner at the top left of a map of zeros. Pad x by K // 2 zeros on every "
        "side.",
        _without_padding(lambda k: 0),
    ),
    Mistake(
        "The padding is forgotten: the frame of K // 2 pixels around the result is left at zero. "
        "Pad x by K // 2 zeros on every side: then a pixel there gets what the map gives it.",
        _without_padding(lambda k: k // 2),
    ),
    Mistake(
        "Only the last tap is left: the result is overwritten in every turn. Add to it.",
        lambda x, weight: (
            weight[:, 0, -1, -1, None, None]
            * padded(x, weight.shape[-1])[..., -x.shape[2] :, -x.shape[3] :]
        ),
    ),
    Mistake(
        "Only the taps (i, i) of the diagonal are used. There are K * K: one loop inside another.",
        correlated(lambda w: w * torch.eye(w.shape[-1], dtype=w.dtype)),
    ),
    Mistake(
        "The map is not moved: each pixel is multiplied by the sum of the kernel.",
        lambda x, weight: x * weight.sum((1, 2, 3))[:, None, None],
    ),
    *(
        Mistake(
            f"The result is moved by one pixel, {where}. Tap (K // 2, K // 2) is the one that does "
            "not move the map.",
            _off(step),
        )
        for step, where in ((1, "up and to the left"), (-1, "down and to the right"))
    ),
]
