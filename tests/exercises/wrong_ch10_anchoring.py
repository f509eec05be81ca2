"""Answers to exercise 11 of chapter 10, as learners write them: ridge regression."""

import numpy as np
import torch


def eye(matrix):
    return torch.eye(len(matrix), dtype=matrix.dtype)


def closed(
    penalise=lambda gram, penalty: gram + penalty * eye(gram),
    prepare=lambda x: x,
    finish=lambda matrix: matrix,
):
    """Return the exercise's function with one of its steps replaced."""

    def projection(low, high, penalty):
        low = prepare(low)
        gram = penalise(low.T @ low, penalty)
        return finish(torch.linalg.solve(gram, low.T @ high).T)

    return projection


def by_inverse(low, high, penalty):
    return high.T @ low @ torch.inverse(low.T @ low + penalty * eye(low.T))


def among_patches(low, high, penalty):
    """Invert the products of the patches, (n, n)."""
    return high.T @ torch.linalg.inv(low @ low.T + penalty * eye(low)) @ low


def by_numpy(low, high, penalty):
    a, b = low.double().numpy(), high.double().numpy()
    matrix = np.linalg.solve(a.T @ a + penalty * np.eye(a.shape[1]), a.T @ b).T
    return torch.from_numpy(matrix.copy()).to(low.dtype)


def by_svd(low, high, penalty):
    u, s, v = torch.linalg.svd(low, full_matrices=False)
    return high.T @ u @ torch.diag(s / (s**2 + penalty)) @ v


def with_constant(low, high, penalty):
    a, b = low - low.mean(0), high - high.mean(0)
    return by_inverse(a, b, penalty)


def patches_of_one(low, high, penalty):
    return by_inverse(low / low.norm(dim=1, keepdim=True), high, penalty)


def in_place(low, high, penalty):
    result = by_inverse(low, high, penalty)
    low *= 0
    return result


ANCHORED = {
    "no penalty": (closed(lambda g, p: g), "There is no penalty"),
    "lstsq": (lambda x, y, p: torch.linalg.lstsq(x, y).solution.T, "There is no penalty"),
    "everywhere": (closed(lambda g, p: g + p), "not to its diagonal alone"),
    "squared": (closed(lambda g, p: g + p**2 * eye(g)), "The penalty is squared"),
    "root": (closed(lambda g, p: g + p**0.5 * eye(g)), "The root of the penalty"),
    "minus": (closed(lambda g, p: g - p * eye(g)), "The penalty is subtracted"),
    "mean error": (
        lambda x, y, p: (y.T @ x / len(x)) @ torch.linalg.inv(x.T @ x / len(x) + p * eye(x.T)),
        "multiplied by the number of patches",
    ),
    "trace": (closed(lambda g, p: g + p * g.trace() * eye(g)), "a share of the trace"),
    "transposed": (closed(finish=lambda matrix: matrix.T), "(d, p)"),
    "backwards": (lambda x, y, p: by_inverse(y, x, p), "predicts small patches from large"),
    "no inverse": (lambda x, y, p: y.T @ x, "The inverse is missing"),
    "times": (lambda x, y, p: y.T @ x @ (x.T @ x + p * eye(x.T)), "where its inverse is wanted"),
    "number by number": (
        lambda x, y, p: y.T @ x / ((x * x).sum(0) + p),
        "divides number by number",
    ),
    "centred": (with_constant, "The mean of the small patches is"),
    "low centred": (closed(prepare=lambda x: x - x.mean(0)), "The mean of the small patches is"),
    "unit length": (patches_of_one, "brought to length 1"),
    "no small patches": (
        lambda x, y, p: y.T @ torch.linalg.inv(x @ x.T + p * eye(x)),
        "missing behind the inverse (n, n)",
    ),
    "predictions": (lambda x, y, p: x @ by_inverse(x, y, p).T, "the predictions for the patches"),
    "columns": (
        lambda x, y, p: y @ x.T @ torch.linalg.inv(x @ x.T + p * eye(x)),
        "Patches are rows here",
    ),
    "columns, penalty": (
        lambda x, y, p: y.T @ x @ torch.linalg.inv(x.T @ x + p * eye(x)),
        "Patches are rows here",
    ),
    "float32": (
        lambda x, y, p: by_inverse(x.float(), y.float(), p),
        "the result has another dtype than low",
    ),
    "an array": (
        lambda x, y, p: by_inverse(x, y, p).numpy(),
        "expected a tensor, the matrix (p, d)",
    ),
    "in place": (in_place, "changes its argument low in place"),
    "None": (lambda x, y, p: None, "returned None"),
}
