"""Figures of runs: curves over epochs, and the receptive field against the accuracy."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np

from dynconv_lite.course.plots.ch07.looks import looks, short
from dynconv_lite.course.plots.style import Picture, canvas, picture
from dynconv_lite.experiments.comparison import rank_correlation
from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.series import by_epoch, of_one_setting

LABELS = {
    "test_accuracy": "test accuracy (%)",
    "test_loss": "test loss",
    "train_loss": "training loss",
    "erf_width": "width of the ERF (pixels)",
    "erf_area_0.5": "area ratio r(0.5) of the ERF at mean 1",
    "erf_area_raw_0.5": "area ratio r(0.5) of the ERF as it is",
    "offset_mean": "mean length of the offsets (pixels)",
    "offset_max": "largest offset (pixels)",
}


def band(records: Sequence[Record], quantity: str) -> np.ndarray:
    """Return (4, E): epochs, and mean, least and largest value over the runs that have them."""
    found: dict[int, list[float]] = {}
    for record in records:
        for epoch, value in by_epoch(record, quantity).items():
            found.setdefault(epoch, []).append(value)
    rows = [(e, np.mean(v), min(v), max(v)) for e, v in sorted(found.items())]
    return np.array(rows, dtype=float).reshape(-1, 4).T


@picture
def draw_curves(records: Sequence[Record], quantity: str = "test_accuracy") -> Picture:
    """Draw a quantity against the epoch: mean over seeds, band from least to largest.

    Beside the curves, which may lie close together, their last values on a scale of their own.

    Args:
        records: runs of one setting of the jitter study.
        quantity: a name in their histories, such as "test_accuracy", "erf_width", "offset_mean".
            Methods that do not have it are left out.

    Raises:
        ValueError: if the records are not of one setting, or none has the quantity.
    """
    groups = of_one_setting(records)
    bands = {name: band(group, quantity) for name, group in groups.items()}
    bands = {name: values for name, values in bands.items() if values.size}
    if not bands:
        raise ValueError(f"quantity {quantity!r} is in no record's history")
    figure, (axes, ends) = canvas(2, size=(7, 3.5), width_ratios=(1.5, 1))
    told = []
    for place, (name, look) in enumerate(looks(bands).items()):
        epoch, mean, low, high = bands[name]
        axes.fill_between(epoch, low, high, color=look.colour, alpha=0.15, linewidth=0)
        axes.plot(epoch, mean, **look.line, markersize=5)
        ends.plot([low[-1], high[-1]], [place, place], color=look.colour, linewidth=2)
        ends.plot(mean[-1], place, **look.points, markersize=8)
        seeds = len(groups[name])
        count = f"{seeds} seed{'s' * (seeds != 1)}"
        told.append(f"{name} {mean[-1]:.4g} ({low[-1]:.4g} to {high[-1]:.4g}, {count})")
    label = LABELS.get(quantity, quantity)
    axes.set(xlabel="epoch", ylabel=label)
    axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True))
    _name_rows(ends, list(bands))
    ends.set_xlabel("at the end")
    last = int(max(values[0][-1] for values in bands.values()))
    alt = f"{label[0].upper()}{label[1:]} against the epoch; after epoch {last}, mean over seeds: "
    return Picture(figure, alt + "; ".join(told) + ".")


def _name_rows(axes: mpl.axes.Axes, names: list[str]) -> None:
    """Write names at the right of rows 0, 1, ..., the first one on top."""
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.yaxis.tick_right()
    axes.set_yticks(range(len(names)), [short(name) for name in names], fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="y", color="#dddddd", linewidth=1, zorder=0)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(4))


@picture
def draw_area_scatter(records: Sequence[Record], quantity: str = "erf_width") -> Picture:
    """Draw the test accuracy of every run against its effective receptive field.

    Args:
        records: runs of one setting of the jitter study.
        quantity: a final metric, such as "erf_width" or "erf_area_0.5".

    Raises:
        ValueError: if the records are not of one setting, or none has the quantity.
    """
    groups = {
        name: [r.metrics.final for r in group if quantity in r.metrics.final]
        for name, group in of_one_setting(records).items()
    }
    groups = {name: finals for name, finals in groups.items() if finals}
    if not groups:
        raise ValueError(f"quantity {quantity!r} is in no record's final metrics")
    found = rank_correlation(records, quantity)
    figure, (axes,) = canvas(1, size=(7, 3.6))
    told = []
    for name, look in looks(groups).items():
        x = [final[quantity] for final in groups[name]]
        y = [final["test_accuracy"] for final in groups[name]]
        axes.plot(x, y, linestyle="none", markersize=8, label=short(name), **look.points)
        told.append(f"{name} {np.mean(x):.3g} and {np.mean(y):.2f} %")
    label = LABELS.get(quantity, quantity)
    axes.set(xlabel=label, ylabel=LABELS["test_accuracy"], title=f"Spearman's rho {found}")
    figure.legend(loc="outside right upper", fontsize=9)
    alt = (
        f"One point a run, {found.n} in all: test accuracy against {label}; Spearman's rank "
        f"correlation {found}. Means of the methods: {'; '.join(told)}."
    )
    return Picture(figure, alt)
