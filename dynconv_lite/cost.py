"""What a network costs: parameters, multiply-adds, and the memory that training keeps."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.nn.modules.conv import _ConvNd
from torch.utils.flop_counter import FlopCounterMode


@dataclass(frozen=True)
class Cost:
    """What one pass over a batch costs.

    Attributes:
        parameters: Numbers that are learned.
        multiply_adds: Of convolutions and matrix products, forward, for the whole batch. What
            papers call FLOPs of a network is this number; torch counts two for each.
        saved_bytes: Activations kept for the backward pass, the input among them, each piece of
            memory once; parameters and buffers are left out.
        by_kind: Multiply-adds by operator, such as "convolution" or "mm".
    """

    parameters: int
    multiply_adds: int
    saved_bytes: int
    by_kind: dict[str, int]


def count_cost(model: nn.Module, input_size: Sequence[int], batch: int = 1) -> Cost:
    """Count what a forward pass in training mode costs.

    Mixing K kernels counts as the matrix product that it is, and a dynamic layer as the form that
    `dynconv_lite.dynamic.forms.choose` names for this batch. The pass is that of a copy: the model
    and the random numbers to come are left as they were.

    Args:
        model: Takes a batch of `input_size`; not on the device "meta", where there is no memory
            to count.
        input_size: Of one input, such as (3, 224, 224).
        batch: How many inputs.

    Raises:
        ValueError: If a size is not an integer of at least 1, or the model is on "meta".
    """
    sizes = {"batch": batch} | {f"input_size[{i}]": n for i, n in enumerate(input_size)}
    for name, size in sizes.items():
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise ValueError(f"{name} must be an integer >= 1, got {size!r}")
    model = copy.deepcopy(model).train()  # statistics and counters change in the copy alone
    own = {_place(value) for value in chain(model.parameters(), model.buffers())}
    first = next(model.parameters(), torch.empty(0))
    if first.is_meta:
        raise ValueError("model must be on a device with memory, got one on 'meta'")
    saved: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        if _place(tensor) not in own:
            saved[_place(tensor)] = tensor.untyped_storage().nbytes()
        return tensor

    x = torch.zeros(batch, *input_size, dtype=first.dtype, device=first.device)
    counter = FlopCounterMode(display=False)
    devices = [x.device] if x.is_cuda else []  # whose generators a dropout draws from
    with torch.random.fork_rng(devices), torch.enable_grad(), counter:
        with saved_tensors_hooks(keep, lambda tensor: tensor):
            output = model(x)  # held until the hooks are gone, so that no memory is used twice
        del output
    by_kind = _by_kind(counter.get_flop_counts().get("Global", {}))
    return Cost(
        parameters=sum(p.numel() for p in model.parameters()),
        multiply_adds=sum(by_kind.values()),
        saved_bytes=sum(saved.values()),
        by_kind=by_kind,
    )


def conv_weights(module: nn.Module) -> int:
    """Count the weights of convolutions, transposed ones too, without biases and all else.

    Papers on super-resolution often give this number where others give all parameters.

    Args:
        module: Weights that several of its layers share count once.
    """
    layers = (layer for layer in module.modules() if isinstance(layer, _ConvNd))
    return sum(weight.numel() for weight in {layer.weight for layer in layers})


def _place(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


def _by_kind(flops: dict[Any, int]) -> dict[str, int]:
    return {str(kind).split(".")[-1]: count // 2 for kind, count in flops.items()}
