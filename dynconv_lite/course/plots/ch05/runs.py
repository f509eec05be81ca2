"""Figures of runs of large kernels: what K gains, and how far the trained networks look."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from dynconv_lite.course.plots.ch07.fields import on_one_scale
from dynconv_lite.course.plots.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    VERMILION,
    Picture,
    canvas,
    image_panel,
    picture,
)
from dynconv_lite.experiments.configs.large_kernels import Form
from dynconv_lite.experiments.large_kernels_table import NAME, by_form
from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.series import of_one_setting

WHOLE = "with both"
LOOKS = {  # what a network lacks -> colour, marker, dashes
    WHOLE: (BLUE, "o", "-"),
    "no shortcut": (VERMILION, "s", "--"),
    "no small kernel": (GREEN, "^", ":"),
    "no shortcut, no small kernel": (ORANGE, "D", "-."),
}
OTHER = (GREY, "*", "-.")
PANELS = {"test_accuracy": "test accuracy (%)", "erf_width": "width of the ERF (pixels)"}


def lacks(made: Form) -> str:
    """Name what a network lacks, whatever its K: "no shortcut", or "with both"."""
    return made.title.partition(", ")[2] or WHOLE


@picture
def draw_by_kernel(records: Sequence[Record]) -> Picture:
    """Draw accuracy and width of the receptive field against K: a point a run, lines by means.

    Args:
        records: runs of one setting of the study of large kernels.

    Raises:
        ValueError: if the records are not of one setting.
    """
    found = _by_kind(records)
    figure, panels = canvas(2, size=(7, 3.4))
    told = []
    for kind, networks in found.items():
        for axes, quantity in zip(panels, PANELS, strict=True):
            means = _draw_kind(axes, kind, networks, quantity)
            if quantity == "test_accuracy":
                told += [f"{kind}, K = {size}: {mean:.2f}" for size, mean in means.items()]
    sizes = sorted({size for networks in found.values() for size in networks})
    for axes, label in zip(panels, PANELS.values(), strict=True):
        _kernel_axis(axes, sizes)
        axes.set_ylabel(label)
    lines = panels[0].lines  # of each kind, the means and then the runs
    handles: list[Any] = list(zip(lines[::2], lines[1::2], strict=True))
    figure.legend(handles, list(found), loc="outside upper center", ncols=3, fontsize=9)
    count = sum(len(runs) for networks in found.values() for runs in networks.values())
    alt = (
        f"One point a run, {count} in all: test accuracy and width of the effective receptive "
        f"field against the kernel size. Mean accuracy in percent: {'; '.join(told)}."
    )
    return Picture(figure, alt)


def _draw_kind(
    axes: Axes, kind: str, networks: dict[int, list[Record]], quantity: str
) -> dict[int, float]:
    """Draw the runs of one kind, and a line through their means; return K -> mean."""
    colour, marker, dashes = LOOKS.get(kind, OTHER)
    values = {
        size: [f[quantity] for f in (run.metrics.final for run in runs) if quantity in f]
        for size, runs in networks.items()
    }
    means = {size: float(np.mean(known)) for size, known in values.items() if known}
    axes.plot(list(means), list(means.values()), color=colour, linestyle=dashes, label=kind)
    points = [(size, value) for size, known in values.items() for value in known]
    axes.plot(*zip(*points, strict=True), linestyle="none", color=colour, marker=marker)
    return means


@picture
def draw_run_fields(records: Sequence[Record]) -> Picture:
    """Draw the receptive fields of all networks on one scale: a row a kind, a column a K.

    Args:
        records: runs of one setting of the study of large kernels; maps are means over seeds, of
            maps divided by their means.

    Raises:
        ValueError: if the records are not of one setting, or none has kept a map.
    """
    found = _by_kind(records)
    maps = {
        (kind, size): mean
        for kind, networks in found.items()
        for size, runs in networks.items()
        if (mean := mean_map(runs)) is not None
    }
    if not maps:
        raise ValueError("records hold no map of an effective receptive field")
    shown = dict(zip(maps, on_one_scale(list(maps.values())), strict=True))
    kinds = list(dict.fromkeys(kind for kind, _ in maps))
    sizes = sorted({size for _, size in maps})
    side = min(1.3, 3.4 / len(kinds))
    figure, axes = canvas(
        len(sizes), len(kinds), size=(min(7.0, side * len(sizes) + 1.2), side * len(kinds) + 0.5)
    )
    told = []
    cells = [(kind, size) for kind in kinds for size in sizes]
    for panel, (kind, size) in zip(axes, cells, strict=True):
        title = f"K = {size}" if kind == kinds[0] else ""
        panel.set(xticks=[], yticks=[], title=title)
        if size == sizes[0]:
            panel.set_ylabel(kind.replace(" kernel", "\nkernel"), fontsize=9)
        if (kind, size) not in shown:
            panel.spines[:].set_visible(False)
            continue
        image_panel(panel, shown[kind, size], title, cmap="viridis", vmin=0, vmax=1)
        widths = [run.metrics.final["erf_width"] for run in found[kind][size]
                  if "erf_width" in run.metrics.final]  # fmt: skip
        told.append(f"{kind}, K = {size}: {np.mean(widths):.1f}")
    alt = (
        "Maps of effective receptive fields on one logarithmic scale, mean over seeds; widths "
        f"(standard deviations) in pixels: {'; '.join(told)}."
    )
    return Picture(figure, alt)


def mean_map(runs: Sequence[Record]) -> Tensor | None:
    """Return the mean (H, W) of the runs' maps, each of mean 1; None if there is none."""
    kept = [run.metrics.maps["erf"].array() for run in runs if "erf" in run.metrics.maps]
    plain = [torch.from_numpy(map) for map in kept]
    found = [map / map.mean() for map in plain if map.any()]
    return torch.stack(found).mean(dim=0) if found else None


def _by_kind(records: Sequence[Record]) -> dict[str, dict[int, list[Record]]]:
    """Return what a network lacks -> K -> its runs."""
    runs = [run for group in of_one_setting(records, NAME).values() for run in group]
    found: dict[str, dict[int, list[Record]]] = {}
    for made, group in by_form(runs).items():
        found.setdefault(lacks(made), {})[made.kernel_size] = group
    return found


def _kernel_axis(axes: Axes, sizes: Sequence[int]) -> None:
    """Let equal ratios of K be equal distances, with a tick at every K."""
    axes.set_xscale("log")
    axes.set_xlabel("kernel size K")
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
