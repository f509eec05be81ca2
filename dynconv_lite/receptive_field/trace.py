"""Run a model on shapes alone and write down what it calls."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.autograd.function import BackwardCFunction

from dynconv_lite.feature_map import eval_mode, tap, untouched
from dynconv_lite.receptive_field import layout, windows  # noqa: F401  (registers the rules)
from dynconv_lite.receptive_field.cone import Cone, ReceptiveField, unbounded_cone, walk_back
from dynconv_lite.receptive_field.tape import Node, Tape
from dynconv_lite.validation import as_pair


def trace_cone(
    model: nn.Module,
    layer: str | nn.Module | None,
    image: Tensor,
    size: tuple[int, int],
    unit: tuple[int, int] | None = None,
    call: int | None = None,
) -> Cone:
    """Trace `model` on an image of `size` and return what one unit of `layer` sees.

    Args:
        model: any module taking (B, C, H, W); its mode (training or eval) is used as it is.
        layer: as in `theoretical_receptive_field`.
        image: a tensor whose channels, dtype and device the traced image takes.
        size: (H, W) in pixels.
        unit: (row, column) in the layer's map; None for the centre unit (h // 2, w // 2).
        call: `Cone.call` of an earlier trace, to look at the same output again.

    Raises:
        ValueError: if the layer gives no map (B, C, H, W).
    """
    # Static per-call shapes: a fake tensor computes nothing, so even 1024 pixels cost milliseconds.
    fake = FakeTensorMode(allow_non_fake_inputs=True)
    frozen = next(model.parameters(), image).is_inference()
    with (
        fake,
        torch.inference_mode(False),
        torch.set_grad_enabled(not frozen),
        untouched(model),
        _without_log(),
    ):
        leaf = torch.empty((1, image.shape[1], *size), dtype=image.dtype, device=image.device)
        x = leaf.requires_grad_().clone()
        tape = Tape()
        tape.add(x, Node(tuple(x.shape), (-2, -1), (Fraction(1), Fraction(1))))
        with tap(model, layer, call) as features, tape:
            features.see(model(x))
        out = features.tensor()
    height, width = out.shape[-2:]
    unit = unit or (height // 2, width // 2)
    node = tape.nodes.get(id(out))
    if node and node.dims and set(node.dims) != {-2, -1}:
        raise ValueError(
            f"layer {layer!r} gives {tuple(out.shape)} with rows and columns on axes {node.dims}, "
            "not a feature map (B, C, H, W); choose a layer whose last axes are rows and columns"
        )
    if node is None or node.dims != (-2, -1):
        node = Node(tuple(out.shape), (-2, -1), (Fraction(1), Fraction(1)), whole=True)
        node.index = tape.count
    cone = walk_back(tape, node, unit, size)
    croppable = cone.croppable and not _has_own_backward(out)
    return replace(cone, croppable=croppable, call=features.call)


def look_cone(
    model: nn.Module,
    layer: str | nn.Module | None,
    images: Tensor,
    unit: tuple[int, int] | None = None,
) -> Cone:
    """Return what `trace_cone` does; where tracing is impossible, a cone that sees everything.

    Shapes alone cannot follow a model that branches on values. One real image can; and if the
    model is broken rather than unusual, that raises the model's own error.
    """
    size = (images.shape[2], images.shape[3])
    try:
        return trace_cone(model, layer, images, size, unit)
    except ValueError:
        raise
    except Exception:
        with torch.no_grad(), tap(model, layer) as features:
            features.see(model(images[:1].clone()))
        height, width = features.tensor().shape[-2:]
        return replace(unbounded_cone((height, width), unit, size), call=features.call)


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
    convolutions = (nn.Conv2d, nn.ConvTranspose2d)
    first = next((m for m in model.modules() if isinstance(m, convolutions)), None)
    channels = in_channels or (first.in_channels if first else 3)
    parameter = next(model.parameters(), torch.empty(0))
    image = torch.zeros((1, channels, *size), dtype=parameter.dtype, device=parameter.device)
    with eval_mode(model):
        return look_cone(model, layer, image).field


def _has_own_backward(out: Tensor) -> bool:
    """Tell whether a gradient on the way is a Python function's own; it may look anywhere."""
    seen: set[Any] = set()
    waiting = [out.grad_fn]
    while waiting:
        function = waiting.pop()
        if isinstance(function, BackwardCFunction):
            return True
        if function is not None and function not in seen:
            seen.add(function)
            waiting += [parent for parent, _ in function.next_functions]
    return False


@contextmanager
def _without_log() -> Iterator[None]:
    """Keep torch from logging a shape that does not fit; the caller is told by the exception."""
    logger = logging.getLogger("torch._subclasses.fake_tensor")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
