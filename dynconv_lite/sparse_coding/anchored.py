"""Anchored regression: all solving is done before; a patch asks its anchor for a matrix.

An anchor is an atom of a dictionary. Among its neighbours, ridge regression of the missing detail
on the features is one matrix. ANR takes other atoms as neighbours, A+ takes samples themselves.
"""

import numpy as np
import numpy.typing as npt

from dynconv_lite.sparse_coding.checks import check_positive, check_rows
from dynconv_lite.sparse_coding.dictionary import Dictionaries
from dynconv_lite.sparse_coding.samples import FAINT, Report, Samples
from dynconv_lite.validation import check_count

Float32 = npt.NDArray[np.float32]
Floating = npt.NDArray[np.floating]
ANR_NEIGHBOURS, ANR_PENALTY = 40, 0.01
APLUS_NEIGHBOURS, APLUS_PENALTY = 2048, 0.1
ANCHORS_AT_ONCE = 16  # their products with 1,000,000 samples take 64 MB


def anchored_projection(low: Floating, high: Floating, penalty: float) -> npt.NDArray[np.float64]:
    """Return the matrix of ridge regression: P minimises |high - low P^T|**2 + penalty |P|**2.

    P = high^T low (low^T low + penalty I)^-1 = high^T (low low^T + penalty I)^-1 low. The smaller
    of both systems is solved.

    Args:
        low: (n, d): one feature a row.
        high: (n, p): one answer a row.
        penalty: Above 0.

    Returns:
        float64 (p, d).

    Raises:
        ValueError: If shapes do not fit, or the penalty is not a number above 0.

    Source: Timofte et al. 2013, "Anchored Neighborhood Regression for Fast Example-Based
    Super-Resolution", the projection matrix of "global regression".
    """
    check_positive("penalty", penalty)
    check_rows(low, high)
    x, y = low.astype(np.float64), high.astype(np.float64)
    count, size = x.shape
    if count < size:
        return np.asarray(y.T @ np.linalg.solve(x @ x.T + penalty * np.eye(count), x))
    return np.asarray(np.linalg.solve(x.T @ x + penalty * np.eye(size), x.T @ y).T)


def regress_on_atoms(
    pair: Dictionaries, neighbours: int = ANR_NEIGHBOURS, penalty: float = ANR_PENALTY
) -> Float32:
    """Return ANR's matrix for every atom, from the atoms most correlated with it.

    Args:
        pair: K atoms. Correlation is absolute: an atom and its negative predict the same.
        neighbours: Atoms for one matrix, the anchor included; at most K.
        penalty: Of the ridge regression.

    Returns:
        float32 (K, p, d).

    Raises:
        ValueError: If there are fewer atoms than neighbours, or an argument is not allowed.

    Source: Timofte et al. 2013; 40 neighbours and the penalty as in their public code, which also
    multiplies the matrix by 1.01.
    """
    _check_neighbours(neighbours, len(pair.low), "atoms")
    likeness = np.abs(pair.low @ pair.low.T)  # (K, K)
    nearest = np.argpartition(-likeness, neighbours - 1, axis=1)[:, :neighbours]
    maps = [anchored_projection(pair.low[i], pair.high[i], penalty) for i in nearest]
    return np.stack(maps).astype(np.float32)


def regress_on_samples(
    anchors: Float32,
    samples: Samples,
    neighbours: int = APLUS_NEIGHBOURS,
    penalty: float = APLUS_PENALTY,
    report: Report | None = None,
) -> Float32:
    """Return A+'s matrix for every anchor, from the samples most correlated with it.

    Both halves of a sample are divided by the norm of its features, so that all weigh the same.
    Faint samples, with a norm below 0.1, are left out: divided by that, they are mostly rounding.
    A sample and its negative lead to the same matrix, so correlation is absolute.

    Args:
        anchors: float32 (K, d), rows of norm 1.
        samples: At least as many that are not faint as neighbours.
        neighbours: Samples for one matrix.
        penalty: Of the ridge regression.
        report: Called from time to time with the share that is done and a few words.

    Returns:
        float32 (K, p, d).

    Raises:
        ValueError: If there are too few samples, shapes do not fit, or an argument is not allowed.

    Source: Timofte et al. 2014, "A+: Adjusted Anchored Neighborhood Regression for Fast
    Super-Resolution". Their public code takes 5 million samples, shrinks faint ones instead, and
    does not count the negative of a sample as near.
    """
    norm = np.linalg.norm(samples.low, axis=1)
    clear = np.flatnonzero(norm >= FAINT)
    _check_neighbours(neighbours, len(clear), f"samples with a norm of at least {FAINT}")
    unit = samples.low[clear] / norm[clear, None]  # (n, d)
    maps = np.empty((len(anchors), samples.high.shape[1], anchors.shape[1]), np.float32)
    for start in range(0, len(anchors), ANCHORS_AT_ONCE):
        likeness = np.abs(anchors[start : start + ANCHORS_AT_ONCE] @ unit.T)
        for place, row in enumerate(likeness, start):
            near = np.argpartition(row, len(row) - neighbours)[-neighbours:]
            high = samples.high[clear[near]] / norm[clear[near], None]
            maps[place] = anchored_projection(unit[near], high, penalty)
        if report is not None:
            done = min(start + ANCHORS_AT_ONCE, len(anchors))
            report(done / len(anchors), "a regression for every atom")
    return maps


def _check_neighbours(neighbours: int, available: int, what: str) -> None:
    check_count("neighbours", neighbours)
    if neighbours > available:
        raise ValueError(
            f"neighbours must be at most the number of {what}, {available}, got {neighbours}"
        )
