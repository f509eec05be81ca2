"""What goes wrong in finding the shares of a mixture."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake


def _solved(kernel: Tensor, corners: Tensor) -> Tensor:
    """Do what the exercise asks for."""
    return torch.linalg.lstsq(corners.T, kernel[:, None]).solution[:, 0]


def _then(change: Callable[[Tensor], Tensor]) -> Function:
    """Return the mistake of changing the shares once they are found."""
    return lambda kernel, corners: change(_solved(kernel, corners))


def _distances(kernel: Tensor, corners: Tensor) -> Tensor:
    return (corners - kernel).norm(dim=1)


def _inverse_distances(kernel: Tensor, corners: Tensor) -> Tensor:
    closeness = 1 / _distances(kernel, corners)
    return closeness / closeness.sum()


def _transposed(kernel: Tensor, corners: Tensor) -> Tensor:
    return torch.linalg.solve(corners, kernel)


def _sum_one(kernel: Tensor, corners: Tensor) -> Tensor:
    """Take the last share for what the first two leave of one."""
    edges = (corners[:2] - corners[2]).T  # (D, 2)
    first = torch.linalg.lstsq(edges, (kernel - corners[2])[:, None]).solution[:, 0]
    return torch.cat([first, 1 - first.sum(0, keepdim=True)])


def _nearest(kernel: Tensor, corners: Tensor) -> Tensor:
    return F.one_hot(_distances(kernel, corners).argmin(), 3).to(kernel.dtype)


HINTS = [
    Hint(
        "torch.linalg.solve needs as many equations as unknowns; here D equations may come for 3 "
        "shares. Use torch.linalg.lstsq(corners.T, kernel[:, None]), or solve the normal "
        "equations: corners @ corners.T times the shares is corners @ kernel.",
        "must be batches of square matrices|must be a square|square matri",
    ),
    Hint(
        "The system has one row for every number of the kernel: its matrix is corners.T (D, 3), "
        "and its right side kernel (D,) or kernel[:, None] (D, 1).",
        "lstsq|Incompatible matrix sizes|Incompatible shapes|mat1 and mat2|size mismatch|"
        "shapes cannot be multiplied",
    ),
    Hint(
        "The matrix of this system has no inverse. corners.T @ corners is (D, D) and of rank 3 "
        "only; the normal equations take corners @ corners.T (3, 3).",
        "singular",
    ),
]
MISTAKES = [
    Mistake(
        "The system is transposed: this solves corners @ shares = kernel. The corners are the "
        "columns: corners.T @ shares = kernel.",
        _transposed,
    ),
    Mistake(
        "These are the inner products with the corners. They are shares only if the corners are "
        "orthogonal and of length 1: solve corners.T @ shares = kernel.",
        lambda kernel, corners: corners @ kernel,
    ),
    Mistake(
        "The kernel is projected onto every corner on its own. The corners are not orthogonal, so "
        "what two of them have in common counts twice: solve for all three shares at once.",
        lambda kernel, corners: corners @ kernel / (corners * corners).sum(1),
    ),
    Mistake(
        "These are cosines of angles. Solve corners.T @ shares = kernel.",
        lambda kernel, corners: F.cosine_similarity(corners, kernel[None], dim=1),
    ),
    Mistake(
        "These are distances to the corners. Solve corners.T @ shares = kernel.",
        _distances,
    ),
    Mistake(
        "These are weights by inverse distance. A kernel mixed from them is another one: solve "
        "corners.T @ shares = kernel.",
        _inverse_distances,
    ),
    Mistake(
        "This is a softmax of inner products. Solve corners.T @ shares = kernel.",
        lambda kernel, corners: (corners @ kernel).softmax(0),
    ),
    Mistake(
        "The nearest corner gets the whole share. Solve corners.T @ shares = kernel.",
        _nearest,
    ),
    Mistake(
        "The shares are divided by their sum. Return them as they are: they need not sum to one.",
        _then(lambda a: a / a.sum()),
    ),
    Mistake(
        "The last share is what the first two leave of one. The shares need not sum to one: solve "
        "for all three.",
        _sum_one,
    ),
    Mistake(
        "The shares go through a softmax. Return them as the system gives them.",
        _then(lambda a: a.softmax(0)),
    ),
    Mistake(
        "The shares are clamped to 0 ... 1. Return them as they are: outside of the triangle some "
        "are negative or above 1.",
        _then(lambda a: a.clamp(0, 1)),
    ),
    Mistake(
        "Negative shares are set to zero. Return them as they are: outside of the triangle some "
        "are negative.",
        _then(lambda a: a.clamp(min=0)),
    ),
    Mistake(
        "The signs of the shares are lost. Return the shares without abs().",
        _then(torch.abs),
    ),
    Mistake(
        "The shares come in reverse order: shares[0] belongs to corners[0].",
        _then(lambda a: a.flip(0)),
    ),
    Mistake(
        "This is the kernel itself, mixed again from its shares. Return the three shares.",
        lambda kernel, corners: _solved(kernel, corners) @ corners,
    ),
    Mistake(
        "The shares are a column, (3, 1). Return them as (3,): take [:, 0] of the solution.",
        _then(lambda a: a[:, None]),
    ),
]
