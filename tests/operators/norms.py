"""Batch normalisation as after a training: near its start, where it does little, errors hide."""

import torch
from torch import Tensor, nn


def unsettle(model: nn.Module, generator: torch.Generator | None = None) -> nn.Module:
    """Give every batch normalisation random statistics and factors of both signs; set eval mode."""
    for module in model.modules():
        if not isinstance(module, nn.BatchNorm2d | nn.SyncBatchNorm):
            continue
        if module.running_var is not None:
            module.running_mean.normal_(generator=generator)
            module.running_var.uniform_(0.2, 3, generator=generator)
        if module.affine:
            with torch.no_grad():
                module.weight.normal_(generator=generator)
                module.bias.normal_(generator=generator)
    return model.eval()


def difference(found: Tensor, expected: Tensor) -> float:
    """Return the largest difference, as a share of the largest number expected."""
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    return float((found - expected).detach().abs().max() / expected.detach().abs().max())
