"""Exercise 1: the response of one unit."""

import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case, Hint, Mistake
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _response_at(image: Tensor, kernel: Tensor, row: int, column: int) -> Tensor:
    """Return the response of the unit whose window's top-left pixel is (row, column).

    Args:
        image: one channel (H, W).
        kernel: (k, k).
        row: of the window's top-left pixel.
        column: of the window's top-left pixel.
    """
    return (kernel * _window(image, kernel, row, column)).sum()


def _window(image: Tensor, kernel: Tensor, row: int, column: int) -> Tensor:
    return image[row : row + kernel.shape[0], column : column + kernel.shape[1]]


def _centred(image: Tensor, kernel: Tensor, row: int, column: int) -> Tensor:
    half = kernel.shape[0] // 2
    return _response_at(F.pad(image, (half,) * 4), kernel, row, column)


MATRIX_PRODUCT = (
    "@ is a matrix product, * multiplies entry by entry: a unit's response is the sum of "
    "kernel * window."
)
HINTS = [Hint(MATRIX_PRODUCT, "RuntimeError: .*(mat1 and mat2|size mismatch, got input)")]
MISTAKES = [
    Mistake(
        "The kernel is flipped: this is the mathematician's convolution. torch's is a "
        "cross-correlation, in which kernel[0, 0] meets the window's top-left pixel.",
        lambda i, k, r, c: _response_at(i, k.flip(0, 1), r, c),
    ),
    Mistake(
        "The window is centred on (row, column), but (row, column) is its top-left pixel: "
        "take image[row : row + k, column : column + k].",
        _centred,
    ),
    Mistake(
        "This is the mean of the products. A unit's response is their sum.",
        lambda i, k, r, c: _response_at(i, k, r, c) / k.numel(),
    ),
    Mistake(
        "This is the sum of the window alone. Multiply it by the kernel first.",
        lambda i, k, r, c: _window(i, k, r, c).sum(),
    ),
    Mistake(
        "The products are not summed: a unit's response is one number.",
        lambda i, k, r, c: k * _window(i, k, r, c),
    ),
    Mistake(
        "The kernel is transposed against the window. Row meets row and column meets column.",
        lambda i, k, r, c: _response_at(i, k.T, r, c),
    ),
    *(
        Mistake(MATRIX_PRODUCT, imitate)
        for imitate in (
            lambda i, k, r, c: (k @ _window(i, k, r, c)).sum(),
            lambda i, k, r, c: (_window(i, k, r, c) @ k).sum(),
            lambda i, k, r, c: k @ _window(i, k, r, c),
            lambda i, k, r, c: _window(i, k, r, c) @ k,
        )
    ),
    Mistake(
        "Row and column are swapped: image[row, column] is row first.",
        lambda i, k, r, c: _response_at(i, k, c, r),
    ),
    Mistake(
        "The window is always the image's top-left one. Let it start at (row, column).",
        lambda i, k, r, c: _response_at(i, k, 0, 0),
    ),
    Mistake(
        "The window starts one pixel too late. Counting begins at 0.",
        lambda i, k, r, c: _response_at(F.pad(i, (0, 1, 0, 1)), k, r + 1, c + 1),
    ),
    Mistake(
        "The last row and column of the window are missing: a slice stops before its end, so "
        "image[row : row + k, ...] has k rows.",
        lambda i, k, r, c: _response_at(i, k[:-1, :-1], r, c),
    ),
    Mistake(
        "Only a 3x3 part of the kernel is used. Take the size from kernel.shape.",
        lambda i, k, r, c: _response_at(i, k[:3, :3], r, c),
    ),
]


@exercise("Exercise 1: the response of one unit", fallback=_response_at)
def response_at(answer: Answer, random: Random) -> None:
    """Check `response_at(image, kernel, row, column)`."""
    cases = []
    for k, new in (
        (3, "a 3x3 kernel"),
        (3, "another position"),
        (5, "a kernel of another size"),
        (1, "a 1x1 kernel"),
    ):
        height, width = k + random.integer(4, 6), k + random.integer(7, 9)
        image, kernel = random.normal(height, width), random.normal(k, k)
        row, column = random.integer(1, 2), random.integer(3, 4)
        arguments = {"image": image, "kernel": kernel, "row": row, "column": column}
        cases.append(Case(arguments, new))
    first = cases[0].arguments
    precise = {"image": first["image"].double(), "kernel": first["kernel"].double()}
    cases += [
        Case({**first, "row": 0, "column": 0}, "the corner of the image"),
        Case({**first, **precise}, "float64"),
    ]
    answer.compare(_response_at, cases, MISTAKES, atol=1e-4, hints=HINTS)
