"""What attention does in a trained network: how even, how varied, and what it is worth."""

import math
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dynconv_lite.dynamic import dynamic_layers
from dynconv_lite.experiments.evaluation import Normalise
from dynconv_lite.experiments.pictures import Pictures

Change = Callable[[str, Tensor], Tensor]  # of a layer's name and its attention (B, K)


@contextmanager
def changed_attention(model: nn.Module, change: Change) -> Iterator[None]:
    """Let every dynamic layer use `change(name, attention)` in place of its attention (B, K)."""

    def hook(module: nn.Module, inputs: object, output: Tensor, name: str) -> Tensor:
        return change(name, output)

    layers = dynamic_layers(model).items()
    hooks = [m.attention.register_forward_hook(partial(hook, name=name)) for name, m in layers]
    try:
        yield
    finally:
        for handle in hooks:
            handle.remove()


def averaged(attention: dict[str, Tensor]) -> Change:
    """Return the change that gives all pictures a layer's mean over `attention` (N, K)."""
    means = {name: values.mean(0) for name, values in attention.items()}

    def change(name: str, own: Tensor) -> Tensor:
        return means[name].to(own).expand_as(own)

    return change


def swapped(name: str, own: Tensor) -> Tensor:
    """Give every picture of a batch the attention of another one, by a fixed shuffle.

    A shuffle leaves one picture in its place, on average: of 500, it does not matter.
    """
    order = torch.randperm(len(own), generator=torch.Generator().manual_seed(0))
    return own[order.to(own.device)]


@torch.no_grad()
def measure_attention(
    model: nn.Module, pictures: Pictures, normalise: Normalise
) -> dict[str, Tensor]:
    """Return the attention (N, K) of every dynamic layer, in eval mode and in float32."""
    parts: dict[str, list[Tensor]] = {name: [] for name in dynamic_layers(model)}

    def keep(name: str, own: Tensor) -> Tensor:
        parts[name].append(own.float().cpu())
        return own

    was_training = model.training
    model.eval()
    with changed_attention(model, keep):
        for images in pictures.images.split(500):
            model(normalise(images.permute(0, 3, 1, 2)))
    model.train(was_training)
    return {name: torch.cat(values) for name, values in parts.items()}


def attention_numbers(attention: dict[str, Tensor], labels: Tensor) -> dict[str, float]:
    """Return how even and how varied the attention is, by layer and on average over layers.

    All are of the shares a / sum(a). `attention_entropy` is the mean over pictures of their
    entropy, divided by log K: 1 is an even mixture, 0 a single kernel. `attention_spread` is the
    standard deviation of a share over the pictures, the root mean square over kernels: 0 if all
    pictures get the same mixture. `attention_of_class` is the part of that variance that lies
    between the means of the classes: 1 if the class decides the mixture; about
    (classes - 1) / (pictures - 1) if it has nothing to do with it.

    Args:
        attention: Of every layer, (N, K).
        labels: (N,).
    """
    by_layer: dict[str, dict[str, float]] = {}
    for name, values in attention.items():
        shares = values.double() / values.double().sum(1, keepdim=True)  # (N, K)
        entropy = -torch.special.xlogy(shares, shares).sum(1).mean()
        off = shares - shares.mean(0)  # (N, K)
        variance = off.square().mean()
        classes = F.one_hot(labels).double()  # (N, classes)
        sums = classes.T @ off  # (classes, K)
        between = (sums.square() / classes.sum(0).clamp(min=1)[:, None]).sum() / off.numel()
        by_layer[name] = {
            "attention_entropy": float(entropy) / math.log(max(2, shares.shape[1])),
            "attention_spread": float(variance.sqrt()),
            "attention_of_class": float(between / variance.clamp(min=1e-30)),
        }
    quantities = next(iter(by_layer.values()))
    means = {q: statistics.fmean(n[q] for n in by_layer.values()) for q in quantities}
    return means | {f"{q}.{name}": n[q] for q in quantities for name, n in by_layer.items()}
