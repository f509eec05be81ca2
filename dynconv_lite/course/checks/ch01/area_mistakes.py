"""What goes wrong in measuring an area ratio."""

import math
from collections.abc import Iterator

from torch import Tensor

from dynconv_lite.course.case import Mistake

Center = tuple[int, int]


def _squares(
    scaled: Tensor, center: Center, first: int = 1, last: int | None = None
) -> Iterator[tuple[int, float]]:
    """Yield (side, share) of every square of every second side up to `last`, or min(H, W)."""
    for side in range(first, (last or min(scaled.shape)) + 1, 2):
        top, left = (c - side // 2 for c in center)
        inside = scaled[max(0, top) : max(0, top + side), max(0, left) : max(0, left + side)]
        yield side, float(inside.sum() / scaled.sum())


def _side(scaled: Tensor, threshold: float, center: Center, last: int | None = None) -> float:
    squares = _squares(scaled, center, last=last)
    sides = (side for side, share in squares if share > threshold)
    return next(sides, math.nan)


def _area(scaled: Tensor, side: float) -> float:
    return side * side / scaled.numel()


def _even(scaled: Tensor, threshold: float, center: Center) -> float:
    both = sorted([*_squares(scaled, center), *_squares(scaled, center, 2)])
    return _area(scaled, next((side for side, share in both if share > threshold), math.nan))


def _reaching(scaled: Tensor, threshold: float, center: Center) -> float:
    sides = (side for side, share in _squares(scaled, center) if share >= threshold)
    return _area(scaled, next(sides, math.nan))


def _within(scaled: Tensor, threshold: float, center: Center) -> float:
    """Return the largest square that does not exceed the threshold: one step too early."""
    return _area(scaled, max(1, _side(scaled, threshold, center) - 2))


def _outside(scaled: Tensor, threshold: float, center: Center) -> float:
    return _area(scaled, _side(scaled, 1 - threshold, center))


def _absolute(scaled: Tensor, threshold: float, center: Center) -> float:
    return _area(scaled, _side(scaled, threshold / float(scaled.sum()), center))


def _wrapping(scaled: Tensor, threshold: float, center: Center) -> float:
    """Let slices start at negative indices, which count from the far end."""
    for side in range(1, min(scaled.shape) + 1, 2):
        top, left = (c - side // 2 for c in center)
        inside = scaled[top : top + side, left : left + side]
        if float(inside.sum() / scaled.sum()) > threshold:
            return _area(scaled, side)
    return math.nan


def _stopping(scaled: Tensor, threshold: float, center: Center) -> float:
    """Give up where the square leaves the map."""
    room = min(*center, *(n - 1 - c for n, c in zip(scaled.shape, center, strict=True)))
    side = _side(scaled, threshold, center)
    return _area(scaled, side if side <= 2 * room + 1 else math.nan)


def _shifted(scaled: Tensor, threshold: float, center: Center) -> float:
    """Push the square back inside the map instead of cutting it off."""
    for side in range(1, min(scaled.shape) + 1, 2):
        top, left = (
            min(max(0, c - side // 2), n - side) for c, n in zip(center, scaled.shape, strict=True)
        )
        if float(scaled[top : top + side, left : left + side].sum() / scaled.sum()) > threshold:
            return _area(scaled, side)
    return math.nan


def _clipped_area(scaled: Tensor, threshold: float, center: Center) -> float:
    side = _side(scaled, threshold, center)
    if math.isnan(side):
        return side
    spans = [
        min(n, c + int(side) // 2 + 1) - max(0, c - int(side) // 2)
        for c, n in zip(center, scaled.shape, strict=True)
    ]
    return spans[0] * spans[1] / scaled.numel()


def _too_few(scaled: Tensor, threshold: float, center: Center) -> float:
    """Stop before a side of min(H, W)."""
    side = _side(scaled, threshold, center)
    return _area(scaled, side if side < min(scaled.shape) else math.nan)


def _within_height(scaled: Tensor, threshold: float, center: Center) -> float:
    return _area(scaled, _side(scaled, threshold, center, scaled.shape[0]))


def _within_width(scaled: Tensor, threshold: float, center: Center) -> float:
    return _area(scaled, _side(scaled, threshold, center, scaled.shape[1]))


def _or(value: float, scaled: Tensor, threshold: float, center: Center) -> float:
    ratio = _area(scaled, _side(scaled, threshold, center))
    return value if math.isnan(ratio) else ratio


def _largest(scaled: Tensor) -> float:
    return _area(scaled, max(range(1, min(scaled.shape) + 1, 2)))


MISTAKES = [
    Mistake(
        "The square is centred on the middle of the map. Centre it on `center`: the unit may lie "
        "elsewhere.",
        lambda m, t, c: _area(m, _side(m, t, (m.shape[0] // 2, m.shape[1] // 2))),
    ),
    Mistake(
        "Row and column of the centre are swapped: center is (row, column).",
        lambda m, t, c: _area(m, _side(m, t, c[::-1])),
    ),
    Mistake(
        "This is the ratio of the sides, not of the areas: return (side / H) * (side / W).",
        lambda m, t, c: _side(m, t, c) / m.shape[0],
    ),
    Mistake(
        "This is the ratio of the sides, side / W, not of the areas: return "
        "(side / H) * (side / W).",
        lambda m, t, c: _side(m, t, c) / m.shape[1],
    ),
    Mistake(
        "This is the side in pixels. Return (side / H) * (side / W).",
        _side,
    ),
    Mistake(
        "This is the square's area in pixels. Divide it by the map's, H * W.",
        lambda m, t, c: _side(m, t, c) ** 2,
    ),
    Mistake(
        "The distance from the centre is taken for the side, which is 2 * half + 1.",
        lambda m, t, c: _area(m, (_side(m, t, c) - 1) / 2),
    ),
    Mistake(
        "The side is taken as 2 * half. With the centre pixel it is 2 * half + 1.",
        lambda m, t, c: _area(m, _side(m, t, c) - 1),
    ),
    Mistake(
        "Squares of even side are tried too. Only odd ones have a pixel in their middle: step by "
        "2.",
        _even,
    ),
    Mistake(
        "The area is divided by H * H. The map is not square: divide by H * W.",
        lambda m, t, c: (_side(m, t, c) / m.shape[0]) ** 2,
    ),
    Mistake(
        "The area is divided by W * W. The map is not square: divide by H * W.",
        lambda m, t, c: (_side(m, t, c) / m.shape[1]) ** 2,
    ),
    *(
        Mistake(
            "A square that leaves the map is lost. Let it grow up to min(H, W), and sum the part "
            "inside: start the slice at max(0, row - half), for a negative start counts from the "
            "far end.",
            imitate,
        )
        for imitate in (_wrapping, _stopping)
    ),
    Mistake(
        "Near the border the square is pushed back into the map. Keep its centre, and sum the "
        "part that lies inside.",
        _shifted,
    ),
    Mistake(
        "The area counts only the part of the square inside the map. Count the whole square: "
        "(side / H) * (side / W).",
        _clipped_area,
    ),
    Mistake(
        "The square is one step too small: return the first one whose share exceeds the "
        "threshold, not the last one before it.",
        _within,
    ),
    Mistake(
        "The square is one step too large: return the first one whose share exceeds the threshold.",
        lambda m, t, c: _area(m, _side(m, t, c) + 2),
    ),
    Mistake(
        "A share equal to the threshold is not enough: it must exceed it (>, not >=).",
        _reaching,
    ),
    Mistake(
        "The sum is compared with the threshold itself. Divide it by the sum of the whole map "
        "first.",
        _absolute,
    ),
    Mistake(
        "The threshold is applied to what lies outside the square. It is for the share inside.",
        _outside,
    ),
    Mistake(
        "The search ends too early: a side of min(H, W) is allowed. range stops before its end, "
        "so end it at min(H, W) + 1.",
        _too_few,
    ),
    *(
        Mistake(
            f"The search goes on up to {bound}. Stop at the shorter side of the map, min(H, W): "
            "beyond it the answer is nan.",
            imitate,
        )
        for bound, imitate in (
            ("the map's height H", _within_height),
            ("the map's width W", _within_width),
            (
                "max(H, W)",
                lambda m, t, c: _area(m, _side(m, t, c, max(m.shape))),
            ),
            (
                "a square that covers the whole map",
                lambda m, t, c: _area(m, _side(m, t, c, 2 * max(m.shape))),
            ),
        )
    ),
    Mistake(
        "No square up to min(H, W) holds so much here: return nan (float('nan')), not the largest "
        "square's ratio.",
        lambda m, t, c: _or(_largest(m), m, t, c),
    ),
    *(
        Mistake(
            "No square up to min(H, W) holds so much here: return nan (float('nan')), "
            f"not {value:g}.",
            lambda m, t, c, value=value: _or(value, m, t, c),
        )
        for value in (0.0, 1.0, math.inf, -1.0)
    ),
]
