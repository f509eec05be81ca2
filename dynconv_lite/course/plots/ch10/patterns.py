"""Figure of where tables look: the taps of patterns, and what four turns make of them."""

from collections.abc import Sequence

import torch
from matplotlib.axes import Axes
from torch import Tensor

from dynconv_lite.course.plots.style import Picture, canvas, image_panel, picture
from dynconv_lite.lut.patterns import find_pattern
from dynconv_lite.lut.stage import ROTATIONS, turned

LETTERS = "abcd"


def looks(name: str, reach: int | None = None) -> Tensor:
    """Return how many of the four turns of a pattern look at each pixel, (2 reach + 1, same).

    Args:
        name: A pattern's name.
        reach: Half the side of the map; None takes the pattern's own.
    """
    pattern = find_pattern(name)
    far = pattern.reach if reach is None else reach
    counts = torch.zeros(2 * far + 1, 2 * far + 1, dtype=torch.int64)
    for turns in range(ROTATIONS):
        for tap in pattern.taps:
            dy, dx = turned(tap, turns)
            counts[far + dy, far + dx] += 1
    return counts


@picture
def draw_patterns(names: Sequence[str]) -> Picture:
    """Draw the taps of patterns, below them how many of the four turns see a pixel, and the union.

    Args:
        names: Patterns' names, at most four.

    Raises:
        ValueError: If a name is unknown, or there is none.
    """
    patterns = [find_pattern(name) for name in names]
    if not patterns:
        raise ValueError("names must hold at least one pattern, got none")
    reach = max(pattern.reach for pattern in patterns)
    side = 2 * reach + 1
    figure, axes = canvas(len(names) + 1, 2, size=(1.65 * (len(names) + 1), 3.5))
    told = []
    for place, pattern in enumerate(patterns):
        taps = torch.zeros(side, side)
        for dy, dx in pattern.taps:
            taps[reach + dy, reach + dx] = 1
        _squares(axes[place], taps, f"{pattern.name}: taps", 1)
        for letter, (dy, dx) in zip(LETTERS, pattern.taps, strict=False):
            axes[place].text(reach + dx, reach + dy, letter, color="white", ha="center",
                             va="center", fontsize=9)  # fmt: skip
        counts = looks(pattern.name, reach)
        _squares(axes[len(names) + 1 + place], counts, "its four turns", ROTATIONS, numbers=True)
        told.append(f"{pattern.name} sees {int((counts > 0).sum())} pixels in four turns")
    axes[len(names)].set_axis_off()
    union = torch.stack([looks(name, reach) for name in names]).sum(0)
    _squares(axes[-1], union, "all together", int(union.max()), numbers=True)
    alt = (
        f"Taps of {len(names)} patterns around the pixel in the middle: {'; '.join(told)}; "
        f"together {int((union > 0).sum())} of {side} x {side}."
    )
    return Picture(figure, alt)


def _squares(axes: Axes, map: Tensor, title: str, most: int, *, numbers: bool = False) -> None:
    """Draw a small map of counts with its grid."""
    image_panel(axes, map, title, cmap="Blues", vmin=0, vmax=1.3 * most)
    axes.title.set_fontsize(10)
    side = len(map)
    for line in range(side + 1):
        axes.axhline(line - 0.5, color="#bbbbbb", linewidth=0.7)
        axes.axvline(line - 0.5, color="#bbbbbb", linewidth=0.7)
    if numbers:
        for (row, column), value in _entries(map):
            axes.text(column, row, f"{value}", ha="center", va="center", fontsize=8,
                      color="white" if value > 0.7 * most else "black")  # fmt: skip


def _entries(map: Tensor) -> list[tuple[tuple[int, int], int]]:
    """Return the places of a map that are not 0, and what is there."""
    return [((int(r), int(c)), int(map[r, c])) for r, c in (map > 0).nonzero().tolist()]
