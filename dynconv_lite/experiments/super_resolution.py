"""The talk's third study: super-resolution by lookup tables, and what pixel-mix adds to them.

One run is one method from one seed: a float network is trained, its tables are sampled, and their
entries are trained on; each of the three is measured, and the tables are left beside the record.
Methods without tables are measured as they are, and so are dictionaries of patches. A deep network
that its profile does not train is built and counted, no more.
"""

import tempfile
from pathlib import Path

import torch

from dynconv_lite.experiments import Measurement
from dynconv_lite.experiments.arithmetic import Arithmetic
from dynconv_lite.experiments.configs.super_resolution import SuperResolutionConfig
from dynconv_lite.experiments.job import Job
from dynconv_lite.experiments.records import Data, Metrics
from dynconv_lite.experiments.super_resolution_data import (
    Patches,
    TestSet,
    digest_of,
    test_sets,
    training_pairs,
)
from dynconv_lite.experiments.super_resolution_dictionary import Learned, as_weights, learn
from dynconv_lite.experiments.super_resolution_measures import Enlarge, milliseconds, quality
from dynconv_lite.experiments.super_resolution_methods import (
    KINDS,
    Picture,
    Tables,
    enlarge_by_module,
    interpolate_picture,
    padding_of,
)
from dynconv_lite.experiments.super_resolution_published import published_of
from dynconv_lite.experiments.super_resolution_recipe import with_halves
from dynconv_lite.experiments.super_resolution_tables import digest_tables, set_name, size_of
from dynconv_lite.experiments.super_resolution_training import Trained, train_both
from dynconv_lite.experiments.training import seeded
from dynconv_lite.lut.table_sets import enlarge, file_ending, save_tables


def measure(config: SuperResolutionConfig, job: Job) -> Measurement:
    """Train a network and its tables; measure both, and the tables before they were finetuned.

    Args:
        config: The method, the training, the scale.
        job: How to carry it out.

    Returns:
        Final metrics, of the product, which is int8 tables, or the network itself or the
        interpolation where there are none: `psnr_<set>` in dB and `ssim_<set>` for every set of
        test pictures that is there; `bytes` (four for each parameter of a network without tables);
        `milliseconds` for 320 x 180 pixels in RGB. Of a deep network that is not trained only
        `bytes` and `parameters`. Of a network behind tables, if it is trained: `..._network`, and
        `psnr_<set>_sampled` of tables as they were sampled. `parameters` of any network. What does
        not apply is left out. The history has entries of both stages.
    """
    if config.kind == "deep" and not config.network_steps:
        return count_only(config)
    sets, missing = test_sets(config)  # missing data show up at once
    found = f"x{config.scale}; test {', '.join(test_set.name for test_set in sets)}"
    if missing:
        found += f"; not there: {', '.join(missing)}"
    if config.kind == "interpolation":
        return Measurement(
            metrics=Metrics(final=measure_interpolation(config, sets)),
            data=Data(name=found, digest=digest_of(sets)),
            published=published_of(config),
            device=f"cpu, {torch.get_num_threads()} threads",
        )
    if config.kind == "dictionary":
        learned = learn(config, job)
        return Measurement(
            metrics=Metrics(final=measure_dictionary(config, learned, sets)),
            data=Data(name=f"{learned.name} {found}", digest=digest_of(sets, learned.digest)),
            published=published_of(config),
            device=f"cpu, {torch.get_num_threads()} threads",
            seconds=learned.seconds,
            weights=as_weights(learned.model),
        )
    name, pairs = training_pairs(config)
    if config.halves:
        pairs = with_halves(pairs, config.scale)
    patches = Patches(pairs, config.scale, config.core, job.device)
    with seeded(config.seed, job.device):
        network = KINDS[config.kind].build(config)
    trained = train_both(config, network, patches, sets[0], job)
    final = measure_trained(config, trained, sets, job.device)
    return Measurement(
        metrics=Metrics(final=final, history=trained.history),
        data=Data(name=f"{name} {found}", digest=digest_of(sets, patches.digest)),
        published=published_of(config),
        device=str(Arithmetic(job.device, torch.float32, False)),
        seconds=trained.seconds,
        weights=network.state_dict() if config.network_steps else None,
        tables_sha256=keep_tables(config, trained.tables, job),
    )


def measure_interpolation(config: SuperResolutionConfig, sets: list[TestSet]) -> dict[str, float]:
    """Return the metrics of what has nothing to train."""

    def way(picture: Picture) -> Picture:
        return interpolate_picture(config.method, picture, config.scale)

    found = quality(way, sets, config.scale)
    return found | {"milliseconds": milliseconds(way, torch.device("cpu"))}


def measure_dictionary(
    config: SuperResolutionConfig, learned: Learned, sets: list[TestSet]
) -> dict[str, float]:
    """Return the metrics of a dictionary of patches."""
    final = quality(learned.enlarge, sets, config.scale)
    spent = milliseconds(learned.enlarge, torch.device("cpu"))
    return final | {"bytes": float(learned.model.nbytes), "milliseconds": spent}


def count_only(config: SuperResolutionConfig) -> Measurement:
    """Build a network that is not trained, and count its parameters."""
    with seeded(config.seed, torch.device("cpu")):
        network = KINDS[config.kind].build(config)
    count = sum(parameter.numel() for parameter in network.parameters())
    return Measurement(
        metrics=Metrics(final={"bytes": 4.0 * count, "parameters": float(count)}),
        data=Data(name="none: built and counted, not trained", digest=digest_of([])),
        published=published_of(config),
        device=f"cpu, {torch.get_num_threads()} threads",
    )


def measure_trained(
    config: SuperResolutionConfig, trained: Trained, sets: list[TestSet], device: torch.device
) -> dict[str, float]:
    """Return the metrics of a network, and of its tables if it has some."""

    def by_network(picture: Picture) -> Picture:
        return enlarge_by_module(trained.network, picture, padding_of(config), device)

    count = sum(parameter.numel() for parameter in trained.network.parameters())
    if trained.tables is None:
        final = quality(by_network, sets, config.scale)
        final |= {"bytes": 4.0 * count, "milliseconds": milliseconds(by_network, device)}
        return final | {"parameters": float(count)}
    by_tables = _enlarger(trained.tables, device)
    final = quality(by_tables, sets, config.scale)
    final |= {
        "bytes": float(size_of(trained.tables)),
        "milliseconds": milliseconds(by_tables, device),
    }
    if trained.sampled is None:
        return final
    final |= quality(by_network, sets, config.scale, "_network")
    sampled = _enlarger(trained.sampled, device)
    final |= quality(sampled, sets, config.scale, "_sampled", ssim=False)
    return final | {
        "parameters": float(count),
        "milliseconds_network": milliseconds(by_network, device),
    }


def keep_tables(config: SuperResolutionConfig, tables: Tables | None, job: Job) -> str | None:
    """Write the tables beside the record, if they are to be kept, and return their digest."""
    if tables is None:
        return None
    with tempfile.TemporaryDirectory() as spare:
        folder = Path(spare) if job.tables is None else job.tables
        name = set_name(config.model_dump(mode="json"))
        path = folder / f"{name}{file_ending(tables)}"
        save_tables(tables, path)
        return digest_tables(path)


def _enlarger(tables: Tables, device: torch.device) -> Enlarge:
    """Return what enlarges by tables: compiled on a CPU, by torch elsewhere."""
    where = None if device.type == "cpu" else device
    return lambda picture: enlarge(picture, tables, device=where)
