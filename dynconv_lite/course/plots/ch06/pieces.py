"""Figures of small kernels that become a large one: shift by shift, place by place."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
import torch
from torch import Tensor

from dynconv_lite.course.plots.style import (
    BLUE,
    CYCLE,
    GREY,
    VERMILION,
    Picture,
    canvas,
    picture,
    signed_panel,
)

MARKED = 2  # pieces that are written into a table with their number


@picture
def draw_build(kernels: Sequence[Tensor], maps: Sequence[Tensor]) -> Picture:
    """Draw a sum over shifted maps as it grows, above it the kernel that it is so far.

    Args:
        kernels: (n, S) after each piece.
        maps: (H, W) after each piece.

    Raises:
        ValueError: If there are not as many kernels as maps, or none.
    """
    if not kernels or len(kernels) != len(maps):
        raise ValueError(f"maps must be as many as kernels, {len(kernels)}, got {len(maps)}")
    count = len(kernels)
    figure, panels = canvas(count, 2, size=(7, 2.1), height_ratios=(1, 4))
    limits = [max(float(x.abs().max()) for x in row) or 1.0 for row in (kernels, maps)]
    told = []
    for index, (kernel, map) in enumerate(zip(kernels, maps, strict=True)):
        title = f"{index + 1} piece{'s' * (index > 0)}"
        signed_panel(panels[index], kernel, title, vmin=-limits[0], vmax=limits[0])
        for spine in panels[index].spines.values():
            spine.set(visible=True, color=GREY, linewidth=0.8)
        panels[index].plot(kernel.shape[1] // 2, kernel.shape[0] // 2, "+", color="black")
        signed_panel(panels[count + index], map, vmin=-limits[1], vmax=limits[1])
        columns = kernel.any(0).nonzero()[:, 0] - kernel.shape[1] // 2
        told.append(f"{int(columns[0])} to {int(columns[-1])}" if len(columns) else "none")
    alt = (
        f"A row of {count} pieces of {kernels[0].shape[0]} x {kernels[0].shape[0]} weights grows "
        f"into a strip of {kernels[-1].shape[1]} columns. Columns that the kernel reaches, "
        f"relative to the output's pixel, after each piece: {'; '.join(told)}. The map's largest "
        f"value grows from {float(maps[0].abs().max()):.2f} to {float(maps[-1].abs().max()):.2f}."
    )
    return Picture(figure, alt)


@picture
def draw_places(rows: Mapping[str, Sequence[int]], small_kernel: int) -> Picture:
    """Draw where the pieces of several rows stand, relative to the output's pixel.

    Args:
        rows: name -> offsets of the middles of the pieces.
        small_kernel: n, width of a piece.
    """
    figure, (axes,) = canvas(1, size=(7, 0.55 * len(rows) + 0.9))
    half, told = small_kernel / 2, []
    for index, (name, offsets) in enumerate(rows.items()):
        for place, offset in enumerate(offsets):
            axes.add_patch(
                mpl.patches.Rectangle((offset - half, index - 0.3), small_kernel, 0.6,
                                      facecolor=CYCLE[(0, 5)[place % 2]], edgecolor="white")
            )  # fmt: skip
        low, high = min(offsets) - small_kernel // 2, max(offsets) + small_kernel // 2
        axes.text(max(map(max, rows.values())) + half + 1, index, f"{low} … {high}", va="center",
                  fontsize=10)  # fmt: skip
        told.append(f"{name}: {len(offsets)} pieces from {low} to {high}")
    edge = max(abs(offset) for offsets in rows.values() for offset in offsets) + half
    axes.axvline(0, color=VERMILION, linewidth=2)
    axes.set(xlim=(-edge - 1, edge + 9), ylim=(len(rows) - 0.5, -0.5),
             xlabel="pixels from the output's pixel (line)")  # fmt: skip
    axes.set_yticks(range(len(rows)), list(rows))
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    alt = f"Pieces of {small_kernel} pixels side by side, columns relative to the output's pixel. "
    return Picture(figure, alt + "; ".join(told) + ".")


@picture
def draw_slots(pieces: Tensor, order: Tensor, placed: Tensor) -> Picture:
    """Draw which piece stands at each place in every repeat, and what is the sum at each place.

    Args:
        pieces: (P, n, n), of one channel.
        order: (T, P), integers: the piece at each place.
        placed: (P, n, n), the sum.
    """
    repeats, count = order.shape
    figure, (axes,) = canvas(1, size=(min(7.0, 0.8 * count + 1.1), min(4.0, 0.8 * repeats + 1.0)))
    n = pieces.shape[-1]
    rows = [*(pieces[row] for row in order), placed]
    gap, low = 1, 2  # empty pixels between pieces, and before the sum
    sheet = torch.full(((repeats + 1) * (n + gap) + low, count * (n + gap)), float("nan"))
    for row, stand in enumerate(rows):
        top = row * (n + gap) + low * (row == repeats)
        for place, piece in enumerate(stand):
            left = place * (n + gap)
            sheet[top : top + n, left : left + n] = piece
            if row < repeats:
                axes.text(left + n // 2, top + n // 2, f"{int(order[row, place])}", ha="center",
                          va="center", fontsize=12, weight="bold")  # fmt: skip
    limit = float(placed.abs().max())
    signed_panel(axes, sheet, vmin=-limit, vmax=limit)
    middles = [row * (n + gap) + low * (row == repeats) + n // 2 for row in range(repeats + 1)]
    axes.set_yticks(middles, [*(f"repeat {row + 1}" for row in range(repeats)), "sum"])
    axes.set_xticks(
        [place * (n + gap) + n // 2 for place in range(count)],
        [f"place {place}" for place in range(count)],
    )
    axes.tick_params(length=0)
    told = "; ".join(
        f"repeat {row + 1}: {', '.join(str(int(piece)) for piece in order[row])}"
        for row in range(repeats)
    )
    alt = (
        f"{count} pieces of {n} x {n} weights at {count} places, shuffled {repeats} times; the "
        f"last row is the sum at each place. Number of the piece at each place, from left to "
        f"right: {told}."
    )
    return Picture(figure, alt)


@picture
def draw_pruned(
    mask: Tensor, empty: Mapping[str, Sequence[float]], shares: Sequence[float]
) -> Picture:
    """Draw which pieces are kept, and how many places of the strips become empty by dropping.

    Args:
        mask: (R, P), True where a piece is kept.
        empty: name -> share of the places that are empty, for each share of dropped pieces.
        shares: of pieces that are dropped.
    """
    figure, (left, right) = canvas(2, size=(7, 2.9), width_ratios=(1, 1.5))
    left.imshow(np.asarray(mask), cmap=mpl.colors.ListedColormap(["#dddddd", BLUE]), vmin=0, vmax=1,
                aspect="auto")  # fmt: skip
    left.set(xlabel="piece", ylabel="channel", title=f"{float(mask.float().mean()):.0%} kept")
    told = []
    for index, (name, values) in enumerate(empty.items()):
        right.plot([100 * s for s in shares], [100 * v for v in values], "o-", color=CYCLE[index],
                   markersize=4, label=name)  # fmt: skip
        told.append(f"{name} {values[len(shares) // 2]:.1%}")
    right.set(xlabel="pieces dropped (%)", ylabel="places left empty (%)", xlim=(0, 100),
              ylim=(0, 100))  # fmt: skip
    right.legend(fontsize=9)
    alt = (
        f"Pieces of {mask.shape[0]} channels, {mask.shape[1]} each, {int(mask.sum())} of "
        f"{mask.numel()} kept. Places of the strips that are empty when "
        f"{shares[len(shares) // 2]:.0%} of the pieces are dropped: {'; '.join(told)}."
    )
    return Picture(figure, alt)
