"""Which runs of a study belong together: one setting, and in it one series a method.

Runs of one setting differ in nothing but the method and the seed, so their numbers compare. The
settings of a method (a learning rate of the offsets, a number of kernels) make a series of their
own, not another setting.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dynconv_lite.experiments.config import config_for
from dynconv_lite.experiments.configs.dynamic_conv import METHODS as DYNAMIC_CONV_METHODS
from dynconv_lite.experiments.configs.jitter import METHODS as JITTER_METHODS
from dynconv_lite.experiments.configs.large_kernels import METHODS as LARGE_KERNELS_METHODS
from dynconv_lite.experiments.configs.rotation import METHODS as ROTATION_METHODS
from dynconv_lite.experiments.configs.super_resolution import METHODS as SUPER_RESOLUTION_METHODS
from dynconv_lite.experiments.configs.super_resolution import options_of
from dynconv_lite.experiments.records import Record

PROFILES = ("full", "laptop", "smoke")  # in the order in which they are shown


@dataclass(frozen=True)
class Study:
    """What an experiment compares.

    Attributes:
        methods: Its methods, in the order in which they are shown.
        baseline: The one that all others are compared with.
        method_fields: Fields of the configuration that belong to a method.
    """

    methods: tuple[str, ...]
    baseline: str
    method_fields: tuple[str, ...]


STUDIES = {
    "jitter": Study(JITTER_METHODS, "baseline", ("fade_until", "offset_lr", "offset_wait")),
    "dynamic_conv": Study(
        DYNAMIC_CONV_METHODS, "static", ("num_kernels", "temperature", "temperature_epochs")
    ),
    "large_kernels": Study(
        LARGE_KERNELS_METHODS, "k3", ("kernel_size", "shortcut", "small_kernel")
    ),
    "rotation": Study(
        ROTATION_METHODS,
        "sw_erasing",
        ("directions", "rotate", "erasing", "cutmix", "mixup"),
    ),
    "super_resolution": Study(
        SUPER_RESOLUTION_METHODS,
        "srlut_s",
        # what a step takes and how wide networks are differs between methods, too, but to change
        # them makes another setting
        tuple(
            field
            for field in options_of("srlut_s", "laptop", 4)
            if field not in ("width", "batch_size", "core")
        ),
    ),
}


def changes(record: Record) -> dict[str, Any]:
    """Return the fields, and their values, in which a run differs from its profile's numbers.

    The method, what goes with it, and the seed are no changes, and a field that the run's
    configuration does not have, because it is younger than the run, is none either.
    """
    return changed_fields(record.config)


def changed_fields(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same of a run's configuration, as its record keeps it."""
    experiment, method = config["experiment"], config.get("method")
    study = STUDIES.get(experiment)
    own = {"method": method} if study and method in study.methods else {}
    default = config_for(experiment, config["profile"], **own).model_dump(mode="json")
    plain = {k: v for k, v in config.items() if k not in ("method", "seed")}
    return {k: v for k, v in sorted(plain.items()) if k not in default or default[k] != v}


def unchanged(records: Sequence[Record], experiment: str, profile: str) -> list[Record]:
    """Return the runs of an experiment with all numbers of a profile, whatever method and seed."""
    return [
        record
        for record in records
        if (record.experiment, record.config["profile"]) == (experiment, profile)
        and not changes(record)
    ]


def setting_name(record: Record) -> str:
    """Name what a run shares with those it can be compared with: "laptop", or with changes."""
    return _named(record, of_method=False)


def series_name(record: Record) -> str:
    """Name a run's method: "shift_int", or "shift_learnable, offset_lr = 256"."""
    return _named(record, of_method=True)


def settings(records: Sequence[Record], experiment: str = "jitter") -> dict[str, list[Record]]:
    """Sort the runs of a study by setting, the fullest profile first.

    Args:
        records: Records of any experiments; those of others are left out.
        experiment: The study, a key of `STUDIES`.

    Returns:
        Name of the setting -> its records.

    Raises:
        ValueError: If the experiment is no such study.
    """
    study_of(experiment)
    ours = [record for record in records if record.experiment == experiment]
    ours.sort(key=lambda r: (PROFILES.index(r.config["profile"]), setting_name(r)))
    return _grouped(ours, setting_name)


def series(records: Sequence[Record]) -> dict[str, list[Record]]:
    """Sort the runs of one setting by method, in the order of their study, and by seed."""
    found = sorted(records, key=lambda r: (*method_rank(series_name(r), r.experiment), r.seed))
    return _grouped(found, series_name)


def method_rank(name: str, experiment: str = "jitter") -> tuple[int, str]:
    """Return what to sort names of series by: the method, as it is before any change of it."""
    methods, method = study_of(experiment).methods, name.split(", ")[0]
    return (methods.index(method) if method in methods else len(methods), name)


def study_of(experiment: str) -> Study:
    """Return what an experiment compares.

    Raises:
        ValueError: If it does not compare methods; lists those that do.
    """
    if experiment not in STUDIES:
        raise ValueError(f"experiment {experiment!r} is not one of {', '.join(STUDIES)}")
    return STUDIES[experiment]


def of_one_setting(
    records: Sequence[Record], experiment: str = "jitter"
) -> dict[str, list[Record]]:
    """Return the series of records that compare.

    Args:
        records: Records of any experiments; those of others are left out.
        experiment: The study, a key of `STUDIES`.

    Raises:
        ValueError: If there is no record of the study, or they are of several settings.
    """
    found = settings(records, experiment)
    if len(found) != 1:
        names = "; ".join(found) or "none"
        raise ValueError(f"records must be of one setting of the {experiment} study, got {names}")
    return series(next(iter(found.values())))


def by_epoch(record: Record, quantity: str) -> dict[int, float]:
    """Return a quantity after the epochs it was measured at."""
    history = record.metrics.history
    return {int(entry["epoch"]): entry[quantity] for entry in history if quantity in entry}


def _named(record: Record, *, of_method: bool) -> str:
    study = STUDIES.get(record.experiment)  # None of an experiment that compares no methods
    own = study.method_fields if study else ()
    told = [f"{k} = {_plain(v)}" for k, v in changes(record).items() if (k in own) == of_method]
    return ", ".join([record.config["method" if of_method else "profile"], *told])


def _plain(value: Any) -> str:
    """Write a value: a list without its brackets' noise, a whole number without its point."""
    if isinstance(value, list):
        return f"({', '.join(map(_plain, value))})"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _grouped(records: Sequence[Record], name: Any) -> dict[str, list[Record]]:
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(name(record), []).append(record)
    return groups
