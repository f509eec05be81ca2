"""What a training minimises, and how: the loss, the learning rate, the optimiser."""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dynconv_lite.experiments.configs.training import TrainingConfig


def cross_entropy(logits: Tensor, labels: Tensor, smoothing: float) -> Tensor:
    """Return the loss of each picture, (B,), in float32."""
    return F.cross_entropy(logits.float(), labels, label_smoothing=smoothing, reduction="none")


def learning_rate_factor(schedule: str, step: int, steps: int, warmup: float) -> float:
    """Return the learning rate of a step, as a share of the largest.

    Args:
        schedule: "constant", "cosine" or "one_cycle".
        step: Steps done, from 0.
        steps: Of the whole training.
        warmup: Steps over which "constant" and "cosine" rise linearly.

    Source: cosine, Loshchilov & Hutter 2017 (arXiv 1608.03983); one cycle, Smith & Topin 2018
    (arXiv 1708.07120), with a cosine up from 1/25 over 30 % of the steps and down to 0.
    """
    if schedule == "one_cycle":
        peak = 0.3 * steps
        if step < peak:
            return 1 / 25 + (1 - 1 / 25) * (1 - math.cos(math.pi * step / peak)) / 2
        return (1 + math.cos(math.pi * (step - peak) / (steps - peak))) / 2
    if step < warmup:
        return (step + 1) / (warmup + 1)
    if schedule == "constant":
        return 1.0
    return (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup))) / 2


def make_optimizer(
    config: TrainingConfig, model: nn.Module, groups: list[dict[str, Any]]
) -> torch.optim.SGD:
    """Return SGD with Nesterov momentum; `groups` have settings of their own."""
    special = {id(parameter) for group in groups for parameter in group["params"]}
    rest = [parameter for parameter in model.parameters() if id(parameter) not in special]
    own = [{**group, "lr": config.lr * group.get("lr", 1.0)} for group in groups]
    return torch.optim.SGD(
        [{"params": rest}, *own],
        lr=config.lr,
        momentum=config.momentum,
        weight_decay=config.weight_decay,
        nesterov=True,
    )
