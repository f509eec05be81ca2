"""What goes wrong in weighing axes against diagonals."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake

# which pixels count, (S, S), given their rows and columns from the middle and S // 2
Where = Callable[[Tensor, Tensor, float], Tensor]
# which angles count, in degrees from -180 to 180, (S, S)
Sector = Callable[[Tensor], Tensor]
TAN = math.tan(math.radians(22.5))


def _disc(y: Tensor, x: Tensor, m: float) -> Tensor:
    squared = y**2 + x**2
    return (squared > 0) & (squared <= m**2)


def _within(width: float, period: float = 90, first: float = 0) -> Sector:
    """Return whether an angle is at most so far from `first` and what repeats it."""
    return lambda angle: (angle - first + width) % period <= 2 * width


_AXES, _DIAGONALS = _within(22.5), _within(22.5, first=45)


def _ratio(
    where: Where = _disc,
    axes: Sector = _AXES,
    diagonals: Sector | None = None,
    mean: Callable[[Tensor], Tensor] = torch.mean,
    result: Callable[[Any, Any, Any], Any] = lambda a, d, everything: a / d,
    middle: Callable[[int], float] = lambda size: size // 2,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced.

    Without `diagonals`, they are all that is not near an axis.
    """

    def axes_over_diagonals(field: Tensor) -> float:
        size, m = len(field), middle(len(field))
        y = torch.arange(size, dtype=torch.float64)[:, None] - m
        x = torch.arange(size, dtype=torch.float64) - m
        angle = torch.rad2deg(torch.atan2(y, x))
        ring, along = where(y, x, m), axes(angle)
        across = ~along if diagonals is None else diagonals(angle)
        f = field.double()
        near = mean(f[ring & along]), mean(f[ring & across])
        return float(result(*near, mean(f[ring])))

    return axes_over_diagonals


def _middle_among_diagonals(field: Tensor) -> float:
    """Keep the middle pixel where no side is the smaller one."""
    m = len(field) // 2
    y = (torch.arange(len(field)) - m).abs()[:, None]
    small, large = torch.minimum(y, y.T), torch.maximum(y, y.T)
    ring, axes = y**2 + y.T**2 <= m**2, small < TAN * large
    return float(field[ring & axes].mean() / field[ring & ~axes].mean())


def _radians(field: Tensor) -> float:
    """Take radians for degrees, so that everything lies near an axis."""
    return math.nan


def _all_angles(angle: Tensor) -> Tensor:
    return torch.ones_like(angle, dtype=torch.bool)


