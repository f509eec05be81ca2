"""What goes wrong in turning, processing and turning back."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake

Operator = Callable[[Tensor], Tensor]
Turn = Callable[[Tensor, int], Tensor]


def turn(x: Tensor, k: int) -> Tensor:
    """Return maps (..., H, W) turned by k quarters, counter-clockwise as they are drawn."""
    return torch.rot90(x, k, (-2, -1))


def _back(x: Tensor, k: int) -> Tensor:
    return turn(x, -k)


def _sum(parts: Tensor) -> Tensor:
    return parts.sum(0)


def in_turns(
    operator: Operator,
    there: Turn = turn,
    back: Turn = _back,
    turns: Iterable[int] = range(4),
    result: Callable[[Tensor], Tensor] = _sum,
) -> Operator:
    """Return an operator that turns its input, applies another, turns back and sums.

    Args:
        operator: what is applied in each turn.
        there: how the input is turned.
        back: how the result is turned back.
        turns: numbers of quarters.
        result: what becomes of the parts (4, B, C, H, W).
    """
    return lambda x: result(torch.stack([back(operator(there(x, k)), k) for k in turns]))


def _wrong(
    there: Turn = turn,
    back: Turn = _back,
    turns: Iterable[int] = range(4),
    result: Callable[[Tensor], Tensor] = _sum,
) -> Function:
    """Return the exercise's function with one of its steps replaced."""
    kept = tuple(turns)
    return lambda x, operator: in_turns(operator, there, back, kept, result)(x)


def _still(x: Tensor, k: int) -> Tensor:
    return x


def _mirrored(x: Tensor, k: int) -> Tensor:
    """Mirror along rows, columns or both, instead of turning."""
    return x.flip([axis for bit, axis in ((1, 2), (2, 3)) if k & bit])


def _transposed(x: Tensor, k: int) -> Tensor:
    return x.mT if k % 2 else x


def _first_axes(x: Tensor, k: int) -> Tensor:
    return torch.rot90(x, k)


def _eight(x: Tensor, k: int) -> Tensor:
    return turn(x if k < 4 else x.flip(3), k)


def _eight_back(x: Tensor, k: int) -> Tensor:
    y = turn(x, -k)
    return y if k < 4 else y.flip(3)


def _one_after_another(x: Tensor, operator: Operator) -> Tensor:
    """Process each turn's result in the next turn."""
    for k in range(4):
        x = turn(operator(turn(x, k)), -k)
    return x


def _running(x: Tensor, operator: Operator) -> Tensor:
    """Turn and process what the turn before has left, and turn that back as a whole."""
    total, y = torch.zeros_like(x), x
    for k in range(4):
        y = operator(turn(y, 1 if k else 0))
        total = total + turn(y, -k)
    return total


def _together(x: Tensor, operator: Operator) -> Tensor:
    """Add the turned images, and process their sum once."""
    return operator(torch.stack([turn(x, k) for k in range(4)]).sum(0))


