"""What one unit sees: walk the tape back from it to the image."""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dynconv_lite.receptive_field.tape import Interval, Node, Tape


@dataclass(frozen=True)
class ReceptiveField:
    """What the centre unit of a layer can see; every field is a (row, column) pair, in pixels.

    Attributes:
        size: side lengths, before clipping at the image's border.
        stride: distance between the receptive fields of two neighbouring units.
        start: first pixel seen; negative where the field reaches into the padding.
        center: the middle of the field, a half-integer for an even size.
        bounded: False if the model looks at the whole image (global pooling, attention);
            `size` is then the image's.
    """

    size: tuple[int, int]
    stride: tuple[float, float]
    start: tuple[int, int]
    center: tuple[float, float]
    bounded: bool = True


@dataclass(frozen=True)
class Cone:
    """The receptive field of one unit, and what is needed to crop the image to it exactly."""

    field: ReceptiveField
    feature_size: tuple[int, int]
    jump: tuple[Fraction, Fraction]
    grid: tuple[int, int]  # crops must start at a multiple of this
    croppable: bool
    call: int  # which module call of the forward pass gave the map
    # What the unit's value hangs on besides the pixels seen: for every call on the way, its name,
    # the plain numbers in it and how far it reaches over the borders. A crop must not change it.
    program: tuple[Any, ...] = ()


def walk_back(tape: Tape, target: Node, unit: tuple[int, int], size: tuple[int, int]) -> Cone:
    """Follow the tape from one unit back to the image."""
    needed = {target.index: (target, (unit[0], unit[0]), (unit[1], unit[1]))}
    whole = anchored = False
    grid = (1, 1)
    image: tuple[Interval, Interval] | None = None
    program: list[Any] = [tuple(tape.numbers)]
    while needed:
        node, rows, columns = needed.pop(max(needed))  # children come after their parents
        whole, anchored = whole or node.whole, anchored or node.anchored
        grid = (
            math.lcm(grid[0], node.jump[0].numerator),
            math.lcm(grid[1], node.jump[1].numerator),
        )
        if node.size:
            overhangs = [_overhang(ab, n) for ab, n in zip((rows, columns), node.size, strict=True)]
            program.append((node.name, node.numbers, *overhangs))
        if node.index == 0:
            image = (rows, columns)
        for parent, row_axis, column_axis in node.parents:
            _, *seen = needed.get(parent.index, (parent, None, None))
            spans = _hull(row_axis.needs(rows), seen[0]), _hull(column_axis.needs(columns), seen[1])
            needed[parent.index] = (parent, *spans)
    feature_size = target.size or (1, 1)
    if image is None:  # no path that keeps positions at all
        return unbounded_cone(feature_size, unit, size)
    (top, bottom), (left, right) = image
    centers = ((top + bottom) / 2, (left + right) / 2)
    if whole:
        top, bottom, left, right = 0, size[0] - 1, 0, size[1] - 1
    receptive_field = ReceptiveField(
        size=(bottom - top + 1, right - left + 1),
        stride=(float(target.jump[0]), float(target.jump[1])),
        start=(top, left),
        center=centers,
        bounded=not whole,
    )
    croppable = not (whole or anchored)
    return Cone(receptive_field, feature_size, target.jump, grid, croppable, -1, tuple(program))


def unbounded_cone(
    feature_size: tuple[int, int], unit: tuple[int, int] | None, size: tuple[int, int]
) -> Cone:
    """Return the cone of a unit that sees everything, in a map that tiles the image evenly."""
    unit = unit or (feature_size[0] // 2, feature_size[1] // 2)
    jump = (Fraction(size[0], feature_size[0]), Fraction(size[1], feature_size[1]))
    half = Fraction(1, 2)
    center = (
        float((unit[0] + half) * jump[0] - half),
        float((unit[1] + half) * jump[1] - half),
    )
    stride = (float(jump[0]), float(jump[1]))
    field = ReceptiveField(size, stride, (0, 0), center, bounded=False)
    return Cone(field, feature_size, jump, (1, 1), croppable=False, call=-1)


def _overhang(interval: Interval, length: int) -> tuple[int, int]:
    """Return how far an interval reaches over either end of an axis."""
    return max(0, -interval[0]), max(0, interval[1] + 1 - length)


def _hull(a: Interval, b: Interval | None) -> Interval:
    return a if b is None else (min(a[0], b[0]), max(a[1], b[1]))
