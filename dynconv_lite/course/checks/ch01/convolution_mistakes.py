"""What goes wrong in a convolution, each mistake as torch would make it on purpose."""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function, Mistake

Wrong = Callable[[Tensor, Tensor, Tensor | None, int, int], Tensor]


def with_defaults(wrong: Wrong) -> Function:
    """Give a mistake the exercise's signature."""

    def imitate(
        x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int = 1, padding: int = 0
    ) -> Tensor:
        return wrong(x, weight, bias, stride, padding)

    return imitate


def _padded(x: Tensor, w: Tensor, b: Tensor | None, s: int, sides: Sequence[int]) -> Tensor:
    """Convolve after padding by (left, right, top, bottom)."""
    return F.conv2d(F.pad(x, tuple(sides)), w, b, s)


def add_bias(y: Tensor, bias: Tensor | None) -> Tensor:
    """Add one number per channel to (B, O, H', W')."""
    return y if bias is None else y + bias[:, None, None]


def _unit_steps(x: Tensor, w: Tensor, b: Tensor | None, s: int, p: int) -> Tensor:
    """Give the right size, but move the window by single pixels."""
    height, width = F.conv2d(x, w, b, s, p).shape[2:]
    return F.conv2d(x, w, b, 1, p)[:, :, :height, :width]


def _only_first(y: Tensor, axis: int) -> Tensor:
    """Keep the first entry along an axis, and leave zeros elsewhere."""
    keep = torch.zeros(y.shape[axis], dtype=y.dtype)
    keep[0] = 1
    return y * keep.view([-1 if d == axis else 1 for d in range(4)])


def _bordered(x: Tensor, w: Tensor, b: Tensor | None, s: int, p: int, mode: str) -> Tensor:
    return F.conv2d(F.pad(x, (p, p, p, p), mode=mode), w, b, s)


