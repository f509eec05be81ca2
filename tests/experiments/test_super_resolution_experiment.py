"""The study of super-resolution: what each method is, and what its numbers mean."""

import statistics
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from data_utils import DataError, SRPair, matlab_bicubic, photos
from dynconv_lite.experiments import run
from dynconv_lite.experiments import super_resolution as study
from dynconv_lite.experiments import super_resolution_data as data
from dynconv_lite.experiments import super_resolution_dictionary as dictionary
from dynconv_lite.experiments import super_resolution_measures as measures
from dynconv_lite.experiments.config import PROFILE_NAMES, config_for, config_hash, parse_config
from dynconv_lite.experiments.configs.super_resolution import (
    METHODS,
    OPTIONS,
    SuperResolutionConfig,
    has_tables,
    options_of,
    title_of,
)
from dynconv_lite.experiments.configs.super_resolution_methods import TAPS
from dynconv_lite.experiments.job import Job
from dynconv_lite.experiments.super_resolution_methods import (
    KINDS,
    colours_of,
    interpolate_picture,
    padding_of,
    sampled_tables,
)
from dynconv_lite.experiments.super_resolution_networks import DeepNetwork
from dynconv_lite.experiments.super_resolution_tables import digest_tables, find_tables
from dynconv_lite.experiments.weights import fingerprint
from dynconv_lite.lut import PATTERNS, enlarge, load_tables
from dynconv_lite.metrics import psnr_y, ssim_y

CPU = torch.device("cpu")
SMALL = {"network_steps": 3, "table_steps": 2, "evaluate_every": 2, "batch_size": 2}
TINY = {"interval": 7, "width": 3, "depth": 1, "core": 4, "scale": 2}


def config(**changes: Any) -> SuperResolutionConfig:
    made = config_for("super_resolution", "smoke", **(SMALL | TINY | changes))
    assert isinstance(made, SuperResolutionConfig)
    return made


def smooth(seed: int, side: int = 40) -> SRPair:
    """A picture of waves, and its low resolution at x2."""
    rng = np.random.default_rng(seed)
    line = np.arange(side)
    waves = [np.add.outer(np.sin(line / a), np.cos(line / b)) for a, b in rng.uniform(2, 9, (3, 2))]
    hr = np.clip(127 + 60 * np.stack(waves, -1), 0, 255).astype(np.uint8)
    return SRPair(f"{seed}", matlab_bicubic(hr, Fraction(1, 2)), hr)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> list[data.TestSet]:
    """Small pictures, and no time lost over timing."""
    sets = [
        data.TestSet("set5", "Set5", (smooth(1), smooth(2))),
        data.TestSet("set14", "Set14", (smooth(3),)),
    ]
    monkeypatch.setattr(study, "test_sets", lambda config: (sets, ["BSD100"]))
    learned = "waves", [smooth(seed) for seed in range(10, 14)]
    monkeypatch.setattr(study, "training_pairs", lambda config: learned)
    monkeypatch.setattr(measures, "HIGH", 12)
    monkeypatch.setattr(measures, "WIDE", 16)
    monkeypatch.setattr(measures, "ENOUGH", 0.0)
    return sets


# --- the configuration ----------------------------------------------------------------------------


@pytest.mark.parametrize("profile", PROFILE_NAMES)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_a_record_tells_the_method_whole(method, profile, scale) -> None:
    made = config_for("super_resolution", profile, method=method, scale=scale)
    assert parse_config(made.model_dump(mode="json")) == made
    own = options_of(method, profile, scale)
    others = {"network_steps", "table_steps", "width"}  # width is the profile's, too
    kept = {k: getattr(made, k) for k in own}
    assert {k: v for k, v in kept.items() if k not in others} == {
        k: v for k, v in own.items() if k not in others
    }
    trains = own["kind"] not in ("interpolation", "dictionary")
    tables = has_tables(made.model_dump())
    assert (made.network_steps, made.table_steps) == (
        own["network_steps"] * trains,
        own["table_steps"] * tables,
    )
    assert config_hash(made) == config_hash(
        config_for(
            "super_resolution", profile, method=method, scale=scale, **{**own, "width": made.width}
        )
    )


