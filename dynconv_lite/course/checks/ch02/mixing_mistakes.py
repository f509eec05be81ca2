"""What goes wrong in mixing linear maps."""

from collections.abc import Callable

import torch
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake


def _weighted(weights: Tensor, shares: Tensor) -> Tensor:
    """Return every map times its share, (K, O, I)."""
    return shares[:, None, None] * weights


def _with_shares(change: Callable[[Tensor], Tensor]) -> Function:
    """Return the mistake of mixing with other shares than the given ones."""
    return lambda weights, shares: _weighted(weights, change(shares)).sum(0)


def _then(finish: Callable[[Tensor], Tensor]) -> Function:
    """Return the mistake of not summing the maps times their shares over axis 0."""
    return lambda weights, shares: finish(_weighted(weights, shares))


def _only_largest(shares: Tensor) -> Tensor:
    return torch.where(torch.arange(len(shares)) == shares.argmax(), shares, 0)


HINTS = [
    Hint(
        "Axes are lined up from the last one: shares (K,) would meet axis I of weights (K, O, I). "
        "Give them two more axes, shares[:, None, None], or use torch.einsum.",
        "The size of tensor a .* must match the size of tensor b",
    ),
    Hint(
        "@ sums over an axis that both sides have in common. That axis is K: flatten the maps to "
        "(K, O * I) first, shares @ weights.flatten(1), and reshape the result.",
        "mat1 and mat2|size mismatch|Expected size for|shapes cannot be multiplied",
    ),
    Hint(
        "In torch.einsum the maps are 'koi' and the shares 'k'; an axis that is to be summed is "
        "missing behind the arrow: 'k,koi->oi'.",
        "einsum",
    ),
]
MISTAKES = [
    Mistake(
        "This is the plain mean of the maps, whatever the shares are. Multiply every map by its "
        "share, and sum.",
        lambda weights, shares: weights.mean(0),
    ),
    Mistake(
        "The maps are summed without their shares. Multiply every map by its share first.",
        lambda weights, shares: weights.sum(0),
    ),
    Mistake(
        "The maps times their shares are averaged, which divides by K once more. Sum them: the "
        "shares are the only factors.",
        _then(lambda w: w.mean(0)),
    ),
    Mistake(
        "The maps times their shares are multiplied with one another. Add them: use sum(0), not "
        "prod(0).",
        _then(lambda w: w.prod(0)),
    ),
    Mistake(
        "The shares are divided by their sum. Use them as they are given: they need not sum to "
        "one.",
        _with_shares(lambda s: s / s.sum()),
    ),
    Mistake(
        "The shares go through a softmax. They are shares already: use them as they are given.",
        _with_shares(lambda s: s.softmax(0)),
    ),
    Mistake(
        "Only the map with the largest share is returned. All of them count, each by its share: "
        "sum over k.",
        lambda weights, shares: weights[shares.argmax()],
    ),
    Mistake(
        "Only the map with the largest share is returned, times that share. Add the others, each "
        "by its share.",
        _with_shares(_only_largest),
    ),
    Mistake(
        "Negative shares are treated as zero. Use all shares as they are given.",
        _with_shares(lambda s: s.clamp(min=0)),
    ),
    Mistake(
        "The signs of the shares are lost. Leave the shares as they are, without abs().",
        _with_shares(lambda s: s.abs()),
    ),
    Mistake(
        "The shares are squared. Multiply every map by its share once.",
        _with_shares(lambda s: s * s),
    ),
    Mistake(
        "The shares come in reverse order: shares[0] belongs to weights[0].",
        _with_shares(lambda s: s.flip(0)),
    ),
    Mistake(
        "The sum stops before the last map. Loop over all of them: range(len(weights)).",
        lambda weights, shares: _weighted(weights, shares)[:-1].sum(0),
    ),
    Mistake(
        "The maps are multiplied by their shares, but they are still K maps. Sum them over axis 0.",
        _then(lambda w: w),
    ),
    Mistake(
        "The K maps are put below one another, which gives K * O outputs. Sum them over axis 0.",
        _then(lambda w: w.flatten(0, 1)),
    ),
    Mistake(
        "The sum runs over the outputs. Sum over the maps, axis 0.",
        _then(lambda w: w.sum(1)),
    ),
    Mistake(
        "The sum runs over the inputs. Sum over the maps, axis 0.",
        _then(lambda w: w.sum(2)),
    ),
    Mistake(
        "Everything is summed into one number. Sum over the maps alone: sum(0).",
        _then(lambda w: w.sum()),
    ),
    Mistake(
        "The result is transposed, (I, O). Leave the axes in the order of the maps: (O, I).",
        _then(lambda w: w.sum(0).mT),
    ),
    Mistake(
        "The axis of the maps is still there, with length 1. Sum it away: sum(0) without keepdim, "
        "or take [0].",
        _then(lambda w: w.sum(0, keepdim=True)),
    ),
]
