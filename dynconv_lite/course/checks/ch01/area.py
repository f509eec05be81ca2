"""Exercise 8: how much of the image holds most of the map."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch01.area_mistakes import MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise
from dynconv_lite.erf_measures import square_share_ratio

Center = tuple[int, int]


def _area_ratio(scaled: Tensor, threshold: float, center: Center) -> float:
    """Return the area of the smallest centred square whose share exceeds the threshold.

    Args:
        scaled: a log-scaled map (H, W).
        threshold: the share of the map's sum.
        center: (row, column) of the square's centre, in whole pixels.
    """
    return square_share_ratio(scaled, (threshold,), center)[threshold]


def _bump(random: Random, size: tuple[int, int], center: Center, width: float) -> Tensor:
    """Return a map (H, W) that falls off around its centre, with some noise."""
    rows, columns = (
        torch.arange(n, dtype=torch.float64) - c for n, c in zip(size, center, strict=True)
    )
    bump = torch.exp(-(rows[:, None] ** 2 + columns**2) / (2 * width**2))
    return bump * (0.8 + 0.2 * random.uniform(*size))


def _cases(random: Random) -> list[Case]:
    def case(new: str, size: tuple[int, int], center: Center, t: float, width: float) -> Case:
        scaled = _bump(random, size, center, width)
        return Case({"scaled": scaled, "threshold": t, "center": center}, new)

    h, w = 15 + 2 * random.integer(0, 2), 21 + 2 * random.integer(0, 2)
    # The middle pixel holds exactly half of the sum, the eight around it the rest.
    half = torch.zeros(7, 9, dtype=torch.float64)
    half[2:5, 3:6] = 1
    half[3, 4] = 8
    exact = Case({"scaled": half, "threshold": 0.5, "center": (3, 4)}, "a share that is just 0.5")
    # A spot far from the centre, which no square reaches; and one that only the last one reaches.
    far, last = torch.zeros(2, 9, 12, dtype=torch.float64)
    far[4, 4] = far[8, 11] = last[4, 4] = last[0, 0] = last[8, 8] = 1
    # Squares larger than min(H, W) would hold more than three quarters of these.
    wide = torch.ones(9, 12, dtype=torch.float64)
    flat, tall = (
        Case({"scaled": scaled, "threshold": 0.8, "center": (4, 4)}, new)
        for scaled, new in (
            (wide, "a wide map, in which no square up to min(H, W) holds so much"),
            (wide.T.contiguous(), "a tall map, in which no square up to min(H, W) holds so much"),
        )
    )
    return [
        case("a square map", (h, h), (h // 2, h // 2), 0.5, 3.0),
        case("a map that is not square", (h, w), (h // 2, w // 2), 0.3, 3.0),
        case("another threshold", (h, w), (h // 2, w // 2), 0.8, 2.5),
        case("a centre elsewhere", (h, w), (h // 2 - 2, w // 2 + 4), 0.5, 2.0),
        case("a centre near the border", (h, w), (1, w - 3), 0.9, 2.5),
        exact,
        Case({"scaled": last, "threshold": 0.9, "center": (4, 4)}, "a square of side min(H, W)"),
        Case({"scaled": far, "threshold": 0.9, "center": (4, 4)}, "a share that is never reached"),
        flat,
        tall,
    ]


@exercise("Exercise 8: the area ratio", fallback=_area_ratio)
def area_ratio(answer: Answer, random: Random) -> None:
    """Check `area_ratio(scaled, threshold, center)` -> a ratio of areas, or nan."""
    answer.compare(
        _area_ratio,
        _cases(random),
        MISTAKES,
        result="one number: (side / H) * (side / W), or nan where no square holds so much",
    )