@pytest.mark.parametrize("changes", [
    {"relit": False}, {"halves": False}, {"loss": "mse"}, {"coarser": 0},
    {"method": "mulut_wide", "members": 1}, {"method": "srlut_s", "halves": True},
    {"method": "srlut_v", "relit": True}, {"method": "srlut_s", "loss": "mse", "relit": False},
    {"method": "srlut_s", "table_steps": 0},
])  # fmt: skip
def test_what_is_switched_off_stays_off(changes) -> None:
    """A run is told what to do by what its configuration is written as."""
    made = config_for("super_resolution", "laptop", **({"method": "mulut"} | changes))
    again = parse_config(made.model_dump(mode="json"))
    assert again == made and config_hash(again) == config_hash(made)
    assert all(getattr(again, name) == value for name, value in changes.items())
    default = config_for("super_resolution", "laptop", method=made.method)
    assert config_hash(made) != config_hash(default)


def test_methods_are_what_their_papers_say() -> None:
    """Patterns and stages: SR-LUT's V, F and S, one table each; MuLUT's S, D and Y, twice."""
    cascades = {m: (o.patterns, o.stages) for m, o in OPTIONS.items() if o.kind == "cascade"}
    assert cascades == {
        "srlut_v": (("v",), 1),
        "srlut_f": (("f",), 1),
        "srlut_s": (("s",), 1),
        "mulut": (("s", "d", "y"), 2),
        "mulut_wide": (("s", "d", "y"), 2),
        "mulut_mixed_network": (("s", "d", "y"), 2),
    }
    assert set(OPTIONS) == set(METHODS) and len({title_of(m) for m in METHODS}) == len(METHODS)
    # without interpolation V has 257^2 rows: about 1 MB, as published
    assert (OPTIONS["srlut_v"].interval, OPTIONS["srlut_f"].interval) == (0, 4)


def test_patterns_have_as_many_taps_as_the_configuration_thinks() -> None:
    assert {letter: pattern.dims for letter, pattern in PATTERNS.items()} == TAPS


def test_what_has_no_tables_takes_no_steps_of_them() -> None:
    assert config(method="fsrcnn", table_steps=7).table_steps == 0
    assert config(method="mulut_mixed_network", table_steps=7).table_steps == 0
    assert config(method="srlut_v", interval=0, table_steps=7).table_steps == 0
    assert config(method="srlut_v", interval=5, table_steps=7).table_steps == 7
    none = config(method="nearest", network_steps=9, table_steps=9)
    assert (none.network_steps, none.table_steps) == (0, 0)
    none = config(method="anr", network_steps=9, table_steps=9)
    assert (none.network_steps, none.table_steps) == (0, 0)


def test_a_record_of_another_kind_says_nothing_of_dictionaries() -> None:
    """So a method that is younger than a record does not change what the record is called."""
    numbers = {"atoms", "samples", "neighbours", "nonzeros", "penalty"}
    found = {
        method: numbers & set(config_for("super_resolution", method=method).model_dump())
        for method in METHODS
    }
    assert {m: names for m, names in found.items() if names} == {
        "ne_lle": {"atoms", "samples", "neighbours"},
        "zeyde": {"atoms", "samples", "nonzeros"},
        "anr": {"atoms", "samples", "neighbours", "penalty"},
        "aplus": {"atoms", "samples", "neighbours", "penalty"},
    }


