"""What goes wrong in folding a batch normalisation."""

from collections.abc import Callable

import torch
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake

Scale = Callable[[Tensor, Tensor, float], Tensor]  # var, gamma, eps -> (O,)
REMEDY = "The factor is gamma / sqrt(var + eps)."


def scale(var: Tensor, gamma: Tensor, eps: float) -> Tensor:
    """Return what the normalisation multiplies each channel by."""
    return gamma / torch.sqrt(var + eps)


# Wrong factors, in both exercises.
SCALES: list[tuple[str, Scale]] = [
    (
        f"eps is forgotten. {REMEDY} Where the variance is large nobody notices.",
        lambda var, gamma, eps: gamma / torch.sqrt(var),
    ),
    (
        f"gamma is divided by the variance, not by the standard deviation. {REMEDY}",
        lambda var, gamma, eps: gamma / (var + eps),
    ),
    (
        f"gamma is divided by the variance, not by the standard deviation, and eps is forgotten. "
        f"{REMEDY}",
        lambda var, gamma, eps: gamma / var,
    ),
    (
        f"eps is added to the standard deviation, behind the root. {REMEDY}",
        lambda var, gamma, eps: gamma / (torch.sqrt(var) + eps),
    ),
    (
        f"gamma is multiplied by the standard deviation instead of divided. {REMEDY}",
        lambda var, gamma, eps: gamma * torch.sqrt(var + eps),
    ),
    (
        f"gamma is forgotten. {REMEDY}",
        lambda var, gamma, eps: 1 / torch.sqrt(var + eps),
    ),
    (
        f"The factor is upside down, or divided by instead of multiplied. {REMEDY}",
        lambda var, gamma, eps: torch.sqrt(var + eps) / gamma,
    ),
    (
        f"The variance is forgotten. {REMEDY}",
        lambda var, gamma, eps: gamma,
    ),
    (
        f"The sign of gamma is lost. {REMEDY} A gamma may be negative.",
        lambda var, gamma, eps: gamma.abs() / torch.sqrt(var + eps),
    ),
    (
        f"gamma is under the root as well. {REMEDY}",
        lambda var, gamma, eps: torch.sqrt(gamma / (var + eps)),
    ),
]


def _with_scale(change: Scale) -> Function:
    return lambda weight, var, gamma, eps: weight * change(var, gamma, eps)[:, None, None, None]


def _along(*shape: int) -> Function:
    """Return the mistake of laying the factors along another axis of the kernel."""
    return lambda weight, var, gamma, eps: weight * scale(var, gamma, eps).view(*shape)


def _normalised(weight: Tensor, var: Tensor, gamma: Tensor, eps: float) -> Tensor:
    """Subtract the mean of the kernel, as if it were a map."""
    off = weight - weight.mean((1, 2, 3), keepdim=True)
    return off * scale(var, gamma, eps)[:, None, None, None]


OF_WEIGHT = [
    *(Mistake(text, _with_scale(change)) for text, change in SCALES),
    Mistake(
        "The factors are laid along the input channels. Each output channel has a factor: shape "
        "them (O, 1, 1, 1), as scale[:, None, None, None] does.",
        _along(1, -1, 1, 1),
    ),
    Mistake(
        "The factors are laid along the columns of the kernel: that is what `weight * scale` does. "
        "Each output channel has a factor: scale[:, None, None, None].",
        _along(1, 1, 1, -1),
    ),
    Mistake(
        "The factors are laid along the rows of the kernel. Each output channel has a factor: "
        "scale[:, None, None, None].",
        _along(1, 1, -1, 1),
    ),
    Mistake(
        "The factor is added to the kernel. Multiply.",
        lambda weight, var, gamma, eps: weight + scale(var, gamma, eps)[:, None, None, None],
    ),
    Mistake(
        "All outputs share the mean factor. Each output channel has its own.",
        lambda weight, var, gamma, eps: weight * scale(var, gamma, eps).mean(),
    ),
    Mistake(
        "The kernel's own mean is subtracted. The mean that is subtracted is that of the maps, and "
        "goes into the bias.",
        _normalised,
    ),
    Mistake(
        "The kernel is as it was. Multiply each output channel by its factor.",
        lambda weight, var, gamma, eps: weight,
    ),
]

Fold = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]  # bias, mean, scale, beta -> (O,)


def _fold(bias: Tensor, mean: Tensor, factor: Tensor, beta: Tensor) -> Tensor:
    return (bias - mean) * factor + beta


def _bias(fold: Fold = _fold, factor: Scale = scale) -> Function:
    """Return the exercise's function, or a mistake: with another factor or another sum."""

    def fold_bias(
        bias: Tensor, mean: Tensor, var: Tensor, gamma: Tensor, beta: Tensor, eps: float
    ) -> Tensor:
        return fold(bias, mean, factor(var, gamma, eps), beta)

    return fold_bias


OF_BIAS = [
    *(Mistake(text, _bias(factor=change)) for text, change in SCALES),
    Mistake(
        "The convolution's own bias is forgotten. It comes before the normalisation, which "
        "subtracts the mean from it: (bias - mean) * factor + beta.",
        _bias(lambda bias, mean, factor, beta: beta - mean * factor),
    ),
    Mistake(
        "The convolution's own bias is added as it is. The normalisation multiplies it, too: "
        "(bias - mean) * factor + beta.",
        _bias(lambda bias, mean, factor, beta: bias + beta - mean * factor),
    ),
    Mistake(
        "The mean is added. The normalisation subtracts it: (bias - mean) * factor + beta.",
        _bias(lambda bias, mean, factor, beta: (bias + mean) * factor + beta),
    ),
    Mistake(
        "The mean is subtracted as it is. It is subtracted before the factor: "
        "(bias - mean) * factor + beta.",
        _bias(lambda bias, mean, factor, beta: bias * factor - mean + beta),
    ),
    Mistake(
        "The mean is forgotten. (bias - mean) * factor + beta.",
        _bias(lambda bias, mean, factor, beta: bias * factor + beta),
    ),
    Mistake(
        "beta is forgotten: it is added last.",
        _bias(lambda bias, mean, factor, beta: (bias - mean) * factor),
    ),
    Mistake(
        "beta is multiplied by the factor. It is added last: (bias - mean) * factor + beta.",
        _bias(lambda bias, mean, factor, beta: (bias - mean + beta) * factor),
    ),
    Mistake(
        "beta is subtracted. It is added last: (bias - mean) * factor + beta.",
        _bias(lambda bias, mean, factor, beta: (bias - mean) * factor - beta),
    ),
    Mistake(
        "The signs are turned round: this is (mean - bias) * factor + beta.",
        _bias(lambda bias, mean, factor, beta: (mean - bias) * factor + beta),
    ),
    Mistake(
        "Nothing is multiplied. (bias - mean) * factor + beta.",
        _bias(lambda bias, mean, factor, beta: bias - mean + beta),
    ),
]
HINTS = [
    Hint(
        "gamma and var have one number for each output channel, the first axis of weight. "
        "scale[:, None, None, None] has the shape (O, 1, 1, 1).",
        "RuntimeError: .*must match the size of tensor",
    ),
    Hint(
        "eps is a number and not a tensor: add it to var first, torch.sqrt(var + eps).",
        r"TypeError: sqrt\(\)",
    ),
]
