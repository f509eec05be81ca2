"""Numbers for an effective receptive field: its log scale, its area ratio and its width.

Source: Ding et al., "Scaling Up Your Kernels to 31x31", CVPR 2022, appendix; Luo et al.,
"Understanding the Effective Receptive Field in Deep Convolutional Neural Networks", NeurIPS 2016.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


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
