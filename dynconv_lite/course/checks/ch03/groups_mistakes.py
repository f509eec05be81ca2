"""What goes wrong in convolving all images at once, in groups."""

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake
from dynconv_lite.course.checks.ch03.loop_mistakes import COMMON, with_result

Change = Callable[[Tensor], Tensor]
Split = Callable[[Tensor, int], Tensor]


def _split(y: Tensor, batch: int) -> Tensor:
    return y.reshape(batch, -1, *y.shape[2:])


def _split_backwards(y: Tensor, batch: int) -> Tensor:
    """Read (1, B * O, ...) as if the images ran fastest: (O, B, ...)."""
    return y.reshape(-1, batch, *y.shape[2:]).transpose(0, 1)


def _read_backwards(maps: Tensor) -> Tensor:
    """Lay the first channels of all images next to one another, then the second ones."""
    return maps.transpose(0, 1)


def _in_groups(
    images: Change = lambda x: x, kernels: Change = lambda k: k, split: Split = _split
) -> Function:
    """Return the exercise's function, or a mistake: with one of its layouts replaced."""

    def convolve_in_groups(x: Tensor, own: Tensor, padding: int) -> Tensor:
        batch, _, *size = x.shape
        wide = images(x).reshape(1, -1, *size)
        laid = kernels(own).reshape(-1, *own.shape[2:])
        return split(F.conv2d(wide, laid, padding=padding, groups=batch), batch)

    return convolve_in_groups


def _all_kernels(x: Tensor, kernels: Tensor, padding: int) -> Tensor:
    """Convolve every image by all kernels: (B, B * O, H', W')."""
    return F.conv2d(x, kernels.flatten(0, 1), padding=padding)


HINTS = [
    Hint(
        "The images' channels stand next to one another, B * C of them, and each group has C: "
        "pass groups=B, the number of images.",
        "RuntimeError: Given groups=1, weight of size",
    ),
    Hint(
        "The groups do not fit: there is one for each image. The input is (1, B * C, H, W), the "
        "weight (B * O, C, k, k), and groups=B.",
        "RuntimeError: (Given groups|expected weight|Given weight)",
    ),
    Hint(
        "A convolution has one weight with four axes. Lay the images' kernels one behind another: "
        "kernels.flatten(0, 1), of shape (B * O, C, k, k).",
        "RuntimeError: (expected (3D|4D|stride|padding)|Expected (3D|4D|2D|4-dim)|weight should)",
    ),
    Hint(
        "These numbers do not fit that shape. The result has B * O channels, and another height "
        "and width than x where the padding is not (k - 1) / 2: take them from the convolution's "
        "result.",
        "RuntimeError: shape .* is invalid for input of size",
    ),
    Hint(
        "A tensor whose axes have been swapped is no longer in one piece, and view refuses it. "
        "Here no axis has to be swapped: x and kernels have the images in front already.",
        "RuntimeError: view size is not compatible",
    ),
]
MISTAKES = [
    *COMMON,
    Mistake(
        "The channels of different images are in one group: x is transposed before it is "
        "reshaped. Reshape x as it is: each image's channels then stand next to one another.",
        _in_groups(images=_read_backwards),
    ),
    Mistake(
        "The kernels are laid out as (O * B, ...), so that a group's kernels come from several "
        "images. Flatten kernels as it is, (B * O, ...): each image's kernels stand together.",
        _in_groups(kernels=_read_backwards),
    ),
    Mistake(
        "The channels are dealt out to the wrong images: the result has B * O channels, each "
        "image's together. Reshape it to (B, O, H', W'), and swap no axes.",
        _in_groups(split=_split_backwards),
    ),
    Mistake(
        "The images and the kernels are both transposed before they are reshaped. Reshape both as "
        "they are, with the images in front.",
        _in_groups(_read_backwards, _read_backwards),
    ),
    Mistake(
        "The images are transposed before the convolution, and the result after it. Neither is "
        "needed: reshape both as they are, with the images in front.",
        _in_groups(images=_read_backwards, split=_split_backwards),
    ),
    Mistake(
        "The kernels are transposed before the convolution, and the result after it. Neither is "
        "needed: reshape both as they are, with the images in front.",
        _in_groups(kernels=_read_backwards, split=_split_backwards),
    ),
    Mistake(
        "Images, kernels and result are all transposed. None of it is needed: reshape them as "
        "they are, with the images in front.",
        _in_groups(_read_backwards, _read_backwards, _split_backwards),
    ),
    Mistake(
        "The result is still one image of B * O channels. Split it into B images: "
        "y.reshape(B, O, H', W').",
        _in_groups(split=lambda y, batch: y),
    ),
    Mistake(
        "The result has an axis of size 1 in front. Take its entry 0, or reshape it to "
        "(B, O, H', W').",
        with_result(lambda y: y[None]),
    ),
    Mistake(
        "The axis in front is gone, but the B * O channels are not split. Reshape to "
        "(B, O, H', W').",
        _in_groups(split=lambda y, batch: y[0]),
    ),
    Mistake(
        "The result is split into (O, B, ...). Each image's channels stand together: reshape it "
        "to (B, O, H', W').",
        _in_groups(split=lambda y, batch: y.reshape(-1, batch, *y.shape[2:])),
    ),
    Mistake(
        "Every image is convolved by the kernels of all images. Give each a group of its own: "
        "reshape x to (1, B * C, H, W), and pass groups=B.",
        _all_kernels,
    ),
    Mistake(
        "Only the first image's result is returned. Reshape the result to (B, O, H', W').",
        with_result(lambda y: y[:1]),
    ),
]
