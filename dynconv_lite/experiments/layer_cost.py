"""Multiply-adds of a network layer by layer, however its convolutions are computed.

A counter of operators, as `dynconv_lite.cost` is, sees what runs: of a convolution by Fourier
transform it sees almost nothing, and so would make large kernels look free. Here every layer counts
what its definition says: each weight is used once for each place of the output.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import torch
from torch import Tensor, nn

from dynconv_lite.feature_map import eval_mode


@dataclass(frozen=True)
class LayerCost:
    """What one picture costs.

    Attributes:
        parameters: Numbers that are learned.
        multiply_adds: Of convolutions and linear layers, forward, as by their definition.
        by_layer: Multiply-adds by the layer's name.
    """

    parameters: int
    multiply_adds: int
    by_layer: dict[str, int]


def count_layers(model: nn.Module, input_size: Sequence[int]) -> LayerCost:
    """Count what one picture costs by the definition of the layers.

    Args:
        model: Takes a batch of `input_size`; its convolutions and linear layers are modules with
            a `weight` of their own. It is evaluated in eval mode and left in the mode it was in.
        input_size: Of one input, such as (3, 32, 32).

    Raises:
        ValueError: If a weight of two axes or more belongs to no layer that was seen at work, so
            that something would be left out; names it.
    """
    layers = {
        name: module
        for name, module in model.named_modules()
        if isinstance(weight := getattr(module, "weight", None), Tensor) and weight.ndim in (2, 4)
    }
    counts: dict[str, int] = {}

    def count(name: str, layer: nn.Module, inputs: Any, output: Tensor) -> None:
        weight = cast(Tensor, layer.weight)
        counts[name] = counts.get(name, 0) + weight.numel() * _places(weight, output)

    hooks = [layer.register_forward_hook(partial(count, name)) for name, layer in layers.items()]
    first = next(model.parameters())
    try:
        with eval_mode(model), torch.no_grad():
            model(torch.zeros(1, *input_size, dtype=first.dtype, device=first.device))
    finally:
        for hook in hooks:
            hook.remove()
    seen = {id(layers[name].weight) for name in counts}
    left = [n for n, p in model.named_parameters() if p.ndim > 1 and id(p) not in seen]
    if left:
        raise ValueError(f"model uses {', '.join(left)} outside of a layer with that weight")
    parameters = sum(p.numel() for p in model.parameters())
    return LayerCost(parameters, sum(counts.values()), counts)


def _places(weight: Tensor, output: Tensor) -> int:
    """Return how often each number of the weight is used: once for each place of the output."""
    channels = output.shape[1] if weight.ndim == 4 else output.shape[-1]
    return output.numel() // channels
