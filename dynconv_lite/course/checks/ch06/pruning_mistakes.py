"""What goes wrong in dropping the smallest pieces."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake

Sizes = Callable[[Tensor], Tensor]
# how many are dropped, given the share and how many there are
Number = Callable[[float, int], int]


def _lowest(values: Tensor, count: int) -> Tensor:
    """Return a mask of the shape of `values`, False at the `count` smallest of them."""
    kept = torch.ones(values.numel(), dtype=torch.bool)
    kept[values.flatten().argsort()[:count]] = False
    return kept.view_as(values)


def _floor(share: float, total: int) -> int:
    return math.floor(share * total)


def _by(
    sizes: Sizes = lambda w: w.abs().sum((0, 3, 4)),
    number: Number = _floor,
    drop: Callable[[Tensor, int], Tensor] = _lowest,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def kept_after(weights: Tensor, share: float) -> Tensor:
        places = sizes(weights)
        return drop(places, number(share, places.numel()))

    return kept_after


def _highest(values: Tensor, count: int) -> Tensor:
    return _lowest(-values, count)


def _per_channel(weights: Tensor, share: float) -> Tensor:
    rows = weights.abs().sum((0, 3, 4))
    return torch.stack([_lowest(row, _floor(share, row.numel())) for row in rows])


def _per_place(weights: Tensor, share: float) -> Tensor:
    return _per_channel(weights.transpose(1, 2), share).T


def _whole_channels(weights: Tensor, share: float) -> Tensor:
    rows = weights.abs().sum((0, 2, 3, 4))  # (C,)
    return _lowest(rows, _floor(share, len(rows)))[:, None].repeat(1, weights.shape[2])


def _whole_places(weights: Tensor, share: float) -> Tensor:
    return _whole_channels(weights.transpose(1, 2), share).T


def _elements(weights: Tensor, share: float) -> Tensor:
    return _lowest(weights.abs(), _floor(share, weights.numel()))


PLACES = "All paths lose a piece together: sum over the paths as well, and return (C, P)."
HINTS = [
    Hint(
        "A slice needs an integer: math.floor(share * sizes.numel()), or int(...).",
        "TypeError: (slice indices|'float' object|topk\\(\\)|kthvalue\\(\\))",
    ),
    Hint(
        "None may go, if the share is small: there is no 0th smallest. Sort, and take the first "
        "`count`.",
        "(RuntimeError|IndexError): .*(kthvalue|selected (number|index)|out of range)",
    ),
    Hint(
        "Sort all places in one row, sizes.flatten(): its places are numbers from 0 to C * P - 1, "
        "and index a mask that is flat, too.",
        "IndexError",
    ),
]
MISTAKES = [
    Mistake(
        "Single weights are dropped. Whole pieces go: sum over paths, rows and columns, and return "
        "(C, P).",
        _elements,
    ),
    Mistake(
        "A piece is kept if any of its weights is large. Compare its L1 norm with those of the "
        "others.",
        lambda weights, share: _elements(weights, share).amax((0, 3, 4)),
    ),
    Mistake(
        "A piece is dropped if any of its weights is small. Compare its L1 norm with those of the "
        "others.",
        lambda weights, share: _elements(weights, share).amin((0, 3, 4)),
    ),
    Mistake(f"Every path has a mask of its own. {PLACES}", _by(lambda w: w.abs().sum((3, 4)))),
    Mistake(
        f"The share is taken of the pieces of all paths. {PLACES}",
        lambda weights, share: _lowest(
            weights.abs().sum((0, 3, 4)), _floor(share, weights[..., 0, 0].numel())
        ),
    ),
    Mistake(
        "The squares are summed, as in the L2 norm. The L1 norm is the sum of |w|.",
        _by(lambda w: w.square().sum((0, 3, 4))),
    ),
    Mistake(
        "A piece's largest weight decides. The L1 norm is the sum of |w|.",
        _by(lambda w: w.abs().amax((0, 3, 4))),
    ),
    Mistake(
        "The weights are summed with their signs. Take |w| first.",
        _by(lambda w: w.sum((0, 3, 4))),
    ),
    Mistake(
        "The weights are summed with their signs, and cancel. Take |w| before the sum, not after "
        "it.",
        _by(lambda w: w.sum((0, 3, 4)).abs()),
    ),
    Mistake(
        "The paths are summed before |w| is taken, and cancel. Take |w| first.",
        _by(lambda w: w.sum(0).abs().sum((2, 3))),
    ),
    Mistake(
        "Every piece is summed before |w| is taken, and cancels. Take |w| first.",
        _by(lambda w: w.sum((3, 4)).abs().sum(0)),
    ),
    Mistake("The first path alone decides. Sum over all.", _by(lambda w: w[0].abs().sum((2, 3)))),
    Mistake(
        "The largest path alone decides. Sum over all.",
        _by(lambda w: w.abs().sum((3, 4)).amax(0)),
    ),
    Mistake(
        "Every channel loses the same share. Compare the pieces of all channels: a channel may "
        "lose more than another.",
        _per_channel,
    ),
    Mistake(
        "Every place loses the same share of its channels. Compare all C * P at once.",
        _per_place,
    ),
    Mistake("Whole channels are dropped. Compare single pieces, all C * P.", _whole_channels),
    Mistake("Whole places are dropped. Compare single pieces, all C * P.", _whole_places),
    Mistake("The largest pieces are dropped. Drop the smallest.", _by(drop=_highest)),
    Mistake(
        "The share is what stays. It is to be dropped.",
        _by(number=lambda share, total: total - _floor(share, total)),
    ),
    Mistake(
        "True and False are swapped: True is where pieces are kept.",
        lambda weights, share: ~_by()(weights, share),
    ),
    Mistake(
        "The number is rounded up. Round it down.",
        _by(number=lambda share, total: math.ceil(share * total)),
    ),
    Mistake(
        "The number is rounded to the nearest. Round it down.",
        _by(number=lambda share, total: round(share * total)),
    ),
    Mistake(
        "There is always one at least. A small share may drop none.",
        _by(number=lambda share, total: max(1, _floor(share, total))),
    ),
    Mistake(
        "One piece too many is dropped. Keep those from place `count` of the sorted sizes on: "
        "with >=, not >.",
        _by(number=lambda share, total: _floor(share, total) + 1),
    ),
    Mistake(
        "Nothing is dropped: floor(share * C * P) places are False.",
        _by(number=lambda share, total: 0),
    ),
    Mistake(
        "The mask is transposed: (C, P), channels first.",
        lambda weights, share: _by()(weights, share).T,
    ),
    Mistake(
        "The mask is flat: give it its shape back, (C, P).",
        lambda weights, share: _by()(weights, share).flatten(),
    ),
]
