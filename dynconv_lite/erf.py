"""Effective receptive field: how much each input pixel moves one unit of a layer, on average.

Source: Luo et al., "Understanding the Effective Receptive Field in Deep Convolutional Neural
Networks", NeurIPS 2016; the map, its scaling and the area ratio as in Ding et al., "Scaling Up
Your Kernels to 31x31", CVPR 2022, appendix.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from dynconv_lite.feature_map import eval_mode, tap
from dynconv_lite.receptive_field import (
    Cone,
    ReceptiveField,
    look_cone,
    theoretical_receptive_field,
    trace_cone,
)
from dynconv_lite.validation import as_pair, check_images

__all__ = [
    "Erf",
    "ReceptiveField",
    "effective_receptive_field",
    "erf_area_ratio",
    "erf_width",
    "log_scaled",
    "theoretical_receptive_field",
]

# Beyond about one image of 1024 x 1024, a CPU waits for fresh memory longer than batching saves.
CPU_PIXELS = 2**20

Unit = Literal["center"] | tuple[int, int]


@dataclass(frozen=True)
class Erf:
    """An effective receptive field.

    Attributes:
        map: mean gradient per input pixel, float64 (H, W), on the CPU; never negative.
        center: (row, column) of the unit's true centre in the image, in pixels; half-integers
            where the field has an even size.
    """

    map: Tensor
    center: tuple[float, float]


def effective_receptive_field(
    model: nn.Module,
    images: Tensor,
    *,
    layer: str | nn.Module | None = None,
    unit: Unit = "center",
    crop: bool = True,
    batch_size: int = 8,
) -> Erf:
    """Average, over images, the positive gradient of one unit of a layer.

    Per image, s = sum_c relu(F[c, row, column]) over the channels of the layer's map F, and
    map = sum_c relu(ds / dx) over the image's channels. Signed gradients would cancel between
    images, so the relu comes first and the mean after it.

    Args:
        model: any module taking images (B, C, H, W). It is evaluated in eval mode and left in
            the mode it was in; no gradient is left in its parameters.
        images: (N, C, H, W), floating point; cast to the model's dtype and device.
        layer: a module of the model or its dotted name; None for the last feature map, i.e. the
            model's own output if that is a map, else the last map larger than 1 x 1.
        unit: (row, column) in the layer's map, or "center" for (h // 2, w // 2).
        crop: compute on the unit's theoretical receptive field alone, aligned to the strides,
            wherever that gives the same map; the rest of an image cannot reach the unit.
            Models that look at the whole image, or know their place in it, are not cropped.
        batch_size: images per forward pass, at most; a CPU takes fewer where they are large.

    Returns:
        `Erf(map, center)`, the map of the whole image's size.

    Raises:
        ValueError: if an argument does not fit, or the layer gives no map.
    """
    check_images("images", images)
    if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
        raise ValueError(f"batch_size must be an integer >= 1, got {batch_size!r}")
    chosen = _check_unit(unit)
    parameter = next(model.parameters(), images)
    if isinstance(parameter, nn.Parameter) and parameter.is_inference():
        raise ValueError(
            "model was made under torch.inference_mode, where nothing has a gradient; "
            "make it outside"
        )
    with torch.inference_mode(False), eval_mode(model):
        # A caller's inference tensors take no part in autograd; their copies do.
        images = images.clone() if images.is_inference() else images.detach()
        images = images.to(parameter.device, parameter.dtype)
        size = (images.shape[2], images.shape[3])
        cone = look_cone(model, layer, images, chosen)
        row, column = _place_unit(chosen, cone.feature_size)
        top, bottom, left, right = 0, size[0], 0, size[1]
        if crop:
            top, bottom, left, right = _exact_crop(model, layer, images, cone, (row, column))
        moved = (row - int(top / cone.jump[0]), column - int(left / cone.jump[1]))
        total = torch.zeros(size, dtype=torch.float64)
        if images.device.type == "cpu":
            batch_size = min(batch_size, max(1, CPU_PIXELS // ((bottom - top) * (right - left))))
        for batch in images[:, :, top:bottom, left:right].split(batch_size):
            total[top:bottom, left:right] += _gradient(model, layer, batch, moved, cone.call)
    return Erf(total / len(images), cone.field.center)


def _gradient(
    model: nn.Module,
    layer: str | nn.Module | None,
    batch: Tensor,
    unit: tuple[int, int],
    call: int,
) -> Tensor:
    """Return the summed map (H, W) of a batch of images."""
    with torch.enable_grad(), tap(model, layer, call) as features:
        x = batch.detach().contiguous().requires_grad_()  # (B, C, H, W)
        features.see(model(x.clone()))  # a model may write into what it is given
        score = features.tensor()[:, :, unit[0], unit[1]].relu().sum()
    gradient = None
    if score.requires_grad:
        # Only the path to the image is computed: no gradient of any weight.
        (gradient,) = torch.autograd.grad(score, x, allow_unused=True)  # (B, C, H, W)
    if gradient is None:
        raise ValueError(f"layer {layer!r} does not depend on images in a way that has a gradient")
    return gradient.relu().double().sum(dim=(0, 1)).cpu()  # (H, W)


def _check_unit(unit: Any) -> tuple[int, int] | None:
    """Return the unit as (row, column), or None for the centre."""
    if isinstance(unit, str) and unit == "center":
        return None
    try:
        if not isinstance(unit, (tuple, list)):
            raise ValueError
        return as_pair("unit", unit, 0)
    except ValueError:
        raise ValueError(
            f'unit must be "center" or two integers (row, column) >= 0, got {unit!r}'
        ) from None


def _place_unit(unit: tuple[int, int] | None, feature_size: tuple[int, int]) -> tuple[int, int]:
    """Return the unit's (row, column) in the layer's map."""
    height, width = feature_size
    row, column = unit or (height // 2, width // 2)
    if row >= height or column >= width:
        raise ValueError(f"unit must lie within the {height} x {width} map, got {unit!r}")
    return row, column


def _exact_crop(
    model: nn.Module,
    layer: str | nn.Module | None,
    images: Tensor,
    cone: Cone,
    unit: tuple[int, int],
) -> tuple[int, int, int, int]:
    """Return (top, bottom, left, right) of the smallest crop that gives the same map."""
    size = (images.shape[2], images.shape[3])
    whole = (0, size[0], 0, size[1])
    if not cone.croppable:
        return whole
    bounds: list[int] = []
    for length, first, extent, grid in zip(
        size, cone.field.start, cone.field.size, cone.grid, strict=True
    ):
        # Both margins cut off are multiples of every stride, so that strided layers, ceil modes
        # and size-dependent padding fall on the same pixels as before.
        low = max(0, first) // grid * grid
        high = length - max(0, length - (first + extent)) // grid * grid
        bounds += [low, high]
    top, bottom, left, right = bounds
    if (top, bottom, left, right) == whole or bottom <= top or right <= left:
        return whole
    # The proof: traced on the crop, the moved unit sees the same pixels through the same calls,
    # and meets a border only where it met one before.
    moved = (unit[0] - int(top / cone.jump[0]), unit[1] - int(left / cone.jump[1]))
    try:
        again = trace_cone(
            model, layer, images, (bottom - top, right - left), moved, call=cone.call
        )
    except Exception:  # the model takes no image of this size
        return whole
    start = (again.field.start[0] + top, again.field.start[1] + left)
    same = (
        again.croppable
        and again.field.size == cone.field.size
        and start == cone.field.start
        and again.program == cone.program
        and moved[0] < again.feature_size[0]
        and moved[1] < again.feature_size[1]
    )
    return (top, bottom, left, right) if same else whole


def log_scaled(map: Tensor | Any) -> Tensor:
    """Scale a map for showing: M = log10(map + 1) / max, so that faint pixels can be seen.

    Args:
        map: (H, W), not negative; a tensor or anything `torch.as_tensor` takes.

    Returns:
        Tensor (H, W), float64, from 0 to 1; all 0 if the map is.

    Raises:
        ValueError: if the map is not two-dimensional, finite and non-negative.

    Source: Ding et al. 2022, appendix (visualisation of the ERF).
    """
    scaled = torch.log10(_check_map(map) + 1)
    peak = scaled.max()
    return scaled / peak if peak > 0 else scaled


def erf_area_ratio(
    map: Tensor | Any,
    thresholds: Sequence[float] = (0.2, 0.3, 0.5, 0.99),
    center: tuple[float, float] | None = None,
) -> dict[float, float]:
    """Return the share of the image's area that holds a given share of the contribution.

    For each threshold t, the smallest square of odd side around the centre whose sum over
    M = `log_scaled(map)` exceeds t times the sum of M has r(t) = (side / H) * (side / W).

    Args:
        map: (H, W), as `Erf.map`: not yet log-scaled.
        thresholds: shares from 0 to 1.
        center: (row, column) of the unit's true centre, as `Erf.center`; rounded to the nearest
            pixel, halves up. None takes (H // 2, W // 2), as the published script does, which is
            wrong for a unit that lies elsewhere: the square must then grow to reach the map.

    Returns:
        {threshold: ratio}; nan where no square of a side up to min(H, W) holds so much.

    Raises:
        ValueError: if the map, a threshold or the centre does not fit.

    Source: Ding et al. 2022, appendix, table of high-contribution area ratios.
    """
    return square_share_ratio(log_scaled(map), thresholds, center)


def square_share_ratio(
    scaled: Tensor,
    thresholds: Sequence[float],
    center: tuple[float, float] | None = None,
) -> dict[float, float]:
    """Return `erf_area_ratio` of a map that is already log-scaled.

    Args:
        scaled: (H, W), not negative, as `log_scaled` returns it.
        thresholds: as in `erf_area_ratio`.
        center: as in `erf_area_ratio`.

    Returns:
        {threshold: ratio}, as `erf_area_ratio`.

    Raises:
        ValueError: if a threshold or the centre does not fit.
    """
    height, width = scaled.shape
    for t in thresholds:
        if not 0 <= t <= 1:
            raise ValueError(f"thresholds must lie in [0, 1], got {t!r}")
    if center is None:
        center = (height // 2, width // 2)
    within = [-0.5 <= c < n - 0.5 for c, n in zip(center, scaled.shape, strict=False)]
    if len(center) != 2 or not all(within):
        raise ValueError(
            f"center must be (row, column) within the {height} x {width} map, got {center!r}"
        )
    row, column = (math.floor(c + 0.5) for c in center)
    total = float(scaled.sum())
    ratios = dict.fromkeys(thresholds, math.nan)
    for half in range((min(height, width) + 1) // 2):
        side = 2 * half + 1
        rows, columns = (slice(max(0, c - half), c + half + 1) for c in (row, column))
        inside = float(scaled[rows, columns].sum())
        for t in thresholds:
            if math.isnan(ratios[t]) and total > 0 and inside / total > t:
                ratios[t] = (side / height) * (side / width)
    return ratios


def erf_width(map: Tensor | Any, center: tuple[float, float] | None = None) -> float:
    """Return the standard deviation of a map around its centre, per axis, in pixels.

    Args:
        map: (H, W), as `Erf.map`; read as a distribution over pixels.
        center: (row, column) to measure from; None takes the map's own centre of mass.

    Returns:
        sqrt(E[(dy^2 + dx^2) / 2]); nan if the map is all 0.

    Raises:
        ValueError: as `log_scaled`.

    Source: Luo et al. 2016, section 2: sqrt(L (K^2 - 1) / 12) for L stacked K x K convolutions.
    """
    weights = _check_map(map)
    if float(weights.sum()) == 0:
        return math.nan
    weights = weights / weights.sum()
    variance = 0.0
    for axis in (0, 1):
        share = weights.sum(dim=1 - axis)  # (H,) or (W,)
        position = torch.arange(len(share), dtype=torch.float64)
        middle = float((share * position).sum()) if center is None else center[axis]
        variance += float((share * (position - middle) ** 2).sum()) / 2
    return math.sqrt(variance)


def _check_map(map: Tensor | Any) -> Tensor:
    values = torch.as_tensor(map).detach().to("cpu", torch.float64)
    if values.ndim != 2 or values.numel() == 0:
        raise ValueError(f"map must have shape (H, W), got {tuple(values.shape)}")
    if not torch.isfinite(values).all() or values.min() < 0:
        raise ValueError(
            "map must be finite and not negative, as the maps of "
            f"effective_receptive_field are; got values from {values.min().item()} "
            f"to {values.max().item()}"
        )
    return values
