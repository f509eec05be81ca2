"""Exercise 5: the shares that a kernel is mixed from."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch02.corners_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _shares_of(kernel: Tensor, corners: Tensor) -> Tensor:
    """Return the shares (3,) with sum_k shares_k corners_k = kernel.

    Args:
        kernel: (D,), a mixture of the corners.
        corners: three kernels (3, D), none of them a mixture of the others; D >= 3.
    """
    return torch.linalg.lstsq(corners.T, kernel[:, None]).solution[:, 0]


@exercise("Exercise 5: the shares of a kernel", fallback=_shares_of)
def shares_of(answer: Answer, random: Random) -> None:
    """Check `shares_of(kernel, corners)`: (D,), (3, D) -> (3,)."""
    turn = random.integer(0, 2)
    corner = torch.eye(3)[turn]

    def case(new: str, d: int, shares: Tensor, spread: float = 0.3) -> Case:
        lengths = 1.5 + torch.arange(3, dtype=shares.dtype)[:, None]
        noise = (random.uniform(3, d, dtype=shares.dtype) - 0.5) * spread
        corners = lengths * (torch.eye(3, d, dtype=shares.dtype) + noise)
        return Case({"kernel": shares @ corners, "corners": corners}, new)

    def positive(dtype: torch.dtype = torch.float32) -> Tensor:
        return 0.1 + random.uniform(3, dtype=dtype)

    def sum_one() -> Tensor:
        shares = positive()
        return shares / shares.sum()

    signs = torch.tensor([0.5, 1.5, -0.75]).roll(turn)
    cases = [
        case("corners that lie on the axes", 3, sum_one(), 0.0),
        case("corners in any direction", 3, sum_one()),
        case("more than three numbers in a kernel", 5, sum_one()),
        case("a kernel that is one of the corners", 4, corner),
        case("shares that do not sum to one", 4, positive() + 0.2),
        case("negative shares, and shares above 1", 6, signs),
        case("kernels of 25 numbers", 25, positive()),
        case("float64", 9, positive(torch.float64) - 0.5),
    ]
    answer.compare(_shares_of, cases, MISTAKES, result="three shares (3,)", hints=HINTS)
