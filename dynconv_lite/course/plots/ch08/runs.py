"""Figures of the rotation study's runs: accuracies, differences to SW, and what goes along."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from dynconv_lite.course.plots.ch08.kinds import COLOURS, FOUR, MARKERS
from dynconv_lite.course.plots.style import GREY, Picture, canvas, picture
from dynconv_lite.experiments.comparison import rank_correlation
from dynconv_lite.experiments.configs.rotation import AUGMENTATIONS, METHODS, NAMES, title_of
from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.rotation import PUBLISHED
from dynconv_lite.experiments.rotation_page import paired
from dynconv_lite.experiments.rotation_table import NAME, NOT_RUN, title, values
from dynconv_lite.experiments.series import of_one_setting

QUANTITIES = {
    "test_accuracy": "test accuracy (%)",
    "transfer_knn": "DTD-10, nearest neighbours (%)",
    "transfer_linear": "DTD-10, linear probe (%)",
    "angle_axis": "angles near the axes (%)",
    "angle_diagonal": "angles near the diagonals (%)",
    "erf_width": "width of the ERF (pixels)",
    "erf_area_0.5": "area ratio r(0.5) of the ERF",
    "erf_anisotropy": "axes over diagonals of the ERF",
    "erf_anisotropy_far": "the same, beyond 8 pixels",
}


def layer_of(method: str) -> str:
    """Return the layer of a method, or of a series, by the talk's name: "DiaSW"."""
    return NAMES[method.split("_")[0]]


def mean_fields(records: Sequence[Record]) -> dict[str, Tensor]:
    """Return the mean field of every layer, (S, S), S odd, over all its runs.

    Each run's map is divided by its mean. Of a map of even side the first row and column are left
    out, so that the unit's pixel stands in the middle.

    Args:
        records: Runs of one setting of the rotation study.

    Raises:
        ValueError: If they are not of one setting.
    """
    found: dict[str, list[Tensor]] = {}
    for name, runs in of_one_setting(records, NAME).items():
        for run in runs:
            if "erf" in run.metrics.maps:
                map = torch.from_numpy(run.metrics.maps["erf"].array()).double()
                map = map[1 - map.shape[0] % 2 :, 1 - map.shape[1] % 2 :]
                found.setdefault(layer_of(name), []).append(map / map.mean().clamp(min=1e-300))
    return {name: torch.stack(found[name]).mean(0) for name in FOUR if name in found}


@picture
def draw_accuracies(records: Sequence[Record]) -> Picture:
    """Draw what is published, and in a panel of its own what was measured: a row a method.

    Args:
        records: Runs of one setting of the rotation study; a method without any says so.

    Raises:
        ValueError: If they are not of one setting.
    """
    groups = of_one_setting(records, NAME)
    names = list(dict.fromkeys([*METHODS, *groups]))
    size = (7, min(4.0, 0.26 * len(names) + 0.8))
    figure, (left, right) = canvas(2, size=size, sharey=True)
    told = []
    for row, name in enumerate(names):
        look = _look(layer_of(name))
        if name in PUBLISHED:
            left.plot(PUBLISHED[name][0], row, **look)
        found = values(groups.get(name, []), "test_accuracy")
        right.plot(found, [row] * len(found), **look)
        if found:
            told.append(f"{title(name)} {', '.join(f'{value:.2f}' for value in found)}")
        else:
            right.text(0.02, row, NOT_RUN, color=GREY, fontsize=8, va="center",
                       transform=right.get_yaxis_transform())  # fmt: skip
    left.set_yticks(range(len(names)), [title(name) for name in names], fontsize=9)
    left.set(title="published (the talk)", xlabel="CIFAR-100 (%)", ylim=(len(names) - 0.5, -0.5))
    right.set(title="ours: small, short", xlabel="CIFAR-100 (%)")
    for axes in (left, right):
        axes.grid(axis="y", color="#dddddd", linewidth=1, zorder=0)
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", length=0)
    gone = [title_of(name) for name in METHODS if name not in groups]
    alt = (
        f"Test accuracy of {len(names)} methods on two scales that do not compare: published by "
        f"the talk, and ours, a point a seed. Ours in percent: {'; '.join(told) or 'none'}. "
        f"{NOT_RUN.capitalize()}: {', '.join(gone) or 'none'}."
    )
    return Picture(figure, alt)