FLIPPED = (
    "The kernel is flipped: torch's convolution is a cross-correlation, weight[0, 0] meets the "
    "window's top-left pixel. Do not turn the kernel round."
)
_CONVOLUTIONS: list[tuple[str, Wrong]] = [
    (FLIPPED, lambda x, w, b, s, p: F.conv2d(x, w.flip(2, 3), b, s, p)),
    (
        "The kernel is flipped top to bottom. Row u of the kernel meets row u of the window.",
        lambda x, w, b, s, p: F.conv2d(x, w.flip(2), b, s, p),
    ),
    (
        "The kernel is flipped left to right. Column v of the kernel meets column v of the window.",
        lambda x, w, b, s, p: F.conv2d(x, w.flip(3), b, s, p),
    ),
    (
        "The kernel is transposed: weight is (O, C, kh, kw), rows before columns.",
        lambda x, w, b, s, p: F.conv2d(x, w.mT, b, s, p),
    ),
    (
        "The output map is transposed: rows (H') come before columns (W').",
        lambda x, w, b, s, p: F.conv2d(x, w, b, s, p).mT,
    ),
    (
        "The numbers are right, but they are laid out as H' = W' swapped: use (H', W'), rows "
        "first, where you reshape.",
        lambda x, w, b, s, p: (
            F.conv2d(x, w, b, s, p).flatten(2).unflatten(2, F.conv2d(x, w, b, s, p).shape[:1:-1])
        ),
    ),
    (
        "Images and output channels have changed places: the result is (B, O, H', W').",
        lambda x, w, b, s, p: F.conv2d(x, w, b, s, p).transpose(0, 1),
    ),
    (
        "The channels come last. torch's order is (B, O, H', W').",
        lambda x, w, b, s, p: F.conv2d(x, w, b, s, p).movedim(1, 3),
    ),
    (
        "Only the first input channel is read. Sum over all C channels.",
        lambda x, w, b, s, p: F.conv2d(x[:, :1], w[:, :1], b, s, p),
    ),
    (
        "Only the last input channel counts: each channel overwrites the one before. "
        "Add them up, with += .",
        lambda x, w, b, s, p: F.conv2d(x[:, -1:], w[:, -1:], b, s, p),
    ),
    (
        "The input channels are averaged. A convolution sums over them.",
        lambda x, w, b, s, p: add_bias(F.conv2d(x, w, None, s, p) / x.shape[1], b),
    ),
    (
        "The products are averaged. A convolution sums them.",
        lambda x, w, b, s, p: add_bias(F.conv2d(x, w, None, s, p) / w[0].numel(), b),
    ),
    (
        "The sum is divided by kh * kw. A convolution only sums.",
        lambda x, w, b, s, p: add_bias(F.conv2d(x, w, None, s, p) / w[0, 0].numel(), b),
    ),
    (
        "The channels are summed before the product. Multiply channel c of the window by "
        "weight[o, c] first, then sum.",
        lambda x, w, b, s, p: F.conv2d(x.sum(1, True), w.sum(1, True), b, s, p),
    ),
    (
        "The input channels are still apart. Sum over them: the result is (B, O, H', W').",
        lambda x, w, b, s, p: torch.stack(
            [F.conv2d(x[:, c : c + 1], w[:, c : c + 1], b, s, p) for c in range(x.shape[1])], 2
        ),
    ),
    (
        "Only the first output channel is filled. Every kernel weight[o] gives a channel.",
        lambda x, w, b, s, p: _only_first(F.conv2d(x, w, b, s, p), 1),
    ),
    (
        "All output channels use the first kernel. Channel o uses weight[o].",
        lambda x, w, b, s, p: F.conv2d(x, w[:1].expand_as(w), b, s, p),
    ),
    (
        "There is one output channel. Every kernel weight[o] gives one: O in all.",
        lambda x, w, b, s, p: F.conv2d(x, w, b, s, p)[:, :1],
    ),
    (
        "The output channels are summed into one. Every kernel weight[o] gives one of its own.",
        lambda x, w, b, s, p: F.conv2d(x, w, b, s, p).sum(1, True),
    ),
    (
        "Only the first image of the batch is convolved. Treat all B images alike.",
        lambda x, w, b, s, p: _only_first(F.conv2d(x, w, b, s, p), 0),
    ),
    (
        "The result holds one image only. Treat all B images of the batch alike.",
        lambda x, w, b, s, p: F.conv2d(x, w, b, s, p)[:1],
    ),
    (
        "All results are those of the first image. Image b of the result comes from x[b].",
        lambda x, w, b, s, p: F.conv2d(x[:1].expand_as(x), w, b, s, p),
    ),
    (
        "The images of the batch are summed. Image b of the result comes from x[b] alone.",
        lambda x, w, b, s, p: F.conv2d(x.sum(0, True), w, b, s, p).expand(len(x), -1, -1, -1),
    ),
    (
        "The bias is forgotten: add bias[o] to output channel o.",
        lambda x, w, b, s, p: F.conv2d(x, w, None, s, p),
    ),
    (
        "The bias is subtracted. Add it.",
        lambda x, w, b, s, p: F.conv2d(x, w, None if b is None else -b, s, p),
    ),
    (
        "The bias is added once for every input channel. Add it once, after the sum.",
        lambda x, w, b, s, p: F.conv2d(x, w, None if b is None else b * x.shape[1], s, p),
    ),
    (
        "The bias is added once for every tap of the kernel. Add it once, after the sum.",
        lambda x, w, b, s, p: F.conv2d(x, w, None if b is None else b * w[0].numel(), s, p),
    ),
    (
        "Every output channel gets the first bias. Channel o gets bias[o].",
        lambda x, w, b, s, p: F.conv2d(x, w, None if b is None else b[:1].expand_as(b), s, p),
    ),
    (
        "The bias runs along the columns: numbers broadcast over the last axis. It belongs to the "
        "channels: bias[:, None, None].",
        lambda x, w, b, s, p: F.conv2d(x, w, None, s, p) + (0 if b is None else b),
    ),
    (
        "The bias is added, but it is summed over all channels. Channel o gets bias[o].",
        lambda x, w, b, s, p: F.conv2d(x, w, None, s, p) + (0 if b is None else b.sum()),
    ),
    (
        "The stride is ignored: the window of output (i, j) starts at (i * stride, j * stride), "
        "and there are fewer windows.",
        lambda x, w, b, s, p: F.conv2d(x, w, b, 1, p),
    ),
    (
        "The size follows the stride, but the window does not: that of output (i, j) starts at "
        "(i * stride, j * stride).",
        _unit_steps,
    ),
    (
        "The stride is used for the rows only. Columns step by it too.",
        lambda x, w, b, s, p: F.conv2d(x, w, b, (s, 1), p),
    ),
    (
        "The stride is used for the columns only. Rows step by it too.",
        lambda x, w, b, s, p: F.conv2d(x, w, b, (1, s), p),
    ),
    (
        "The padding is ignored: put `padding` zeros on all four sides of x first.",
        lambda x, w, b, s, p: F.conv2d(x, w, b, s, 0),
    ),
    (
        "The zeros are on the top and left sides only. Pad all four sides.",
        lambda x, w, b, s, p: _padded(x, w, b, s, (p, 0, p, 0)),
    ),
    (
        "The zeros are on the bottom and right sides only. Pad all four sides.",
        lambda x, w, b, s, p: _padded(x, w, b, s, (0, p, 0, p)),
    ),
    (
        "All the zeros are at the top and left, twice as many as there should be. Put `padding` "
        "on each side.",
        lambda x, w, b, s, p: _padded(x, w, b, s, (2 * p, 0, 2 * p, 0)),
    ),
    (
        "All the zeros are at the bottom and right, twice as many as there should be. Put "
        "`padding` on each side.",
        lambda x, w, b, s, p: _padded(x, w, b, s, (0, 2 * p, 0, 2 * p)),
    ),
    (
        "Only the rows are padded (top and bottom). Pad left and right too.",
        lambda x, w, b, s, p: F.conv2d(x, w, b, s, (p, 0)),
    ),
    (
        "Only the columns are padded (left and right). F.pad takes the last axis first: "
        "(left, right, top, bottom).",
        lambda x, w, b, s, p: F.conv2d(x, w, b, s, (0, p)),
    ),
    (
        "The image is padded twice over: `padding` zeros go on each side.",
        lambda x, w, b, s, p: F.conv2d(x, w, b, s, 2 * p),
    ),
    *(
        (
            f"The border is filled with {name} pixels. Fill it with zeros.",
            lambda x, w, b, s, p, mode=mode: _bordered(x, w, b, s, p, mode),
        )
        for mode, name in (
            ("reflect", "mirrored"),
            ("replicate", "repeated"),
            ("circular", "wrapped-round"),
        )
    ),
    (
        "The border is filled with ones. Fill it with zeros.",
        lambda x, w, b, s, p: F.conv2d(F.pad(x, (p, p, p, p), value=1.0), w, b, s),
    ),
    (
        "The last row and column are missing. There are (H + 2 * padding - kh) // stride + 1 "
        "windows in a column: mind the + 1.",
        lambda x, w, b, s, p: F.conv2d(x, w, b, s, p)[:, :, :-1, :-1],
    ),
    (
        "The last row is missing: there are (H + 2 * padding - kh) // stride + 1 of them.",
        lambda x, w, b, s, p: F.conv2d(x, w, b, s, p)[:, :, :-1],
    ),
    (
        "The last column is missing: there are (W + 2 * padding - kw) // stride + 1 of them.",
        lambda x, w, b, s, p: F.conv2d(x, w, b, s, p)[:, :, :, :-1],
    ),
    (
        "The last row and column of the output are never filled. Let the loops run over all H' "
        "rows and W' columns.",
        lambda x, w, b, s, p: F.pad(F.conv2d(x, w, b, s, p)[:, :, :-1, :-1], (0, 1, 0, 1)),
    ),
]
MISTAKES = [Mistake(text, with_defaults(wrong)) for text, wrong in _CONVOLUTIONS]
