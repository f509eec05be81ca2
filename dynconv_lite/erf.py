"""Effective receptive field: how much each input pixel moves one unit of a layer, on average.

Source: Luo et al., "Understanding the Effective Receptive Field in Deep Convolutional Neural
Networks", NeurIPS 2016; the map, its scaling and the area ratio as in Ding et al., "Scaling Up
Your Kernels to 31x31", CVPR 2022, appendix.
"""

from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from dynconv_lite.erf_measures import (
    erf_area_ratio,
    erf_width,
    log_scaled,
)
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
