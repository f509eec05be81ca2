"""Trace a model and walk its tape back from one unit to the image."""

import math
from dataclasses import dataclass
from fractions import Fraction

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode

from dynconv_lite.feature_map import eval_mode, tap
from dynconv_lite.receptive_field import layout, windows  # noqa: F401  (registers the rules)
from dynconv_lite.receptive_field.tape import Interval, Node, Tape
from dynconv_lite.validation import as_pair


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


def trace_cone(
    model: nn.Module,
    layer: str | nn.Module | None,
    image: Tensor,
    size: tuple[int, int],
    unit: tuple[int, int] | None = None,
) -> Cone:
    """Trace `model` on an image of `size` and return what one unit of `layer` sees.

    Args:
        model: any module taking (B, C, H, W); its mode (training or eval) is used as it is.
        layer: as in `theoretical_receptive_field`.
        image: a tensor whose channels, dtype and device the traced image takes.
        size: (H, W) in pixels.
        unit: (row, column) in the layer's map; None for the centre unit (h // 2, w // 2).
    """
    # Static per-call shapes: a fake tensor computes nothing, so even 1024 pixels cost milliseconds.
    with FakeTensorMode(allow_non_fake_inputs=True), torch.no_grad():
        x = torch.empty((1, image.shape[1], *size), dtype=image.dtype, device=image.device)
        tape = Tape()
        tape.add(x, Node(tuple(x.shape), (-2, -1), (Fraction(1), Fraction(1))))
        with tap(model, layer) as features, tape:
            features.see(model(x))
        out = features.tensor()
    height, width = out.shape[-2:]
    unit = unit or (height // 2, width // 2)
    node = tape.nodes.get(id(out))
    if node is None or node.dims != (-2, -1):
        node = Node(tuple(out.shape), (-2, -1), (Fraction(1), Fraction(1)), whole=True)
        node.index = tape.count
    return _walk_back(tape, node, unit, size)


def theoretical_receptive_field(
    model: nn.Module,
    layer: str | nn.Module | None = None,
    input_size: tuple[int, int] = (224, 224),
    *,
    in_channels: int | None = None,
) -> ReceptiveField:
    """Return what the centre unit (h // 2, w // 2) of a layer can see at all.

    Args:
        model: any module taking images (B, C, H, W). It is traced in eval mode.
        layer: a module of the model or its dotted name; None for the last feature map, i.e. the
            model's own output if that is a map, else the last map larger than 1 x 1.
        input_size: (H, W) of the image in pixels.
        in_channels: channels of the image; None takes those of the model's first convolution.

    Returns:
        A `ReceptiveField`. For a 3x3 convolution with padding 1 on 9 x 9 pixels: size (3, 3),
        stride (1, 1), start (3, 3), center (4.0, 4.0).

    Raises:
        ValueError: if the layer does not exist, never runs or gives no map.
    """
    size = as_pair("input_size", input_size, 1)
    first = next((m for m in model.modules() if isinstance(m, nn.Conv2d)), None)
    channels = in_channels or (first.in_channels if first else 3)
    parameter = next(model.parameters(), torch.empty(0))
    image = torch.empty((1, channels, 1, 1), dtype=parameter.dtype, device=parameter.device)
    with eval_mode(model):
        return trace_cone(model, layer, image, size).field


def _walk_back(tape: Tape, target: Node, unit: tuple[int, int], size: tuple[int, int]) -> Cone:
    """Follow the tape from one unit back to the image."""
    needed = {target.index: (target, (unit[0], unit[0]), (unit[1], unit[1]))}
    whole = anchored = False
    grid = (1, 1)
    image: tuple[Interval, Interval] | None = None
    while needed:
        node, rows, columns = needed.pop(max(needed))  # children come after their parents
        whole, anchored = whole or node.whole, anchored or node.anchored
        grid = (
            math.lcm(grid[0], node.jump[0].numerator),
            math.lcm(grid[1], node.jump[1].numerator),
        )
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
    return Cone(receptive_field, feature_size, target.jump, grid, croppable)


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
    return Cone(field, feature_size, jump, (1, 1), croppable=False)


def _hull(a: Interval, b: Interval | None) -> Interval:
    return a if b is None else (min(a[0], b[0]), max(a[1], b[1]))
