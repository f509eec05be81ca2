"""What goes wrong in a ConvNeXt block."""

from collections.abc import Callable
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake
from dynconv_lite.large_kernel import ConvNeXtBlock

# A step of the block: of the map (B, H, W, C), or its hidden channels, and the block.
Step = Callable[[Tensor, ConvNeXtBlock], Tensor]
SHORTCUT = "the block itself is not to be called"


def _scale(block: ConvNeXtBlock) -> Tensor:
    return cast(Tensor, block.layer_scale)


def _steps(
    depthwise: Step = lambda x, block: block.depthwise(x),
    norm: Step = lambda y, block: block.norm(y),
    hidden: Step = lambda y, block: F.gelu(block.expand(y)),
    reduce: Step = lambda y, block: block.reduce(y),
    scale: Step = lambda y, block: y * _scale(block),
    join: Callable[[Tensor, Tensor], Tensor] = lambda x, y: x + y,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def convnext_block(x: Tensor, block: ConvNeXtBlock) -> Tensor:
        y = norm(depthwise(x, block).permute(0, 2, 3, 1), block)  # (B, H, W, C)
        y = scale(reduce(hidden(y, block), block), block)  # (B, H, W, C)
        return join(x, y.permute(0, 3, 1, 2))

    return convnext_block


def _normalised(axes: tuple[int, ...]) -> Step:
    """Return the normalisation over other axes of (B, H, W, C)."""

    def norm(y: Tensor, block: ConvNeXtBlock) -> Tensor:
        variance, mean = torch.var_mean(y, axes, correction=0, keepdim=True)
        y = (y - mean) / (variance + block.norm.eps).sqrt()
        return y * block.norm.weight + block.norm.bias

    return norm


def _without_affine(y: Tensor, block: ConvNeXtBlock) -> Tensor:
    return F.layer_norm(y, y.shape[-1:], eps=block.norm.eps)


def _anew(y: Tensor, block: ConvNeXtBlock) -> Tensor:
    return F.layer_norm(y, y.shape[-1:], block.norm.weight, block.norm.bias)


def _activated(activation: Callable[[Tensor], Tensor]) -> Step:
    return lambda y, block: activation(block.expand(y))


def _correlate(**options: Any) -> Step:
    """Return the depth-wise layer, with some of its arguments replaced."""

    def depthwise(x: Tensor, block: ConvNeXtBlock) -> Tensor:
        layer: Any = block.depthwise
        k = layer.weight.shape[-1]
        settings = {"weight": layer.weight, "bias": layer.bias, "padding": k // 2, **options}
        return F.conv2d(x, groups=x.shape[1], **settings)

    return depthwise


HINTS = [
    Hint(
        "Write what the block does with its layers: block.depthwise, block.norm, block.expand, "
        "F.gelu, block.reduce, block.layer_scale, and the shortcut.",
        f"RuntimeError: {SHORTCUT}",
    ),
    Hint(
        "block.norm, block.expand and block.reduce work on the last axis, and it has to be that of "
        "the channels: permute(0, 2, 3, 1) before them, permute(0, 3, 1, 2) behind.",
        "RuntimeError: (Given normalized_shape|mat1 and mat2 shapes cannot be multiplied)",
    ),
    Hint(
        "The axes do not meet. Multiply by layer_scale (C,) while the channels are the last axis, "
        "and put them back, permute(0, 3, 1, 2), before x is added.",
        "RuntimeError: The size of tensor",
    ),
    Hint(
        "Every channel has a kernel of its own: call block.depthwise, or F.conv2d with groups=C.",
        "RuntimeError: Given groups=1",
    ),
]
MISTAKES = [
    Mistake(
        "The normalisation runs over channels and pixels together. Take the mean over the channels "
        "alone, at every pixel.",
        _steps(norm=_normalised((1, 2, 3))),
    ),
    Mistake(
        "The normalisation runs over the pixels of every channel. Take the mean over the channels, "
        "at every pixel.",
        _steps(norm=_normalised((1, 2))),
    ),
    Mistake(
        "The normalisation runs over images and pixels, as batch normalisation does. Take the mean "
        "over the channels, at every pixel.",
        _steps(norm=_normalised((0, 1, 2))),
    ),
    Mistake(
        "The normalisation is forgotten: block.norm stands before block.expand.",
        _steps(norm=lambda y, block: y),
    ),
    Mistake(
        "The normalisation lacks its weight and bias: call block.norm.",
        _steps(norm=_without_affine),
    ),
    Mistake(
        "The normalisation has eps = 1e-5, as a new one has. This block's is 1e-6, which shows "
        "where the map has little contrast: call block.norm.",
        _steps(norm=_anew),
    ),
    Mistake(
        "The normalisation stands before the depth-wise convolution, not behind it.",
        _steps(
            lambda x, block: block.depthwise(block.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)),
            lambda y, block: y,
        ),
    ),
    Mistake(
        "The GELU is the approximation by tanh. Take the exact one: F.gelu(y), or block.gelu.",
        _steps(hidden=_activated(lambda y: F.gelu(y, approximate="tanh"))),
    ),
    Mistake(
        "The GELU is approximated by y * sigmoid(1.702 y). Take the exact one: F.gelu(y), or "
        "block.gelu.",
        _steps(hidden=_activated(lambda y: y * torch.sigmoid(1.702 * y))),
    ),
    Mistake(
        "The activation is a ReLU. ConvNeXt has a GELU, as transformers do.",
        _steps(hidden=_activated(torch.relu)),
    ),
    Mistake(
        "The activation is forgotten: without it expand and reduce are one linear layer.",
        _steps(hidden=_activated(lambda y: y)),
    ),
    Mistake(
        "The activation stands behind reduce. Its place is between the two linear layers.",
        _steps(hidden=_activated(lambda y: y), reduce=lambda y, block: F.gelu(block.reduce(y))),
    ),
    Mistake(
        "There is a second activation, behind reduce. A block has one, between its linear layers.",
        _steps(reduce=lambda y, block: F.gelu(block.reduce(y))),
    ),
    Mistake(
        "There is a second activation, behind the depth-wise convolution. A block has one, between "
        "its linear layers.",
        _steps(lambda x, block: F.gelu(block.depthwise(x))),
    ),
    Mistake(
        "layer_scale is forgotten: multiply what reduce gives by it.",
        _steps(scale=lambda y, block: y),
    ),
    Mistake(
        "layer_scale multiplies the shortcut as well. Multiply before x is added.",
        lambda x, block: (
            _steps(scale=lambda y, b: y, join=torch.add)(x, block) * _scale(block)[:, None, None]
        ),
    ),
    Mistake(
        "layer_scale multiplies the map along its columns. Multiply while the channels are the "
        "last axis, or by layer_scale[:, None, None].",
        lambda x, block: (
            x + _steps(scale=lambda y, b: y, join=lambda x, y: y)(x, block) * _scale(block)
        ),
    ),
    Mistake(
        "The channels are still the last axis when x is added: permute(0, 3, 1, 2) first.",
        _steps(join=lambda x, y: x + y.permute(0, 2, 3, 1)),
    ),
    Mistake(
        "layer_scale is added. Multiply by it.",
        _steps(scale=lambda y, block: y + _scale(block)),
    ),
    Mistake("The shortcut is forgotten: add x at the end.", _steps(join=lambda x, y: y)),
    Mistake(
        "The shortcut adds the output of the depth-wise convolution. Add x, the block's input.",
        lambda x, block: _steps(join=lambda x, y: y)(x, block) + block.depthwise(x),
    ),
    Mistake(
        "The depth-wise convolution lacks its bias: call block.depthwise, or pass its bias on.",
        _steps(_correlate(bias=None)),
    ),
    Mistake(
        "The depth-wise convolution is forgotten: nothing looks at other pixels.",
        _steps(lambda x, block: x),
    ),
]
