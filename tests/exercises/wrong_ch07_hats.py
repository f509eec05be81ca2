"""Wrong answers to exercise 6 of chapter 7, as learners write them: hat(t)."""

import numpy as np
import torch
import torch.nn.functional as F


def second_difference(t):
    return ((t + 1).abs() + (t - 1).abs()) / 2 - t.abs()


def exact(t):
    return second_difference(t.clamp(-3, 3))


def where_inside(t):
    return torch.where(t.abs() < 1, 1 - t.abs(), 0)


def where_up_to(t):
    return torch.where(t.abs() <= 1, 1 - t.abs(), 0)


class OwnGradient(torch.autograd.Function):
    """The triangle with a backward by hand."""

    @staticmethod
    def forward(ctx, t):
        ctx.save_for_backward(t)
        return F.relu(1 - t.abs())

    @staticmethod
    def backward(ctx, g):
        (t,) = ctx.saved_tensors
        inside, edge = (t.abs() < 1).to(t.dtype), (t.abs() == 1).to(t.dtype)
        return -t.sign() * (inside + edge / 2) * g


class WithoutIncoming(OwnGradient):
    @staticmethod
    def backward(ctx, g):
        return OwnGradient.backward(ctx, torch.ones_like(g))


class Opposite(OwnGradient):
    @staticmethod
    def backward(ctx, g):
        return -OwnGradient.backward(ctx, g)


class StraightThrough(OwnGradient):
    @staticmethod
    def backward(ctx, g):
        (t,) = ctx.saved_tensors
        return -t.sign() * g


class Silent(OwnGradient):
    @staticmethod
    def backward(ctx, g):
        return torch.zeros_like(g)


class Breaking(OwnGradient):
    @staticmethod
    def backward(ctx, g):
        raise ValueError("never tried")


def rising_side(t):
    return torch.where(t < 0, exact(t), exact(t).detach())


def by_cases(t):
    return torch.where(t > 0, 1 - t, 1 + t).clamp(min=0)


def filled(t):
    y = 1 - t.abs()
    y[y < 0] = 0
    return y


def half_open(t):
    return torch.where((t >= -1) & (t < 1), 1 - t.abs(), 0)


def root(t):
    return exact((t * t).sqrt())


def rewritten(t):
    y = torch.sqrt((1 - t.abs()).clamp(min=0) + 1)
    z = y * y - 1
    y.mul_(0)
    return torch.where(t.abs() < 1, z, 0)


HATS = {
    "relu": (lambda t: F.relu(1 - t.abs()), "It is 0 at t = -1 (expected 1/2), 0 at t = 1 (exp"),
    "where": (where_inside, "A relu's derivative at its"),
    "product": (lambda t: (1 - t.abs()) * (t.abs() < 1), "or of a torch.where with <: an offset"),
    "clamp": (
        lambda t: (1 - t.abs()).clamp(min=0),
        "at a corner the gradient should be the mean of both sides' slopes. It is",
    ),
    "where with <=": (
        where_up_to,
        "It is 1 at t = -1 (expected 1/2), -1 at t = 1 (expected -1/2). A torch.where with <=",
    ),
    "filled": (filled, "counts its corner as inside"),
    "by cases": (by_cases, "1 at t = 0 (expected 0)"),
    "by cases, the side": (by_cases, "At t = 0 it is the slope of the left side alone"),
    "three relus": (
        lambda t: (F.relu(t + 1) - 2 * F.relu(t) + F.relu(t - 1)) * (t.abs() < 2),
        "At such a corner it is the slope of one side alone",
    ),
    "half open": (half_open, "It is 1 at t = -1 (expected 1/2), 0 at t = 1 (expected -1/2)"),
    "root": (root, "It is nan at t = 0 (expected 0). A root has no derivative at 0"),
    "detached": (lambda t: exact(t).detach(), "The result has no gradient"),
    "data": (lambda t: exact(t.data), "The result has no gradient"),
    "numpy": (
        lambda t: torch.as_tensor(np.maximum(0, 1 - np.abs(t.numpy()))),
        "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.\n"
        "The result has no gradient",
    ),
    "numpy, detached": (
        lambda t: np.maximum(0, 1 - np.abs(t.detach().numpy())),
        "array of shape (5, 3). The result has no gradient",
    ),
    "far away": (second_difference, "Far away it is not exactly 0: at t = "),
    "one side only": (rising_side, "One side of the triangle passes no gradient"),
    "silent": (Silent.apply, "It is 0 everywhere, so nothing could be learned"),
    "opposite": (Opposite.apply, "It has the wrong sign everywhere"),
    "straight through": (StraightThrough.apply, "the triangle is flat, and so is its gradient"),
    "without the incoming gradient": (WithoutIncoming.apply, "multiply by the incoming gradient"),
    "breaking": (Breaking.apply, "but backward() raises ValueError: never tried"),
    "overwritten": (rewritten, "but backward() raises RuntimeError: one of the variables needed"),
    "no maximum": (lambda t: 1 - abs(t), "There is no max(0, ...)"),
    "no absolute value": (lambda t: F.relu(1 - t), "The absolute value is missing"),
    "right side": (lambda t: torch.where(t >= 0, exact(t), 0), "Negative numbers give 0"),
    "left side": (lambda t: torch.where(t <= 0, exact(t), 0), "Positive numbers give 0"),
    "fraction": (lambda t: 1 - (t - torch.floor(t)), "from one side only"),
    "wide": (lambda t: exact(t / 2), "too wide"),
    "narrow": (lambda t: exact(2 * t), "too narrow"),
    "wide with area 1": (lambda t: exact(t / 2) / 2, "the area 1, but not the height 1"),
    "half as high": (lambda t: 0.5 * exact(t), "half as high as it should be"),
    "twice as high": (
        lambda t: (t + 1).abs().clamp(max=9) * 0 + 2 * exact(t),
        "twice as high as it should be",
    ),
    "negative": (lambda t: -exact(t), "stands on its head"),
    "one minus": (lambda t: t.abs().clamp(max=1), "1 minus the triangle"),
    "distance": (lambda t: t.abs() * (t.abs() < 1), "this is |t|, the distance"),
    "tip elsewhere": (lambda t: exact(t - 0.5), "tip is not at t = 0"),
    "tip at 1": (lambda t: exact(t - 1), "tip of the triangle is at t = 1"),
    "parabola": (lambda t: F.relu(1 - t**2), "This is a parabola"),
    "squared": (lambda t: exact(t).square(), "The triangle is squared"),
    "nearest": (lambda t: (t.round() == 0).to(t.dtype), "it gives the nearest pixel"),
    "box": (lambda t: (t.abs() < 1).to(t.dtype), "This is a box, 1 from -1 to 1"),
    "exponential": (lambda t: (-t.abs()).exp(), "This is exp(-|t|)"),
    "bell": (lambda t: (-t.square()).exp(), "This is a bell"),
    "slope": (lambda t: -t.sign() * (t.abs() < 1), "This is the slope of the triangle"),
    "summed": (lambda t: exact(t).sum(), "This is one number"),
    "if": (lambda t: 1 - abs(t) if abs(t) < 1 else 0 * t, "without an `if` or Python's max()"),
    "Python's max": (lambda t: max(0, 1 - abs(t)), "without an `if` or Python's max()"),
    "in place": (lambda t: 1 - t.abs_().clamp_(max=1), "changes its argument t in place"),
    "tracked": (lambda t: exact(t.requires_grad_()), "leaves its mark on t"),
    "float32": (lambda t: exact(t.float()), "float64 in, float32 out"),
    "None": (lambda t: None, "returned None"),
}
