"""Answers to exercise 4 of chapter 5, as learners write them: a ConvNeXt block."""

import torch
import torch.nn.functional as F
from torch import nn


def stepwise(
    depthwise=lambda x, b: b.depthwise(x),
    norm=lambda y, b: b.norm(y),
    activation=F.gelu,
    after=lambda y: y,
    scale=lambda y, b: b.layer_scale * y,
    join=lambda x, y: x + y,
):
    """Return the exercise's function with one of its steps replaced."""

    def convnext_block(x, block):
        y = norm(depthwise(x, block).permute(0, 2, 3, 1), block)
        y = after(block.reduce(activation(block.expand(y))))
        return join(x, scale(y, block).permute(0, 3, 1, 2))

    return convnext_block


def functional(x, block):
    kernel = block.depthwise.weight
    y = F.conv2d(x, kernel, block.depthwise.bias, padding=kernel.shape[-1] // 2, groups=x.shape[1])
    y = y.movedim(1, -1)
    y = F.layer_norm(y, (x.shape[1],), block.norm.weight, block.norm.bias, 1e-6)
    y = F.gelu(F.linear(y, block.expand.weight, block.expand.bias))
    y = F.linear(y, block.reduce.weight, block.reduce.bias) * block.layer_scale
    return x + y.movedim(-1, 1)


def by_hand(x, block):
    """Normalise by hand along axis 1, and take the linear layers for 1 x 1 convolutions."""
    y = block.depthwise(x)
    off = y - y.mean(1, keepdim=True)
    y = off / (off.square().mean(1, keepdim=True) + block.norm.eps).sqrt()
    y = y * block.norm.weight.view(1, -1, 1, 1) + block.norm.bias.view(1, -1, 1, 1)
    y = F.conv2d(y, block.expand.weight[:, :, None, None], block.expand.bias)
    y = 0.5 * y * (1 + torch.erf(y / 2**0.5))
    y = F.conv2d(y, block.reduce.weight[:, :, None, None], block.reduce.bias)
    return y * block.layer_scale[:, None, None] + x


def pixel_by_pixel(x, block):
    mixed = block.depthwise(x)
    y = x.clone()
    for row in range(x.shape[2]):
        for column in range(x.shape[3]):
            hidden = block.gelu(block.expand(block.norm(mixed[:, :, row, column])))
            y[:, :, row, column] += block.layer_scale * block.reduce(hidden)
    return y


def axes(*axes):
    """Return the normalisation over other axes of (B, H, W, C)."""

    def norm(y, b):
        off = y - y.mean(axes, keepdim=True)
        off = off / torch.sqrt(off.pow(2).mean(axes, keepdim=True) + 1e-6)
        return off * b.norm.weight + b.norm.bias

    return norm


def norm_anew(y, b):
    norm = nn.LayerNorm(y.shape[-1]).to(y.dtype)
    norm.load_state_dict(b.norm.state_dict())
    return norm(y)


def bare_norm(y, b):
    return F.layer_norm(y, y.shape[-1:], eps=1e-6)


def norm_first(x, block):
    y = block.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
    y = block.depthwise(y).permute(0, 2, 3, 1)
    y = block.layer_scale * block.reduce(F.gelu(block.expand(y)))
    return x + y.permute(0, 3, 1, 2)


def scaled_behind(shape):
    def convnext_block(x, block):
        y = stepwise(scale=lambda y, b: y, join=lambda x, y: y)(x, block)
        return x + y * block.layer_scale.view(shape)

    return convnext_block


def channels_first(x, block):
    return x + block.reduce(F.gelu(block.expand(block.norm(block.depthwise(x)))))


def not_permuted_back(x, block):
    y = block.norm(block.depthwise(x).permute(0, 2, 3, 1))
    return x + block.layer_scale * block.reduce(F.gelu(block.expand(y)))


def dense(x, block):
    weight, bias = block.depthwise.weight, block.depthwise.bias
    return stepwise(lambda x, b: F.conv2d(x, weight, bias, padding=weight.shape[-1] // 2))(x, block)


def without_bias(x, block):
    weight = block.depthwise.weight
    margin = weight.shape[-1] // 2
    return stepwise(lambda x, b: F.conv2d(x, weight, padding=margin, groups=len(weight)))(x, block)


def added_in_place(x, block):
    x += stepwise(join=lambda x, y: y)(x, block)
    return x


def single_precision(x, block):
    return functional(x, block).float()


BLOCKS = {
    "all axes": (stepwise(norm=axes(1, 2, 3)), "runs over channels and pixels together"),
    "pixels": (stepwise(norm=axes(1, 2)), "over the pixels of every channel"),
    "batch": (stepwise(norm=axes(0, 1, 2)), "as batch normalisation does"),
    "no norm": (stepwise(norm=lambda y, b: y), "The normalisation is forgotten"),
    "bare norm": (stepwise(norm=bare_norm), "The normalisation lacks its weight and bias"),
    "eps": (stepwise(norm=norm_anew), "The normalisation has eps = 1e-5"),
    "norm first": (norm_first, "stands before the depth-wise convolution"),
    "tanh": (
        stepwise(activation=lambda y: F.gelu(y, approximate="tanh")),
        "The GELU is the approximation by tanh",
    ),
    "quick gelu": (
        stepwise(activation=lambda y: y * torch.sigmoid(1.702 * y)),
        "approximated by y * sigmoid",
    ),
    "relu": (stepwise(activation=F.relu), "The activation is a ReLU"),
    "silu": (stepwise(activation=F.silu), "The shape is right, but"),
    "no activation": (stepwise(activation=lambda y: y), "The activation is forgotten"),
    "activation behind": (
        stepwise(activation=lambda y: y, after=F.gelu),
        "The activation stands behind reduce",
    ),
    "two activations": (stepwise(after=F.gelu), "a second activation, behind reduce"),
    "activation in front": (
        stepwise(lambda x, b: F.gelu(b.depthwise(x))),
        "a second activation, behind the depth-wise",
    ),
    "no layer scale": (stepwise(scale=lambda y, b: y), "layer_scale is forgotten"),
    "all scaled": (
        lambda x, b: stepwise(scale=lambda y, b: y)(x, b) * b.layer_scale[:, None, None],
        "multiplies the shortcut as well",
    ),
    "scaled columns": (scaled_behind((1, 1, 1, -1)), "along its columns"),
    "scale added": (stepwise(scale=lambda y, b: y + b.layer_scale), "layer_scale is added"),
    "no shortcut": (stepwise(join=lambda x, y: y), "The shortcut is forgotten"),
    "other shortcut": (
        lambda x, b: b.depthwise(x) + stepwise(join=lambda x, y: y)(x, b),
        "The shortcut adds the output of the depth-wise",
    ),
    "no bias": (without_bias, "The depth-wise convolution lacks its bias"),
    "no depth-wise": (stepwise(lambda x, b: x), "The depth-wise convolution is forgotten"),
    "the block itself": (lambda x, b: b(x), "Write what the block does with its layers"),
    "its forward": (lambda x, b: b.forward(x), "Write what the block does with its layers"),
    "channels first": (channels_first, "work on the last axis"),
    "not permuted back": (not_permuted_back, "still the last axis when x is added"),
    "dense": (dense, "with groups=C"),
    "channels last": (
        lambda x, b: functional(x, b).permute(0, 2, 3, 1),
        "a tensor (B, C, H, W)",
    ),
    "in place": (added_in_place, "changes its argument x in place"),
    "float32": (single_precision, "float64 in, float32 out"),
    "None": (lambda x, b: None, "returned None"),
}
