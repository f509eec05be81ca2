"""What a run takes of a Ray cluster, and what is said where it cannot be had; no Ray is started."""

import os
import sys
from types import SimpleNamespace

import pytest

from dynconv_lite.experiments.engines import EngineOptions
from dynconv_lite.experiments.notebook_run import NotebookRun
from dynconv_lite.experiments.ray_cluster import SETTINGS, Needs, choose_needs, connected

GPU_NODE = {"CPU": 16.0, "GPU": 4.0, "memory": 1e9}
CPU_NODE = {"CPU": 8.0, "memory": 1e9}
HEAD = {"memory": 1e9}  # takes no runs


@pytest.fixture(autouse=True)
def environment_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)


def a_run(device: str) -> NotebookRun:
    where = {"source": "a.ipynb", "target": "b.ipynb", "parameters": {"device": device}}
    return NotebookRun(name="a", kind="experiment", profile="smoke", **where)


@pytest.mark.parametrize(
    ("device", "gpus", "threads", "nodes", "expected"),
    [
        ("auto", None, None, [HEAD, GPU_NODE], Needs(1, 1, 1)),
        ("auto", 0.5, None, [GPU_NODE], Needs(1, 0.5, 1)),
        ("auto", None, "4", [GPU_NODE], Needs(1, 1, 4)),  # GPUs are scarce, not CPUs
        ("cpu", None, "4", [GPU_NODE], Needs(4, 0, 4)),
        ("auto", 0, "4", [GPU_NODE], Needs(4, 0, 4)),
        ("auto", None, None, [HEAD, CPU_NODE], Needs(6, 0, 6)),  # as the local engine
        ("auto", None, "0", [CPU_NODE], Needs(6, 0, 6)),
        ("auto", None, None, [{"CPU": 2.0}, {"CPU": 4.0}], Needs(4, 0, 4)),
        ("auto", None, "8", [CPU_NODE], Needs(8, 0, 8)),
    ],
)
def test_a_run_takes_a_gpu_or_as_many_cpus_as_it_has_threads(
    device: str,
    gpus: float | None,
    threads: str | None,
    nodes: list[dict[str, float]],
    expected: Needs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("torch.get_num_threads", lambda: 6)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if threads is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
    assert choose_needs([a_run(device)], EngineOptions(gpus_per_run=gpus), nodes) == expected


@pytest.mark.parametrize(
    ("options", "threads", "nodes", "words"),
    [
        (EngineOptions(gpus_per_run=8), "1", [GPU_NODE], "1 CPUs and 8 GPUs"),
        (EngineOptions(gpus_per_run=1), "1", [CPU_NODE], "8 CPUs and 0 GPUs"),
        (EngineOptions(), "64", [CPU_NODE], "64 CPUs and 0 GPUs"),
        (EngineOptions(), "1", [HEAD], "0 CPUs"),
        (EngineOptions(), "1", [], "nothing"),
    ],
)
def test_what_no_node_has_is_refused(
    options: EngineOptions,
    threads: str,
    nodes: list[dict[str, float]],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", threads)
    with pytest.raises(ValueError, match="--gpus-per-run") as error:
        choose_needs([a_run("auto")], options, nodes)
    assert words in str(error.value) and "OMP_NUM_THREADS" in str(error.value)


def test_a_run_hears_what_the_driver_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYNCONV_DATA", "/data")
    on_cpu, on_gpu = Needs(2, 0, 2).environment(), Needs(1, 1, 1).environment()
    assert (on_cpu["OMP_NUM_THREADS"], on_gpu["OMP_NUM_THREADS"]) == ("2", "1")
    assert on_cpu["DYNCONV_DATA"] == on_gpu["DYNCONV_DATA"] == "/data"
    assert on_cpu["CUDA_VISIBLE_DEVICES"] == "" and "CUDA_VISIBLE_DEVICES" not in on_gpu


@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1", "nowhere", "[::1]:x"])
def test_an_address_where_nobody_answers_is_named_at_once(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray", reason="needs the extra `cluster`")
    monkeypatch.setenv("RAY_ADDRESS", address)
    with pytest.raises(ValueError, match="HOST:PORT") as error, connected(None):
        pass
    assert repr(address) in str(error.value)


def test_without_ray_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ValueError, match="--engine ray"), connected("10.0.0.1:6379"):
        pass


def test_a_ray_that_is_imported_already_gets_no_new_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("RAY_AUTH_MODE", raising=False)
    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(is_initialized=lambda: True))
    with connected("local"):
        assert "RAY_AUTH_MODE" not in os.environ
