"""The three correlations of a depth-wise layer: its output, and the gradients of map and kernels.

Each is computed by the form that `plan` says is fastest for its sizes.
"""

from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.grad import conv2d_weight

from dynconv_lite.depthwise import spectrum
from dynconv_lite.depthwise.plan import Pair, Plan, plan

Backend = Literal["auto", "direct", "fft"]

# More implicit columns of zeros than this, and torch leaves oneDNN's depth-wise kernel for a form
# that is some twenty times slower.
IMPLICIT_COLUMNS = 6


def convolve(x: Tensor, weight: Tensor, how: Plan, backend: Backend) -> Tensor:
    """Convolve maps (B, C, H, W), B at least 1, by kernels (C, 1, kh, kw) to (B, C, H', W')."""
    if not _by_spectrum(x, backend, how.by_spectrum):
        return _direct(x, weight, how.stride, how.padding)
    weight, padding = _in_use(weight, how)
    y = _in_floats(spectrum.correlate, x.contiguous(), weight, padding=padding, size=how.transform)
    return y if how.stride == (1, 1) else y[..., :: how.stride[0], :: how.stride[1]].contiguous()


def map_gradient(
    gradient: Tensor, x: Tensor, weight: Tensor, how: Plan, backend: Backend
) -> Tensor:
    """Return the gradient of the map: the output's, correlated with the kernels turned round.

    Args:
        gradient: Of the output at stride 1, (B, C, H', W').
        x: The map (B, C, H, W); its shape alone counts.
        weight: Kernels (C, 1, kh, kw).
        how: The plan of the forward pass.
        backend: As in `depthwise_conv2d`.
    """
    weight, padding = _in_use(weight, how)
    rows, columns = (weight.shape[2 + i] - 1 - padding[i] for i in range(2))
    if rows < 0 or columns < 0:  # some outputs saw zeros alone
        gradient = F.pad(gradient, [min(0, columns)] * 2 + [min(0, rows)] * 2)
    margin = (max(0, rows), max(0, columns))
    turned = plan(gradient.shape[2:], weight.shape[2:], 1, margin)
    return convolve(gradient, weight.flip(2, 3), turned, backend)


def kernel_gradient(
    gradient: Tensor, x: Tensor, weight: Tensor, how: Plan, backend: Backend
) -> Tensor:
    """Return the gradient of the kernels (C, 1, kh, kw); takes what `map_gradient` takes."""
    kept, padding = _in_use(weight, how)
    if _by_spectrum(x, backend, how.gradient_by_spectrum):
        sizes = {"kernel": kept.shape[2:], "padding": padding, "size": how.transform}
        maps = (x.contiguous(), gradient.contiguous())  # transforms read rows faster than columns
        found = _in_floats(spectrum.kernel_gradient, *maps, **sizes)
    else:
        x, gradient = (t.contiguous(memory_format=torch.channels_last) for t in (x, gradient))
        found = conv2d_weight(x, kept.shape, gradient, padding=padding, groups=x.shape[1])
    rows, columns = how.unused
    return F.pad(found, (columns, columns, rows, rows)) if rows or columns else found


def spread(gradient: Tensor, how: Plan) -> Tensor:
    """Put zeros between the gradients of a strided output, which make it one of stride 1."""
    if how.stride == (1, 1):
        return gradient
    wide = gradient.new_zeros(*gradient.shape[:2], *how.outputs)
    wide[..., :: how.stride[0], :: how.stride[1]] = gradient
    return wide


def _direct(x: Tensor, weight: Tensor, stride: Pair, padding: Pair) -> Tensor:
    """Sum products, in the layout and with the padding that keep torch on its fast path."""
    (rows, columns), channels, last = padding, x.shape[1], torch.channels_last
    is_last = not x.is_contiguous() and x.is_contiguous(memory_format=last)
    if columns <= IMPLICIT_COLUMNS or is_last:
        return F.conv2d(x, weight, None, stride, padding, 1, channels)
    if weight.shape[3] > x.shape[3]:  # most taps meet zeros, which this layout skips
        x = x.contiguous(memory_format=last)
        return F.conv2d(x, weight, None, stride, padding, 1, channels).contiguous()
    return F.conv2d(F.pad(x, (columns, columns)), weight, None, stride, (rows, 0), 1, channels)


def _in_use(weight: Tensor, how: Plan) -> tuple[Tensor, Pair]:
    """Leave out the taps that no pixel ever meets, and the padding that they stood on."""
    rows, columns = how.unused
    if not rows and not columns:
        return weight, how.padding
    high, wide = weight.shape[2:]
    kept = weight[..., rows : high - rows, columns : wide - columns]
    return kept, (how.padding[0] - rows, how.padding[1] - columns)


def _by_spectrum(x: Tensor, backend: Backend, faster: bool) -> bool:
    """Tell whether spectra are asked for, or faster: on a CPU, and not in half precision."""
    if backend != "auto":
        return backend == "fft"
    return faster and x.device.type == "cpu" and x.dtype in (torch.float32, torch.float64)


def _in_floats(form: Any, *maps: Tensor, **sizes: Any) -> Tensor:
    """Call a form of spectra, which have no half precision, in single precision at least."""
    dtype = maps[0].dtype
    if dtype in (torch.float32, torch.float64):
        result: Tensor = form(*maps, **sizes)
        return result
    return _in_floats(form, *(t.float() for t in maps), **sizes).to(dtype)
