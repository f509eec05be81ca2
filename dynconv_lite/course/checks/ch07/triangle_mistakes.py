"""What goes wrong in the triangle, and in its gradient."""

import math

import torch
from torch import Tensor

from dynconv_lite.course.case import Hint, Mistake
from dynconv_lite.jitter import hat

DETACHED = (
    "The result has no gradient: on the way from t to it something leaves torch's graph, such as "
    ".detach(), .data, .item(), torch.no_grad(), torch.tensor(...) or numpy. Use torch's own "
    "functions on t throughout."
)
TRY = (
    "Try a sum of absolute values: torch takes the derivative of |t| as 0 at t = 0, which is the "
    "mean of both sides."
)
HINTS = [
    Hint(DETACHED, "RuntimeError: Can't call numpy\\(\\)"),
    Hint(
        "t may be of any shape: write the triangle for all numbers at once, with torch's "
        "functions, without an `if` or Python's max() on them.",
        "RuntimeError: Boolean value of Tensor with (more than one value|no values)",
    ),
]
MISTAKES = [
    Mistake("There is no max(0, ...): beyond 1 the triangle is 0.", lambda t: 1 - t.abs()),
    Mistake(
        "The absolute value is missing: the triangle is the same on both sides of 0.",
        lambda t: (1 - t).clamp(min=0),
    ),
    Mistake(
        "Negative numbers give 0. The triangle is the same on both sides of 0.",
        lambda t: torch.where(t >= 0, hat(t), 0),
    ),
    Mistake(
        "Positive numbers give 0. The triangle is the same on both sides of 0.",
        lambda t: torch.where(t <= 0, hat(t), 0),
    ),
    Mistake(
        "The weight is the part of t behind the point, from one side only: max(0, 1 - |t|) falls "
        "off on both sides of 0, and stays 0 beyond 1.",
        lambda t: 1 - (t - t.floor()),
    ),
    Mistake(
        "The triangle is too wide: it should reach 0 at t = 1 and t = -1.",
        lambda t: hat(t / 2),
    ),
    Mistake(
        "The triangle is too narrow: it should reach 0 at t = 1 and t = -1, not at half of that.",
        lambda t: hat(t * 2),
    ),
    Mistake(
        "The triangle has the area 1, but not the height 1: at t = 0 it should be 1, and 0 from "
        "|t| = 1 on.",
        lambda t: hat(t / 2) / 2,
    ),
    Mistake(
        "The triangle is half as high as it should be: at t = 0 it is 1.", lambda t: hat(t) / 2
    ),
    Mistake(
        "The triangle is twice as high as it should be: at t = 0 it is 1.", lambda t: hat(t) * 2
    ),
    Mistake(
        "The triangle stands on its head: it has the wrong sign.",
        lambda t: -hat(t),
    ),
    Mistake(
        "This is 1 minus the triangle: at t = 0 it should be 1, and 0 from |t| = 1 on.",
        lambda t: 1 - hat(t),
    ),
    Mistake(
        "Inside of -1 ... 1 this is |t|, the distance. The weight is 1 - |t|, the largest at 0.",
        lambda t: torch.where(t.abs() < 1, t.abs(), 0),
    ),
    Mistake(
        "The triangle's tip is not at t = 0.",
        lambda t: hat(t - 0.5),
    ),
    Mistake("The tip of the triangle is at t = 1. It belongs to t = 0.", lambda t: hat(t - 1)),
    Mistake("The tip of the triangle is at t = -1. It belongs to t = 0.", lambda t: hat(t + 1)),
    Mistake(
        "This is a parabola, 1 - t**2 inside. The triangle is 1 - |t|.",
        lambda t: (1 - t * t).clamp(min=0),
    ),
    Mistake("The triangle is squared.", lambda t: hat(t) ** 2),
    Mistake(
        "This is a box, 1 at all places nearer than half a pixel: it gives the nearest pixel. "
        "Linear interpolation takes max(0, 1 - |t|).",
        lambda t: (t.abs() < 0.5).to(t.dtype),
    ),
    Mistake(
        "This is a box, 1 from -1 to 1. The triangle falls off: max(0, 1 - |t|).",
        lambda t: (t.abs() < 1).to(t.dtype),
    ),
    Mistake(
        "This is exp(-|t|), which never ends. The triangle is 0 from |t| = 1 on.",
        lambda t: torch.exp(-t.abs()),
    ),
    Mistake(
        "This is a bell, exp(-t**2). The triangle is max(0, 1 - |t|).",
        lambda t: torch.exp(-t * t),
    ),
    Mistake(
        "This is the slope of the triangle. Return its value: torch finds the slope by itself.",
        lambda t: torch.where(t.abs() < 1, -t.sign(), 0),
    ),
    Mistake(
        "This is one number. The triangle is taken of every number of t: the result has t's shape.",
        lambda t: hat(t).sum(),
    ),
]


def slope_advice(found: Tensor, expected: Tensor) -> str:
    """Say what a gradient beside the corners tells."""
    if not found.any():
        return "It is 0 everywhere, so nothing could be learned from it."
    if torch.allclose(found, -expected, atol=1e-4):
        return "It has the wrong sign everywhere."
    if not found[expected < 0].any() or not found[expected > 0].any():
        return "One side of the triangle passes no gradient."
    if torch.allclose(found[expected != 0], expected[expected != 0], atol=1e-4):
        return "Beyond |t| = 1 the triangle is flat, and so is its gradient."
    return (
        "Inside it is -1 on the right and 1 on the left, beyond |t| = 1 it is 0. If you wrote a "
        "backward of your own: multiply by the incoming gradient."
    )


def corner_advice(slopes: dict[float, float]) -> str:
    """Say which function makes such slopes at the corners -1, 0 and 1."""
    outer = (slopes[-1.0], slopes[1.0])
    if any(math.isnan(slope) for slope in slopes.values()):
        why = "A root has no derivative at 0, so 0 * infinity gives NaN there."
    elif outer == (0.0, 0.0) and slopes[0.0] == 0:
        why = (
            "A relu's derivative at its corner is 0, and so is that of a clamp, or of a "
            "torch.where with <: an offset that starts there feels nothing of the slope beside it."
        )
    elif outer == (1.0, -1.0) and slopes[0.0] == 0:
        why = "A torch.where with <=, as a clamp in some versions, counts its corner as inside."
    elif slopes[0.0] in (1.0, -1.0) and outer in ((0.5, -0.5), (0.0, 0.0), (1.0, -1.0)):
        side = "left" if slopes[0.0] > 0 else "right"
        why = f"At t = 0 it is the slope of the {side} side alone."
    elif all(slope in (-1.0, 0.0, 1.0) for slope in slopes.values()):
        why = "At such a corner it is the slope of one side alone."
    else:
        why = "The slopes of the three corners should be 1/2, 0 and -1/2."
    return f"{why} {TRY}"
