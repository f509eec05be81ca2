"""Times of all methods of the super-resolution study, side by side: one process, one picture.

A run times its own method, at whatever moment it ran. Here all finished runs of a folder enlarge
the same photograph in turn, so that their ratios mean something.
"""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from pydantic import Field, FiniteFloat, ValidationError

from dynconv_lite.experiments.configs.super_resolution import SuperResolutionConfig
from dynconv_lite.experiments.job import silent
from dynconv_lite.experiments.machine import processor
from dynconv_lite.experiments.places import Places
from dynconv_lite.experiments.records import Record, Strict
from dynconv_lite.experiments.super_resolution_dictionary import enlarger_of
from dynconv_lite.experiments.super_resolution_measures import HIGH, WIDE, Enlarge, photograph
from dynconv_lite.experiments.super_resolution_methods import (
    KINDS,
    Picture,
    enlarge_by_module,
    interpolate_picture,
    padding_of,
)
from dynconv_lite.experiments.super_resolution_tables import find_tables
from dynconv_lite.experiments.training import seeded
from dynconv_lite.lut.table_sets import enlarge, load_tables

BICUBIC = "pillow_bicubic"  # what ratios are to: a careful program that everybody has
SLOW = 5.0  # seconds of a first call, above which it is the only one
NAME = "comparison.json"  # of the file, in a folder of runs and in results/benchmarks


class Times(Strict):
    """Milliseconds of methods, measured in turn by one process.

    Attributes:
        what: What was timed.
        rounds: How often each was called after the first call, which may compile; a method that
            takes longer than `SLOW` seconds was called once.
        milliseconds: Method -> median.
        ratio: Method -> median ratio to Pillow's bicubic, round by round.
        threads: That torch was given.
        cpu: The processor.
        torch: Its version.
    """

    what: str
    rounds: int = Field(ge=1)
    milliseconds: dict[str, FiniteFloat]
    ratio: dict[str, FiniteFloat]
    threads: int
    cpu: str
    torch: str


def read_times(path: Path) -> Times | None:
    """Read times; None if there is no such file.

    Raises:
        ValueError: If the file does not hold them; names it and the remedy.
    """
    try:
        return Times.model_validate_json(Path(path).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise ValueError(
            f"{path} holds no times of the comparison; delete it and run ./course compare again"
        ) from error


def ways(records: Sequence[Record], folder: Path) -> dict[str, Enlarge]:
    """Return what enlarges by 4, of every method that has a finished run.

    Args:
        records: Runs of the study; of several of one method, the first counts.
        folder: Of their records, beside which their tables and weights are.

    Returns:
        Method -> what enlarges, in the order of the records; those whose tables or weights are
        gone are left out.
    """
    found: dict[str, Enlarge] = {BICUBIC: pillow_bicubic}
    for record in records:
        config = SuperResolutionConfig.model_validate(record.config)
        if config.scale == 4 and config.method not in found:
            way = _way(config, record, folder)
            if way is not None:
                found[config.method] = way
    return found


def pillow_bicubic(picture: Picture) -> Picture:
    """Enlarge a picture by 4 as most programs would."""
    size = (4 * picture.shape[1], 4 * picture.shape[0])
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC))


def take_times(
    found: Mapping[str, Enlarge],
    rounds: int = 5,
    report: Callable[[float, str], None] = silent,
) -> Times:
    """Time ways to enlarge, each in turn, round after round.

    Args:
        found: Method -> what enlarges; `BICUBIC` is one of them.
        rounds: At least 1.
        report: Told the share that is done, and which method is timed.

    Raises:
        ValueError: If there are no rounds, or `BICUBIC` is missing.
    """
    if rounds < 1 or BICUBIC not in found:
        raise ValueError(f"rounds must be >= 1 and {BICUBIC} among the ways, got {rounds}")
    picture = photograph()
    seconds: dict[str, list[float]] = {name: [] for name in found}
    for turn in range(rounds + 1):
        for place, (name, way) in enumerate(found.items()):
            known = seconds[name]
            if known and known[0] > SLOW:
                continue
            report((turn + place / len(found)) / (rounds + 1), name)
            start = time.perf_counter()
            way(picture)
            spent = time.perf_counter() - start
            if turn > 0 or spent > SLOW:
                known.append(spent)
    return _times(seconds, rounds)


def _times(seconds: Mapping[str, Sequence[float]], rounds: int) -> Times:
    base = seconds[BICUBIC]
    ratios = {name: [a / b for a, b in zip(each, base, strict=False)]
              for name, each in seconds.items()}  # fmt: skip
    return Times(
        what=f"{WIDE} x {HIGH} RGB to {4 * WIDE} x {4 * HIGH}, from array to array",
        rounds=rounds,
        milliseconds={n: round(1e3 * statistics.median(each), 2) for n, each in seconds.items()},
        ratio={n: round(statistics.median(each), 3) for n, each in ratios.items()},
        threads=torch.get_num_threads(),
        cpu=processor(),
        torch=torch.__version__,
    )


def _way(config: SuperResolutionConfig, record: Record, folder: Path) -> Enlarge | None:
    places = Places.of(folder, config.experiment, record.config_hash)
    if config.kind == "interpolation":
        return lambda picture: interpolate_picture(config.method, picture, config.scale)
    if record.tables_sha256 is not None:
        path = find_tables(places.tables, record.config)
        if path is None:
            return None
        tables = load_tables(path)
        return lambda picture: enlarge(picture, tables)
    untrained = config.kind == "deep" and not config.network_steps
    if not untrained and not places.weights.is_file():
        return None
    weights = {} if untrained else torch.load(places.weights, weights_only=True)
    if config.kind == "dictionary":
        return enlarger_of(config, weights)
    with seeded(config.seed, torch.device("cpu")):
        network = KINDS[config.kind].build(config)
    if not untrained:  # what the weights are does not change the time
        network.load_state_dict(weights)
    network.eval()
    return lambda picture: enlarge_by_module(
        network, picture, padding_of(config), torch.device("cpu")
    )
