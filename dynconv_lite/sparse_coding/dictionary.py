"""Two dictionaries with common codes: one of features, one of the detail that belongs to them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from dynconv_lite.sparse_coding.checks import check_rows
from dynconv_lite.sparse_coding.pursuit import matching_pursuit
from dynconv_lite.sparse_coding.samples import FAINT, Report, Samples
from dynconv_lite.validation import check_count

Float32 = npt.NDArray[np.float32]
ROUNDS = 10  # of codes and atoms; the last five lower the error of features by 3 %
LEARNED_FROM = 100_000  # samples in every round
CHUNK = 1 << 16  # targets at once: 75 MB of details in float64 at x4
RIDGE = 1e-6  # of the mean of the diagonal: an atom without any use gets no detail


@dataclass(frozen=True, eq=False)
class Dictionaries:
    """Atoms, and the detail that goes with each.

    Attributes:
        low: float32 (K, d), rows of norm 1.
        high: float32 (K, p): a patch that is c times an atom lacks c times this detail.
    """

    low: Float32
    high: Float32

    def __post_init__(self) -> None:
        check_rows(self.low, self.high)


def learn_dictionaries(
    samples: Samples,
    atoms: int = 1024,
    nonzeros: int = 3,
    seed: int = 0,
    report: Report | None = None,
) -> Dictionaries:
    """Learn atoms of which a few sum up to any feature, and the details for the same codes.

    Atoms begin as random samples. A round writes every sample as a few atoms by matching pursuit,
    which gives sparse codes A (n, K); the best atoms for these codes are (A^T A)^-1 A^T X for
    features X (n, d), divided by their norms. In the end the details follow in the same way,
    (A^T A)^-1 A^T Y for true details Y (n, p).

    Args:
        samples: At least as many that are not nearly flat as atoms.
        atoms: K.
        nonzeros: Atoms per sample, at most K and d.
        seed: Chooses the samples to begin with, and those for the atoms where there are many.
        report: Called after every round with the share that is done and a few words.

    Returns:
        Both dictionaries.

    Raises:
        ValueError: If there are too few samples for so many atoms, or an argument is not allowed.

    Sources: Zeyde et al. 2010, "On Single Image Scale-Up Using Sparse-Representations", for both
    dictionaries. They learn the first by K-SVD; here all atoms are updated at once, as in Engan et
    al. 1999, "Method of Optimal Directions for Frame Design", which lowers the same error.
    """
    check_count("atoms", atoms)
    check_count("nonzeros", nonzeros)
    check_count("seed", seed, 0)
    most = min(atoms, samples.low.shape[1])
    if nonzeros > most:
        raise ValueError(
            f"nonzeros must be at most the number of atoms and of dimensions, {most}, "
            f"got {nonzeros}"
        )
    clear = np.flatnonzero(np.linalg.norm(samples.low, axis=1) >= FAINT)
    if atoms > len(clear):
        raise ValueError(
            f"atoms must be at most the number of samples with a norm of at least {FAINT}, "
            f"{len(clear)}, got {atoms}"
        )
    order = np.random.default_rng(seed).permutation(clear)
    features = samples.low[order[: max(atoms, LEARNED_FROM)]]
    low = _unit(features[:atoms])
    for number in range(1, ROUNDS + 1):
        codes = sparse_codes(features, low, nonzeros)
        # an atom that no sample took stays as it is
        taken = np.diff(codes.tocsc().indptr) > 0
        low[taken] = _unit(best_atoms(codes, features)[taken])
        if report is not None:
            report(number / ROUNDS, f"a dictionary of {atoms} atoms")
    return Dictionaries(low, best_atoms(sparse_codes(samples.low, low, nonzeros), samples.high))


def sparse_codes(features: Float32, atoms: Float32, nonzeros: int) -> csr_array:
    """Write features (n, d) as a few atoms (K, d) each: A (n, K) with features close to A atoms."""
    indices, coefficients = matching_pursuit(features, atoms, nonzeros)
    ends = np.arange(len(features) + 1) * nonzeros
    parts = (coefficients.ravel(), indices.ravel(), ends)
    return csr_array(parts, shape=(len(features), len(atoms)))


def best_atoms(codes: csr_array, targets: Float32) -> Float32:
    """Solve for atoms (K, p) whose sums by codes (n, K) are closest to targets (n, p)."""
    gram = (codes.T @ codes).toarray()  # (K, K)
    gram += RIDGE * np.trace(gram) / len(gram) * np.eye(len(gram))
    right = np.zeros((len(gram), targets.shape[1]))
    for start in range(0, len(targets), CHUNK):  # not all targets in float64 at once
        part = slice(start, start + CHUNK)
        right += codes[part].T @ targets[part]
    return np.linalg.solve(gram, right).astype(np.float32)


def _unit(rows: Float32) -> Float32:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