def test_dictionaries_are_as_large_as_in_their_papers() -> None:
    """Timofte et al. 2013 (NE + LLE: 24 neighbours; ANR: 40) and 2014 (A+: 2048); 1024 atoms."""
    found = {m: (o.atoms, o.neighbours, o.nonzeros, o.penalty)
             for m, o in OPTIONS.items() if o.kind == "dictionary"}  # fmt: skip
    assert found == {
        "ne_lle": (1024, 24, 0, 0),
        "zeyde": (1024, 0, 3, 0),
        "anr": (1024, 40, 0, 0.01),
        "aplus": (1024, 2048, 0, 0.1),
    }


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({"method": "srlut"}, "method = 'srlut'.*'nearest', 'bilinear'"),
        ({"scale": 5}, "scale = 5.*2, 3 or 4"),
        ({"kind": "mixed"}, "kind must be 'cascade' for srlut_s"),
        ({"patterns": ("s", "q")}, "patterns.1 = 'q'.*'s', 'd', 'y', 'f' or 'v'"),
        ({"patterns": ("d", "s")}, "patterns must be different ones in the order"),
        ({"patterns": ("s", "s")}, "patterns must be different ones in the order"),
        ({"patterns": ()}, "a cascade needs patterns and stages"),
        ({"stages": 0}, "a cascade needs patterns and stages"),
        ({"stages": 5}, "stages = 5.*less than or equal to 4"),
        ({"interval": 2}, "interval = 2.*0, 3, 4, 5, 6, 7 or 8"),
        ({"interval": 0}, "interval = 0 is for patterns of two or three taps"),
        ({"mix": True}, "mix takes all tables away"),
        ({"method": "mulut_mixed_network", "mix": False}, "mix takes all tables away"),
        ({"method": "mixed", "features": 0}, "features >= 1"),
        ({"method": "mixed", "nodes": 1}, "nodes >= 2"),
        ({"method": "mixed", "nodes": 18}, "nodes = 18.*less than or equal to 17"),
        ({"method": "mixed", "patterns": ()}, "a pattern, features >= 1"),
        (
            {"method": "mixed", "patterns": ("s", "v"), "network_steps": 0, "features": 3},
            "features must be at most 2, the taps of a pattern",
        ),
        ({"method": "additive_32k", "layers": ((4, 3, 3), (5, 3, 3))}, "must end with 4 channels"),
        ({"method": "additive_32k", "layers": ((4, 2, 3),)}, "odd kernel size"),
        ({"method": "additive_32k", "layers": ((4, 3, 1),)}, "2 to 256 nodes"),
        ({"method": "mixed", "network_steps": 0, "table_steps": 0}, "network_steps must be >= 1"),
        ({"method": "additive_32k", "network_steps": 0}, "network_steps must be >= 1"),
        ({"network_steps": 0, "table_steps": 0}, "network_steps must be >= 1"),
        ({"method": "mixed", "coarser": 2}, "nodes - 1 to be a multiple of 4, got nodes = 7"),
        ({"method": "additive_32k", "coarser": 1}, "coarser is for the tables of cascades"),
        ({"members": 2}, "members must be 1 for a cascade of one stage"),
        ({"method": "mixed", "members": 2}, "members must be 1 for mixed"),
        ({"method": "mulut", "members": 10}, "members = 10.*less than or equal to 9"),
        ({"interval": 6, "coarser": 3}, "coarser = 3 needs an interval from 3 to 5, got 6"),
        ({"interval": 4, "coarser": 2, "table_steps": 2}, "table_steps must be at least 3"),
        ({"coarser": 6}, "coarser = 6.*less than or equal to 5"),
        ({"method": "anr", "relit": True}, "loss, relit and halves are for what is trained"),
        ({"method": "nearest", "loss": "log_mse"}, "loss, relit and halves are for what is"),
        ({"method": "zeyde", "halves": True}, "loss, relit and halves are for what is trained"),
        ({"loss": "l1"}, "loss = 'l1'.*'mse' or 'log_mse'"),
        ({"network_steps": -1}, "network_steps = -1"),
        ({"network_lr": 0}, "network_lr = 0.*greater than 0"),
        ({"table_lr": -1}, "table_lr = -1.*greater than 0"),
        ({"data": "DIV8K"}, "data = 'DIV8K'.*'photos', 'BSDS400' or 'DIV2K'"),
        ({"atoms": 8}, "atoms must be 0 for srlut_s"),
        ({"method": "anr", "atoms": 0}, "atoms must not be 0 for anr"),
        ({"method": "anr", "penalty": 0}, "penalty must not be 0 for anr"),
        ({"method": "anr", "nonzeros": 3}, "nonzeros must be 0 for anr"),
        ({"method": "anr", "atoms": 64, "neighbours": 65}, "neighbours must be at most atoms = 64"),
        ({"method": "zeyde", "samples": 60}, "atoms must be at most samples = 60"),
        ({"method": "aplus", "samples": 9, "atoms": 9, "neighbours": 10}, "at most samples = 9"),
        ({"core": 65}, "core = 65.*less than or equal to 64"),
        ({"batch_size": 0}, "batch_size = 0"),
        ({"evaluate_every": 0}, "evaluate_every = 0"),
        ({"epochs": 3}, "no field 'epochs'"),
    ],
)
def test_what_cannot_be_is_refused(changes, allowed) -> None:
    with pytest.raises(ValueError, match=f"super_resolution.*{allowed}"):
        config(**changes)


