"""How two pixels are changed together and alone, with steps that mistakes replace."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from dynconv_lite.course.case import Function
from dynconv_lite.course.checks.ch09.pixels import Pixel

Look = Callable[[Tensor], Tensor]
# the picture with a step added to a pixel
Change = Callable[[Tensor, Pixel, float], Tensor]
# the result, given f with both steps, with the first, with the second, without any, and the step
Verdict = Callable[[Any, Any, Any, Any, float], Any]


def raised(x: Tensor, pixel: Pixel, by: float) -> Tensor:
    """Add the step to a pixel."""
    y = x.clone()
    y[pixel] += by
    return y


def related(
    verdict: Verdict = lambda both, one, other, none, by: both - one - other + none,
    change: Change = raised,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def interaction(f: Look, x: Tensor, first: Pixel, second: Pixel, by: float) -> Any:
        one, other = change(x, first, by), change(x, second, by)
        return verdict(f(change(one, second, by)), f(one), f(other), f(x), by)

    return interaction


def replaced(x: Tensor, pixel: Pixel, by: float) -> Tensor:
    """Set a pixel to the step."""
    y = x.clone()
    y[pixel] = by
    return y


def multiplied(x: Tensor, pixel: Pixel, by: float) -> Tensor:
    """Multiply a pixel by the step."""
    y = x.clone()
    y[pixel] *= by
    return y


def row(x: Tensor, pixel: Pixel, by: float) -> Tensor:
    """Add the step to a whole row."""
    y = x.clone()
    y[pixel[0]] += by
    return y


def column(x: Tensor, pixel: Pixel, by: float) -> Tensor:
    """Add the step to a whole column."""
    y = x.clone()
    y[:, pixel[1]] += by
    return y


def twice(f: Look, x: Tensor, first: Pixel, second: Pixel, by: float) -> Tensor:
    """Raise both pixels by twice as much as each of them alone."""
    both = raised(raised(x, first, 2 * by), second, 2 * by)
    return f(both) - f(raised(x, first, by)) - f(raised(x, second, by)) + f(x)


def on_top(f: Look, x: Tensor, first: Pixel, second: Pixel, by: float) -> Tensor:
    """Raise the second pixel in the copy in which the first is raised already."""
    y = raised(x, first, by)
    one = f(y)
    y[second] += by
    return f(y) - one - f(y) + f(x)


def always_one(f: Look, x: Tensor, first: Pixel, second: Pixel, by: float) -> Any:
    """Take steps of 1."""
    return related()(f, x, first, second, 1.0)


def added(f: Look, x: Tensor, first: Pixel, second: Pixel, by: float) -> Tensor:
    """Add the two pictures that have a step each, so that x counts twice."""
    one, other = raised(x, first, by), raised(x, second, by)
    return f(one + other) - f(one) - f(other) + f(x)


def steps_alone(f: Look, x: Tensor, first: Pixel, second: Pixel, by: float) -> Tensor:
    """Call f on the steps in an empty picture, and on x only at the end."""
    empty = torch.zeros_like(x)
    one, other = raised(empty, first, by), raised(empty, second, by)
    return f(one + other) - f(one) - f(other) + f(x)


def from_black(f: Look, x: Tensor, first: Pixel, second: Pixel, by: float) -> Any:
    """Take all steps from a black picture."""
    return related()(f, torch.zeros_like(x), first, second, by)


def central(f: Look, x: Tensor, first: Pixel, second: Pixel, by: float) -> Tensor:
    """Go up and down from the picture."""
    steps = [(s, t) for s in (by, -by) for t in (by, -by)]
    a, b, c, d = (f(raised(raised(x, first, s), second, t)) for s, t in steps)
    return a - b - c + d


def mixed(f: Look, x: Tensor, first: Pixel, second: Pixel, by: float) -> Tensor:
    """Return the mixed second derivative."""
    with torch.enable_grad():
        y = x.detach().clone().requires_grad_()
        (gradient,) = torch.autograd.grad(f(y), y, create_graph=True)
        if not gradient.requires_grad:
            return x.new_zeros(())
        (again,) = torch.autograd.grad(gradient[first], y, allow_unused=True)
    return x.new_zeros(()) if again is None else again[second]


def slope(pixel: int) -> Function:
    """Return the mistake of taking f's derivative with respect to one of the pixels."""

    def interaction(f: Look, x: Tensor, first: Pixel, second: Pixel, by: float) -> Tensor:
        with torch.enable_grad():
            y = x.detach().clone().requires_grad_()
            (gradient,) = torch.autograd.grad(f(y), y)
        return gradient[(first, second)[pixel]]

    return interaction


def backward(f: Look, x: Tensor, first: Pixel, second: Pixel, by: float) -> Any:
    """Go down by the step."""
    return related()(f, x, first, second, -by)
