"""What goes wrong in convolving every image by its own kernel."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake

Change = Callable[[Tensor], Tensor]


def convolve(x: Tensor, kernels: Tensor, padding: int) -> Tensor:
    """Convolve image by image: (B, C, H, W) by (B, O, C, k, k) -> (B, O, H', W')."""
    pairs = zip(x, kernels, strict=True)
    return torch.cat([F.conv2d(image[None], own, padding=padding) for image, own in pairs])


def with_kernels(change: Change) -> Function:
    """Return the mistake of using other kernels than (B, O, C, k, k) says."""
    return lambda x, kernels, padding: convolve(x, change(kernels), padding)


def with_result(change: Change) -> Function:
    """Return the mistake of changing what should be returned, (B, O, H', W')."""
    return lambda x, kernels, padding: change(convolve(x, kernels, padding))


def with_padding(change: Callable[[int, int], int]) -> Function:
    """Return the mistake of padding by `change(padding, k)`."""
    return lambda x, kernels, padding: convolve(x, kernels, change(padding, kernels.shape[-1]))


def _with_images(change: Change) -> Function:
    return lambda x, kernels, padding: convolve(change(x), kernels, padding)


def _replicated(x: Tensor, kernels: Tensor, padding: int) -> Tensor:
    return convolve(F.pad(x, (padding,) * 4, mode="replicate"), kernels, 0)


def _depthwise(x: Tensor, kernels: Tensor, padding: int) -> Tensor:
    """Add up the input channels of the image instead of weighing each by its own taps."""
    return convolve(x.sum(1, keepdim=True), kernels.mean(2, keepdim=True), padding)


HINTS = [
    Hint(
        "F.conv2d takes a weight with four axes, (O, C, k, k), for all images it is given. Call it "
        "for every image, with x[b : b + 1] and kernels[b].",
        "RuntimeError: (expected (3D|4D|stride|padding)|Expected (3D|4D|2D|4-dim)|weight should)",
    ),
    Hint(
        "Input and output channels do not fit. Image b is x[b : b + 1], of shape (1, C, H, W), "
        "and its kernel kernels[b], of shape (O, C, k, k).",
        "RuntimeError: Given groups=1, weight of size",
    ),
    Hint(
        "kernels[b] exists for the images of the batch alone: let b run over range(len(x)).",
        "IndexError: index",
    ),
    Hint(
        "torch.tensor makes a tensor of numbers. Join tensors with torch.cat or torch.stack.",
        "ValueError: only one element tensors can be converted",
    ),
]
# What goes wrong however the convolutions are computed: also in exercise 4.
COMMON = [
    Mistake(
        "All images are convolved by the first image's kernel. Image b has kernels[b].",
        with_kernels(lambda k: k[:1].expand_as(k)),
    ),
    Mistake(
        "All images are convolved by the last image's kernel. Image b has kernels[b].",
        with_kernels(lambda k: k[-1:].expand_as(k)),
    ),
    Mistake(
        "All images are convolved by the mean of the kernels. Image b has its own, kernels[b].",
        with_kernels(lambda k: k.mean(0).expand_as(k)),
    ),
    Mistake(
        "All images are convolved by the sum of the kernels. Image b has its own, kernels[b].",
        with_kernels(lambda k: k.sum(0).expand_as(k)),
    ),
    Mistake(
        "The padding is forgotten: pass padding=padding to F.conv2d.",
        with_padding(lambda padding, k: 0),
    ),
    Mistake(
        "The padding is always k // 2, which keeps the map's size. Use the argument padding.",
        with_padding(lambda padding, k: k // 2),
    ),
    Mistake(
        "The padding is always 1. Use the argument padding.",
        with_padding(lambda padding, k: 1),
    ),
    Mistake(
        "The map is padded twice: by F.pad, and by F.conv2d again. Once is enough.",
        with_padding(lambda padding, k: 2 * padding),
    ),
    Mistake(
        "The border pixels are repeated outside of the map. Pad with zeros, as F.conv2d does.",
        _replicated,
    ),
    Mistake(
        "The kernels are flipped. What a network calls a convolution does not flip: pass "
        "kernels[b] as it is.",
        with_kernels(lambda k: k.flip(-1, -2)),
    ),
    Mistake(
        "Rows and columns of the kernels are swapped. Pass kernels[b] as it is.",
        with_kernels(lambda k: k.mT),
    ),
    Mistake(
        "The input channels of an image are added up before the convolution. Each has taps of its "
        "own: pass the image with all its C channels.",
        _depthwise,
    ),
]
MISTAKES = [
    *COMMON,
    Mistake(
        "Every image is convolved by the next image's kernel. Image b has kernels[b].",
        with_kernels(lambda k: k.roll(-1, 0)),
    ),
    Mistake(
        "Every image is convolved by the previous image's kernel. Image b has kernels[b].",
        with_kernels(lambda k: k.roll(1, 0)),
    ),
    Mistake(
        "The first image is convolved by every kernel in turn. Kernel b belongs to x[b : b + 1].",
        _with_images(lambda x: x[:1].expand_as(x)),
    ),
    Mistake(
        "The last image is convolved by every kernel in turn. Kernel b belongs to x[b : b + 1].",
        _with_images(lambda x: x[-1:].expand_as(x)),
    ),
    Mistake(
        "The result has an axis of size 1 too many: every F.conv2d returns a batch of one. Join "
        "them with torch.cat, or convolve x[b] in place of x[b : b + 1].",
        with_result(lambda y: y[:, None]),
    ),
    Mistake(
        "The images' results are joined along the channels. Join them along the batch, dim=0.",
        with_result(lambda y: y.flatten(0, 1)[None]),
    ),
    Mistake(
        "The batch axis is gone: x[b] and its result have none, and torch.cat joins the channels. "
        "Use torch.stack, or convolve x[b : b + 1].",
        with_result(lambda y: y.flatten(0, 1)),
    ),
    Mistake(
        "The images are on axis 1 of the result. Stack them along axis 0: (B, O, H', W').",
        with_result(lambda y: y.transpose(0, 1)),
    ),
    Mistake(
        "The results of all images are added up. Collect them, one for each image.",
        with_result(lambda y: y.sum(0, keepdim=True)),
    ),
    Mistake(
        "Only the first image's result is returned. Is the `return` inside the loop? Collect the "
        "results in a list, and join them behind the loop.",
        with_result(lambda y: y[:1]),
    ),
    Mistake(
        "Only the last image's result is returned: the loop overwrites it every time. Collect the "
        "results in a list, and join them behind the loop.",
        with_result(lambda y: y[-1:]),
    ),
    Mistake(
        "The images come out in reversed order. Result b belongs to image b.",
        with_result(lambda y: y.flip(0)),
    ),
    Mistake(
        "Only the first image is convolved; the others are still zero. Fill in all of them.",
        with_result(lambda y: torch.cat([y[:1], 0 * y[1:]])),
    ),
]
