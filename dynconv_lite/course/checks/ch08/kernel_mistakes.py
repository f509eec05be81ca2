"""What goes wrong in summing a kernel over its four turns.

As the sum is over all turns, some slips make no mistake, and cannot be told from the answer: to
turn the other way, or to return the kernel flipped, which is turned by a half.
"""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake
from dynconv_lite.course.checks.ch08.turning_mistakes import turn

Change = Callable[[Tensor], Tensor]


def _sum(
    turns: Iterable[int] = range(4),
    change: Callable[[Tensor, int], Tensor] = turn,
    result: Callable[[Tensor], Tensor] = lambda parts: parts.sum(0),
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""
    kept = tuple(turns)
    return lambda weight: result(torch.stack([change(weight, k) for k in kept]))


def _by(*changes: Change) -> Function:
    """Return the mistake of adding the kernel after other changes than turns."""
    return lambda weight: torch.stack([change(weight) for change in changes]).sum(0)


def _as_it_is(w: Tensor) -> Tensor:
    return w


def _upside_down(w: Tensor) -> Tensor:
    return w.flip(2)


def _left_right(w: Tensor) -> Tensor:
    return w.flip(3)


def _other_diagonal(w: Tensor) -> Tensor:
    return w.mT.flip(2, 3)


def _first_axes(weight: Tensor) -> Tensor:
    """Turn in the plane of axes 0 and 1, and add with whatever shapes come."""
    first, second, third, fourth = (torch.rot90(weight, k) for k in range(4))
    return first + second + third + fourth


def _running(weight: Tensor) -> Tensor:
    """Turn the sum so far, and add it to itself."""
    for _ in range(3):
        weight = weight + turn(weight, 1)
    return weight


def _middle_once(weight: Tensor) -> Tensor:
    total: Tensor = _sum()(weight).clone()
    m = weight.shape[-1] // 2
    total[:, :, m, m] = weight[:, :, m, m]
    return total


def _overlaid(weight: Tensor) -> Tensor:
    """Let every turn hold a quarter of the kernel: its own corner."""
    m = weight.shape[-1] // 2
    corner = torch.zeros_like(weight)
    corner[:, :, : m + 1, : m + 1] = weight[:, :, : m + 1, : m + 1]
    total: Tensor = _sum()(corner)
    return total


MIRROR = (
    "The kernel is mirrored, not turned. A quarter turn is torch.rot90(weight, k, (2, 3)); flips "
    "and transposes mirror."
)
HINTS = [
    Hint(
        "The turned kernels differ in shape. Without axes, torch.rot90 turns in the plane of axes "
        "0 and 1, channels and inputs: write torch.rot90(weight, k, (2, 3)).",
        "RuntimeError: .*(expects each tensor to be equal size|The size of tensor|"
        "doesn't match the broadcast shape)",
    ),
]
MISTAKES = [
    Mistake(
        "The plane is that of axes 0 and 1, channels and inputs, which is torch.rot90's default. "
        "Rows and columns are axes 2 and 3: torch.rot90(weight, k, (2, 3)).",
        _first_axes,
    ),
    Mistake(
        "The kernel is not turned: this is 4 times weight. Turn it by k quarters in the plane of "
        "rows and columns, axes 2 and 3.",
        lambda weight: 4 * weight,
    ),
    Mistake(
        "This is weight itself. Add its turns by 90, 180 and 270 degrees.",
        _sum((0,)),
    ),
    Mistake(
        "This is the mean of the four turns. Take the sum.",
        _sum(result=lambda parts: parts.mean(0)),
    ),
    Mistake(
        "This is half of the sum. Take the whole.",
        _sum(result=lambda parts: parts.sum(0) / 2),
    ),
    Mistake("The kernel as it stands, k = 0, is missing.", _sum((1, 2, 3))),
    Mistake("The last turn, k = 3, is missing: there are four.", _sum((0, 1, 2))),
    Mistake("The half turn, k = 2, is missing.", _sum((0, 1, 3))),
    Mistake(
        "There are five turns, and the fourth quarter is weight again. Take k = 0, 1, 2 and 3.",
        _sum(range(5)),
    ),
    Mistake("Only the half turn is added. Add those by 90 and 270 degrees, too.", _sum((0, 2))),
    Mistake("Only one quarter turn is added. Add those by 180 and 270 degrees.", _sum((0, 1))),
    Mistake(
        "The turns are by 2 k quarters, so that there are two, each twice. Turn by k quarters.",
        _sum((0, 2, 0, 2)),
    ),
    Mistake(
        "All four are turned by one quarter. Turn by k quarters, for k = 0, 1, 2 and 3.",
        _sum((1, 1, 1, 1)),
    ),
    Mistake(
        "The same quarter turn is added three times. Turn by k quarters, for k = 1, 2 and 3.",
        _sum((0, 1, 1, 1)),
    ),
    Mistake(
        "The sum is turned and added to itself. Turn weight by k quarters, and add that.",
        _running,
    ),
    Mistake(
        "Only the last turn is left: the result is overwritten each time. Add to it.", _sum((3,))
    ),
    Mistake(
        "This is the largest of the four turns. Take the sum.",
        _sum(result=lambda parts: parts.amax(0)),
    ),
    Mistake(MIRROR, _by(_as_it_is, _upside_down, _left_right, lambda w: w.flip(2, 3))),
    Mistake(MIRROR, _by(_as_it_is, lambda w: w.mT)),
    Mistake(MIRROR, _by(_as_it_is, _upside_down)),
    Mistake(MIRROR, _by(_as_it_is, _left_right)),
    Mistake(MIRROR, _by(_as_it_is, _upside_down, _left_right)),
    Mistake(MIRROR, _by(_as_it_is, lambda w: w.mT, _other_diagonal, lambda w: w.flip(2, 3))),
    Mistake(MIRROR, _by(_as_it_is, lambda w: w.mT, _upside_down, _left_right)),
    Mistake(
        "The mirror images are added, too. Take the four turns alone.",
        _sum(range(8), lambda w, k: turn(w if k < 4 else w.flip(3), k)),
    ),
    Mistake(
        "The middle is counted once. All four turns have a middle, and it is the same: it counts "
        "four times.",
        _middle_once,
    ),
    Mistake(
        "Each turn gives one quarter of the kernel only. Turn all of it, and add.",
        _overlaid,
    ),
    Mistake(
        "The kernels are put side by side as channels. Add them.",
        _sum(result=lambda parts: torch.cat(parts.unbind(), 0)),
    ),
    Mistake(
        "The kernels are put side by side as inputs. Add them: (C, 1, S, S).",
        _sum(result=lambda parts: torch.cat(parts.unbind(), 1)),
    ),
    Mistake(
        "The kernels are not added: sum over the axis along which they are stacked.",
        _sum(result=lambda parts: parts),
    ),
    Mistake(
        "The channels are added, too. Each keeps a kernel of its own: (C, 1, S, S).",
        _sum(result=lambda parts: parts.sum((0, 1), keepdim=True)[0]),
    ),
    Mistake(
        "All channels are given the first one's kernel. Turn all of them.",
        _sum(result=lambda parts: parts.sum(0)[:1].expand(parts.shape[1:])),
    ),
    Mistake(
        "The axis of inputs is lost. A depth-wise kernel is (C, 1, S, S).",
        _sum(result=lambda parts: parts.sum(0)[:, 0]),
    ),
]