WRONG_WAY = (
    "The result is turned on, not back: after k quarters one way, turn -k quarters, torch.rot90(y, "
    "-k, (2, 3))."
)
NOT_TURNED = (
    "x is not turned, so that all four parts are the same. Turn by k quarters in the plane of rows "
    "and columns: torch.rot90(x, k, (2, 3))."
)
HINTS = [
    Hint(
        "Where H and W differ, a map turned by one or three quarters has W x H pixels until it is "
        "turned back. Turn each result by -k quarters before you add it.",
        "RuntimeError: .*(The size of tensor|expects each tensor to be equal size|"
        "doesn't match the broadcast shape)",
    ),
    Hint(
        "The operator was given a wrong number of channels. Without axes, torch.rot90 turns in the "
        "plane of axes 0 and 1, images and channels: write torch.rot90(x, k, (2, 3)).",
        "RuntimeError: .*(Given groups|expected input)",
    ),
]
MISTAKES = [
    Mistake(
        "The results are not turned back. Turn each by -k quarters before you add it.",
        _wrong(back=_still),
    ),
    Mistake(WRONG_WAY, _wrong(back=turn)),
    Mistake(
        "The result of every turn is turned back by one quarter. After k quarters, turn back k.",
        _wrong(back=lambda y, k: turn(y, -1)),
    ),
    Mistake(
        "All four turn by one quarter, and back. Turn by k quarters, for k = 0, 1, 2 and 3.",
        _wrong(turns=(1, 1, 1, 1)),
    ),
    Mistake(
        "x as it stands, k = 0, is missing. There are four turns.",
        _wrong(turns=(1, 2, 3)),
    ),
    Mistake("The last turn is missing: k = 0, 1, 2 and 3.", _wrong(turns=(0, 1, 2))),
    Mistake(
        "There are five turns, and the fourth quarter is x again. Take k = 0, 1, 2 and 3.",
        _wrong(turns=range(5)),
    ),
    Mistake(
        "The quarter turns, k = 1 and k = 3, are missing.",
        _wrong(turns=(0, 2)),
    ),
    Mistake(
        "The half turn, k = 2, and that by three quarters, k = 3, are missing.",
        _wrong(turns=(0, 1)),
    ),
    Mistake(
        "The turns are by 2 k quarters, so that there are two, each twice. Turn by k quarters.",
        _wrong(turns=(0, 2, 4, 6)),
    ),
    Mistake(
        "This is the operator's result alone. Turn x, too, in all four ways.",
        _wrong(turns=(0,)),
    ),
    Mistake(
        "Only the last turn is left: the result is overwritten each time. Add to it.",
        _wrong(turns=(3,)),
    ),
    Mistake("This is the mean over the turns. Take the sum.", _wrong(result=lambda p: p.mean(0))),
    Mistake(
        "This is the largest of the four results. Take the sum.",
        _wrong(result=lambda parts: parts.amax(0)),
    ),
    Mistake(NOT_TURNED, _wrong(there=_still, back=_still)),
    Mistake(
        "The plane is that of axes 0 and 1, images and channels, which is torch.rot90's default. "
        "Rows and columns are axes 2 and 3: torch.rot90(x, k, (2, 3)).",
        _wrong(there=_first_axes, back=lambda y, k: torch.rot90(y, -k)),
    ),
    Mistake(
        "The operator is given x as it stands, and its results are turned. Turn x first.",
        _wrong(there=_still),
    ),
    Mistake(
        "The operator is not applied: this is x, turned and turned back, four times over.",
        lambda x, operator: 4 * x,
    ),
    Mistake(
        "x is mirrored, not turned. torch.rot90 turns; flips do not.",
        _wrong(there=_mirrored, back=_mirrored),
    ),
    Mistake(
        "Rows and columns are swapped, which mirrors x at a diagonal. A quarter turn flips one of "
        "them besides: torch.rot90.",
        _wrong(there=_transposed, back=_transposed),
    ),
    Mistake(
        "The result is turned back by swapping rows and columns. That mirrors it: use torch.rot90 "
        "with -k.",
        _wrong(back=_transposed),
    ),
    Mistake(
        "The mirror images are added, too. Take the four turns alone.",
        _wrong(there=_eight, back=_eight_back, turns=range(8)),
    ),
    Mistake(
        "The turns follow each other: each processes the result of the one before. Every turn "
        "starts from x, and the results are added.",
        _one_after_another,
    ),
    Mistake(
        "The operator's result is turned on and processed again. Every turn starts from x.",
        _running,
    ),
    Mistake(
        "The turned images are added before they are processed. Process each, turn it back, and "
        "add then.",
        _together,
    ),
    Mistake(
        "x is added to the sum. There is no shortcut here.",
        lambda x, operator: x + in_turns(operator)(x),
    ),
    Mistake(
        "The four results are put side by side as channels. Add them.",
        _wrong(result=lambda parts: torch.cat(parts.unbind(), 1)),
    ),
    Mistake(
        "The four results are not added: sum over the axis along which they are stacked.",
        _wrong(result=lambda parts: parts),
    ),
    Mistake(
        "The images are added, too. Sum over the four turns alone.",
        _wrong(result=lambda parts: parts.sum((0, 1))),
    ),
    Mistake(
        "Negative values are cut off. Return the sum as it is.",
        _wrong(result=lambda parts: parts.sum(0).relu()),
    ),
]
