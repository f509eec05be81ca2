"""What goes wrong in putting a small kernel into a large one."""

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Case, Function, Hint, Mistake
from dynconv_lite.reparam import pad_kernel

Sides = tuple[int, int, int, int]  # left, right, top, bottom


def _with_sides(sides: Callable[[int], Sides]) -> Function:
    """Return the mistake of adding other zeros than half of `size - s` on every side."""
    return lambda weight, size: F.pad(weight, sides(size - weight.shape[-1]))


def _with_result(change: Callable[[Tensor], Tensor]) -> Function:
    return lambda weight, size: change(pad_kernel(weight, size))


def _repeated(weight: Tensor, size: int) -> Tensor:
    """Repeat the border of the kernel instead of adding zeros."""
    side = (size - weight.shape[-1]) // 2
    return F.pad(weight, (side,) * 4, mode="replicate")


def _enlarged(weight: Tensor, size: int) -> Tensor:
    return F.interpolate(weight, (size, size))


def _spread(weight: Tensor, size: int) -> Tensor:
    """Enlarge the kernel, and keep the sum of its weights."""
    return _enlarged(weight, size) * weight.shape[-1] ** 2 / size**2


def _nothing_to_add(case: Case) -> bool:
    return case.arguments["weight"].shape[-1] == case.arguments["size"]


HINTS = [
    Hint(
        "F.pad takes integers: divide with //, not with /.",
        "TypeError: pad.*(float|must be tuple of ints)",
    ),
    Hint(
        "Where there is nothing to add, a slice m:-m is 0:-0, which is empty. End it at m + s.",
        r"RuntimeError: (The expanded size|.*size of tensor) .*\(0\)",
        _nothing_to_add,
    ),
    Hint(
        "The middle of the large kernel has s rows and s columns, from (size - s) // 2 on.",
        r"RuntimeError: (The expanded size|shape mismatch|.*must match)",
    ),
]
MISTAKES = [
    Mistake(
        "The kernel stands in the upper left corner: the zeros are all on the right and below. "
        "Put half of them, (size - s) // 2, on each side.",
        _with_sides(lambda n: (0, n, 0, n)),
    ),
    Mistake(
        "The kernel stands in the lower right corner: the zeros are all on the left and above. "
        "Put half of them, (size - s) // 2, on each side.",
        _with_sides(lambda n: (n, 0, n, 0)),
    ),
    Mistake(
        "The zeros stand to the left and right only. F.pad wants four numbers: left, right, top, "
        "bottom.",
        _with_sides(lambda n: (n // 2, n // 2, 0, 0)),
    ),
    Mistake(
        "The zeros stand above and below only. F.pad wants four numbers: left, right, top, bottom.",
        _with_sides(lambda n: (0, 0, n // 2, n // 2)),
    ),
    Mistake(
        "size - s zeros are added on every side. It is half of that, (size - s) // 2.",
        _with_sides(lambda n: (n, n, n, n)),
    ),
    Mistake(
        "One zero is added on every side, whatever the sizes are. Add (size - s) // 2.",
        _with_sides(lambda n: (1, 1, 1, 1)),
    ),
    Mistake(
        "size // 2 zeros are added on every side. That is right for s = 1 only: add "
        "(size - s) // 2.",
        lambda weight, size: F.pad(weight, (size // 2,) * 4),
    ),
    Mistake(
        "The kernel stands one pixel away from the middle. On each side there are (size - s) // 2 "
        "zeros.",
        _with_sides(lambda n: (n // 2 + 1, n // 2 - 1, n // 2 + 1, n // 2 - 1)),
    ),
    Mistake(
        "The weights at the kernel's border are repeated outwards. A large kernel that does what "
        "the small one does has zeros there.",
        _repeated,
    ),
    Mistake(
        "The kernel is enlarged like a picture. A large kernel that does what the small one does "
        "keeps the weights and has zeros around them.",
        _enlarged,
    ),
    Mistake(
        "The weights are spread over the large kernel: that blurs. Keep them in the middle, with "
        "zeros around them.",
        _spread,
    ),
    Mistake(
        "Rows and columns are swapped. The small kernel keeps its orientation.",
        _with_result(lambda kernel: kernel.mT),
    ),
    Mistake(
        "The kernel is flipped. What a network calls a convolution does not flip.",
        _with_result(lambda kernel: kernel.flip(2, 3)),
    ),
    Mistake(
        "Input and output channels have changed places. A kernel keeps its axes (O, C, ...).",
        _with_result(lambda kernel: kernel.transpose(0, 1)),
    ),
    Mistake(
        "The small kernel comes back as it is. Put zeros around it.",
        lambda weight, size: weight,
    ),
]
