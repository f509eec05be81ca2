"""What goes wrong in the bilateral filter."""

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake

# the exponent of a weight, given a distance or a difference, and its sigma
Fall = Callable[[Any, float], Any]
# of a neighbour, given (dy, dx)
Distance = Callable[[int, int], float]
# steps to the neighbours along one axis, given the radius
Steps = Callable[[int], range]


def _gauss(distance: Any, sigma: float) -> Any:
    return distance**2 / (2 * sigma**2)


def _all_steps(radius: int) -> range:
    return range(-radius, radius + 1)


def _product(far: Any, unlike: Any) -> Any:
    return torch.exp(-far - unlike)


def _smooth(
    space: Fall = _gauss,
    value: Fall = _gauss,
    distance: Distance = math.hypot,
    join: Callable[[Any, Any], Any] = _product,
    steps: Steps = _all_steps,
    used: Callable[[int, int, int], bool] = lambda dy, dx, radius: True,
    border: str = "outside",
    result: Callable[[Any, Any, Any, int], Any] = lambda total, norm, count, taps: total / norm,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced.

    Args:
        space: of the distance in pixels.
        value: of the difference of the values.
        distance: in pixels, of a step.
        join: of the two exponents.
        steps: to the neighbours.
        used: whether a step counts, given (dy, dx) and the radius.
        border: "outside" leaves out what is outside of the image; "constant" and
            "replicate" put pixels there.
        result: given both sums, how many taps are inside, and how many there are.
    """

    def bilateral(image: Tensor, sigma_space: float, sigma_value: float, radius: int) -> Tensor:
        high, wide = image.shape
        mode = "constant" if border == "outside" else border
        padded = F.pad(image[None, None], [radius] * 4, mode=mode)[0, 0]
        ones = F.pad(torch.ones_like(image), [radius] * 4, value=float(border != "outside"))
        total, norm, count = torch.zeros(3, high, wide, dtype=image.dtype)
        taps = 0
        for dy in steps(radius):
            for dx in steps(radius):
                if used(dy, dx, radius):
                    top, left = radius + dy, radius + dx
                    there = (slice(top, top + high), slice(left, left + wide))
                    unlike = value((image - padded[there]).abs(), sigma_value)
                    weight = join(space(distance(dy, dx), sigma_space), unlike) * ones[there]
                    total, norm, count = (
                        total + weight * padded[there],
                        norm + weight,
                        count + ones[there],
                    )
                    taps += 1
        smoothed: Tensor = result(total, norm, count, taps)
        return smoothed

    return bilateral


def _variance(distance: Any, sigma: float) -> Any:
    return distance**2 / (2 * sigma)


def _without_half(distance: Any, sigma: float) -> Any:
    return distance**2 / sigma**2


def _half_inside(distance: Any, sigma: float) -> Any:
    return distance**2 / (2 * sigma) ** 2


def _not_squared(distance: Any, sigma: float) -> Any:
    return distance / (2 * sigma**2)


def _nothing(distance: Any, sigma: float) -> Any:
    return 0 * distance


def _wrapped(image: Tensor, space: float, value: float, radius: int) -> Tensor:
    steps = _all_steps(radius)
    places = [(dy, dx) for dy in steps for dx in steps]
    values = torch.stack([image.roll(place, (0, 1)) for place in places])  # (taps, H, W)
    far = torch.tensor([math.hypot(*place) for place in places], dtype=image.dtype)
    weight = _product(
        _gauss(far, space)[:, None, None], _gauss(values - image, value)
    )  # (taps, H, W)
    return (weight * values).sum(0) / weight.sum(0)


ZEROS = "Outside of the image there is no pixel: give its weight 0 in both sums."
HINTS = [
    Hint(
        "The square may be larger than the image, and some kinds of padding are not made for that. "
        "Pad with zeros, and leave them out of both sums.",
        "RuntimeError: .*(Padding size|wrapping around)",
    ),
    Hint(
        "The neighbours' map has another size than the image: pad by `radius` on all sides, and "
        "take H rows from row radius + dy on, and W columns from column radius + dx on.",
        "RuntimeError: The size of tensor",
    ),
    Hint(
        "A neighbour outside of the image is looked up. Leave it out of both sums.",
        "IndexError",
    ),
]
MISTAKES = [
    Mistake(
        f"Zeros outside of the image count as black pixels. {ZEROS}",
        _smooth(border="constant"),
    ),
    Mistake(
        f"Outside of the image the nearest pixel is repeated. {ZEROS}",
        _smooth(border="replicate"),
    ),
    Mistake(f"The image wraps around. {ZEROS}", _wrapped),
    Mistake(
        "The result is not normalised: divide by the sum of the weights.",
        _smooth(result=lambda total, norm, count, taps: total),
    ),
    Mistake(
        "The sum is divided by the number of neighbours. Divide by the sum of their weights.",
        _smooth(result=lambda total, norm, count, taps: total / count),
    ),
    Mistake(
        "The sum is divided by (2 * radius + 1)^2. Divide by the sum of the weights.",
        _smooth(result=lambda total, norm, count, taps: total / taps),
    ),
    Mistake(
        "The two sigmas are swapped: sigma_space belongs to pixels, sigma_value to values.",
        lambda image, space, value, radius: _smooth()(image, value, space, radius),
    ),
    Mistake("Both sigmas are taken for variances: square them.", _smooth(_variance, _variance)),
    Mistake("sigma_space is taken for a variance: square it.", _smooth(space=_variance)),
    Mistake("sigma_value is taken for a variance: square it.", _smooth(value=_variance)),
    Mistake(
        "The 2 is missing in both exponents: d^2 / (2 * sigma^2).",
        _smooth(_without_half, _without_half),
    ),
    Mistake(
        "The 2 is missing in the exponent of the distance: d^2 / (2 * sigma_space^2).",
        _smooth(space=_without_half),
    ),
    Mistake(
        "The 2 is missing in the exponent of the values: (v_i - v_j)^2 / (2 * sigma_value^2).",
        _smooth(value=_without_half),
    ),
    Mistake(
        "The 2 is squared as well: 2 * sigma**2, not (2 * sigma)**2.",
        _smooth(_half_inside, _half_inside),
    ),
    Mistake(
        "The distance is max(|dy|, |dx|), Chebyshev's: it counts a step along the diagonal as 1. "
        "Take the straight line, d^2 = dy^2 + dx^2.",
        _smooth(distance=lambda dy, dx: max(abs(dy), abs(dx))),
    ),
    Mistake(
        "The distance is |dy| + |dx|, Manhattan's: it counts a step along the diagonal as 2. Take "
        "the straight line, d^2 = dy^2 + dx^2.",
        _smooth(distance=lambda dy, dx: abs(dy) + abs(dx)),
    ),
    Mistake("The distance in pixels is not squared: dy^2 + dx^2.", _smooth(space=_not_squared)),
    Mistake("The difference of the values is not squared.", _smooth(value=_not_squared)),
    Mistake(
        "The distance alone counts, as in a Gaussian filter. Multiply by the weight of the values.",
        _smooth(value=_nothing),
    ),
    Mistake(
        "The values alone count. Multiply by the weight of the distance.",
        _smooth(space=_nothing),
    ),
    Mistake(
        "The two weights are added. Multiply them: a neighbour must be near and alike.",
        _smooth(join=lambda far, unlike: math.exp(-far) + torch.exp(-unlike)),
    ),
    Mistake(
        "The square ends one pixel too early, below and on the right: range(-radius, radius + 1).",
        _smooth(steps=lambda radius: range(-radius, max(radius, 1))),
    ),
    Mistake(
        "Only neighbours below and to the right are used: begin at -radius.",
        _smooth(steps=lambda radius: range(radius + 1)),
    ),
    Mistake(
        "A disc of neighbours is used. Take the whole square.",
        _smooth(used=lambda dy, dx, radius: dy**2 + dx**2 <= radius**2),
    ),
    Mistake(
        "The pixel itself is left out. It counts as well, with weight 1.",
        _smooth(used=lambda dy, dx, radius: radius == 0 or (dy, dx) != (0, 0)),
    ),
    Mistake(
        "The pixel itself is left out. It counts as well, with weight 1.",
        _smooth(used=lambda dy, dx, radius: (dy, dx) != (0, 0)),
    ),
    Mistake(
        "This is the sum of the weights. It is what the weighted sum of the values is divided by.",
        _smooth(result=lambda total, norm, count, taps: norm),
    ),
]
