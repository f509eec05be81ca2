"""What a network costs: parameters, multiply-adds, and the memory that training keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.utils.flop_counter import FlopCounterMode


@dataclass(frozen=True)
class Cost:
    """What one pass over a batch costs.

    Attributes:
        parameters: Numbers that are learned.
        multiply_adds: Of convolutions and matrix products, forward, for the whole batch. What
            papers call FLOPs of a network is this number; torch counts two for each.
        saved_bytes: Activations kept for the backward pass, each piece of memory once;
            parameters are left out.
        by_kind: Multiply-adds by operator, such as "convolution" or "mm".
    """

    parameters: int
    multiply_adds: int
    saved_bytes: int
    by_kind: dict[str, int]


def count_cost(model: nn.Module, input_size: Sequence[int], batch: int = 1) -> Cost:
    """Count what a forward pass in training mode costs.

    Mixing K kernels counts as the matrix product that it is. Nothing is learned and no
    statistics change: the model is left as it was.

    Args:
        model: Takes a batch of `input_size`.
        input_size: Of one input, such as (3, 224, 224).
        batch: How many inputs.

    Raises:
        ValueError: If batch is smaller than 1.
    """
    if batch < 1:
        raise ValueError(f"batch must be at least 1, got {batch!r}")
    own = {p.untyped_storage().data_ptr() for p in model.parameters()}
    saved: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        place = tensor.untyped_storage().data_ptr()
        if place not in own:
            saved[place] = tensor.untyped_storage().nbytes()
        return tensor

    first = next(model.parameters(), torch.empty(0))
    x = torch.zeros(batch, *input_size, dtype=first.dtype, device=first.device)
    state = {name: value.clone() for name, value in model.state_dict().items()}
    modes = {name: module.training for name, module in model.named_modules()}
    with torch.random.fork_rng(), FlopCounterMode(display=False) as counter:
        model.train()
        with saved_tensors_hooks(keep, lambda tensor: tensor):
            output = model(x)  # held until the hooks are gone, so that no memory is used twice
        del output
    model.load_state_dict(state)
    for name, module in model.named_modules():
        module.training = modes[name]
    by_kind = _by_kind(counter.get_flop_counts().get("Global", {}))
    return Cost(
        parameters=sum(p.numel() for p in model.parameters()),
        multiply_adds=sum(by_kind.values()),
        saved_bytes=sum(saved.values()),
        by_kind=by_kind,
    )


def _by_kind(flops: dict[Any, int]) -> dict[str, int]:
    return {str(kind).split(".")[-1]: count // 2 for kind, count in flops.items()}
