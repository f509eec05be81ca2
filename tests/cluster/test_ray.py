"""The Ray engine on a simulated cluster that loses a node and a kernel on the way."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
from study import is_gone, is_training, kill, plan, starts, wait_for

from dynconv_lite.experiments import parse_config, run
from dynconv_lite.experiments.engines import EngineOptions
from dynconv_lite.experiments.notebook_run import NotebookRun
from dynconv_lite.experiments.records import read_record

pytestmark = pytest.mark.timeout(900)  # a minute on two idle cores
METHODS = ("baseline", "shift_int", "shift_learnable")


@pytest.fixture
def options(nodes: Any) -> EngineOptions:
    return EngineOptions(address=nodes.address)


@pytest.fixture
def one_thread() -> Iterator[None]:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def execute(runs: list[NotebookRun], options: EngineOptions) -> list[Any]:
    from dynconv_lite.experiments.ray_engine import run_ray

    return list(run_ray(runs, lambda run, event: None, options))


def at_work(nodes: Any, node: Any, runs: list[NotebookRun]) -> tuple[NotebookRun, psutil.Process]:
    """Wait until a node is in the middle of a training."""
    return wait_for(
        lambda: next(((r, k) for k in nodes.kernels(node) for r in runs if is_training(r, k)), None)
    )


def strike(nodes: Any, runs: list[NotebookRun]) -> tuple[NotebookRun, NotebookRun]:
    """Kill a kernel on one node, then another node, both at work; return the runs that were hit."""
    first, second = nodes.others
    hit, kernel = at_work(nodes, first, runs)
    kill(kernel)
    rest = [run for run in runs if run is not hit]
    lost, orphan = at_work(nodes, second, rest)
    nodes.lose(second)
    wait_for(lambda: is_gone(orphan.pid))
    return hit, lost


@pytest.mark.usefixtures("one_thread")
def test_every_record_arrives_once_though_a_kernel_and_a_node_are_killed(
    nodes: Any, options: EngineOptions, tmp_path: Path
) -> None:
    runs = plan(tmp_path, METHODS, (0, 1))
    with ThreadPoolExecutor(1) as pool:
        struck = pool.submit(strike, nodes, runs)
        outcomes = execute(runs, options)
        hit, lost = struck.result()
    assert sorted(outcome.name for outcome in outcomes) == sorted(run.name for run in runs)
    assert [outcome.error for outcome in outcomes] == [None] * 6
    assert {run.name: starts(run) for run in runs} == {
        run.name: 2 if run in (hit, lost) else 1 for run in runs
    }
    records = {path.name: read_record(path) for path in runs[0].records.iterdir()}
    assert len(records) == 6
    for each in runs:
        found = records[each.places.record.name]
        alone = run(parse_config(each.config), device="cpu")
        same = ("config", "metrics", "data", "weights_sha256", "device")
        assert [getattr(found, n) for n in same] == [getattr(alone, n) for n in same]
        assert not list(each.places.checkpoints.glob("*"))


def test_the_driver_writes_what_it_does_not_find_and_a_failed_training_is_not_repeated(
    nodes: Any, options: EngineOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dynconv_lite.experiments import ray_engine

    good, bad = [
        *plan(tmp_path, ["baseline"], epochs=1, erf_epochs=[], checkpoint_minutes=9),
        *plan(tmp_path, ["shift_det"], lr=1e30, checkpoint_minutes=9),
    ]
    kept, written = ray_engine._keep, {}

    def keep_elsewhere(one: NotebookRun, finished: Any) -> Any:
        for file in filter(Path.exists, (one.places.record, one.target, one.outcome_file)):
            written[file] = file.read_text()
            file.unlink()
        return kept(one, finished)

    monkeypatch.setattr(ray_engine, "_keep", keep_elsewhere)
    outcomes = {outcome.name: outcome for outcome in execute([good, bad], options)}
    assert outcomes[good.name].error is None
    assert "TrainingError: " in outcomes[bad.name].error and "lr" in outcomes[bad.name].error
    assert (starts(good), starts(bad)) == (1, 1)
    assert len(written) == 5
    assert {file: file.read_text() for file in written} == written


def test_an_interrupted_driver_leaves_a_checkpoint_and_nothing_running(
    nodes: Any, options: EngineOptions, tmp_path: Path
) -> None:
    from dynconv_lite.experiments.ray_engine import run_ray

    (only,) = plan(tmp_path, ["shift_int"])
    kernels: list[int] = []

    def interrupt(one: NotebookRun, event: str) -> None:
        wait_for(lambda: list(one.places.checkpoints.glob("*.pt")))
        every = [nodes.cluster.head_node, *nodes.others]
        kernels.extend(kernel.pid for node in every for kernel in nodes.kernels(node))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(run_ray([only], interrupt, options))
    assert kernels
    wait_for(lambda: all(map(is_gone, kernels)))
    assert not only.places.record.exists() and list(only.places.checkpoints.glob("*.pt"))


def test_nothing_but_the_ray_engine_imports_ray() -> None:
    script = """
import sys, dynconv_lite.cli, dynconv_lite.experiments.engines, dynconv_lite.experiments.plan
import dynconv_lite.experiments.ray_engine
sys.exit("ray" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
