"""Figures of nodes: where they lie on a companded axis, and how many bytes tables of them take."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from dynconv_lite.course.plots.style import (
    BLUE,
    GREY,
    ORANGE,
    SKY,
    VERMILION,
    Picture,
    canvas,
    picture,
)
from dynconv_lite.lut.compander import compand, expand
from dynconv_lite.validation import check_count

SR_LUT = 17**4 * 16  # bytes
CACHES = {"32 KiB": 2**15, "256 KiB": 2**18, "1 MiB": 2**20}  # usual sizes of levels 1 and 2


def mixed_bytes(
    pixel_nodes: int, difference_nodes: int, features: int, mixed_nodes: int, offsets: int = 4
) -> tuple[int, int]:
    """Count the bytes of a pixel-mix network's tables at x 4: of the first one, of the others.

    Args:
        pixel_nodes: Nodes of the pixel's own axis.
        difference_nodes: Nodes of each of the three axes of differences.
        features: Bytes per pixel between the stages.
        mixed_nodes: Nodes of every axis of the features' tables.
        offsets: Places that are mixed, an axis each.
    """
    first = pixel_nodes * difference_nodes**3 * features
    return first, features * mixed_nodes**offsets * 16


@picture
def draw_nodes(
    pixel_nodes: int = 5, difference_nodes: int = 9, features: int = 2, mixed_nodes: int = 7
) -> Picture:
    """Draw the bytes of a pixel-mix network's tables, and the nodes of an axis of differences.

    Args:
        pixel_nodes: As of `mixed_bytes`, like all others; nodes are 2 to 256.
        difference_nodes: See there.
        features: See there; at least 1.
        mixed_nodes: See there.

    Raises:
        ValueError: If a number is out of range.
    """
    counts = {"pixel_nodes": pixel_nodes, "difference_nodes": difference_nodes,
              "mixed_nodes": mixed_nodes}  # fmt: skip
    for name, count in counts.items():
        check_count(name, count, 2)
        if count > 256:
            raise ValueError(f"{name} must be at most 256, got {count}")
    check_count("features", features)
    first, others = mixed_bytes(pixel_nodes, difference_nodes, features, mixed_nodes)
    rows = {"first table": first, "features' tables": others, "together": first + others,
            "SR-LUT": SR_LUT}  # fmt: skip
    figure, (left, right) = canvas(2, size=(7, 2.9), width_ratios=(1.25, 1))
    for row, (name, size) in enumerate(rows.items()):
        colour = ORANGE if name == "SR-LUT" else SKY if row < 2 else BLUE
        left.barh(row, size, left=1, color=colour, height=0.62)
        left.text(size * 1.15, row, f"{size:,}", va="center", fontsize=9,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})  # fmt: skip
    for name, size in CACHES.items():
        left.axvline(size, color=GREY, linewidth=1, linestyle=":")
        side = "left" if name == "1 MiB" else "right"
        left.text(size, -0.62, name, fontsize=8, ha=side, va="bottom", color=GREY)
    left.set_xscale("log")
    left.set_yticks(range(len(rows)), list(rows), fontsize=9)
    left.set(xlim=(500, 6e7), ylim=(len(rows) - 0.5, -0.6), xlabel="bytes")

    curve = torch.linspace(-255, 255, 511, dtype=torch.float64)
    right.plot(curve, compand(curve), color=BLUE, linewidth=1.5)
    value = torch.linspace(0, 255, difference_nodes, dtype=torch.float64)
    at = expand(value)
    right.plot(at, value, "o", color=VERMILION, markersize=4)
    right.set(xlabel="difference (grey levels)", ylabel="place on the axis",
              xticks=(-255, -128, 0, 128, 255), yticks=(0, 127.5, 255))  # fmt: skip
    gap = float((at[1:] - at[:-1]).min())
    fit = [name for name, size in CACHES.items() if first + others <= size]
    alt = (
        f"A first table of {pixel_nodes} x {difference_nodes}³ nodes takes {first:,} bytes for "
        f"{features} feature{'s' * (features != 1)}, {features} table"
        f"{'s' * (features != 1)} of {mixed_nodes}⁴ nodes {others:,}; together "
        f"{first + others:,}, SR-LUT {SR_LUT:,}. Smallest of the caches that holds them: "
        f"{fit[0] if fit else 'none of those drawn'}. The {difference_nodes} nodes of an axis of "
        f"differences lie {gap:.1f} grey levels apart where they are closest, around 0."
    )
    return Picture(figure, alt)


@picture
def draw_coarseness(
    sizes: Sequence[int],
    scores: Mapping[str, Sequence[float]],
    level: Mapping[str, float],
    names: Sequence[str] = (),
) -> Picture:
    """Draw PSNR against the bytes of the tables.

    Args:
        sizes: Bytes of all tables together, in any order.
        scores: How the tables were made -> PSNR at each size, NaN where there is none.
        level: Name -> PSNR of what has no tables, drawn as a line.
        names: What is written at the points of the first way, one for each size.
    """
    figure, (axes,) = canvas(1, size=(6.4, 3.1))
    told = []
    for (name, values), marker, colour in zip(
        scores.items(), ("o", "s", "^"), (BLUE, VERMILION, ORANGE), strict=False
    ):
        known = [(s, v) for s, v in zip(sizes, values, strict=True) if np.isfinite(v)]
        line = "-" if len(known) == len(sizes) else "none"  # none across what is not known
        axes.plot(
            *zip(*known, strict=True), marker=marker, color=colour, label=name, linestyle=line
        )
        told.append(f"{name} {', '.join(f'{v:.2f} dB at {s:,} bytes' for s, v in known)}")
    first = next(iter(scores.values()))
    for text, x, y in zip(names, sizes, first, strict=False):
        if np.isfinite(y):
            axes.annotate(
                text, (x, y), (0, -13), textcoords="offset points", ha="center", fontsize=8
            )
    for (name, value), style in zip(level.items(), ("--", ":"), strict=False):
        axes.axhline(value, color=GREY, linestyle=style, linewidth=1.3, label=name)
        told.append(f"{name} {value:.2f} dB")
    axes.set_xscale("log")
    axes.set(xlabel="bytes of all tables", ylabel="PSNR (dB)")
    axes.legend(fontsize=9, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return Picture(figure, f"PSNR of tables by their size: {'; '.join(told)}.")
