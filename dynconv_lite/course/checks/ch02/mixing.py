"""Exercise 1: several linear maps mixed into one."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch02.mixing_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _mix(weights: Tensor, shares: Tensor) -> Tensor:
    """Return the one linear map (O, I) that is sum_k shares_k weights_k.

    Args:
        weights: K linear maps (K, O, I).
        shares: one number for every map (K,), of any sign and sum.
    """
    return (shares[:, None, None] * weights).sum(0)


@exercise("Exercise 1: a mixture of linear maps", fallback=_mix)
def mix(answer: Answer, random: Random) -> None:
    """Check `mix(weights, shares)`: (K, O, I), (K,) -> (O, I)."""

    def case(new: str, k: int, o: int, i: int, shares: Tensor | None = None) -> Case:
        if shares is None:
            shares = torch.softmax(random.normal(k), 0)
        weights = random.normal(k, o, i, dtype=shares.dtype)
        return Case({"weights": weights, "shares": shares}, new)

    loose = 0.5 + random.uniform(4, dtype=torch.float32)
    signs = loose * torch.tensor([1.0, -1.0, 1.0, -1.0])
    double = random.normal(3, dtype=torch.float64)
    cases = [
        case("two maps in equal shares", 2, 3, 4, torch.full((2,), 0.5)),
        case("shares that differ", 2, 3, 4),
        case("more maps", random.integer(5, 6), 3, 4),
        case("as many maps as outputs and inputs", 4, 4, 4),
        case("shares that do not sum to one", 4, 2, 3, loose),
        case("negative shares", 4, 2, 3, signs),
        case("a share of zero", 3, 2, 5, torch.tensor([0.75, 0.0, -0.5])),
        case("a single map, with one output", 1, 1, 3, torch.tensor([2.5])),
        case("float64", 3, 4, 2, double),
    ]
    answer.compare(_mix, cases, MISTAKES, result="one linear map (O, I)", hints=HINTS)
