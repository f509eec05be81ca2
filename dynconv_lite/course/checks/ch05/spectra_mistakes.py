"""What goes wrong in depth-wise convolution by Fourier transforms."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake
from dynconv_lite.course.checks.ch05.taps_mistakes import SHARED, padded

Spectra = Callable[[Tensor, Tensor], Tensor]


def _spectral(
    pad: Callable[[Tensor, int], Tensor] = padded,
    product: Spectra = lambda x, w: x * w.conj(),
    start: Callable[[int], int] = lambda k: 0,
    sized: bool = True,
    cut: bool = True,
    result: Callable[[Tensor], Tensor] = lambda y: y,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced.

    `start` gives the first row and column of the map that is kept, for a kernel of size k.
    """

    def depthwise(x: Tensor, weight: Tensor) -> Tensor:
        k, (height, width) = weight.shape[-1], x.shape[2:]
        room = pad(x, k)
        size = room.shape[2:]
        spectra = product(torch.fft.rfft2(room), torch.fft.rfft2(weight[:, 0], s=size))
        y = torch.fft.irfft2(spectra, s=size if sized else None)
        top, bottom, right = start(k), start(k) + height, start(k) + width
        return result(y[..., top:bottom, top:right] if cut else y)

    return depthwise


def _none(x: Tensor, k: int) -> Tensor:
    return x


def _behind(x: Tensor, k: int) -> Tensor:
    """Add all the zeros below and to the right, as s=size does."""
    return F.pad(x, [0, k - 1, 0, k - 1])


def _plain(x: Tensor, w: Tensor) -> Tensor:
    return x * w


def _rolled(step: int) -> Function:
    """Return the mistake of keeping a part that is `step` pixels off."""

    def depthwise(x: Tensor, weight: Tensor) -> Tensor:
        y = _spectral(cut=False)(x, weight).roll((step, step), (2, 3))
        return y[..., : x.shape[2], : x.shape[3]]

    return depthwise


def _along_images(x: Tensor, weight: Tensor) -> Tensor:
    """Let the kernels' axis of channels meet the axis of the images."""
    room = padded(x, weight.shape[-1])
    size = room.shape[2:]
    product = torch.fft.rfft2(room) * torch.fft.rfft2(weight, s=size).conj()
    return torch.fft.irfft2(product, s=size)[..., : x.shape[2], : x.shape[3]]


HINTS = [
    Hint(
        "The two spectra differ in size. Give both transforms the size of the padded map: "
        "torch.fft.rfft2(weight[:, 0], s=size), with size = (H + K - 1, W + K - 1).",
        "RuntimeError: The size of tensor .* at non-singleton dimension (2|3)",
    ),
    Hint(
        "torch.fft.irfft2 takes the half spectrum that rfft2 gives, and ifft2 the whole one of "
        "fft2: the two pairs do not mix.",
        "(RuntimeError|TypeError): .*(real|complex|Complex)",
    ),
]
MISTAKES = [
    *SHARED,
    Mistake(
        "The conjugate is forgotten: a product of spectra flips the kernel. Multiply by "
        "spectrum.conj().",
        _spectral(product=_plain),
    ),
    Mistake(
        "The conjugate is forgotten, so that the kernel is flipped, and the map is not moved by "
        "K // 2 pixels. Pad it on all sides, and multiply by the kernel's spectrum.conj().",
        _spectral(_behind, _plain),
    ),
    Mistake(
        "The conjugate is forgotten, and there is no room for the margin. Pad the map by K // 2 "
        "zeros on all sides, and multiply by the kernel's spectrum.conj().",
        _spectral(_none, _plain),
    ),
    Mistake(
        "There is no room for the margin: the map wraps around. And the result is not moved back "
        "by K // 2 pixels. Pad the map by K // 2 zeros on all sides: that does both.",
        _spectral(_none),
    ),
    Mistake(
        "The map's spectrum is conjugated, which flips the map. Conjugate the kernel's.",
        _spectral(product=lambda x, w: x.conj() * w),
    ),
    Mistake(
        "Both spectra are conjugated, which flips the map as well. Conjugate the kernel's alone.",
        _spectral(product=lambda x, w: x.conj() * w.conj()),
    ),
    Mistake(
        "The result is divided by the kernel's spectrum. Multiply by its conjugate.",
        _spectral(product=lambda x, w: x / w),
    ),
    Mistake(
        "The wrong corner is kept, the last H rows and W columns. Keep the first: [:H, :W].",
        _spectral(start=lambda k: k - 1),
    ),
    *(
        Mistake(
            f"The result is moved by one pixel, {where}. Keep the rows and columns from 0 on, "
            "[:H, :W].",
            _rolled(step),
        )
        for step, where in ((-1, "up and to the left"), (1, "down and to the right"))
    ),
    Mistake(
        "The kernels' spectra lie along the images, for weight is (C, 1, K, K). Transform "
        "weight[:, 0], (C, K, K): it meets the channels of x.",
        _along_images,
    ),
    Mistake(
        "The size is not handed to irfft2. Half a spectrum does not tell whether the map's width "
        "was even or odd: torch.fft.irfft2(product, s=size).",
        _spectral(sized=False),
    ),
    Mistake(
        "Signs are lost: this is the result's absolute value. Take .real of a complex result, or "
        "use rfft2 and irfft2.",
        _spectral(result=torch.abs),
    ),
    Mistake(
        "Nothing is cut off: the result has the size of the transforms. Keep [:H, :W].",
        _spectral(cut=False),
    ),
]
