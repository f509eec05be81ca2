"""Figures of runs of dynamic convolution: what accuracy costs, and how even attention is."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np

from dynconv_lite.course.plots.ch07.looks import looks, short
from dynconv_lite.course.plots.ch07.runs import band
from dynconv_lite.course.plots.style import (
    BLUE,
    GREY,
    ORANGE,
    VERMILION,
    Picture,
    canvas,
    picture,
)
from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.series import by_epoch, of_one_setting

COLOURS = {
    "static": ("#000000", "o"),
    "dynamic": (VERMILION, "^"),
    "dynamic_t1": (ORANGE, "v"),
    "condconv": (BLUE, "s"),
}
COSTS = {  # name -> unit, label
    "multiply_adds": (1e6, "multiply-adds (millions)"),
    "parameters": (1e3, "parameters (thousands)"),
}


@picture
def draw_cost(records: Sequence[Record]) -> Picture:
    """Draw the test accuracy of every run against multiply-adds, and against parameters.

    Both costs start at 0, so that distances are shares.

    Args:
        records: runs of one setting of the study of dynamic convolution.

    Raises:
        ValueError: if the records are not of one setting.
    """
    groups = of_one_setting(records, "dynamic_conv")
    figure, panels = canvas(2, size=(7, 3.4), sharey=True)
    told = []
    for name, look in looks(groups, COLOURS).items():
        finals = [record.metrics.final for record in groups[name]]
        accuracy = [final["test_accuracy"] for final in finals]
        costs = {cost: finals[0][cost] / unit for cost, (unit, _) in COSTS.items()}
        for axes, cost in zip(panels, costs.values(), strict=True):
            axes.plot(
                [cost] * len(accuracy), accuracy, linestyle="none", markersize=8, label=short(name),
                **look.points,
            )  # fmt: skip
        told.append(
            f"{name} {np.mean(accuracy):.2f} % ({min(accuracy):.2f} to {max(accuracy):.2f}), "
            f"{costs['multiply_adds']:.1f} million, {costs['parameters']:.0f} thousand"
        )
    for axes, (_, label) in zip(panels, COSTS.values(), strict=True):
        axes.set(xlabel=label, xlim=(0, 1.08 * axes.dataLim.x1))
    panels[0].set_ylabel("test accuracy (%)")
    handles = panels[0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside right upper", fontsize=9)
    count = sum(map(len, groups.values()))
    alt = (
        f"One point a run, {count} in all: test accuracy against the network's multiply-adds for "
        "one picture, and against its parameters. Mean accuracy (least to largest), multiply-adds, "
        f"parameters: {'; '.join(told)}."
    )
    return Picture(figure, alt)


@picture
def draw_attention(records: Sequence[Record]) -> Picture:
    """Draw the attention's entropy over epochs, beside the temperature.

    Lines are means over seeds, bands reach from the least to the largest value. The entropy's
    scale begins near its least value, since trained mixtures may stay nearly even. The temperature
    starts with that of the first step; a gate without one is left out there.

    Args:
        records: runs of one setting of the study of dynamic convolution; series without
            attention are left out.

    Raises:
        ValueError: if the records are not of one setting, or none has measured attention.
    """
    groups = of_one_setting(records, "dynamic_conv")
    bands = {name: band(group, "attention_entropy") for name, group in groups.items()}
    bands = {name: values for name, values in bands.items() if values.size}
    if not bands:
        raise ValueError("records must hold attention_entropy in their history, and none does")
    figure, (left, right) = canvas(2, size=(7, 3.4))
    left.axhline(1, color=GREY, linewidth=1, zorder=0)  # an even mixture
    told = []
    for name, look in looks(bands, COLOURS).items():
        epoch, mean, low, high = bands[name]
        left.fill_between(epoch, low, high, color=look.colour, alpha=0.15, linewidth=0)
        left.plot(epoch, mean, label=short(name), markersize=5, **look.line)
        words = f"{name} {mean[0]:.4f} to {mean[-1]:.4f} "
        words += f"(at the end {low[-1]:.4f} to {high[-1]:.4f}"
        cooling = temperatures(groups[name][0])
        if cooling:
            right.plot(*zip(*cooling.items(), strict=True), markersize=5, **look.line)
            first, last = next(iter(cooling.values())), list(cooling.values())[-1]
            words += f"; temperature {first:.3g} to {last:.3g}"
        told.append(words + ")")
    left.set(xlabel="epoch", ylabel="entropy of the attention (1: even)")
    right.set(xlabel="epoch", ylabel="temperature", xlim=(0, None), ylim=(0, None))
    for axes in (left, right):
        axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True))
    figure.legend(*left.get_legend_handles_labels(), loc="outside right upper", fontsize=9)
    last = int(max(values[0][-1] for values in bands.values()))
    alt = (
        "Entropy of the attention, 1 for an even mixture of kernels and 0 for a single kernel, and "
        f"the temperature, over {last} epochs. Mean over seeds, from first to last: "
        f"{'; '.join(told)}."
    )
    return Picture(figure, alt)


def temperatures(record: Record) -> dict[int, float]:
    """Return a run's temperature after each epoch, with that of the first step at 0.

    A gate without a temperature has none.
    """
    found = by_epoch(record, "temperature")
    cools = record.config["method"] == "dynamic"
    start = float(record.config["temperature"]) if cools else 1.0
    return {0: start, **found} if found else {}
