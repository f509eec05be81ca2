"""Figures of fields: which pixels an output sees, how often, and which of them it sees together."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

import torch
from torch import Tensor

from dynconv_lite.course.plots.style import (
    BLUE,
    ORANGE,
    VERMILION,
    Picture,
    canvas,
    image_panel,
    outline,
    picture,
    write_numbers,
)

Place = tuple[int, int]
Stages = Sequence[Collection[Place]]


def paths(stages: Stages) -> Counter[Place]:
    """Count the ways in which an output reaches every pixel: one tap of every stage, summed up.

    Args:
        stages: Taps (dy, dx) of each stage.
    """
    found = Counter({(0, 0): 1})
    for taps in stages:
        longer: Counter[Place] = Counter()
        for (y, x), count in found.items():
            for dy, dx in taps:
                longer[y + dy, x + dx] += count
        found = longer
    return found


def turn(place: Place, quarters: int = 1) -> Place:
    """Turn a place about the output's pixel, (dy, dx) -> (dx, -dy), some quarters on."""
    for _ in range(quarters):
        place = (place[1], -place[0])
    return place


def windows(stages: Stages) -> list[frozenset[Place]]:
    """Return what each of the four turns of a network sees of the picture."""
    own = paths(stages)
    return [frozenset(turn(place, quarters) for place in own) for quarters in range(4)]


def four_turns(stages: Stages) -> Counter[Place]:
    """Count the ways to every pixel in all four turns together."""
    own, found = paths(stages), Counter[Place]()
    for quarters in range(4):
        for place, count in own.items():
            found[turn(place, quarters)] += count
    return found


def partners(stages: Stages, place: Place) -> frozenset[Place]:
    """Return the other pixels that lie in a window together with one."""
    together = [window for window in windows(stages) if place in window]
    return frozenset().union(*together) - {place}


def pairs(stages: Stages) -> tuple[int, int]:
    """Count the pairs of seen pixels that meet in a window, and all pairs of seen pixels."""
    found = windows(stages)
    meeting = {frozenset(pair) for window in found for pair in combinations(window, 2)}
    seen = len(frozenset().union(*found))
    return len(meeting), seen * (seen - 1) // 2


def as_grid(counts: Mapping[Place, float], half: int) -> Tensor:
    """Lay counts out as a map (2 half + 1, 2 half + 1), the output's pixel in the middle.

    Raises:
        ValueError: If a place lies outside of the map.
    """
    grid = torch.zeros(2 * half + 1, 2 * half + 1, dtype=torch.float64)
    for (dy, dx), count in counts.items():
        if max(abs(dy), abs(dx)) > half:
            raise ValueError(f"half must be at least {max(abs(dy), abs(dx))}, got {half}")
        grid[half + dy, half + dx] = count
    return grid


def reach(fields: Collection[Collection[Place]]) -> int:
    """Return how far the farthest of all places lies from the output's pixel, at least 1."""
    return max([1, *(max(map(abs, place)) for field in fields for place in field)])


@picture
def draw_counts(fields: Mapping[str, Mapping[Place, int]]) -> Picture:
    """Draw in how many ways an output reaches each pixel; its own pixel is framed.

    Args:
        fields: Name -> (dy, dx) -> count; at most five.
    """
    half = reach(fields.values())
    figure, panels = canvas(len(fields), size=(min(7.0, 1.75 * len(fields)), 2.1))
    told = []
    for axes, (name, counts) in zip(panels, fields.items(), strict=True):
        grid = as_grid(counts, half)
        image_panel(axes, grid, cmap="viridis", vmin=0, vmax=max(1.0, float(grid.max())))
        axes.set_title(name, fontsize=9)
        write_numbers(axes, grid, "{:.0f}", 9)
        outline(axes, half, half, 1, 1)
        total, most = sum(counts.values()), max(counts.values())
        told.append(f"{name}: {len(counts)} pixels in {total} ways, {most} of them to one pixel")
    return Picture(figure, f"Ways from an output to the pixels around it. {'; '.join(told)}.")


@picture
def draw_gradients(maps: Mapping[str, Tensor], fields: Mapping[str, Collection[Place]]) -> Picture:
    """Draw how strongly an output depends on each pixel, and dots where it should at all.

    Args:
        maps: Name -> mean of the gradient's absolute value, (S, S), S odd, the output's pixel in
            the middle.
        fields: Name -> the pixels that ought to be seen.
    """
    figure, panels = canvas(len(maps), size=(min(7.0, 2.1 * len(maps)), 2.5))
    told = []
    for axes, (name, map) in zip(panels, maps.items(), strict=True):
        half = len(map) // 2
        image_panel(axes, map, cmap="viridis", vmin=0)
        axes.set_title(name, fontsize=10)
        for dy, dx in fields[name]:
            axes.plot(half + dx, half + dy, ".", color=ORANGE, markersize=5)
        outline(axes, half, half, 1, 1)
        found = {(int(y) - half, int(x) - half) for y, x in map.nonzero()}
        same = "the same" if found == {*fields[name]} else "not the same"
        told.append(f"{name}: {len(found)} pixels have a gradient, {same} as the "
                    f"{len(fields[name])} that sums of taps reach")  # fmt: skip
    return Picture(figure, f"Gradient of an output by pixel. {'; '.join(told)}.")


@picture
def draw_partners(designs: Mapping[str, Stages], place: Place) -> Picture:
    """Draw with which pixels one pixel is seen together, in any of four turns.

    Args:
        designs: Name -> stages; at most four.
        place: The pixel, (dy, dx) from the output's, which all designs must see.

    Raises:
        ValueError: If a design does not see the pixel.
    """
    half = reach([four_turns(stages) for stages in designs.values()])
    figure, panels = canvas(len(designs), size=(min(7.0, 2.3 * len(designs)), 2.7))
    told = []
    for axes, (name, stages) in zip(panels, designs.items(), strict=True):
        field, near = four_turns(stages), partners(stages, place)
        if place not in field:
            raise ValueError(f"place must be a pixel that {name!r} sees, got {place}")
        grid = as_grid({p: 2 if p in near else 1 for p in field}, half)
        image_panel(axes, grid, cmap=three(), vmin=0, vmax=2)
        axes.plot(half + place[1], half + place[0], "o", color=VERMILION, markersize=9)
        outline(axes, half, half, 1, 1, edgecolor="black")
        met, all_pairs = pairs(stages)
        axes.set_title(name, fontsize=10)
        axes.set_xlabel(f"{met} of {all_pairs} pairs meet", fontsize=9)
        told.append(f"{name}: {len(field)} pixels seen, {len(near)} of them together with the "
                    f"marked one; {met} of {all_pairs} pairs meet")  # fmt: skip
    return Picture(figure, f"Who is seen together with the pixel at {place}. {'; '.join(told)}.")


def three() -> object:
    """Return a map of three colours: not seen, seen, seen together."""
    from matplotlib.colors import ListedColormap

    return ListedColormap(["#f4f4f4", "#c6c6c6", BLUE])
