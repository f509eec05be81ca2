"""Orthogonal matching pursuit of many signals at once."""

import numpy as np
import numpy.typing as npt

from dynconv_lite.validation import check_count

Floating = npt.NDArray[np.floating]
CHUNK = 4096  # signals at once: their correlations with 1024 atoms take 16 MB
TINY = 1e-10  # added to the squared norm of an atom: a signal that is 0 already has no best atom


def matching_pursuit(
    signals: Floating, atoms: Floating, nonzeros: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Write each signal as a sum of a few atoms, chosen one after the other.

    Each step takes the atom with the largest absolute product with what is still missing, and then
    finds the coefficients of all atoms taken so far anew, by least squares.

    Args:
        signals: (n, d).
        atoms: (K, d), rows of norm 1.
        nonzeros: Atoms per signal, m, at most K and d.

    Returns:
        Indices int64 (n, m) of the atoms, and their coefficients float64 (n, m).

    Raises:
        ValueError: If shapes do not fit, or there are fewer atoms or dimensions than nonzeros.

    Source: Pati et al. 1993, "Orthogonal Matching Pursuit".
    """
    check_count("nonzeros", nonzeros)
    if signals.ndim != 2 or atoms.ndim != 2 or signals.shape[1] != atoms.shape[1]:
        raise ValueError(
            f"signals and atoms must be (n, d) and (K, d), got {signals.shape} and {atoms.shape}"
        )
    if nonzeros > min(atoms.shape):
        raise ValueError(f"nonzeros must be at most K and d, {atoms.shape}, got {nonzeros}")
    indices = np.empty((len(signals), nonzeros), np.int64)
    coefficients = np.empty((len(signals), nonzeros))
    for start in range(0, len(signals), CHUNK):
        part = slice(start, start + CHUNK)
        indices[part], coefficients[part] = _pursue(signals[part], atoms, nonzeros)
    return indices, coefficients


def _pursue(
    signals: Floating, atoms: Floating, nonzeros: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    rows = np.arange(len(signals))
    exact = signals.astype(np.float64)
    missing: Floating = signals
    indices = np.empty((len(signals), 0), np.int64)
    coefficients: npt.NDArray[np.float64] = np.empty((len(signals), 0))
    for _ in range(nonzeros):
        products = np.abs(missing @ atoms.T)  # (n, K)
        products[rows[:, None], indices] = -1  # taken already
        indices = np.column_stack([indices, products.argmax(1)])
        taken = atoms[indices].astype(np.float64)  # (n, j, d)
        gram = taken @ taken.transpose(0, 2, 1) + TINY * np.eye(taken.shape[1])  # (n, j, j)
        coefficients = np.asarray(np.linalg.solve(gram, taken @ exact[:, :, None])[:, :, 0], float)
        rebuilt = (coefficients[:, None] @ taken)[:, 0]
        missing = (exact - rebuilt).astype(signals.dtype)
    return indices, coefficients
