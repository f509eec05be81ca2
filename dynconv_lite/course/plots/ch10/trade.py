"""Figure of the trade: quality against time and against size, published and measured."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from dynconv_lite.course.plots.ch10.labels import Label, write_labels
from dynconv_lite.course.plots.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    VERMILION,
    Picture,
    canvas,
    picture,
)
from dynconv_lite.experiments.configs.super_resolution import METHODS, title_of
from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.series import series_name
from dynconv_lite.experiments.super_resolution_published import PAPER_ROWS

NAME = "super_resolution"
NOT_RUN = "not run here"
SHORT = {  # as there is little room in a figure
    "nearest": "nearest",
    "srlut_v": "V",
    "srlut_f": "F",
    "srlut_s": "S",
    "mixed_small": "S + mix, small",
    "mixed": "S + mix",
    "mulut_wide": "2 MuLUTs",
    "mulut_mixed": "MuLUT + mix",
    "mulut_mixed_network": "MuLUT + mix, float",
    "additive_32k": "sums, small",
    "additive_100k": "sums",
}
INTERPOLATIONS = ("nearest", "bilinear", "bicubic")
DICTIONARIES = ("ne_lle", "zeyde", "anr", "aplus")
NETWORKS = ("fsrcnn", "carn_m", "rrdb")
PHONE, DESKTOP = "published, on a phone", "published, on a desktop CPU"
PLAIN, TABLES, FLOATS = "ours: interpolation", "ours: tables", "ours: float networks"
SPARSE = "ours: sparse coding"
LOOKS = {
    PHONE: (GREY, "o"),
    DESKTOP: (ORANGE, "v"),
    PLAIN: (GREEN, "s"),
    TABLES: (VERMILION, "D"),
    SPARSE: (PURPLE, "P"),
    FLOATS: (BLUE, "^"),
}


@dataclass(frozen=True)
class Point:
    """A way to enlarge a picture by 4.

    Attributes:
        name: What it is called in the figure.
        group: One of `LOOKS`: who measured it, and what kind of thing it is.
        psnr: On luma of Set5, in dB.
        milliseconds: For 320 x 180 to 1280 x 720 in colour; None if not measured.
        size: Bytes that have to be stored; None if there are none, or not known.
    """

    name: str
    group: str
    psnr: float
    milliseconds: float | None = None
    size: float | None = None


def published() -> list[Point]:
    """Return the points of the SR-LUT paper's table; a network's parameter counts 4 bytes."""
    return [
        Point(
            SHORT.get(method, row.title),
            PHONE if row.phone else DESKTOP,
            row.scores[0][0],
            row.milliseconds,
            row.bytes,
        )
        for method, row in PAPER_ROWS.items()
    ]


def short(method: str) -> str:
    """Return a method's name, as short as a figure needs it."""
    return SHORT.get(method, title_of(method))


def mean_of(records: Iterable[Record], method: str, quantity: str) -> float | None:
    """Return the mean of a final metric over a method's runs; None where none has it.

    Runs with another number in what belongs to a method (steps, nodes, losses) do not count.

    Args:
        records: Of any experiments.
        method: As in the runs' configuration.
        quantity: Name of the metric.
    """
    found = [
        record.metrics.final[quantity]
        for record in records
        if record.experiment == NAME
        and record.config.get("method") == method
        and series_name(record) == method
        and quantity in record.metrics.final
    ]
    return fmean(found) if found else None


def points_of(records: Sequence[Record], benchmark: Mapping[str, Any] | None = None) -> list[Point]:
    """Return the points of our own study: of each method its tables, and its float network.

    Args:
        records: Runs of `super_resolution`, any subset of its methods, or none.
        benchmark: The record of `benchmarks/lut.py`, whose bicubics share the study's PSNR: which
            library makes them changes their time, and their pixels little.
    """
    points = []
    for method in METHODS:
        name, psnr = short(method), mean_of(records, method, "psnr_set5")
        if psnr is not None:
            group = TABLES
            if method in INTERPOLATIONS:
                group = PLAIN
            elif method in DICTIONARIES:
                group = SPARSE
            elif method in NETWORKS:
                group = FLOATS
            time, size = (mean_of(records, method, q) for q in ("milliseconds", "bytes"))
            points.append(Point(name, group, psnr, time, size or None))
        network = mean_of(records, method, "psnr_set5_network")
        if network is not None and method not in NETWORKS:  # those have been drawn as themselves
            time, count = (
                mean_of(records, method, q) for q in ("milliseconds_network", "parameters")
            )
            size = None if count is None else 4 * count
            points.append(Point(name, FLOATS, network, time, size))
    bicubic = mean_of(records, "bicubic", "psnr_set5")
    times = (benchmark or {}).get("milliseconds", {})
    if bicubic is not None:
        points += [
            Point(f"bicubic of {who}", PLAIN, bicubic, times[f"{who} bicubic"])
            for who in ("OpenCV", "Pillow")
            if f"{who} bicubic" in times
        ]
    return points


@picture
def draw_trade(points: Sequence[Point]) -> Picture:
    """Draw quality against time, and against size, on logarithmic axes.

    Args:
        points: At least one; those without a time or a size are left out of that panel.

    Raises:
        ValueError: If there is none, or one is of an unknown group.
    """
    if not points or any(point.group not in LOOKS for point in points):
        groups = sorted({point.group for point in points})
        raise ValueError(f"points must be of {', '.join(LOOKS)}, got {groups or 'none'}")
    figure, (left, right) = canvas(2, size=(7, 4), sharey=True)
    told = []
    levels = [p.psnr for p in points]
    low, high = min(levels) - 0.3, max(levels) + 0.3
    for axes, quantity in ((left, "milliseconds"), (right, "size")):
        shown = [p for p in points if getattr(p, quantity)]
        for group, (colour, marker) in LOOKS.items():
            own = [p for p in shown if p.group == group]
            axes.plot(
                [getattr(p, quantity) for p in own], [p.psnr for p in own], marker, color=colour,
                label=group, markersize=5.5,
            )  # fmt: skip
        axes.set(xscale="log", ylim=(low, high))
        axes.margins(x=0.2)
        axes.grid(axis="y", color="#eeeeee")
        axes.set_axisbelow(True)
        write_labels(
            axes, [Label(p.name, getattr(p, quantity), p.psnr, LOOKS[p.group][0]) for p in shown]
        )
    left.set(xlabel="milliseconds, 320 x 180 to 1280 x 720", ylabel="Set5, x4, PSNR on luma (dB)")
    right.set(xlabel="bytes to store")
    handles, labels = left.get_legend_handles_labels()
    kept = [(h, text) for h, text in zip(handles, labels, strict=True)
            if any(p.group == text for p in points)]  # fmt: skip
    figure.legend(*zip(*kept, strict=True), loc="outside upper center", ncols=3, fontsize=8)
    for p in points:
        time = "" if p.milliseconds is None else f", {p.milliseconds:g} ms"
        size = "" if p.size is None else f", {p.size:.0f} bytes"
        told.append(f"{p.name} ({p.group}) {p.psnr:.2f} dB{time}{size}")
    return Picture(figure, f"PSNR on Set5 against time and size: {'; '.join(told)}.")
