"""Exercise 4: the row of the convolution matrix that belongs to one unit."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case, Mistake
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise
from dynconv_lite.locality import conv2d_matrix


def _convolution_row(kernel: Tensor, row: int, column: int, size: tuple[int, int]) -> Tensor:
    """Return the weights (H * W,) with which one unit reads the flattened image.

    Args:
        kernel: (kh, kw).
        row: of the unit in the output map (no padding, stride 1).
        column: of the unit.
        size: (H, W) of the image.
    """
    width = size[1] - kernel.shape[1] + 1
    return conv2d_matrix(kernel[None, None], size)[row * width + column]


def _placed(kernel: Tensor, row: int, column: int, size: tuple[int, int]) -> Tensor:
    """Lay the kernel into an empty image (H, W), cut off at the border."""
    canvas = kernel.new_zeros(size)
    for u in range(kernel.shape[0]):
        for v in range(kernel.shape[1]):
            if 0 <= row + u < size[0] and 0 <= column + v < size[1]:
                canvas[row + u, column + v] = kernel[u, v]
    return canvas


def _strided(kernel: Tensor, start: int, step: int, size: tuple[int, int]) -> Tensor:
    """Write the kernel's rows into a vector, `step` entries apart."""
    vector = kernel.new_zeros(size[0] * size[1])
    for u, taps in enumerate(kernel):
        vector[start + u * step : start + u * step + len(taps)] = taps
    return vector


MISTAKES = [
    Mistake(
        "The kernel is flipped: torch's convolution is a cross-correlation, so kernel[0, 0] "
        "weighs the window's top-left pixel.",
        lambda k, r, c, s: _placed(k.flip(0, 1), r, c, s).flatten(),
    ),
    Mistake(
        "The image is flattened by columns. image.flatten() goes row by row: pixel (i, j) is "
        "entry i * W + j.",
        lambda k, r, c, s: _placed(k, r, c, s).T.flatten(),
    ),
    Mistake(
        "Pixel (i, j) of a flattened image is entry i * W + j, with the width W; here it seems "
        "to be the height H.",
        lambda k, r, c, s: _strided(k, r * s[0] + c, s[0], s),
    ),
    Mistake(
        "Pixel (i, j) is entry i * W + j, with the width W of the image; here the width of the "
        "output map is taken.",
        lambda k, r, c, s: _strided(k, r * (s[1] - k.shape[1] + 1) + c, s[1] - k.shape[1] + 1, s),
    ),
    Mistake(
        "The kernel's rows stand directly behind one another. In the flattened image, a pixel's "
        "lower neighbour comes W entries later: leave W - kw zeros between them.",
        lambda k, r, c, s: _strided(k, r * s[1] + c, k.shape[1], s),
    ),
    Mistake(
        "The window is centred on (row, column). Without padding, the unit at (0, 0) has the "
        "image's top-left pixel as its window's top-left pixel.",
        lambda k, r, c, s: _placed(k, r - k.shape[0] // 2, c - k.shape[1] // 2, s).flatten(),
    ),
    Mistake(
        "The window lies one row and one column too far. Counting begins at 0.",
        lambda k, r, c, s: _placed(k, r + 1, c + 1, s).flatten(),
    ),
    Mistake(
        "The window lies one row too low. Counting begins at 0.",
        lambda k, r, c, s: _placed(k, r + 1, c, s).flatten(),
    ),
    Mistake(
        "The window lies one column too far to the right. Counting begins at 0.",
        lambda k, r, c, s: _placed(k, r, c + 1, s).flatten(),
    ),
    Mistake(
        "The row is divided by its sum. The kernel goes in as it is.",
        lambda k, r, c, s: _placed(k, r, c, s).flatten() / k.sum(),
    ),
    Mistake(
        "The row is divided by the kernel's number of taps. The kernel goes in as it is.",
        lambda k, r, c, s: _placed(k, r, c, s).flatten() / k.numel(),
    ),
    Mistake(
        "Row and column of the unit are swapped.",
        lambda k, r, c, s: _placed(k, c, r, s).flatten(),
    ),
    Mistake(
        "The kernel is transposed: its rows run along the image's rows.",
        lambda k, r, c, s: _placed(k.T, r, c, s).flatten(),
    ),
    Mistake(
        "The kernel always lies in the image's top-left corner. Move it to (row, column).",
        lambda k, r, c, s: _placed(k, 0, 0, s).flatten(),
    ),
    Mistake(
        "The row marks the pixels that the unit sees with 1. It must hold the kernel's weights.",
        lambda k, r, c, s: _placed(torch.ones_like(k), r, c, s).flatten(),
    ),
    Mistake(
        "The row has the shape of the image (H, W): flatten it to (H * W,).",
        _placed,
    ),
    Mistake(
        "The row is a matrix with one row: return the vector (H * W,) itself.",
        lambda k, r, c, s: _placed(k, r, c, s).flatten()[None],
    ),
]


@exercise("Exercise 4: one row of the convolution matrix", fallback=_convolution_row)
def convolution_row(answer: Answer, random: Random) -> None:
    """Check `convolution_row(kernel, row, column, size)`."""
    cases = []
    for kh, kw, new in (
        (3, 3, "a 3x3 kernel"),
        (2, 3, "a kernel that is not square"),
        (4, 1, "a kernel of one column"),
    ):
        size = (kh + random.integer(3, 5), kw + random.integer(6, 8))
        kernel = random.normal(kh, kw)
        row, column = random.integer(1, 2), 3
        cases.append(Case({"kernel": kernel, "row": row, "column": column, "size": size}, new))
    size = cases[0].arguments["size"]
    last = {**cases[0].arguments, "row": size[0] - 3, "column": size[1] - 3}
    cases += [
        Case({**last, "row": 0, "column": 0}, "the first unit"),
        Case(last, "the last unit"),
        Case({**last, "kernel": last["kernel"].double()}, "float64"),
    ]
    answer.compare(_convolution_row, cases, MISTAKES, result="a vector (H * W,)")