@picture
def draw_differences(records: Sequence[Record], quantities: Sequence[str]) -> Picture:
    """Draw how much more each layer has than SW, of the same augmentation and seed: a point each.

    Args:
        records: Runs of one setting of the rotation study.
        quantities: Final metrics, one panel each; at most three.

    Raises:
        ValueError: If they are not of one setting.
    """
    of_one_setting(records, NAME)  # refuses what does not compare
    layers = [name for name in NAMES if name != "sw"]
    figure, panels = canvas(len(quantities), size=(7, 2.6), sharey=True)
    told = []
    for axes, quantity in zip(panels, quantities, strict=True):
        axes.axvline(0, color=GREY, linewidth=1)
        for row, layer in enumerate(layers):
            found = differences(records, layer, quantity)
            look = _look(NAMES[layer])
            axes.plot(found, [row] * len(found), **look)
            told.append(f"{quantity}, {NAMES[layer]}: {_listed(found)}")
        axes.set_title(QUANTITIES.get(quantity, quantity), fontsize=9)
        axes.set_xlabel("points more than SW")
        axes.margins(x=0.1)
    panels[0].set_yticks(range(len(layers)), [NAMES[layer] for layer in layers])
    panels[0].set_ylim(len(layers) - 0.5, -0.5)
    alt = f"Differences to SW, same augmentation and same seed, a point each. {'; '.join(told)}."
    return Picture(figure, alt)


def differences(records: Sequence[Record], layer: str, quantity: str) -> list[float]:
    """Return a layer's differences to SW, over all augmentations and seeds that both have.

    Args:
        records: Runs of one setting.
        layer: "rot", "dia" or "diarot".
        quantity: Name of a final metric.
    """
    pairs = [
        paired(records, f"{layer}_{augmentation}", f"sw_{augmentation}", quantity)
        for augmentation in AUGMENTATIONS
    ]
    return [value for pair in pairs for value in pair.differences.values()]


@picture
def draw_scatter(
    records: Sequence[Record], quantities: Sequence[str], target: str = "test_accuracy"
) -> Picture:
    """Draw a metric of every run against other ones, a panel each, with the rank correlation.

    Args:
        records: Runs of one setting of the rotation study.
        quantities: Final metrics; at most three.
        target: The final metric that is drawn upwards.

    Raises:
        ValueError: If they are not of one setting.
    """
    groups = _by_layer(of_one_setting(records, NAME))
    figure, panels = canvas(len(quantities), size=(7, 3.1), sharey=True)
    told = []
    for axes, quantity in zip(panels, quantities, strict=True):
        for name, runs in groups.items():
            _points(axes, name, runs, quantity, target)
        found = rank_correlation(records, quantity, target)
        axes.set_title(str(found).replace(" (", "\n("), fontsize=10)
        axes.set_xlabel(QUANTITIES.get(quantity, quantity), fontsize=9)
        told.append(f"{QUANTITIES.get(quantity, quantity)} {found}")
    panels[0].set_ylabel(QUANTITIES.get(target, target))
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=4, fontsize=9)
    alt = (
        f"{QUANTITIES.get(target, target)} of {len(records)} runs, a point each. Spearman's rank "
        f"correlation with {'; '.join(told)}."
    )
    return Picture(figure, alt)


def _look(name: str) -> dict[str, Any]:
    """Return how the points of a layer look."""
    return {"color": COLOURS[name], "marker": MARKERS[name], "linestyle": "none"}


def _by_layer(groups: Mapping[str, list[Record]]) -> dict[str, list[Record]]:
    found = {name: [r for m, rs in groups.items() if layer_of(m) == name for r in rs]
             for name in FOUR}  # fmt: skip
    return {name: runs for name, runs in found.items() if runs}


def _points(axes: Axes, name: str, runs: list[Record], quantity: str, target: str) -> None:
    finals = [run.metrics.final for run in runs]
    pairs = [(f[quantity], f[target]) for f in finals if {quantity, target} <= {*f}]
    x, y = np.array(pairs, dtype=float).reshape(-1, 2).T
    axes.plot(x, y, label=name, markersize=7, **_look(name))


def _listed(found: Sequence[float]) -> str:
    return ", ".join(f"{value:+.2f}" for value in found) or NOT_RUN
