"""What goes wrong in comparing two pictures' luma."""

from collections.abc import Callable

import torch
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake

Change = Callable[[Tensor], Tensor]
Cut = Callable[[Tensor, int], Tensor]

STUDIO = (65.481, 128.553, 24.966)
FULL = (0.299, 0.587, 0.114)
BT709 = (0.2126, 0.7152, 0.0722)


def _luma(rgb: tuple[float, ...] = STUDIO, scale: float = 255, offset: float = 16) -> Change:
    factors = torch.tensor(rgb, dtype=torch.float64)
    return lambda image: offset + image.double() @ factors / scale


_studio = _luma()


def _cut(y: Tensor, s: int) -> Tensor:
    return y[s : y.shape[0] - s, s : y.shape[1] - s]


def _square(d: Tensor) -> Tensor:
    return d.square().mean()


def _decibels(mse: Tensor) -> Tensor:
    return 10 * torch.log10(255**2 / mse)


def _psnr(
    luma: Change = _studio,
    cut: Cut = _cut,
    error: Change = _square,
    decibels: Change = _decibels,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def psnr_y(a: Tensor, b: Tensor, shave: int) -> Tensor:
        return decibels(error(cut(luma(a), shave) - cut(luma(b), shave)))

    return psnr_y


def _mean_of_three(a: Tensor, b: Tensor, shave: int) -> Tensor:
    square = (_cut(a.double(), shave) - _cut(b.double(), shave)).square().mean((0, 1))
    return _decibels(square).mean()


def _of_bytes(a: Tensor, b: Tensor, shave: int) -> Tensor:
    """Subtract bytes, which wrap around below 0."""
    return _decibels(_square(_cut(_luma(offset=0)(a - b), shave)))


def _bytes_of_luma(a: Tensor, b: Tensor, shave: int) -> Tensor:
    ya, yb = (_cut(_studio(x).round().to(torch.uint8), shave) for x in (a, b))
    return _decibels(_square((ya - yb).double()))


def _divided_before(a: Tensor, b: Tensor, shave: int) -> Tensor:
    d = _studio(a) - _studio(b)
    return _decibels(_cut(d, shave).square().sum() / d.numel())


LUMA = "Y = 16 + (65.481 R + 128.553 G + 24.966 B) / 255."
SHAVE = "Leave out `shave` pixels on all four sides: y[shave : H - shave, shave : W - shave]."
PEAK = "The peak is 255: 10 log10(255^2 / mse)."
NAN = (
    "Without a border nothing is left: y[0:-0] is empty, since -0 is 0. Count from the front: "
    "y[shave : H - shave, shave : W - shave]."
)
HINTS = [
    Hint(
        "Two equal pictures have an error of 0, and Python does not divide by it. As a tensor "
        "255**2 / mse is infinite, and so is its logarithm.",
        "ZeroDivisionError|ValueError: (math domain error|expected a positive)",
    ),
    Hint(
        "mean() and matrix products need floating-point numbers: a.double() first.",
        "(RuntimeError|NotImplementedError): .*(Byte|[Ii]nput dtype must be either|same dtype)",
    ),
]
MISTAKES = [
    Mistake(NAN, _psnr(cut=lambda y, s: y[s:-s, s:-s])),
    Mistake(
        f"The error is taken over R, G and B. Make the luma first: {LUMA}",
        _psnr(luma=lambda x: x.double()),
    ),
    Mistake(
        f"This is the mean of three channels' PSNRs. Make one luma first: {LUMA}", _mean_of_three
    ),
    Mistake(
        f"R, G and B count alike. The eye sees green best: {LUMA}",
        _psnr(lambda x: x.double().mean(2)),
    ),
    Mistake(
        "This is 20 log10(255 / 219) = 1.3 dB too low: the luma fills the full range, 0 to 255, or "
        f"the peak is taken to be 219. {LUMA} {PEAK}",
        _psnr(_luma(FULL, 1)),
    ),
    Mistake(
        f"These are the weights of BT.709, for high definition. Take BT.601's: {LUMA}",
        _psnr(_luma(BT709, 1)),
    ),
    Mistake(
        f"These are the weights of BT.709, for high definition. Take BT.601's: {LUMA}",
        _psnr(_luma(BT709, 255 / 219)),
    ),
    Mistake(
        f"The channels are taken for B, G, R, OpenCV's order. They are R, G, B: {LUMA}",
        _psnr(lambda x: _studio(x.flip(2))),
    ),
    Mistake(f"Only green is compared. {LUMA}", _psnr(lambda x: x[..., 1].double())),
    Mistake(
        f"The luma is divided by 255 twice, or the pictures were before. {LUMA}",
        _psnr(_luma(scale=255**2)),
    ),
    Mistake(f"The luma is divided by 256. {LUMA}", _psnr(_luma(scale=256))),
    Mistake(
        "The luma is rounded. Keep it a float64: rounding moves the result by hundredths of a dB.",
        _psnr(lambda x: _studio(x).round()),
    ),
    Mistake(
        "The luma is cut to a whole number, as .to(torch.uint8) or .long() does. Keep it a "
        "float64.",
        _psnr(lambda x: _studio(x).floor()),
    ),
    Mistake(
        "The luma is rounded to bytes, and their difference wraps around: 3 - 5 is 254 for "
        "uint8. Keep it a float64.",
        _bytes_of_luma,
    ),
    Mistake(
        "Bytes are subtracted, and wrap around: 3 - 5 is 254 for uint8. Make them float64 "
        "first: a.double().",
        _of_bytes,
    ),
    Mistake(f"Nothing is shaved off. {SHAVE}", _psnr(cut=lambda y, s: y)),
    Mistake(
        f"Rows are shaved off, columns are not. {SHAVE}", _psnr(cut=lambda y, s: y[s : len(y) - s])
    ),
    Mistake(
        f"Columns are shaved off, rows are not. {SHAVE}",
        _psnr(cut=lambda y, s: y[:, s : y.shape[1] - s]),
    ),
    Mistake(
        f"Only the top and the left are shaved off. {SHAVE}", _psnr(cut=lambda y, s: y[s:, s:])
    ),
    Mistake(
        f"Only the bottom and the right are shaved off. {SHAVE}",
        _psnr(cut=lambda y, s: y[: y.shape[0] - s, : y.shape[1] - s]),
    ),
    Mistake(f"Half of the border is shaved off. {SHAVE}", _psnr(cut=lambda y, s: _cut(y, s // 2))),
    Mistake(f"There are always 4 pixels shaved off. {SHAVE}", _psnr(cut=lambda y, s: _cut(y, 4))),
    Mistake(
        "The sum of squares is divided by the number of all pixels, the shaved ones too. "
        "Cut first, and take the mean then.",
        _divided_before,
    ),
    Mistake(
        "This is 20 log10(255) = 48.1 dB too low: the peak is taken to be 1, or the luma is not "
        f"divided by 255. {LUMA} {PEAK}",
        _psnr(decibels=lambda m: -10 * torch.log10(m)),
    ),
    Mistake(
        f"The peak is taken to be 235, the highest luma. {PEAK}",
        _psnr(decibels=lambda m: 10 * torch.log10(235**2 / m)),
    ),
    Mistake(
        f"The peak is not squared. {PEAK}", _psnr(decibels=lambda m: 10 * torch.log10(255 / m))
    ),
    Mistake(
        "This is 20 log10 of squares. Either 10 log10(255^2 / mse) or 20 log10(255 / rmse).",
        _psnr(decibels=lambda m: 20 * torch.log10(255**2 / m)),
    ),
    Mistake(
        "This is 10 log10(255 / rmse). Either 10 log10(255^2 / mse) or 20 log10(255 / rmse).",
        _psnr(decibels=lambda m: 10 * torch.log10(255 / m.sqrt())),
    ),
    Mistake(
        f"The logarithm is the natural one. {PEAK}",
        _psnr(decibels=lambda m: 10 * torch.log(255**2 / m)),
    ),
    Mistake(
        f"The logarithm is to base 2. {PEAK}", _psnr(decibels=lambda m: 10 * torch.log2(255**2 / m))
    ),
    Mistake(
        f"The factor 10 is missing: this is in bels. {PEAK}",
        _psnr(decibels=lambda m: torch.log10(255**2 / m)),
    ),
    Mistake(f"The sign is wrong. {PEAK}", _psnr(decibels=lambda m: -_decibels(m))),
    Mistake(
        "This is the mean squared error itself. Return 10 log10(255^2 / mse).",
        _psnr(decibels=lambda m: m),
    ),
    Mistake("The squares are summed. Take their mean.", _psnr(error=lambda d: d.square().sum())),
    Mistake(
        "The absolute differences are averaged. Take the mean of their squares.",
        _psnr(error=lambda d: d.abs().mean()),
    ),
    Mistake(
        "The mean is taken before the square, so that errors cancel. Square first.",
        _psnr(error=lambda d: d.mean().square()),
    ),
    Mistake(
        "This is the variance of the difference: a constant error is lost. Take the mean of "
        "the squares.",
        _psnr(error=lambda d: d.var(correction=0)),
    ),
    Mistake(
        "The largest error decides. Take the mean of the squares.",
        _psnr(error=lambda d: d.square().max()),
    ),
]
