"""Fold a batch normalisation into the convolution beside it.

With its running statistics, a batch normalisation multiplies each channel by a number and adds
another: x * scale + shift. A convolution can do both by itself.
"""

from typing import Any

from torch import Tensor, nn

from dynconv_lite.depthwise import DepthwiseConv2d

BatchNorm = nn.BatchNorm2d | nn.SyncBatchNorm
NORMS: tuple[type[nn.Module], ...] = (nn.BatchNorm2d, nn.SyncBatchNorm)
CONVS: tuple[type[nn.Conv2d], ...] = (nn.Conv2d, DepthwiseConv2d)  # a subclass may do more
GEOMETRY = (
    "in_channels",
    "out_channels",
    "kernel_size",
    "stride",
    "padding",
    "dilation",
    "groups",
    "padding_mode",
)
EVAL_FIRST = "call .eval() first: in training mode BN uses the batch's statistics"


def affine_of(bn: BatchNorm) -> tuple[Tensor, Tensor]:
    """Return scale and shift, by which a batch normalisation maps x to x * scale + shift in eval.

    Args:
        bn: `nn.BatchNorm2d` or `nn.SyncBatchNorm` with running statistics.

    Returns:
        Two tensors (C,) in float64, so that what is made of them is rounded once.

    Raises:
        ValueError: If it is something else, has no running statistics, or they are not finite.

    Source: Ioffe & Szegedy 2015, arXiv 1502.03167, algorithm 2.
    """
    if type(bn) not in NORMS:  # a subclass may do more than normalise
        raise ValueError(f"bn must be nn.BatchNorm2d or nn.SyncBatchNorm, got {_name(bn)}")
    if bn.running_mean is None or bn.running_var is None:
        raise ValueError(
            f"bn must have running statistics, got {bn}: without them it uses the batch's, in "
            "eval mode too, and no fixed kernel can"
        )
    mean, var = bn.running_mean.double(), bn.running_var.double()
    scale = (var + bn.eps).rsqrt()  # (C,)
    if bn.weight is not None:
        scale = scale * bn.weight.double()
    shift = -mean * scale
    if bn.bias is not None:
        shift = shift + bn.bias.double()
    if not (scale.isfinite().all() and shift.isfinite().all()):
        raise ValueError("bn holds NaN, infinite or impossible statistics; var + eps must be > 0")
    return scale, shift


def fuse_conv_bn(conv: nn.Conv2d, bn: BatchNorm) -> nn.Conv2d:
    """Return one convolution that computes bn(conv(x)).

    W' = W * gamma / sqrt(var + eps), and b' = (b - mean) * gamma / sqrt(var + eps) + beta.

    Args:
        conv: `nn.Conv2d` itself; of any stride, padding, dilation, groups and padding mode.
        bn: `nn.BatchNorm2d` or `nn.SyncBatchNorm` in eval mode, over the convolution's outputs.

    Returns:
        A new convolution with a bias, in eval mode, of the dtype and on the device of `conv`.

    Raises:
        ValueError: If one of them is something else, bn is in training mode or has no running
            statistics, or the channels differ.

    Source: Ding et al. 2021 (RepVGG), equation 3.
    """
    scale, shift = _checked(conv, bn, "out_channels")
    weight = conv.weight.double() * scale[:, None, None, None]  # (O, C / groups, kh, kw)
    bias = shift if conv.bias is None else shift + conv.bias.double() * scale
    return with_parameters(conv, weight, bias)


def fuse_bn_conv(bn: BatchNorm, conv: nn.Conv2d) -> nn.Conv2d:
    """Return one convolution that computes conv(bn(x)).

    W'[o, i] = W[o, i] * scale[i], and b'[o] = b[o] + sum over i and taps of W[o, i] * shift[i].
    Zeros that the convolution puts around bn(x) have no counterpart around x, where a zero would
    become bn's shift: with such padding there is no such convolution.

    Args:
        bn: `nn.BatchNorm2d` or `nn.SyncBatchNorm` in eval mode, over the convolution's inputs.
        conv: `nn.Conv2d` itself, that pads with no zeros (its other padding modes repeat pixels,
            to which bn does the same before or after), unless all of bn's shifts are zero.

    Returns:
        A new convolution with a bias, in eval mode, of the dtype and on the device of `conv`.

    Raises:
        ValueError: As `fuse_conv_bn`, or if the convolution pads with zeros.

    Source: Ding et al. 2021 (RepVGG), equation 3, the other way round.
    """
    scale, shift = _checked(conv, bn, "in_channels")
    if pads_with_zeros(conv) and bool(shift.any()):
        raise ValueError(
            f"conv must not pad with zeros, got {conv}: it pads bn's output with zeros, where "
            "padding before bn would have put bn's shift"
        )
    weight, groups = conv.weight.double(), conv.groups
    split = weight.unflatten(0, (groups, -1))  # (g, O / g, C / g, kh, kw)
    scaled = split * scale.view(groups, 1, -1, 1, 1)
    added = (split.sum((3, 4)) * shift.view(groups, 1, -1)).sum(2).flatten()  # (O,)
    bias = added if conv.bias is None else added + conv.bias.double()
    return with_parameters(conv, scaled.flatten(0, 1), bias)


def pads_with_zeros(conv: nn.Conv2d) -> bool:
    """Tell whether a convolution puts zeros around its input."""
    if conv.padding_mode != "zeros" or conv.padding == "valid":
        return False
    if conv.padding == "same":
        return max(conv.kernel_size) > 1
    return max(int(p) for p in conv.padding) > 0


def with_parameters(conv: nn.Conv2d, weight: Tensor, bias: Tensor) -> nn.Conv2d:
    """Return a convolution of the geometry, dtype and device of `conv`, in eval mode."""
    geometry: dict[str, Any] = {name: getattr(conv, name) for name in GEOMETRY}
    # on this device no numbers are drawn: the global generator stays
    if isinstance(conv, DepthwiseConv2d):
        names = ("kernel_size", "stride", "padding")
        own = {name: geometry[name] for name in names}
        new: nn.Conv2d = DepthwiseConv2d(conv.in_channels, **own, device="meta")
    else:
        new = nn.Conv2d(**geometry, device="meta")
    old = conv.weight
    for name, value in (("weight", weight), ("bias", bias)):
        parameter = nn.Parameter(value.detach().to(old), requires_grad=old.requires_grad)
        new.register_parameter(name, parameter)
    return new.eval()


def _checked(conv: nn.Conv2d, bn: BatchNorm, side: str) -> tuple[Tensor, Tensor]:
    """Return bn's scale and shift on the convolution's device, if the two fit."""
    if type(conv) not in CONVS:  # another subclass may use its weight in another way
        raise ValueError(f"conv must be nn.Conv2d or DepthwiseConv2d, got {_name(conv)}")
    scale, shift = affine_of(bn)
    if bn.training:
        raise ValueError(f"bn must be in eval mode; {EVAL_FIRST}")
    channels = getattr(conv, side)
    if bn.num_features != channels:
        raise ValueError(
            f"bn must have the {side} of conv, {channels} channels, got {bn.num_features}"
        )
    device = conv.weight.device
    return scale.to(device), shift.to(device)


def _name(value: object) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"