@pytest.mark.parametrize("method", [m for m in METHODS if OPTIONS[m].kind in KINDS])
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_every_network_can_be_built(method, scale) -> None:
    made = config_for("super_resolution", "smoke", method=method, scale=scale)
    network = KINDS[made.kind].build(made)
    colours = colours_of(network)
    x = torch.rand(1, colours, 12 + 2 * network.reach, 12 + 2 * network.reach)
    with torch.no_grad():
        assert network(x, "valid").shape == (1, colours, 12 * scale, 12 * scale)
        assert network(x[..., :11], padding_of(made)).shape[-1] == 11 * scale


def test_srlut_mirrors_and_the_rest_repeats_the_border() -> None:
    mirrored = {
        m for m in METHODS if padding_of(config_for("super_resolution", method=m)) != "edge"
    }
    assert mirrored == {"srlut_v", "srlut_f", "srlut_s"}


# --- the pictures ---------------------------------------------------------------------------------


def test_interpolations_are_what_they_are_called() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (6, 5, 3), dtype=np.uint8)
    nearest = interpolate_picture("nearest", picture, 3)
    assert np.array_equal(nearest, picture.repeat(3, 0).repeat(3, 1))
    bicubic = interpolate_picture("bicubic", picture, 4)
    assert np.array_equal(bicubic, matlab_bicubic(picture, Fraction(4)))
    # x2 bilinear with centres of pixels aligned: weights 3/4 and 1/4
    row = np.array([[[0, 0, 0], [100, 40, 200]]], np.uint8)
    found = interpolate_picture("bilinear", row, 2)
    assert found[0, :, 0].tolist() == [0, 25, 75, 100] and found.shape == (2, 4, 3)


def test_photographs_of_the_two_splits_are_different_ones() -> None:
    learned, tested = data.photo_pairs("train", 4), data.photo_pairs("test", 4)
    assert {p.name for p in learned} == {photo.name for photo in photos("train")}
    assert not {p.name for p in learned} & {p.name for p in tested}
    for pair in (*learned, *tested):
        assert pair.hr.shape[0] == pair.hr.shape[1] == 4 * pair.lr.shape[0]


