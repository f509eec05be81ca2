"""What goes wrong in the share of decisions by shape, and in its interval."""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake


class Counts(NamedTuple):
    """How many predictions are the class of the shape, of the texture, or neither."""

    shape: int
    texture: int
    neither: int

    @property
    def decided(self) -> int:
        """Those that are one of the two."""
        return self.shape + self.texture


# the ends of an interval, from a share p of n decisions
Ends = Callable[[float, float], tuple[float, float]]
Number = Callable[[Counts], float]


def _wilson(
    p: float, n: float, z: float = 1.96, power: int = 2, root: int = 2
) -> tuple[float, float]:
    """Return the ends of Wilson's interval, or of one with z, or n under the root, not squared."""
    zz = z**power
    half = z * math.sqrt(p * (1 - p) / n + zz / (4 * n**root))
    centre, scale = p + zz / (2 * n), 1 + zz / n
    return (centre - half) / scale, (centre + half) / scale


def _wald(p: float, n: float, z: float = 1.96) -> tuple[float, float]:
    half = z * math.sqrt(p * (1 - p) / n)
    return p - half, p + half


def _cut_off(p: float, n: float) -> tuple[float, float]:
    low, high = _wald(p, n)
    return max(low, 0.0), min(high, 1.0)


def _around_p(p: float, n: float) -> tuple[float, float]:
    """Take Wilson's half width, but around p."""
    low, high = _wilson(p, n)
    return p - (high - low) / 2, p + (high - low) / 2


def _not_scaled(p: float, n: float) -> tuple[float, float]:
    low, high = _wilson(p, n)
    return low * (1 + 1.96**2 / n), high * (1 + 1.96**2 / n)


def _half_scaled(p: float, n: float) -> tuple[float, float]:
    """Divide the half width alone: brackets are missing."""
    low, high = _wilson(p, n)
    centre = p + 1.96**2 / (2 * n)
    return centre - (high - low) / 2, centre + (high - low) / 2


def _share(
    top: Number = lambda c: c.shape,
    bottom: Number = lambda c: c.decided,
    ends: Ends = _wilson,
    scale: float = 1,
    empty: tuple[float, float, float] = (math.nan, 0.0, 1.0),
    trials: Number | None = None,
    told: Callable[[float, float, float, Counts], tuple[float, ...]] = lambda p, low, high, c: (
        p,
        low,
        high,
    ),
) -> Function:
    """Return the exercise's function, or a mistake: with a part replaced.

    The share is top / bottom; `trials` is the n of the interval, bottom unless told otherwise;
    `told` makes what is returned of the share, its interval and the counts.
    """

    def shape_share(predictions: Tensor, shapes: Tensor, textures: Tensor) -> Tensor:
        by_shape, by_texture = (int((predictions == t).sum()) for t in (shapes, textures))
        c = Counts(by_shape, by_texture, len(shapes) - by_shape - by_texture)
        if not c.decided:
            return torch.tensor(empty)
        p = top(c) / bottom(c)
        low, high = ends(p, (trials or bottom)(c))
        return scale * torch.tensor(told(p, low, high, c))

    return shape_share


def _pictures(c: Counts) -> int:
    return sum(c)


