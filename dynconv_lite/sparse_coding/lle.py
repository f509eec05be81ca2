"""Weights with which neighbours rebuild a point: locally linear embedding."""

import numpy as np
import numpy.typing as npt

from dynconv_lite.sparse_coding.checks import check_positive

Float = npt.NDArray[np.float64]
Floating = npt.NDArray[np.floating]
REGULARISATION = 1e-4  # of the trace: there may be more neighbours than dimensions


def lle_weights(x: Floating, neighbours: Floating, regularisation: float = REGULARISATION) -> Float:
    """Find weights with the sum 1 that rebuild a point from its neighbours.

    They minimise |x - sum_i w_i n_i|**2 + regularisation trace(Z Z^T) |w|**2, where row i of Z is
    n_i - x. So they are the same if the point and its neighbours are moved, turned or enlarged
    together, and may be used on other patches of the same places.

    Args:
        x: (d,).
        neighbours: (k, d).
        regularisation: Above 0; without it there is no single answer for k > d.

    Returns:
        float64 (k,).

    Raises:
        ValueError: If shapes do not fit, or the regularisation is not a number above 0.

    Source: Chang et al. 2004, "Super-Resolution Through Neighbor Embedding", the local
    reconstruction weights and their Gram matrix; the regularisation after the public code of
    Timofte et al. 2013.
    """
    check_positive("regularisation", regularisation)
    if neighbours.ndim != 2 or x.shape != neighbours.shape[1:] or not len(neighbours):
        raise ValueError(
            f"x and neighbours must be (d,) and (k, d) with k >= 1, got {x.shape} and "
            f"{neighbours.shape}"
        )
    return weights_of_many(x[None], neighbours[None], regularisation)[0]


def weights_of_many(
    x: Floating, neighbours: Floating, regularisation: float = REGULARISATION
) -> Float:
    """Find the weights of many points, unchecked: (n, d) and (n, k, d) to float64 (n, k)."""
    moved = neighbours.astype(np.float64) - x[:, None]  # (n, k, d)
    gram = moved @ moved.transpose(0, 2, 1)  # (n, k, k)
    trace = np.trace(gram, axis1=1, axis2=2)
    # where all neighbours are the point itself, any weights are right: equal ones
    penalty = regularisation * np.where(trace > 0, trace, 1)
    gram += penalty[:, None, None] * np.eye(gram.shape[1])
    weights = np.linalg.solve(gram, np.ones((*gram.shape[:2], 1)))[:, :, 0]
    return np.asarray(weights / weights.sum(1, keepdims=True))
