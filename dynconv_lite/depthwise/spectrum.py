"""Depth-wise correlation by the Fourier transform: the same sums, with fewer multiplications.

A correlation becomes a product of spectra. What it costs does not depend on the size of the
kernel, only on that of the map and its margin, so it wins where kernels are large. It is as exact
as a direct sum, up to a few units of float rounding.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

Pair = tuple[int, int]

# Numbers transformed at a time on a CPU: more fall out of its caches.
CHUNK = 2**20


def correlate(x: Tensor, weight: Tensor, padding: Pair, size: Pair) -> Tensor:
    """Correlate every channel with its kernel, at stride 1.

    Args:
        x: Tensor (B, C, H, W).
        weight: Tensor (C, 1, kh, kw).
        padding: Zeros on each side, (rows, columns).
        size: Height and width of the transforms; see `plan.axis`.

    Returns:
        Tensor (B, C, H + 2 rows - kh + 1, W + 2 columns - kw + 1).

    Source: the convolution theorem; Mathieu, Henaff and LeCun 2013, arXiv 1312.5851.
    """
    high, wide = (x.shape[2 + i] + 2 * padding[i] - weight.shape[2 + i] + 1 for i in range(2))
    run, parts = _run(x, size), []
    for maps, kernels in zip(x.split(run, dim=1), weight.split(run), strict=True):
        spectrum = torch.fft.rfft2(_place(maps, size, padding))  # (B, c, S, S' / 2 + 1)
        kernel = torch.fft.rfft2(kernels[:, 0], size)  # (c, S, S' / 2 + 1)
        y = torch.fft.irfft2(spectrum * kernel.conj(), size)  # (B, c, S, S')
        parts.append(y[..., :high, :wide])
    return torch.cat(parts, dim=1)  # copies, so that no margin is kept in memory


def kernel_gradient(x: Tensor, gradient: Tensor, kernel: Pair, padding: Pair, size: Pair) -> Tensor:
    """Return the gradient of a loss with respect to the kernels of `correlate`.

    It is the correlation of the padded map with the gradient of the output. Spectra are summed
    over the batch, so that one transform back is left for each channel.

    Args:
        x: Tensor (B, C, H, W), what `correlate` was given.
        gradient: Gradient with respect to what it returned, (B, C, H', W').
        kernel: Height and width of a kernel.
        padding: Zeros on each side, (rows, columns).
        size: Height and width of the transforms.

    Returns:
        Tensor (C, 1, kh, kw).
    """
    high, wide = kernel
    run, parts = _run(x, size), []
    for maps, losses in zip(x.split(run, dim=1), gradient.split(run, dim=1), strict=True):
        spectrum = torch.fft.rfft2(_place(maps, size, padding))  # (B, c, S, S' / 2 + 1)
        loss = torch.fft.rfft2(losses, size)
        total = (spectrum * loss.conj()).sum(dim=0)  # (c, S, S' / 2 + 1)
        parts.append(torch.fft.irfft2(total, size)[:, None, :high, :wide])  # (c, 1, kh, kw)
    return torch.cat(parts)


def _place(maps: Tensor, size: Pair, padding: Pair) -> Tensor:
    """Put maps into zeros of the size of the transform, `padding` away from the first corner."""
    below, right = (size[i] - maps.shape[2 + i] - padding[i] for i in range(2))
    return F.pad(maps, (padding[1], right, padding[0], below))


def _run(x: Tensor, size: Pair) -> int:
    """Return how many channels are transformed at a time."""
    if x.device.type != "cpu":
        return x.shape[1]
    return max(1, CHUNK // (x.shape[0] * size[0] * size[1]))