HINTS = [
    Hint(
        "Nothing was decided either way, and n = 0: return (math.nan, 0.0, 1.0) before you divide.",
        "ZeroDivisionError",
    ),
    Hint(
        "A root is taken of a negative number. p is a share of the n decisions, from 0 to 1, and "
        "p * (1 - p) is never negative.",
        "ValueError: (math domain error|expected a nonnegative input)",
    ),
]
MISTAKES = [
    Mistake(
        "The share is of all pictures. Those that are predicted as neither of the two classes do "
        "not count: divide by the decided ones.",
        _share(bottom=_pictures),
    ),
    Mistake(
        "The share is of all pictures, and the interval is that of the decided ones. Divide by the "
        "decided ones in both.",
        _share(bottom=_pictures, trials=lambda c: c.decided),
    ),
    Mistake(
        "The interval is that of all pictures. Only the decided ones tell anything: n is their "
        "number.",
        _share(trials=_pictures),
    ),
    Mistake(
        "This is the share of the texture. Count the predictions that are the shape's class.",
        _share(lambda c: c.texture),
    ),
    Mistake(
        "This is the normal interval p ± z sqrt(p (1 - p) / n). It has no width where p is 0 or 1, "
        "and may leave the range from 0 to 1: take Wilson's.",
        _share(ends=_wald),
    ),
    Mistake(
        "This is the normal interval, cut off at 0 and 1. Wilson's stays within them on its own.",
        _share(ends=_cut_off),
    ),
    Mistake(
        "The interval is narrower by z. z = 1.96 stands before the root, and squared in the rest.",
        _share(ends=lambda p, n: _wilson(p, n, 1.0)),
    ),
    Mistake(
        "This is p ± sqrt(p (1 - p) / n): a standard error, without z, around p. Take Wilson's.",
        _share(ends=lambda p, n: _wald(p, n, 1.0)),
    ),
    Mistake(
        "z is that of a one-sided interval, 1.645. Both ends together leave 5 % outside: z = 1.96.",
        _share(ends=lambda p, n: _wilson(p, n, 1.645)),
    ),
    Mistake(
        "The interval has the right width, but its middle is p. Wilson's middle is moved towards "
        "1/2: (p + z**2 / (2 n)) / (1 + z**2 / n).",
        _share(ends=_around_p),
    ),
    Mistake(
        "The denominator 1 + z**2 / n is forgotten.",
        _share(ends=_not_scaled),
    ),
    Mistake(
        "Only one part is divided by 1 + z**2 / n. Divide both, p + z**2 / (2 n) and the root: "
        "brackets are missing.",
        _share(ends=_half_scaled),
    ),
    Mistake(
        "z is not squared. It is in three places: z**2 / (2 n), z**2 / (4 n**2) and z**2 / n.",
        _share(ends=lambda p, n: _wilson(p, n, power=1)),
    ),
    Mistake(
        "Under the root stands z**2 / (4 n). It is z**2 / (4 n**2).",
        _share(ends=lambda p, n: _wilson(p, n, root=1)),
    ),
    Mistake(
        "The ends are swapped: first the low one, then the high one.",
        _share(ends=lambda p, n: _wilson(p, n)[::-1]),
    ),
    Mistake(
        "The ends are given as distances from the share. Return low and high themselves.",
        _share(ends=lambda p, n: (p - _wilson(p, n)[0], _wilson(p, n)[1] - p)),
    ),
    Mistake(
        "The first number is the middle of the interval, (p + z**2 / (2 n)) / (1 + z**2 / n). The "
        "share itself is wanted, p: it does not lie in the middle.",
        _share(told=lambda p, low, high, c: ((low + high) / 2, low, high)),
    ),
    Mistake(
        "The first number is the middle of the interval before it is divided, p + z**2 / (2 n). "
        "The share itself is wanted, p: it does not lie in the middle.",
        _share(told=lambda p, low, high, c: (p + 1.96**2 / (2 * c.decided), low, high)),
    ),
    Mistake(
        "The first number counts pictures. A share is wanted: divide by n, the decided ones.",
        _share(told=lambda p, low, high, c: (c.shape, low, high)),
    ),
    Mistake(
        "All three are numbers of pictures. A share and its interval are wanted, from 0 to 1: do "
        "not multiply by n.",
        _share(told=lambda p, low, high, c: tuple(c.decided * x for x in (p, low, high))),
    ),
    Mistake("These are percentages. Return numbers from 0 to 1.", _share(scale=100)),
    *(
        Mistake(
            "Where no picture is decided either way there is no share, and anything is possible: "
            "return (nan, 0.0, 1.0).",
            _share(empty=empty),
        )
        for empty in (
            (0.0, 0.0, 0.0),
            (0.0, 0.0, 1.0),
            (0.5, 0.0, 1.0),
            (math.nan, math.nan, math.nan),
        )
    ),
]
