"""Configurations are checked before work; records are whole, unaltered, and found again."""

import json
import os
import signal
import subprocess
import sys
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import record

from dynconv_lite import experiments
from dynconv_lite.experiments import Measurement, config_for, config_hash, erf_growth, parse_config
from dynconv_lite.experiments.config import PROFILE_NAMES
from dynconv_lite.experiments.job import Job
from dynconv_lite.experiments.records import (
    Data,
    Metrics,
    Record,
    find_record,
    load_records,
    read_record,
    write_record,
)


def job(config) -> Job:
    return Job(config_hash(config))


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_every_profile_is_a_valid_configuration(profile):
    assert config_for("erf_growth", profile).profile == profile


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"experiment": "erf_groth"}, "'erf_groth' is not one of erf_growth"),
        ({"kernels": [3]}, "no field 'kernels'; its fields are .*kernel_sizes"),
        ({"profile": "huge"}, "profile = 'huge'.*'smoke', 'laptop' or 'full'"),
        ({"seed": -1}, "seed = -1"),
        ({"kernel_sizes": [3, 4]}, "kernel sizes are odd"),
        ({"kernel_sizes": [3]}, "at least 2"),
        ({"depths": [4, 4]}, "differ"),
        ({"depths": [4, "deep"]}, "depths.1 = 'deep'"),
        ({"nonlinearity": "swish"}, "'linear', 'relu', 'tanh' or 'gelu'"),
    ],
)
def test_what_is_not_allowed_is_named(changes, message):
    good = config_for("erf_growth").model_dump()
    with pytest.raises(ValueError, match=message):
        parse_config(good | changes)


def test_an_unknown_profile_lists_the_known():
    with pytest.raises(ValueError, match="'huge' is not one of smoke, laptop, full"):
        config_for("erf_growth", "huge")


def test_the_hash_is_canonical_and_sees_every_field():
    config = config_for("erf_growth")
    backwards = dict(reversed(config.model_dump(mode="json").items()))
    assert config_hash(parse_config(backwards)) == config_hash(config) == config_hash(backwards)
    others = [{"seed": 1}, {"depths": (4, 8)}, {"channels": 9}, {"nonlinearity": "linear"}]
    hashes = {config_hash(config_for("erf_growth", **{"seed": 0, **other})) for other in others}
    assert len(hashes | {config_hash(config)}) == 5


def test_the_hash_of_a_given_configuration_never_changes():
    # a record on somebody's disk must be found again by the next version of the course
    fixed = {"experiment": "x", "seed": 3, "sizes": [3, 5], "name": "σ"}
    expected = "44c73081545c0dc7"
    assert config_hash(fixed)[:16] == expected


@given(st.dictionaries(st.text(), st.floats(allow_nan=False, allow_infinity=False), max_size=4))
def test_a_record_comes_back_as_it_was(metrics):
    before = record(**{"m": 1.0}).model_copy(update={"metrics": Metrics(final=metrics)})
    assert Record.model_validate_json(before.model_dump_json()) == before


def test_records_are_written_and_found_by_hash(tmp_path):
    first, second = record(0), record(1)
    assert find_record(tmp_path / "none", first.config_hash) is None
    path = write_record(first, tmp_path)
    write_record(second, tmp_path)
    assert read_record(path) == first
    assert find_record(tmp_path, second.config_hash) == second
    assert find_record(tmp_path, "0" * 64) is None


def test_numbers_that_are_none_are_refused():
    with pytest.raises(ValueError, match="finite"):
        record(loss=float("nan"))


