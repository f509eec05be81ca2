"""The pictures on the page of the super-resolution study: quality against bytes, and against time.

They are drawn in the course's style, so this module is for the one command that reaches up to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from matplotlib.axes import Axes

from dynconv_lite.course.plots.ch10.labels import Label, write_labels
from dynconv_lite.course.plots.ch10.trade import SHORT, short
from dynconv_lite.course.plots.style import (
    BLUE,
    GREEN,
    GREY,
    PURPLE,
    VERMILION,
    Picture,
    canvas,
    picture,
)
from dynconv_lite.experiments.configs.super_resolution import OPTIONS
from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.series import series
from dynconv_lite.experiments.super_resolution_page import title, values
from dynconv_lite.experiments.super_resolution_published import PAPER_ROWS
from dynconv_lite.experiments.super_resolution_times import Times

Cost = Literal["bytes", "milliseconds"]
LABELS = {
    "bytes": "bytes to store",
    "milliseconds": "milliseconds for 320 x 180 pixels in RGB",
}
TABLES, NETWORK, PLAIN = "ours: tables", "ours: network", "interpolation, here"
DICTIONARY = "ours: dictionary"
PUBLISHED = "published (SR-LUT: from DIV2K)"
LOOKS = {
    TABLES: ("o", VERMILION),
    NETWORK: ("s", BLUE),
    DICTIONARY: ("D", PURPLE),
    PLAIN: ("^", GREEN),
    PUBLISHED: ("x", GREY),
}
KINDS = {"interpolation": PLAIN, "dictionary": DICTIONARY}


@dataclass(frozen=True)
class Point:
    """A way to enlarge: its name, its kind (a key of `LOOKS`), what it costs, its PSNR, a label."""

    name: str
    kind: str
    cost: float | None
    psnr: float
    label: str


def points_of(records: Sequence[Record], cost: Cost, times: Times | None = None) -> list[Point]:
    """Return what is drawn: ours, seeds averaged, and what the SR-LUT paper reports.

    Args:
        records: Runs of one setting of the study, with PSNR on Set5.
        cost: The other axis; a point without it has None.
        times: Of all methods side by side; None takes what each run has measured by itself.
    """
    points = []
    for name, runs in series(records).items():
        config = runs[0].config
        if name != config["method"]:  # a changed method is a row of the table, and no point here
            continue
        psnr, costs = fmean(values(runs, "psnr_set5")), values(runs, cost)
        tabled = OPTIONS[name].tables
        apart = cost == "milliseconds" and times is None  # each run by itself, its network too
        if cost == "milliseconds" and times is not None:
            if name not in times.milliseconds:
                continue
            costs = [times.milliseconds[name]]
        kind = TABLES if tabled else KINDS.get(config["kind"], NETWORK)
        points.append(Point(title(name), kind, fmean(costs) if costs else None, psnr, short(name)))
        if apart and tabled and values(runs, "milliseconds_network"):
            mean = fmean(values(runs, "psnr_set5_network"))
            spent = fmean(values(runs, "milliseconds_network"))
            points.append(Point(f"network of {title(name)}", NETWORK, spent, mean, short(name)))
    for method, row in PAPER_ROWS.items():
        found = row.bytes if cost == "bytes" else row.milliseconds
        if row.bytes is not None:  # the paper's interpolations are the same formulas as ours
            label = SHORT.get(method, row.title)
            points.append(Point(row.title, PUBLISHED, found, row.scores[0][0], label))
    return points


@picture
def draw_tradeoff(records: Sequence[Record], cost: Cost, times: Times | None = None) -> Picture:
    """Draw PSNR on Set5 against a cost, on a logarithmic axis; what has no cost is a line.

    Args:
        records: Runs of one x4 setting of the study, with PSNR on Set5.
        cost: "bytes" or "milliseconds".
        times: As for `points_of`.
    """
    figure, (axes,) = canvas(size=(7, 4))
    points = points_of(records, cost, times)
    for kind, (marker, colour) in LOOKS.items():
        drawn = [p for p in points if p.kind == kind and p.cost]
        if drawn:
            axes.plot([p.cost or 1 for p in drawn], [p.psnr for p in drawn], marker, color=colour,
                      label=_label(kind, cost))  # fmt: skip
    lines = [p for p in points if not p.cost]
    for point in lines:
        _line(axes, point)
    axes.set(xscale="log", xlabel=LABELS[cost], ylabel="PSNR on Set5, x4 (dB)")
    axes.margins(x=0.15)
    axes.grid(color="#dddddd", linewidth=0.7)
    axes.set_axisbelow(True)
    shown = [p for p in points if p.cost]
    write_labels(axes, [Label(p.label, p.cost or 1, p.psnr, LOOKS[p.kind][1]) for p in shown])
    figure.legend(loc="outside upper center", ncols=3, fontsize=8)
    unit = "ms" if cost == "milliseconds" else "bytes"
    told = [f"{p.name} ({p.kind}) {p.psnr:.2f} dB" + (f" at {p.cost:,.0f} {unit}" if p.cost else "")
            for p in points]  # fmt: skip
    return Picture(figure, f"PSNR on Set5 against {LABELS[cost]}: {'; '.join(told)}.")


def _label(kind: str, cost: Cost) -> str:
    where = ", phone or desktop" if cost == "milliseconds" else ""
    return kind + where if kind == PUBLISHED else kind


def _line(axes: Axes, point: Point) -> None:
    colour = LOOKS[point.kind][1]
    axes.axhline(point.psnr, color=colour, linewidth=1, linestyle="--")
    axes.text(0.01, point.psnr, point.label, color=colour, fontsize=6.5, va="bottom",
              transform=axes.get_yaxis_transform())  # fmt: skip