def test_benchmarks_are_those_that_are_there(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DYNCONV_DATA", str(tmp_path))
    for name in ("Set5", "Urban100"):
        (tmp_path / "sr" / name / "HR").mkdir(parents=True)
    asked: list[str] = []

    def load(name: str, scale: int) -> list[SRPair]:
        asked.append(name)
        if name == "Urban100":
            raise DataError(tmp_path, "damaged", "mend it")
        return [smooth(0)]

    monkeypatch.setattr(data, "sr_pairs", load)
    made = config_for("super_resolution", "laptop")
    sets, missing = data.test_sets(made)
    assert [(s.key, s.name) for s in sets] == [("set5", "Set5")]
    assert missing == ["Set14", "BSD100", "Urban100", "Manga109"]
    assert asked == ["Set5", "Urban100"]  # of the others nothing is asked, least of all a download


def test_without_any_benchmark_the_reason_is_told(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DYNCONV_DATA", str(tmp_path))

    def load(name: str, scale: int) -> list[SRPair]:
        raise DataError(tmp_path / name, "no network", "connect")

    monkeypatch.setattr(data, "sr_pairs", load)
    with pytest.raises(DataError, match="Set5: no network"):
        data.test_sets(config_for("super_resolution", "laptop"))


def test_a_digest_is_of_all_pictures() -> None:
    sets = [data.TestSet("a", "A", (smooth(0), smooth(1)))]
    other = [data.TestSet("a", "A", (smooth(0), smooth(2)))]
    digests = [data.digest_of(sets), data.digest_of(other), data.digest_of(sets, "learned")]
    assert len(set(digests)) == 3 and data.digest_of(sets) == digests[0]


# --- what is measured -----------------------------------------------------------------------------


def test_quality_is_the_mean_over_the_pictures_of_a_set() -> None:
    pairs = (smooth(0), smooth(1))

    def way(picture):
        return picture.repeat(2, 0).repeat(2, 1)

    found = measures.quality(way, [data.TestSet("made", "M", pairs)], 2, "_so")
    psnr = statistics.fmean(psnr_y(way(p.lr), p.hr, 2) for p in pairs)
    ssim = statistics.fmean(ssim_y(way(p.lr), p.hr, 2) for p in pairs)
    assert found == {"psnr_made_so": psnr, "ssim_made_so": ssim}
    without = measures.quality(way, [data.TestSet("made", "M", pairs)], 2, ssim=False)
    assert without == {"psnr_made": psnr}


def test_a_time_is_the_median_of_several_calls_after_the_first() -> None:
    shapes = []
    found = measures.milliseconds(lambda picture: shapes.append(picture.shape) or picture, CPU)
    assert found >= 0 and set(shapes) == {(180, 320, 3)}
    assert 1 + measures.LEAST <= len(shapes) <= 1 + measures.MOST


SETTINGS = [
    {"method": "srlut_s"},
    {"method": "srlut_v", "interval": 0},
    {"method": "mulut", "patterns": ("s", "d"), "coarser": 0, "halves": False},
    {"method": "mixed", "features": 1, "nodes": 3},
    {"method": "mulut_mixed", "network_steps": 3, "patterns": ("s", "y"), "nodes": 3},
    {"method": "mulut_wide", "network_steps": 3, "patterns": ("s", "v"), "members": 2},
    {"method": "additive_32k", "layers": ((2, 3, 3), (4, 3, 3))},
]
PRODUCT = {f"{what}_{name}" for what in ("psnr", "ssim") for name in ("set5", "set14")}


@pytest.mark.parametrize("changes", SETTINGS, ids=lambda c: c["method"])
def test_what_a_run_with_tables_measures(changes, small, tmp_path) -> None:
    settings = config(**changes)
    record = run(settings, tmp_path / "records", device="cpu")
    final = record.metrics.final
    behind = {f"{name}_network" for name in PRODUCT} | {"psnr_set5_sampled", "psnr_set14_sampled"}
    cost = {"bytes", "parameters", "milliseconds", "milliseconds_network"}
    assert set(final) == PRODUCT | behind | cost
    # the tables that are left are those that were measured
    path = find_tables(tmp_path / "tables", record.config)
    assert path is not None and digest_tables(path) == record.tables_sha256
    tables = load_tables(path)
    for test_set in small:
        found = [psnr_y(enlarge(p.lr, tables), p.hr, 2) for p in test_set.pairs]
        assert final[f"psnr_{test_set.key}"] == statistics.fmean(found)
    if not settings.table_steps:
        assert final["psnr_set5"] == final["psnr_set5_sampled"]
    assert record.data.name == "waves x2; test Set5, Set14; not there: BSD100"
    network = KINDS[settings.kind].build(settings)
    weights = torch.load(next((tmp_path / "weights").iterdir()), weights_only=True)
    network.load_state_dict(weights)
    sampled_tables(settings, network)  # sums are used in four turns from then on
    by_network = [
        psnr_y(study.enlarge_by_module(network, p.lr, padding_of(settings), CPU), p.hr, 2)
        for p in small[0].pairs
    ]
    assert final["psnr_set5_network"] == statistics.fmean(by_network)
    assert final["parameters"] == sum(p.numel() for p in network.parameters())
    assert list((tmp_path / "tables").iterdir()) == [path]
    assert not list((tmp_path / "checkpoints").iterdir())


def test_what_a_run_without_tables_measures(small, tmp_path) -> None:
    record = run(config(method="fsrcnn"), tmp_path / "records", device="cpu")
    final = record.metrics.final
    assert set(final) == PRODUCT | {"bytes", "parameters", "milliseconds"}
    assert final["bytes"] == 4 * final["parameters"] and record.tables_sha256 is None
    assert not (tmp_path / "tables").exists()


DICTIONARY = {"atoms": 8, "samples": 200}
DICTIONARIES = {
    "ne_lle": DICTIONARY | {"neighbours": 3},
    "zeyde": DICTIONARY | {"nonzeros": 2},
    "anr": DICTIONARY | {"neighbours": 4},
    "aplus": DICTIONARY | {"neighbours": 30},
}


@pytest.mark.parametrize("method", DICTIONARIES)
def test_what_a_dictionary_measures(method, small, tmp_path, monkeypatch) -> None:
    learned = "waves", [smooth(seed) for seed in range(10, 14)]
    monkeypatch.setattr(dictionary, "training_pairs", lambda config: learned)
    settings = config(method=method, **DICTIONARIES[method])
    record = run(settings, tmp_path / "records", device="cpu")
    final = record.metrics.final
    assert set(final) == PRODUCT | {"bytes", "milliseconds"} and final["bytes"] > 0
    assert record.tables_sha256 is None
    # what is left enlarges as what was measured
    weights = torch.load(next((tmp_path / "weights").iterdir()), weights_only=True)
    assert fingerprint(weights) == record.weights_sha256
    way = dictionary.enlarger_of(settings, weights)
    found = statistics.fmean(psnr_y(way(p.lr), p.hr, 2) for p in small[0].pairs)
    assert final["psnr_set5"] == found
    again = run(settings, tmp_path / "again" / "records", device="cpu")
    assert untimed(again) == untimed(record) and again.data == record.data
    assert record.data.digest != data.digest_of(small)  # of what was learned as well


@pytest.mark.parametrize(("method", "count"), [("carn_m", 412e3), ("rrdb", 16_698e3)])
def test_a_network_that_is_not_trained_is_counted(method, count, small) -> None:
    made = config_for("super_resolution", "laptop", method=method)
    result = study.measure(made, Job("hash"))
    final = result.metrics.final
    assert set(final) == {"bytes", "parameters"} and final["bytes"] == 4 * final["parameters"]
    published = {known.quantity: known.value for known in result.published}
    assert published["parameters"] == count  # as printed: "412K", "16698K"
    assert abs(final["parameters"] - count) / count < 0.01  # CARN-M's are counted without biases
    assert "not trained" in result.data.name and result.weights is None


def test_a_deep_network_learns_all_colours_together(small, monkeypatch) -> None:
    """Of a small one, as the published ones are too deep for a test."""
    made = config(method="carn_m", network_steps=2, core=6)
    monkeypatch.setattr(study, "KINDS", {"deep": replace(KINDS["deep"], build=small_deep)})
    final = study.measure(made, Job("hash")).metrics.final
    assert set(final) == PRODUCT | {"bytes", "parameters", "milliseconds"}
    assert final["parameters"] == sum(p.numel() for p in small_deep(made).parameters())


def small_deep(made: SuperResolutionConfig) -> DeepNetwork:
    layers = torch.nn.Conv2d(3, 3 * made.scale**2, 3, padding=1), torch.nn.PixelShuffle(made.scale)
    return DeepNetwork(torch.nn.Sequential(*layers))


@pytest.mark.parametrize("method", ["nearest", "bilinear", "bicubic"])
def test_what_an_interpolation_measures(method, small) -> None:
    result = study.measure(config(method=method), Job("hash"))
    assert set(result.metrics.final) == PRODUCT | {"milliseconds"}
    assert result.metrics.history == [] and result.weights is None
    picture = small[1].pairs[0]
    expected = psnr_y(interpolate_picture(method, picture.lr, 2), picture.hr, 2)
    assert result.metrics.final["psnr_set14"] == expected


def untimed(record) -> dict[str, float]:
    final = record.metrics.final
    return {name: value for name, value in final.items() if not name.startswith("milli")}


def test_a_run_repeats_to_the_bit_and_seeds_differ(small, tmp_path) -> None:
    first, again, other = (
        run(config(method="mixed", seed=seed), tmp_path / name / "records", device="cpu")
        for name, seed in (("a", 0), ("b", 0), ("c", 1))
    )
    assert untimed(first) == untimed(again) != untimed(other)
    same = ("tables_sha256", "weights_sha256")
    assert all(getattr(first, name) == getattr(again, name) for name in same)
    assert all(getattr(first, name) != getattr(other, name) for name in same)
    assert first.metrics.history == again.metrics.history


def test_without_a_folder_nothing_is_kept_and_the_digest_is_the_same(small, tmp_path) -> None:
    kept = run(config(method="mixed"), tmp_path / "records", device="cpu")
    assert run(config(method="mixed"), device="cpu").tables_sha256 == kept.tables_sha256


def test_training_beats_having_learned_nothing(small) -> None:
    """Waves are simple: some steps of a network that starts at its own pixel are enough."""
    made = config(method="mixed", width=16, network_steps=150, table_steps=50, batch_size=16)
    final = study.measure(made, Job("hash")).metrics.final
    nearest = study.measure(config(method="nearest"), Job("hash")).metrics.final
    assert final["psnr_set5_network"] > nearest["psnr_set5"]
    assert final["psnr_set5"] > nearest["psnr_set5"]
