"""The matrix of an experiment: every method with every seed, each a notebook run of its own."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import nbformat

from dynconv_lite.experiments.config import (
    EXPERIMENTS,
    PROFILE_NAMES,
    Config,
    ProfileName,
    config_for,
    config_hash,
)
from dynconv_lite.experiments.notebook_run import NotebookRun, count_cells, takes
from dynconv_lite.files import ROOT

MOST_SEEDS = 1000  # in one range: more is a slip of the finger
OWN_OPTIONS = {
    "experiment": "its name",
    "profile": "--profile",
    "method": "--methods",
    "seed": "--seeds",
}


def plan_matrix(
    experiment: str,
    profile: ProfileName,
    *,
    methods: Sequence[str] = (),
    seeds: Sequence[int] = (),
    data: str | None = None,
    changes: Mapping[str, Any] | None = None,
    out: Path,
    root: Path = ROOT,
    device: str = "auto",
    checkpoint_minutes: float = 2.0,
) -> list[NotebookRun]:
    """List the runs of an experiment, all methods of the first seed before any of the second.

    In this order a matrix that is stopped early is still a fair comparison.

    Args:
        experiment: A key of `EXPERIMENTS`.
        profile: The profile of all runs.
        methods: Values of the configuration's field `method`; all by default.
        seeds: By default those that the experiment names for the profile.
        data: Value of the field `data`; by default the profile's.
        changes: Other fields to set otherwise than the profile does.
        out: The folder of results; everything goes to `out/<profile>`.
        root: The repository.
        device: "auto", "cpu" or "cuda".
        checkpoint_minutes: How much of a training a crash may cost.

    Raises:
        ValueError: If a name or a value is not allowed; says what is.
    """
    if experiment not in EXPERIMENTS:
        raise ValueError(f"experiment {experiment!r} is not one of {', '.join(EXPERIMENTS)}")
    if profile not in PROFILE_NAMES:
        raise ValueError(f"profile {profile!r} is not one of {', '.join(PROFILE_NAMES)}")
    changed = _merge(changes or {}, data)
    chosen = check_methods(experiment, methods)
    source = root / "notebooks" / "experiments" / f"{experiment}.ipynb"
    if not source.is_file():
        raise ValueError(f"{experiment} has no notebook {source}")
    folder = Path(out).absolute() / profile
    how = {"device": device, "checkpoint_minutes": checkpoint_minutes}
    runs = []
    for seed in dict.fromkeys(seeds or EXPERIMENTS[experiment].seeds[profile]):
        for method in chosen or (None,):
            which = {} if method is None else {"method": method}
            config = config_for(experiment, profile, seed, **which, **changed)
            runs.append(_run(config, source, folder, list(changed), how))
    return runs


def methods_of(experiment: str) -> tuple[str, ...]:
    """Return the methods that an experiment compares; none if it has no field `method`."""
    field = EXPERIMENTS[experiment].model_fields.get("method")
    return () if field is None else get_args(field.annotation)


def check_methods(experiment: str, methods: Sequence[str]) -> tuple[str, ...]:
    """Return the methods named, each once, or all if none is.

    Raises:
        ValueError: If the experiment does not know one; lists those it knows.
    """
    allowed = methods_of(experiment)
    if methods and not allowed:
        raise ValueError(f"{experiment} has no methods to choose from")
    for method in methods:
        if method not in allowed:
            raise ValueError(f"method {method!r} is not one of {', '.join(allowed)}")
    return tuple(dict.fromkeys(methods)) or allowed


def parse_words(words: Sequence[str]) -> list[str]:
    """Split words at their commas: ["a,b", "c"] are a, b and c.

    Raises:
        ValueError: If nothing stands before, between or after commas.
    """
    parts = [part.strip() for word in words for part in word.split(",")]
    if not all(parts):
        raise ValueError(f"a name is missing in {', '.join(map(repr, words))}")
    return parts


def parse_seeds(words: Sequence[str]) -> list[int]:
    """Read seeds: "0,2", "0-3", or several such words; each seed once.

    Raises:
        ValueError: If a part is neither a number nor a rising range.
    """
    seeds: list[int] = []
    for part in parse_words(words):
        first, dash, last = part.partition("-")
        if not _is_number(first) or (dash and not _is_number(last)):
            raise ValueError(f"{part!r} is not a seed: allowed are 0, 0,1,2 and 0-3")
        low, high = int(first), int(last or first)
        if not 0 <= high - low < MOST_SEEDS:
            raise ValueError(f"{part!r} must rise, by less than {MOST_SEEDS}")
        seeds += range(low, high + 1)
    return list(dict.fromkeys(seeds))


def parse_changes(words: Sequence[str]) -> dict[str, Any]:
    """Read `field=value` words; a value is JSON (3, 0.1, true, null, [1, 6]) or else text.

    Raises:
        ValueError: If a word has no "=" or names a field a second time.
    """
    changes: dict[str, Any] = {}
    for word in words:
        field, equals, value = (part.strip() for part in word.partition("="))
        if not field or not equals:
            raise ValueError(f"{word!r} is not of the form field=value")
        if field in changes:
            raise ValueError(f"{field!r} is set twice")
        try:
            changes[field] = json.loads(value)
        except ValueError:
            changes[field] = value
    return changes


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _merge(changes: Mapping[str, Any], data: str | None) -> dict[str, Any]:
    for field in changes:
        if field in OWN_OPTIONS:
            raise ValueError(f"{field!r} is chosen by {OWN_OPTIONS[field]}, not as a change")
    if data is None:
        return dict(changes)
    if "data" in changes:
        raise ValueError("data is given twice, by --data and as a change")
    return {**changes, "data": data}


def _run(
    config: Config, source: Path, folder: Path, changed: list[str], how: dict[str, Any]
) -> NotebookRun:
    """Return the run of one configuration."""
    plain, digest = config.model_dump(mode="json"), config_hash(config)
    needed: dict[str, Any] = {"profile": config.profile, "seed": config.seed}
    if "method" in plain:
        needed["method"] = plain["method"]
    needed["out"] = str(folder / "records")
    if changed:
        needed["changes"] = {name: plain[name] for name in changed}
    notebook = nbformat.read(source, as_version=4)
    missing = [name for name in needed if not takes(notebook, name)]
    if missing:
        raise ValueError(f"{source.name} has no parameter {', '.join(map(repr, missing))}")
    parameters = needed | {name: value for name, value in how.items() if takes(notebook, name)}
    words = [config.experiment, plain.get("method"), f"seed{config.seed}", digest[:6]]
    name = "-".join(word for word in words if word)
    return NotebookRun(
        name=name,
        kind="experiment",
        profile=config.profile,
        source=source,
        target=folder / f"{name}.ipynb",
        parameters=parameters,
        cell_timeout=None,  # a training may take days
        cells=count_cells(notebook, parameters),
        config=plain,
        config_hash=digest,
        records=folder / "records",
    )
