"""What goes wrong between two stages of tables."""

from collections.abc import Callable

import torch
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake

Change = Callable[[Tensor], Tensor]


def _clip(x: Tensor) -> Tensor:
    return x.clamp(0, 255)


def _half_up(x: Tensor) -> Tensor:
    return (x + 0.5).floor()


def _half_away(x: Tensor) -> Tensor:
    return x.sign() * (x.abs() + 0.5).floor()


def _mean(sums: Tensor, count: int) -> Tensor:
    return sums / count


def _steps(
    mean: Callable[[Tensor, int], Tensor] = _mean,
    shift: Change = lambda x: x + 127,
    clip: Change = _clip,
    cut: Change = torch.round,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def requantised(sums: Tensor, count: int) -> Tensor:
        y = cut(clip(shift(mean(sums.double(), count))))
        # what becomes of 300 as uint8 is 300 % 256; for floats this would be left to the machine
        return (y.long() % 256).to(torch.uint8)

    return requantised


def _same(x: Tensor) -> Tensor:
    return x


ORDER = "The steps are: divide by count, add 127, clip to 0 ... 255, round, convert."
BIAS = "An output of 0 is a middle grey: add 127."
CLIP = "Clip to 0 ... 255 before you convert."
ROUND = "Use torch.round, which takes halves to the even neighbour, as NumPy does."
HINTS = [
    Hint(
        "Whole numbers cannot be rounded or hold a fraction: sums / count is a floating-point "
        "tensor, and everything after it should stay one until the end.",
        "RuntimeError: .*(result type|Long|not implemented for)",
    ),
]
MISTAKES = [
    Mistake(f"127 is not added: every negative output is black. {BIAS}", _steps(shift=_same)),
    Mistake(f"128 is added. {BIAS}", _steps(shift=lambda x: x + 128)),
    Mistake(f"127.5 is added. {BIAS}", _steps(shift=lambda x: x + 127.5)),
    Mistake(f"255 is added. {BIAS}", _steps(shift=lambda x: x + 255)),
    Mistake(f"127 is subtracted. {BIAS}", _steps(shift=lambda x: x - 127)),
    Mistake(
        f"The sign is wrong: light and dark are swapped. {BIAS}", _steps(shift=lambda x: 127 - x)
    ),
    Mistake(
        f"127 is added to the sum, before the division. {ORDER}",
        _steps(lambda s, n: (s + 127) / n, _same),
    ),
    Mistake(
        f"127 is added after clipping, so that all negative outputs become 127. {ORDER}",
        _steps(shift=_same, cut=lambda x: (x + 127).round()),
    ),
    Mistake(
        f"127 is added after clipping, and what lies beyond 255 is clipped again. {ORDER}",
        _steps(shift=_same, clip=lambda x: _clip(_clip(x) + 127)),
    ),
    Mistake(
        f"The outputs are rounded before 127 is added: 0.5 becomes 0 and then 127, but 127.5 "
        f"becomes 128. {ORDER}",
        _steps(shift=lambda x: x.round() + 127),
    ),
    Mistake(f"The sum is not divided by count. {ORDER}", _steps(lambda s, n: s)),
    Mistake(
        f"The sum is always divided by 12, three tables times four rotations. {ORDER}",
        _steps(lambda s, n: s / 12),
    ),
    Mistake(f"The sum is always divided by 4, the rotations. {ORDER}", _steps(lambda s, n: s / 4)),
    Mistake(
        f"The sum is divided by 4 * count. The rotations are counted already. {ORDER}",
        _steps(lambda s, n: s / (4 * n)),
    ),
    Mistake(
        f"The sum is divided by 127, as if it were to lie between -1 and 1. {ORDER}",
        _steps(lambda s, n: s / n / 127),
    ),
    Mistake(f"The average is divided by 255. {ORDER}", _steps(lambda s, n: s / n / 255)),
    Mistake(
        f"The average is doubled, to fill -255 ... 255. {ORDER}", _steps(lambda s, n: s / n * 2)
    ),
    Mistake(
        "The division cuts the fraction off, towards 0. Divide with /, and round last.",
        _steps(lambda s, n: (s / n).trunc()),
    ),
    Mistake(
        "The fraction is cut off: neither // nor .to(torch.uint8) rounds. Divide with /, and call "
        ".round() last.",
        _steps(cut=torch.floor),
    ),
    Mistake(f"The average is rounded up. {ROUND}", _steps(cut=torch.ceil)),
    Mistake(f"Halves are rounded up. {ROUND}", _steps(cut=_half_up)),
    Mistake(
        f"Halves are rounded away from 0, before 127 is added. {ORDER} {ROUND}",
        _steps(shift=lambda x: _half_away(x) + 127),
    ),
    Mistake(f"Halves are rounded down. {ROUND}", _steps(cut=lambda x: (x - 0.5).ceil())),
    Mistake(
        "1/2 is added, and then the result is rounded: that is half a level too much.",
        _steps(cut=lambda x: (x + 0.5).round()),
    ),
    Mistake(f"Nothing is clipped: 256 becomes 0, and -1 becomes 255. {CLIP}", _steps(clip=_same)),
    Mistake(
        f"Only negative numbers are clipped: 256 becomes 0. {CLIP}",
        _steps(clip=lambda x: x.clamp(min=0)),
    ),
    Mistake(
        f"Only numbers above 255 are clipped: -1 becomes 255. {CLIP}",
        _steps(clip=lambda x: x.clamp(max=255)),
    ),
    Mistake(
        f"The result never exceeds 254: it is clipped there, or the outputs are clipped to -127 "
        f"... 127 before 127 is added. {ORDER}",
        _steps(clip=lambda x: x.clamp(0, 254)),
    ),
    Mistake(f"The result is clipped to 0 ... 127. {CLIP}", _steps(clip=lambda x: x.clamp(0, 127))),
    Mistake(f"The result is clipped to 0 ... 1. {CLIP}", _steps(clip=lambda x: x.clamp(0, 1))),
    Mistake(
        "The result is stretched to reach from black to white. It is not normalised: the next "
        f"tables know what every level means. {ORDER}",
        _steps(shift=lambda x: (x - x.min()) / (x.max() - x.min()) * 255),
    ),
]
