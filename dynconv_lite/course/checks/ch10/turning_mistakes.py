"""What goes wrong in an ensemble of four turns."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake

LookUp = Callable[[Tensor], Tensor]
# turns an image, given the number r of the member
Turn = Callable[[Tensor, int], Tensor]
Join = Callable[[Tensor], Tensor]


def _there(image: Tensor, r: int) -> Tensor:
    return torch.rot90(image, r)


def _back(y: Tensor, r: int) -> Tensor:
    return torch.rot90(y, -r)


def _flip(image: Tensor, r: int) -> Tensor:
    """Reflect by rows, columns or both, which keeps the shape and undoes itself."""
    return image.flip([axis for axis in (0, 1) if r >> axis & 1])


def _turned_and_flipped(image: Tensor, r: int) -> Tensor:
    return torch.rot90(image.flip(1) if r >= 4 else image, r)


def _flipped_and_turned(y: Tensor, r: int) -> Tensor:
    turned = torch.rot90(y, -r)
    return turned.flip(1) if r >= 4 else turned


def _transposed(image: Tensor, r: int) -> Tensor:
    return image.T if r % 2 else image


def _turns(
    there: Turn = _there,
    back: Turn = _back,
    members: Sequence[int] = (0, 1, 2, 3),
    join: Join = lambda parts: parts.sum(0),
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def ensemble(image: Tensor, look_up: LookUp) -> Tensor:
        parts = [back(look_up(there(image, r)), r) for r in members]
        return join(torch.stack(parts))

    return ensemble


def _sum_turned_back(image: Tensor, look_up: LookUp) -> Tensor:
    """Add before turning back, which needs a square."""
    total = torch.stack([look_up(_there(image, r)) for r in range(4)]).sum(0)
    return torch.stack([_back(total, r) for r in range(4)]).sum(0)


def _turning_on(image: Tensor, look_up: LookUp) -> Tensor:
    """Turn in a loop, by r more in the r-th turn, and turn back by r only."""
    total, turned = torch.zeros_like(look_up(image)), image
    for r in range(4):
        turned = torch.rot90(turned, r)
        total = total + torch.rot90(look_up(turned), -r)
    return total


def _of_a_sum(image: Tensor, look_up: LookUp) -> Tensor:
    total: Tensor = look_up(torch.stack([_there(image, r) for r in range(4)]).sum(0))
    return total


def _again(image: Tensor, look_up: LookUp) -> Tensor:
    """Turn the image, keep it, look it up, and turn back only what came out last."""
    return _back(torch.stack([look_up(_there(image, r)) for r in range(4)]).sum(0), 3)


BACK = "Turn what look_up returns back by as much: torch.rot90(y, -k)."
SUM = "Add the four up; the division comes later, in one step with the rounding."
HINTS = [
    Hint(
        f"The four do not have the same shape: the image is not square. {BACK}",
        "RuntimeError: .*(size of tensor|equal size|must match|shape|stack expects)",
    ),
    Hint(
        "An image is (H, W), so its axes are 0 and 1: torch.rot90(image, k) needs no dims.",
        "RuntimeError: .*(dims|dim|rotation)|IndexError",
    ),
    Hint(
        "look_up takes one image (H, W) at a time: no axes for batch or channels.",
        "ValueError: look_up takes one image",
    ),
]
MISTAKES = [
    Mistake(f"Nothing is turned back. {BACK}", _turns(back=lambda y, r: y)),
    Mistake(
        f"The results are turned on in the same direction, not back. {BACK}", _turns(back=_there)
    ),
    Mistake(
        f"The results are turned back by one quarter, whatever k is. {BACK}",
        _turns(back=lambda y, r: _back(y, 1) if r else y),
    ),
    Mistake(
        f"The results are turned back by half a turn, whatever k is. {BACK}",
        _turns(back=lambda y, r: _back(y, 2) if r else y),
    ),
    Mistake(
        f"Only the sum is turned back, at the end. The four lie differently in it. {BACK}", _again
    ),
    Mistake(f"The four are added up before they are turned back. {BACK}", _sum_turned_back),
    Mistake(
        "The image is not turned before it is looked up: look_up(torch.rot90(image, k)).",
        _turns(there=lambda image, r: image),
    ),
    Mistake(
        "Nothing is turned at all: this is four times the same.",
        _turns(lambda image, r: image, lambda y, r: y),
    ),
    Mistake(
        "Only the image as it is gets looked up. Add the three turned ones.", _turns(members=(0,))
    ),
    Mistake("The image as it is (k = 0) is missing.", _turns(members=(1, 2, 3))),
    Mistake("The turn by three quarters is missing: range(4).", _turns(members=(0, 1, 2))),
    Mistake("Only half a turn is added. The quarters are missing.", _turns(members=(0, 2))),
    Mistake("Only a quarter turn is added. Two more are missing.", _turns(members=(0, 1))),
    Mistake(
        "There is a fifth: four quarters are the image again, which counts twice.",
        _turns(members=(0, 1, 2, 3, 4)),
    ),
    Mistake(
        "Only the last turn is left: the result is overwritten. Add to it.", _turns(members=(3,))
    ),
    Mistake(
        "The image is turned on in every step by k more: 0, 1, 3 and 6 quarters. Turn the "
        "image itself by k.",
        _turning_on,
    ),
    Mistake(f"This is the mean. {SUM}", _turns(join=lambda parts: parts.mean(0))),
    Mistake(f"The sum is divided by 255. {SUM}", _turns(join=lambda parts: parts.sum(0) / 255)),
    Mistake(
        "This is the largest of the four. Add them up.", _turns(join=lambda parts: parts.amax(0))
    ),
    Mistake(
        "This is the median of the four. Add them up.",
        _turns(join=lambda parts: parts.quantile(0.5, 0)),
    ),
    Mistake("The four are stacked, not added: .sum(0).", _turns(join=lambda parts: parts)),
    Mistake(f"The sum is rounded. {SUM}", _turns(join=lambda parts: parts.sum(0).round())),
    Mistake(f"The sum is clipped. {SUM}", _turns(join=lambda parts: parts.sum(0).clamp(0, 255))),
    Mistake(
        "The sum is clipped to 0 ... 1. Add up, and leave clipping to the next step.",
        _turns(join=lambda parts: parts.sum(0).clamp(0, 1)),
    ),
    Mistake("The image is reflected, not turned. Use torch.rot90.", _turns(_flip, _flip)),
    Mistake(
        "The image is transposed, not turned. Use torch.rot90.", _turns(_transposed, _transposed)
    ),
    Mistake(
        "There are eight members, reflected ones too. Only the four turns are wanted.",
        _turns(_turned_and_flipped, _flipped_and_turned, range(8)),
    ),
    Mistake(
        f"The image is turned by half turns: 180 degrees for every k. {BACK}",
        _turns(lambda x, r: torch.rot90(x, 2 * r), lambda y, r: torch.rot90(y, -2 * r)),
    ),
    Mistake(
        "The turned images are added up, and looked up once. Look each up by itself.", _of_a_sum
    ),
]
