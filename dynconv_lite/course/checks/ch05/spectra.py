"""Exercise 3: a depth-wise convolution by Fourier transforms."""

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.checks.ch05.spectra_mistakes import HINTS, MISTAKES
from dynconv_lite.course.checks.ch05.taps import cases, without_convolution
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

RESULT = "a real tensor (B, C, H, W), of the shape of x"


def _depthwise_fft(x: Tensor, weight: Tensor) -> Tensor:
    """Return every channel correlated with a kernel of its own, as a product of spectra.

    Args:
        x: (B, C, H, W).
        weight: (C, 1, K, K), K odd.

    Returns:
        (B, C, H, W): beyond its edges the map is zero.
    """
    height, width = x.shape[2:]
    padded = F.pad(x, [weight.shape[-1] // 2] * 4)  # (B, C, H + K - 1, W + K - 1)
    size = padded.shape[2:]
    product = torch.fft.rfft2(padded) * torch.fft.rfft2(weight[:, 0], s=size).conj()
    return torch.fft.irfft2(product, s=size)[..., :height, :width]


@exercise("Exercise 3: a convolution by Fourier transforms", fallback=_depthwise_fft)
def depthwise_fft(answer: Answer, random: Random) -> None:
    """Check `depthwise_fft(x, weight)`: values, precision, and that it calls no convolution."""
    answer.compare(_depthwise_fft, cases(random), MISTAKES, result=RESULT, hints=HINTS)
    without_convolution(answer, random, "Multiply the spectra of map and kernel, from torch.fft.")
