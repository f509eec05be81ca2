"""Rules for calls that look at windows: convolution, pooling, padding, up-sampling."""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from dynconv_lite.receptive_field.tape import Axis, Call, Interval, Node, affine, rule


def _pair(value: int | Sequence[int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[-1])


def _windows(call: Call, kernel: Any, stride: Any, padding: Any, dilation: Any) -> Node | None:
    axes = [
        affine(s, -p, -p + d * (k - 1))
        for k, s, p, d in zip(*map(_pair, (kernel, stride, padding, dilation)), strict=True)
    ]
    return call.child(axes[0], axes[1]) if call.plain() else None


@rule("conv2d")
def _conv2d(call: Call) -> Node | None:
    kernel, dilation = call.get(1, "weight").shape[2:], call.get(5, "dilation", 1)
    padding = call.get(4, "padding", 0)
    if isinstance(padding, str):  # "same" puts the odd pixel at the end, "valid" pads nothing
        same = padding == "same"
        padding = [d * (k - 1) // 2 * same for k, d in zip(kernel, _pair(dilation), strict=True)]
    return _windows(call, tuple(kernel), call.get(3, "stride", 1), padding, dilation)


@rule("max_pool2d", "max_pool2d_with_indices")
def _max_pool2d(call: Call) -> Node | None:
    kernel = call.get(1, "kernel_size")
    stride, padding = call.get(2, "stride") or kernel, call.get(3, "padding", 0)
    node = _windows(call, kernel, stride, padding, call.get(4, "dilation", 1))
    if node and not call.out.is_floating_point():
        node.anchored = True  # the places of the maxima, counted from the image's corner
    return node


@rule("avg_pool2d")
def _avg_pool2d(call: Call) -> Node | None:
    kernel = call.get(1, "kernel_size")
    return _windows(call, kernel, call.get(2, "stride") or kernel, call.get(3, "padding", 0), 1)


@rule("conv_transpose2d")
def _conv_transpose2d(call: Call) -> Node | None:
    """Output o takes input i where o = i*stride - padding + dilation*tap."""
    kernel = tuple(call.get(1, "weight").shape[2:])
    options = call.get(3, "stride", 1), call.get(4, "padding", 0), call.get(7, "dilation", 1)

    def axis(k: int, s: int, p: int, d: int) -> Axis:
        reach = d * (k - 1)
        return Axis(lambda ab: (-((reach - ab[0] - p) // s), (ab[1] + p) // s), Fraction(1, s))

    axes = [axis(*ksp) for ksp in zip(kernel, *map(_pair, options), strict=True)]
    return call.child(axes[0], axes[1]) if call.plain() else None


@rule("pad")
def _pad(call: Call) -> Node | None:
    amounts = list(call.get(1, "pad"))
    mode = call.get(2, "mode", "constant")
    if len(amounts) % 2 or (len(amounts) > 4 and any(amounts[4:])) or not call.plain():
        return None
    amounts = (amounts + [0] * 4)[:4]  # left, right, top, bottom
    if mode == "circular":
        return None

    def axis(before: int, length: int) -> Axis:
        def needs(ab: Interval) -> Interval:
            a, b = ab[0] - before, ab[1] - before
            if mode == "reflect":  # the border is made of pixels up to `before` inside
                low, high = min(a, 2 * (length - 1) - b), max(b, -a)
                a, b = (low if b >= length else a), (high if a < 0 else b)
            if mode == "replicate":  # the border is made of the nearest pixel
                a, b = min(a, length - 1), max(b, 0)
            return a, b

        return Axis(needs)

    height, width = call.first.shape[-2:]
    return call.child(axis(amounts[2], height), axis(amounts[0], width))


@rule("interpolate", "upsample")
def _interpolate(call: Call) -> Node | None:
    """Nearest and bilinear up-sampling by whole factors; anything else sees everything."""
    mode = call.get(3, "mode", "nearest")
    sizes = list(zip(call.first.shape[-2:], call.out.shape[-2:], strict=True))
    factors = [large // small for small, large in sizes]
    exact = all(small * f == large for f, (small, large) in zip(factors, sizes, strict=True))
    if not call.plain() or not exact or mode not in ("nearest", "nearest-exact", "bilinear"):
        return None
    if call.get(4, "align_corners"):
        return None

    def axis(f: int) -> Axis:
        if mode != "bilinear" or f == 1:
            return Axis(lambda ab: (ab[0] // f, ab[1] // f), Fraction(1, f))
        half = Fraction(1, 2)
        return Axis(
            lambda ab: (
                math.floor((ab[0] + half) / f - half),
                math.floor((ab[1] + half) / f - half) + 1,
            ),
            Fraction(1, f),
        )

    return call.child(axis(factors[0]), axis(factors[1]))


@rule("pixel_shuffle")
def _pixel_shuffle(call: Call) -> Node | None:
    f = call.get(1, "upscale_factor")
    axis = Axis(lambda ab: (ab[0] // f, ab[1] // f), Fraction(1, f))
    return call.child(axis, axis) if call.plain() else None


@rule("adaptive_avg_pool2d", "adaptive_max_pool2d")
def _adaptive_pool(call: Call) -> Node | None:
    """Local only where every unit gets its own equal share; its size then fixes the image's."""
    sizes = list(zip(call.first.shape[-2:], call.out.shape[-2:], strict=True))
    if not call.plain() or any(large % small for large, small in sizes):
        return None
    steps = [large // small for large, small in sizes]
    axes = [affine(step, 0, step - 1) for step in steps]
    return call.child(axes[0], axes[1], anchored=max(steps) > 1)
