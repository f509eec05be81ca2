"""Figures of effective receptive fields: maps, and the squares of the area ratio."""

import math
from collections.abc import Mapping

from dynconv_lite.course.plots.style import (
    ORANGE,
    SKY,
    VERMILION,
    Picture,
    canvas,
    decades,
    image_panel,
    outline,
    picture,
)
from dynconv_lite.erf import Erf, ReceptiveField, erf_width, log_scaled


@picture
def draw_maps(
    maps: Mapping[str, Erf],
    fields: Mapping[str, ReceptiveField] | None = None,
    *,
    relative: bool = False,
) -> Picture:
    """Draw effective receptive fields side by side, theoretical ones outlined.

    Args:
        maps: titles and their `Erf`.
        fields: for some titles, the theoretical field to outline.
        relative: divide each map by its peak before the log scale, so that networks whose
            gradients differ in size can be compared by shape.
    """
    figure, axes = canvas(len(maps), size=(min(8.4, 2.8 * len(maps)), 2.9))
    spans = []
    for panel, (title, erf) in zip(axes, maps.items(), strict=True):
        shown = decades(erf.map) if relative else log_scaled(erf.map)
        image_panel(panel, shown, title, cmap="viridis", vmin=0, vmax=1)
        panel.plot(erf.center[1], erf.center[0], "+", color="white", markersize=8, mew=1.5)
        if fields and title in fields:
            outline(panel, *fields[title].start, *fields[title].size)
        spans.append(f"{title}: standard deviation {erf_width(erf.map):.1f} pixels")
    alt = "Maps of effective receptive fields, brightest where a pixel matters most. "
    return Picture(figure, alt + "; ".join(spans) + ".")


@picture
def draw_squares(
    erf: Erf,
    ratios: Mapping[str, Mapping[float, float]],
    centers: Mapping[str, tuple[float, float]],
) -> Picture:
    """Draw, over a map, the squares whose areas the ratios are, for two choices of centre.

    Args:
        erf: the map.
        ratios: for each way of centring, {threshold: area ratio}.
        centers: for each way of centring, (row, column).
    """
    figure, axes = canvas(len(ratios), size=(3.7 * len(ratios), 3.7))
    height, width = erf.map.shape
    parts = []
    for panel, (name, found) in zip(axes, ratios.items(), strict=True):
        image_panel(panel, log_scaled(erf.map), name, cmap="viridis", vmin=0, vmax=1)
        row, column = (math.floor(c + 0.5) for c in centers[name])
        for colour, (threshold, ratio) in zip(
            (SKY, ORANGE, VERMILION), found.items(), strict=False
        ):
            reached = not math.isnan(ratio)
            words = f"t = {threshold:g}: " + (f"r = {ratio:.1%}" if reached else "not reached")
            panel.plot([], [], color=colour, label=words)
            if reached:
                side = round(math.sqrt(ratio * height * width))
                outline(panel, row - side // 2, column - side // 2, side, side, edgecolor=colour)
        panel.plot(column, row, "+", color="white", mew=1.5)
        panel.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
        panel.legend(loc="lower center", bbox_to_anchor=(0.5, -0.36), fontsize=10)
        listed = ", ".join(f"t = {t:g} takes {r:.1%}" for t, r in found.items())
        parts.append(f"centred on {name}: {listed} of the area")
    return Picture(figure, "Nested squares over an ERF, " + "; ".join(parts) + ".")
