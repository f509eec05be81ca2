"""Numbers over runs: mean and deviation, differences seed by seed, rank correlation."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.series import by_epoch, of_one_setting, study_of


@dataclass(frozen=True)
class RankCorrelation:
    """Spearman's rank correlation.

    Attributes:
        rho: From -1 to 1; nan if fewer than three runs, or all the same value.
        p: Probability of so large a rho, of either sign, without any relation; nan as rho.
        n: How many runs.
    """

    rho: float
    p: float
    n: int

    def __str__(self) -> str:
        if math.isnan(self.rho):
            return f"not defined (n = {self.n})"
        p = "p < 0.001" if self.p < 0.001 else f"p = {self.p:.2g}"
        return f"{self.rho:+.2f} ({p}, n = {self.n})"


@dataclass(frozen=True)
class Paired:
    """How a method differs from the baseline, seed by seed.

    Attributes:
        differences: Seed -> method minus baseline, for seeds that both have.
    """

    differences: dict[int, float]

    @property
    def n(self) -> int:
        """How many seeds."""
        return len(self.differences)

    @property
    def mean(self) -> float:
        """The mean difference; nan without a seed."""
        return statistics.fmean(self.differences.values()) if self.n else math.nan

    @property
    def std(self) -> float:
        """The sample standard deviation of the differences (n - 1); nan for fewer than two."""
        return statistics.stdev(self.differences.values()) if self.n > 1 else math.nan

    def __str__(self) -> str:
        if not self.n:
            return "-"
        deviation = f" ± {self.std:.2f}" if self.n > 1 else ""
        return f"{self.mean:+.2f}{deviation} (n = {self.n})"

    @property
    def by_seed(self) -> str:
        """Each difference with its seed: `0: -1.00, 1: -0.50`."""
        return ", ".join(f"{seed}: {d:+.2f}" for seed, d in self.differences.items())


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Write a mean and the sample standard deviation (n - 1): `77.62 ± 0.16`, `77.62 (n = 1)`."""
    if not values:
        return "-"
    mean = f"{statistics.fmean(values):.{digits}f}"
    if len(values) == 1:
        return f"{mean} (n = 1)"
    return f"{mean} ± {statistics.stdev(values):.{digits}f}"


def first_to_last(
    runs: Sequence[Record], quantity: str, scale: float = 1, digits: int = 2, unit: str = ""
) -> str:
    """Write a quantity after the first and the last epoch at which it was measured.

    Args:
        runs: Runs of one series.
        quantity: Name of a number in their histories.
        scale: What to multiply it by.
        digits: After the point.
        unit: What to write behind it.

    Returns:
        Such as `3.50 ± 0.00 (epoch 1) → 4.00 ± 0.00 (epoch 6)`; `-` if it was never measured.
    """
    epochs = sorted({epoch for run in runs for epoch in by_epoch(run, quantity)})
    told = []
    for epoch in dict.fromkeys(epochs[:1] + epochs[-1:]):
        found = [by_epoch(run, quantity) for run in runs]
        values = [scale * values[epoch] for values in found if epoch in values]
        told.append(f"{spread(values, digits).removesuffix(' (n = 1)')}{unit} (epoch {epoch})")
    return " → ".join(told) or "-"


def rank_correlation(
    records: Sequence[Record], quantity: str, target: str = "test_accuracy"
) -> RankCorrelation:
    """Correlate a final quantity with another one, by default the test accuracy, over runs.

    Args:
        records: Runs of one setting; those that lack either quantity are left out.
        quantity: Name of a final metric, such as "erf_width".
        target: Name of the metric it is to go with.

    Returns:
        Spearman's rho with its p-value, which takes runs as independent of each other.
    """
    finals = [record.metrics.final for record in records]
    pairs = [(f[quantity], f[target]) for f in finals if {quantity, target} <= {*f}]
    x, y = [a for a, _ in pairs], [b for _, b in pairs]
    if len(pairs) < 3 or len(set(x)) == 1 or len(set(y)) == 1:
        return RankCorrelation(math.nan, math.nan, len(pairs))
    from scipy.stats import spearmanr

    found = spearmanr(x, y)
    return RankCorrelation(float(found.statistic), float(found.pvalue), len(pairs))


def paired_differences(
    records: Sequence[Record], quantity: str, experiment: str = "jitter"
) -> dict[str, Paired]:
    """Compare every method with the baseline of the same seed.

    Args:
        records: Runs of one setting.
        quantity: Name of a final metric.
        experiment: The study, a key of `STUDIES`, which names the baseline.

    Returns:
        Name of the series -> its differences; the baseline itself is left out.

    Raises:
        ValueError: If the records are not of one setting of the study.
    """
    groups = of_one_setting(records, experiment)
    values = {
        name: {r.seed: r.metrics.final[quantity] for r in group if quantity in r.metrics.final}
        for name, group in groups.items()
    }
    base = values.pop(study_of(experiment).baseline, {})
    return {
        name: Paired({seed: found[seed] - base[seed] for seed in sorted({*found} & {*base})})
        for name, found in values.items()
    }
