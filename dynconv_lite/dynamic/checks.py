"""Checks of what dynamic layers are given, so that a wrong argument is named before any work."""

import math

import torch
from torch import Tensor, nn

from dynconv_lite.validation import check_count

SUM_TOLERANCE = 1e-3  # of an attention given in half precision


def check_attention(attention: Tensor, batch: int, num_kernels: int, simplex: bool = False) -> None:
    """Refuse an attention of the wrong shape, with NaN, or not on the simplex where it must be.

    Args:
        attention: What is given, to be (B, K).
        batch: B.
        num_kernels: K.
        simplex: Whether its rows must be shares: not negative, with the sum 1.

    Raises:
        ValueError: If it does not fit.
    """
    if attention.shape != (batch, num_kernels):
        raise ValueError(
            f"attention must be (B, K) = {(batch, num_kernels)}, got {tuple(attention.shape)}"
        )
    if not is_finite(attention):
        raise ValueError("attention holds NaN or infinite values; every share must be finite")
    if simplex and is_readable(attention) and attention.numel():
        shares = attention.detach()
        off, least = float((shares.sum(dim=1) - 1).abs().max()), float(shares.min())
        if off > SUM_TOLERANCE or least < 0:
            raise ValueError(
                "attention of a softmax layer must not be negative and must sum to 1 in every "
                f"row; the sum is off by up to {off:.3g}, the smallest share is {least:.3g}"
            )


def is_readable(value: Tensor) -> bool:
    """Tell whether a tensor's numbers can be looked at without waiting and without a trace."""
    plain = type(value) in (Tensor, nn.Parameter) and value.device.type == "cpu"
    return plain and not torch.compiler.is_compiling() and not torch.jit.is_tracing()


def is_finite(value: Tensor) -> bool:
    """Tell whether all numbers are finite, as far as that can be looked at.

    NaN and infinity survive a sum, and one sum is much cheaper than asking every number; only a
    sum that is not finite, which may just be too large, has to be looked into.
    """
    if not is_readable(value):
        return True
    value = value.detach()
    return math.isfinite(float(value.sum())) or bool(value.isfinite().all())


def check_temperature(name: str, value: object) -> None:
    """Refuse what is not a finite number above 0."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 < float(value) < math.inf:  # type: ignore[arg-type]
        raise ValueError(f"{name} must be a finite number > 0, got {value!r}")


def check_dtypes(weight: Tensor, **others: Tensor | None) -> None:
    """Refuse a tensor, given by its name, whose dtype is not that of the weight."""
    for name, value in others.items():
        if value is None or value.dtype == weight.dtype:
            continue
        if not torch.is_autocast_enabled(value.device.type):
            raise ValueError(
                f"{name} must have the dtype of weight, {weight.dtype}, got {value.dtype}"
            )


def check_kernels(weight: Tensor, bias: Tensor | None, groups: int) -> None:
    """Refuse kernels that are not (K, O, C / groups, kh, kw), or biases that are not (K, O)."""
    check_count("groups", groups)
    if weight.ndim != 5 or 0 in weight.shape:
        raise ValueError(
            "weight must be (K, O, C / groups, kh, kw) with no empty axis, "
            f"got {tuple(weight.shape)}"
        )
    if weight.shape[1] % groups:
        raise ValueError(
            f"weight has {weight.shape[1]} output channels, which must be a multiple of "
            f"groups = {groups}"
        )
    if bias is not None and bias.shape != weight.shape[:2]:
        raise ValueError(
            f"bias must be (K, O) = {tuple(weight.shape[:2])}, got {tuple(bias.shape)}"
        )