OPPOSITE = (
    "A part of the axes is missing: torch.atan2 runs from -180 to 180 degrees, and the axes lie at "
    "-180, -90, 0, 90 and 180. Take the angle modulo 90."
)
MIDDLE = "The middle pixel is kept. It has no angle: leave it out."
HINTS = [
    Hint(
        "A mask must have the field's shape, (S, S): make it of rows y, (S, 1), and columns x, "
        "(1, S) or (S,), from -(S // 2) to S // 2.",
        "IndexError: .*(mask|too many indices)|RuntimeError: The size of tensor",
    ),
    Hint(
        "torch.hypot takes no integers. Make y and x of floats, or take (y**2 + x**2).sqrt().",
        "(RuntimeError|NotImplementedError): .*hypot",
    ),
]
MISTAKES = [
    Mistake(
        "The corners are kept. They lie on the diagonals and would count for them alone: leave out "
        "what is farther from the middle than S // 2.",
        _ratio(lambda y, x, m: y**2 + x**2 > 0),
    ),
    Mistake(
        "Both the corners and the middle pixel are kept. Leave out what is farther from the middle "
        "than S // 2, and the middle itself.",
        _ratio(lambda y, x, m: y**2 + x**2 >= 0),
    ),
    Mistake(MIDDLE, _ratio(lambda y, x, m: y**2 + x**2 <= m**2)),
    Mistake(MIDDLE, _middle_among_diagonals),
    Mistake(
        "The disc is half a pixel too wide. Its radius is S // 2, not S / 2.",
        _ratio(lambda y, x, m: (y**2 + x**2 > 0) & (y**2 + x**2 <= (m + 0.5) ** 2)),
    ),
    Mistake(
        "The disc is too small: a pixel at a distance of exactly S // 2 counts (<=, not <).",
        _ratio(lambda y, x, m: (y**2 + x**2 > 0) & (y**2 + x**2 < m**2)),
    ),
    Mistake(
        "Too much is left out in the middle: only the middle pixel itself goes, at a distance of "
        "0.",
        _ratio(lambda y, x, m: (y**2 + x**2 > 1) & (y**2 + x**2 <= m**2)),
    ),
    Mistake(
        "The distance is |y| + |x|, which makes a diamond of the disc. Take the root of "
        "y**2 + x**2.",
        _ratio(lambda y, x, m: (y.abs() + x.abs() > 0) & (y.abs() + x.abs() <= m)),
    ),
    Mistake(
        "The sums are compared. There are more pixels near the axes than near the diagonals, or "
        "fewer: divide each sum by its number of pixels.",
        _ratio(mean=torch.sum),
    ),
    Mistake(
        "This is the share of the whole that lies near the axes. Divide the mean there by the mean "
        "near the diagonals.",
        _ratio(mean=torch.sum, result=lambda a, d, everything: a / everything),
    ),
    Mistake(
        "The mean near the axes is divided by the mean over all. Divide by that near the "
        "diagonals.",
        _ratio(result=lambda a, d, everything: a / everything),
    ),
    Mistake(
        "The ratio is upside down: axes over diagonals.",
        _ratio(result=lambda a, d, everything: d / a),
    ),
    Mistake(
        "This is the difference of the means. Divide.",
        _ratio(result=lambda a, d, everything: a - d),
    ),
    Mistake(
        "This is (a - d) / (a + d) of the means a near the axes and d near the diagonals. It is "
        "a / d that is asked for.",
        _ratio(result=lambda a, d, everything: (a - d) / (a + d)),
    ),
    Mistake(
        "This is the logarithm of the ratio. Return the ratio itself.",
        _ratio(result=lambda a, d, everything: (a / d).log()),
    ),
    Mistake("The largest values are compared. Take means.", _ratio(mean=torch.amax)),
    Mistake("The medians are compared. Take means.", _ratio(mean=torch.median)),
    Mistake(
        "The field is squared. It is not negative as it is: take its own means.",
        _ratio(mean=lambda values: values.square().mean()),
    ),
    Mistake(
        "Pixels that are 0 are left out of the means. They lie near an axis or a diagonal, too.",
        _ratio(mean=lambda values: values[values > 0].mean()),
    ),
    Mistake(
        "Only pixels exactly in the middle row and column count for the axes. What lies within "
        "22.5 degrees of them does.",
        _ratio(axes=_within(1e-6)),
    ),
    Mistake(
        "Only pixels exactly on an axis or a diagonal count. What lies within 22.5 degrees does.",
        _ratio(axes=_within(1e-6), diagonals=_within(1e-6, first=45)),
    ),
    Mistake(
        "The sectors are half as wide as they should be: 22.5 degrees on each side.",
        _ratio(axes=_within(11.25), diagonals=_within(11.25, first=45)),
    ),
    Mistake(
        "The axes' sectors are 22.5 degrees wide in all. They are so on each side.",
        _ratio(axes=_within(11.25)),
    ),
    Mistake(
        "The axes' sectors are 45 degrees wide on each side, and hold everything. They are 22.5 "
        "degrees wide on each side.",
        _ratio(axes=_all_angles, diagonals=_DIAGONALS),
    ),
    Mistake(
        "The angle is in radians, so that everything lies near an axis and nothing near a "
        "diagonal, and a mean of nothing is NaN. Convert it: torch.rad2deg.",
        _radians,
    ),
    Mistake(
        "The tangent is that of 22.5 radians. Convert the angle first: math.radians(22.5).",
        _ratio(axes=_within(math.degrees(math.atan(abs(math.tan(22.5)))))),
    ),
    Mistake(
        "One side of every axis is missing: an angle modulo 90 is near an axis below 22.5 and "
        "above 67.5. Add 22.5 degrees before you take it modulo 90.",
        _ratio(axes=lambda angle: angle % 90 <= 22.5),
    ),
    Mistake(
        OPPOSITE,
        _ratio(axes=lambda angle: (angle.abs() <= 22.5) | ((angle - 90).abs() <= 22.5)),
    ),
    Mistake(
        OPPOSITE,
        _ratio(axes=lambda angle: (angle.abs() <= 22.5) | ((angle.abs() - 90).abs() <= 22.5)),
    ),
    Mistake(OPPOSITE, _ratio(axes=lambda angle: angle.abs() <= 22.5)),
    Mistake(
        "Only half of the axes and of the diagonals is taken. Opposite directions count, too: take "
        "the angle modulo 90.",
        _ratio(
            axes=lambda angle: (angle.abs() <= 22.5) | ((angle - 90).abs() <= 22.5),
            diagonals=lambda angle: (angle.abs() - 45).abs() <= 22.5,
        ),
    ),
    Mistake(
        "The column counts for the diagonals. Both the row and the column are axes.",
        _ratio(axes=_within(22.5, 180)),
    ),
    Mistake(
        "The row counts for the diagonals. Both the row and the column are axes.",
        _ratio(axes=_within(22.5, 180, 90)),
    ),
    Mistake(
        "The column is missing. Both the row and the column are axes.",
        _ratio(axes=_within(22.5, 180), diagonals=_DIAGONALS),
    ),
    Mistake(
        "Only the diagonal that goes down and right is taken. There are two.",
        _ratio(diagonals=_within(22.5, 180, 45)),
    ),
    Mistake(
        "Only the diagonal that goes up and right is taken. There are two.",
        _ratio(diagonals=_within(22.5, 180, 135)),
    ),
    Mistake(
        "Only the quarter down and right of the middle is taken. A field need not be symmetric.",
        _ratio(lambda y, x, m: _disc(y, x, m) & (y >= 0) & (x >= 0)),
    ),
    Mistake(
        "The middle is half a pixel off: the middle pixel is row and column S // 2, not S / 2.",
        _ratio(middle=lambda size: size / 2),
    ),
]