@pytest.mark.parametrize("fault", ["truncated", "altered", "empty", "extra"])
def test_a_broken_record_is_named_and_never_skipped(tmp_path, fault):
    good, bad = write_record(record(0), tmp_path), write_record(record(1), tmp_path)
    whole = bad.read_text()
    content = json.loads(whole)
    content["config"]["depths"] = [1, 2]
    broken = {
        "truncated": whole[: len(whole) // 2],
        "altered": json.dumps(content),
        "empty": "",
        "extra": whole.replace('"seed"', '"sead"', 1),
    }
    bad.write_text(broken[fault])
    records, problems = load_records(tmp_path)
    assert [r.file_name for r in records] == [good.name]
    assert len(problems) == 1 and bad.name in problems[0] and "delete it" in problems[0]
    with pytest.raises(ValueError, match=bad.name):
        find_record(tmp_path, record(1).config_hash)


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
@pytest.mark.parametrize("before", ["fsync", "replace"])
def test_a_kill_during_a_write_leaves_the_old_record(tmp_path, before):
    path = write_record(record(0, value=1.0), tmp_path)
    old = path.read_bytes()
    script = f"""
        import os, signal, sys
        from pathlib import Path
        from dynconv_lite import files
        def die(*_):
            os.kill(os.getpid(), signal.SIGKILL)
        os.{before} = die
        files.write_atomic(Path({str(path)!r}), "x" * 100_000)
    """
    child = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], timeout=60)
    assert child.returncode == -signal.SIGKILL
    assert path.read_bytes() == old
    assert load_records(tmp_path) == ([read_record(path)], [])
    assert len(list(tmp_path.iterdir())) == 2  # the torn temporary file, which nobody reads


def test_a_failed_write_leaves_no_litter(tmp_path, monkeypatch):
    path = write_record(record(0), tmp_path)
    old = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_record(record(0), tmp_path)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [old]


def test_run_measures_once_and_then_returns_the_record(tmp_path, monkeypatch):
    calls = []

    def measure(config, job):
        calls.append(config)
        return Measurement(Metrics(final={"exponent_depth": 0.5}), Data(name="n", digest="d"))

    monkeypatch.setattr(erf_growth, "measure", measure)
    config = config_for("erf_growth", seed=3)
    first = experiments.run(config, tmp_path)
    assert experiments.run(config, tmp_path) == first
    assert len(calls) == 1 and first.seed == 3 and first.config_hash == config_hash(config)
    experiments.run(config_for("erf_growth", seed=4), tmp_path)
    experiments.run(config)
    assert len(calls) == 3 and len(list(tmp_path.iterdir())) == 2


def test_a_fit_recovers_known_exponents():
    history = [
        {"kernel_size": k, "depth": d, "width": 0.7 * (k**2 - 1) ** (0.5 * 0.9) * d**0.6}
        for k in (3.0, 5.0, 9.0)
        for d in (2.0, 4.0, 16.0)
    ]
    fit = erf_growth.fit_exponents(history)
    assert fit["exponent_kernel"] == pytest.approx(0.9)
    assert fit["exponent_depth"] == pytest.approx(0.6)
    assert fit["r_squared"] == pytest.approx(1.0)


def test_equal_weights_give_the_width_of_the_theory_exactly():
    config = config_for(
        "erf_growth",
        depths=(2, 4, 8),
        size=41,
        networks=1,
        nonlinearity="linear",
        weights="uniform",
    )
    for entry in erf_growth.measure(config, job(config)).metrics.history:
        expected = erf_growth.uniform_width(entry["kernel_size"], entry["depth"])
        assert entry["width"] == pytest.approx(expected, rel=1e-5)


def test_the_exponents_of_random_stacks_lie_where_theory_puts_them():
    config = config_for("erf_growth", depths=(4, 8, 16), size=67, networks=3)
    measured = erf_growth.measure(config, job(config))
    final = measured.metrics.final
    assert 0.9 < final["exponent_kernel"] < 1.15
    assert 0.5 < final["exponent_depth"] < 0.68
    assert 1.2 < final["width_over_uniform"] < 2**0.5 + 0.05


def test_a_run_is_a_function_of_its_configuration():
    small = {"depths": (1, 2), "size": 11, "networks": 2}
    configs = [config_for("erf_growth", seed=seed, **small) for seed in (5, 5, 6)]
    first, again, other = (erf_growth.measure(config, job(config)) for config in configs)
    assert first.metrics == again.metrics and first.data == again.data
    assert first.metrics != other.metrics and first.data != other.data
