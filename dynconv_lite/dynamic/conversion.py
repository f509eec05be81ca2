"""From a static network to a dynamic one: every convolution but the first gets K kernels."""

import copy
from typing import Literal

import torch
from torch import nn
from torchvision.ops import SqueezeExcitation

from dynconv_lite.dynamic.attention import Gate
from dynconv_lite.dynamic.convolution import DynamicConv2d

Start = Literal["random", "copy"]


def to_dynamic(
    model: nn.Module,
    num_kernels: int = 4,
    keep_first: bool = True,
    *,
    gate: Gate = "softmax",
    temperature: float = 30.0,
    start: Start = "random",
) -> nn.Module:
    """Return a copy of a model whose convolutions are dynamic.

    The 1 x 1 convolutions inside torchvision's squeeze-and-excitation blocks stay: they work on
    pooled vectors, and are linear layers by another name.

    Args:
        model: Any model of `nn.Conv2d` layers; it is left as it is.
        num_kernels: Kernels K of each dynamic layer.
        keep_first: Leave the first convolution, in the order of the model's modules, static.
        gate: "softmax" for dynamic convolution, "sigmoid" for CondConv.
        temperature: Of the softmax.
        start: "random" draws all kernels from a normal distribution around 0, as wide as the
            layer's own weights (root mean square); "copy" starts all of them as that kernel, so
            that with a softmax the copy computes what the model does.

    Returns:
        The new model.

    Raises:
        ValueError: If an argument is not allowed, there is no convolution to replace, or one
            cannot be made dynamic; names it.

    Source: Chen et al. 2020, section 5: "all layers but the first".
    """
    if start not in ("random", "copy"):
        raise ValueError(f"start must be 'random' or 'copy', got {start!r}")
    new = copy.deepcopy(model)
    inside = {
        id(part)
        for block in new.modules()
        if isinstance(block, SqueezeExcitation)
        for part in block.modules()
    }
    found = [
        (name, module)
        for name, module in new.named_modules()
        if isinstance(module, nn.Conv2d) and id(module) not in inside
    ]
    found = found[1:] if keep_first else found
    if not found:
        raise ValueError("model has no convolution to make dynamic")
    for name, conv in found:
        if not name:
            raise ValueError("model must contain its convolutions, not be one: use DynamicConv2d")
        if type(conv) is not nn.Conv2d or conv.padding_mode != "zeros":
            raise ValueError(
                f"{name} = {conv} cannot be made dynamic: only nn.Conv2d itself with "
                "padding_mode = 'zeros' can"
            )
    for name, conv in found:
        parent, _, last = name.rpartition(".")
        dynamic = _dynamic(name, conv, num_kernels, gate, temperature, start)
        setattr(new.get_submodule(parent), last, dynamic)
    return new


def dynamic_layers(model: nn.Module) -> dict[str, DynamicConv2d]:
    """Return the dynamic convolutions of a model by name, in the order of its modules."""
    return {n: m for n, m in model.named_modules() if isinstance(m, DynamicConv2d)}


def _dynamic(
    name: str, conv: nn.Conv2d, num_kernels: int, gate: Gate, temperature: float, start: Start
) -> DynamicConv2d:
    """Return the dynamic layer that takes a convolution's place."""
    dynamic = DynamicConv2d(
        conv.in_channels,
        conv.out_channels,
        conv.kernel_size,
        conv.stride,
        _padding(name, conv),
        conv.dilation,
        conv.groups,
        bias=conv.bias is not None,
        num_kernels=num_kernels,
        gate=gate,
        temperature=temperature,
    ).to(conv.weight.device, conv.weight.dtype)
    with torch.no_grad():
        if start == "copy":
            dynamic.weight.copy_(conv.weight)  # broadcast to all K
        else:
            # drawn on the CPU, so that a seed means the same on every device
            deviation = float(conv.weight.float().square().mean().sqrt())
            dynamic.weight.copy_(torch.randn(dynamic.weight.shape) * deviation)
        if dynamic.bias is not None and conv.bias is not None:
            dynamic.bias.copy_(conv.bias)
    return dynamic.train(conv.training)


def _padding(name: str, conv: nn.Conv2d) -> tuple[int, int]:
    """Return a convolution's padding in numbers."""
    if not isinstance(conv.padding, str):
        return conv.padding[0], conv.padding[1]
    if conv.padding == "valid":
        return 0, 0
    spans = [d * (k - 1) for d, k in zip(conv.dilation, conv.kernel_size, strict=True)]
    if any(span % 2 for span in spans):
        raise ValueError(f"{name} = {conv} pads more on one side than on the other: not supported")
    return spans[0] // 2, spans[1] // 2
