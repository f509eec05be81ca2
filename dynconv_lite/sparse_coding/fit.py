"""Learning one of the four dictionary methods from pictures."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

from data_utils.types import SRPair
from dynconv_lite.sparse_coding.anchored import (
    ANR_NEIGHBOURS,
    ANR_PENALTY,
    APLUS_NEIGHBOURS,
    APLUS_PENALTY,
    regress_on_atoms,
    regress_on_samples,
)
from dynconv_lite.sparse_coding.checks import check_positive
from dynconv_lite.sparse_coding.dictionary import learn_dictionaries
from dynconv_lite.sparse_coding.model import METHODS, SparseModel
from dynconv_lite.sparse_coding.samples import Report, collect_samples
from dynconv_lite.validation import check_count


@dataclass(frozen=True)
class _Defaults:
    """Settings of a method; 0 for what it does not have.

    Neighbours and penalties are those of the papers' public code; A+ took 5 million samples there.
    """

    samples: int
    neighbours: int = 0
    penalty: float = 0.0


DEFAULTS = MappingProxyType({
    "ne_lle": _Defaults(200_000, 24),
    "zeyde": _Defaults(200_000),
    "anr": _Defaults(200_000, ANR_NEIGHBOURS, ANR_PENALTY),
    "aplus": _Defaults(1_000_000, APLUS_NEIGHBOURS, APLUS_PENALTY),
})  # fmt: skip
COLLECTING, LEARNING = 0.4, 0.4  # shares of the time, roughly; the rest are regressions


def fit_sparse(
    method: str,
    pairs: Iterable[SRPair],
    scale: int = 4,
    *,
    atoms: int = 1024,
    samples: int | None = None,
    neighbours: int | None = None,
    nonzeros: int = 3,
    penalty: float | None = None,
    seed: int = 0,
    report: Report | None = None,
) -> SparseModel:
    """Learn a dictionary for super-resolution from pictures.

    Args:
        method: "ne_lle" (neighbour embedding), "zeyde" (sparse coding), "anr" or "aplus".
        pairs: Pictures in low and in high resolution. They are gone through twice: an iterator is
            read into a list.
        scale: r = 2, 3 or 4.
        atoms: K, of the dictionary.
        samples: Patches to learn from; None for 200,000, and 1,000,000 for "aplus".
        neighbours: Atoms that rebuild a patch (24 by None) for "ne_lle"; atoms (40) or samples
            (2048) for one regression of "anr" and "aplus". "zeyde" has none.
        nonzeros: Atoms per patch in sparse codes.
        penalty: Of the ridge regression of "anr" (0.01 by None) and "aplus" (0.1). The others have
            none.
        seed: Of all that is random. The same seed, pictures and settings give the same model.
        report: Called from time to time with the share that is done, 0 to 1, and a few words.

    Returns:
        The model, for `super_resolve_sparse`.

    Raises:
        ValueError: If an argument is not one of those, or there are too few pictures or patches.

    Sources: Chang et al. 2004; Zeyde et al. 2010; Timofte et al. 2013; Timofte et al. 2014.
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    check_count("atoms", atoms)
    check_count("nonzeros", nonzeros)
    own = DEFAULTS[method]
    for name, given in (("neighbours", neighbours), ("penalty", penalty)):
        if given is not None and not getattr(own, name):
            raise ValueError(f"{name} must be None for {method}, which has none, got {given!r}")
    wanted = own.samples if samples is None else samples
    near = own.neighbours
    if neighbours is not None:
        check_count("neighbours", neighbours)
        near = neighbours
    ridge = own.penalty
    if penalty is not None:
        check_positive("penalty", penalty)
        ridge = penalty
    if method != "aplus" and near > atoms:
        raise ValueError(f"neighbours must be at most atoms = {atoms}, got {near}")

    found = collect_samples(pairs, scale, wanted, seed, _part(report, 0, COLLECTING))
    pair = learn_dictionaries(found, atoms, nonzeros, seed, _part(report, COLLECTING, LEARNING))
    answers, used = pair.high, near if method == "ne_lle" else nonzeros
    if method == "anr":
        answers, used = regress_on_atoms(pair, near, ridge), 1
    elif method == "aplus":
        rest = _part(report, COLLECTING + LEARNING, 1 - COLLECTING - LEARNING)
        answers, used = regress_on_samples(pair.low, found, near, ridge, rest), 1
    _part(report, 1, 0)(0, "done")
    return SparseModel(method, scale, found.components, pair.low, answers, used)


def _part(report: Report | None, first: float, length: float) -> Report:
    """Return a report of one part of the work, which begins at a share and lasts for another."""

    def told(share: float, words: str) -> None:
        if report is not None:
            report(first + length * share, words)

    return told
