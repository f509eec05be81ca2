"""Exercises 3 and 4: fold a batch normalisation into the convolution before it."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch04 import folding_mistakes as known
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

EPS = 1e-5


def _fold_weight(weight: Tensor, var: Tensor, gamma: Tensor, eps: float) -> Tensor:
    """Return the kernel of convolution and normalisation together.

    Args:
        weight: (O, C, k, k).
        var: running variance (O,).
        gamma: factor of the normalisation (O,).
        eps: what the normalisation adds to the variance.

    Returns:
        (O, C, k, k).
    """
    return weight * (gamma / torch.sqrt(var + eps))[:, None, None, None]


def _fold_bias(
    bias: Tensor, mean: Tensor, var: Tensor, gamma: Tensor, beta: Tensor, eps: float
) -> Tensor:
    """Return the bias of convolution and normalisation together.

    Args:
        bias: of the convolution (O,).
        mean: running mean (O,).
        var: running variance (O,).
        gamma: factor of the normalisation (O,).
        beta: what it adds (O,).
        eps: what it adds to the variance.

    Returns:
        (O,).
    """
    return (bias - mean) * gamma / torch.sqrt(var + eps) + beta


@exercise("Exercise 3: the folded kernel", fallback=_fold_weight)
def fold_weight(answer: Answer, random: Random) -> None:
    """Check `fold_weight(weight, var, gamma, eps)`: (O, C, k, k) -> (O, C, k, k)."""

    def case(
        new: str,
        o: int,
        c: int,
        k: int,
        low: float = 0.2,
        eps: float = EPS,
        dtype: torch.dtype = torch.float32,
    ) -> Case:
        weight = random.normal(o, c, k, k, dtype=dtype)
        var = low + 3 * low * random.uniform(o, dtype=dtype)
        return Case(
            {"weight": weight, "var": var, "gamma": random.normal(o, dtype=dtype), "eps": eps}, new
        )

    cases = [
        case("one output channel", 1, 2, 1),
        case("several output channels, as many as inputs and as rows", 3, 3, 3),
        case("more inputs than outputs", 2, 3, 3),
        case("a gamma for each of more outputs", random.integer(5, 7), 4, 3),
        case("as many outputs as inputs", 4, 4, 3),
        case("depth-wise", 6, 1, 5),
        case("a variance that is not large beside eps", 5, 2, 3, low=1e-5),
        case("another eps", 5, 2, 3, low=1e-2, eps=1e-3),
        case("float64", 5, 2, 3, dtype=torch.float64),
    ]
    answer.compare(
        _fold_weight,
        cases,
        known.OF_WEIGHT,
        result="a kernel of the shape of weight",
        hints=known.HINTS,
    )


@exercise("Exercise 4: the folded bias", fallback=_fold_bias)
def fold_bias(answer: Answer, random: Random) -> None:
    """Check `fold_bias(bias, mean, var, gamma, beta, eps)`: (O,) -> (O,)."""

    def case(
        new: str,
        o: int,
        low: float = 0.2,
        eps: float = EPS,
        without: bool = False,
        dtype: torch.dtype = torch.float32,
    ) -> Case:
        bias, mean, gamma, beta = random.normal(4, o, dtype=dtype)
        var = low + 3 * low * random.uniform(o, dtype=dtype)
        bias = torch.zeros_like(bias) if without else bias
        values = {"bias": bias, "mean": mean, "var": var, "gamma": gamma, "beta": beta, "eps": eps}
        return Case(values, new)

    cases = [
        case("one channel, and a convolution without a bias", 1, without=True),
        case("several channels", 3, without=True),
        case("a convolution with a bias", random.integer(4, 6)),
        case("a variance that is not large beside eps", 5, low=1e-5),
        case("another eps", 5, low=1e-2, eps=1e-3),
        case("float64", 5, dtype=torch.float64),
    ]
    answer.compare(
        _fold_bias, cases, known.OF_BIAS, result="a bias of the shape of bias", hints=known.HINTS
    )
