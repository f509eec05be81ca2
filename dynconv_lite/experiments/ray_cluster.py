"""A Ray cluster: how to reach it or start it, and what a run takes of its nodes."""

import logging
import os
import secrets
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from dynconv_lite.experiments.engines import EngineOptions
from dynconv_lite.experiments.notebook_run import NotebookRun

THREADS = "OMP_NUM_THREADS"  # what torch reads its number of threads from
PASSED_ON = (  # what the driver's environment says, the runs hear, too; a node may know otherwise
    "DYNCONV_DATA",
    "GOMP_SPINCOUNT",
    "MKL_NUM_THREADS",
    "IPYTHONDIR",
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "MPLCONFIGDIR",
)
SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # see Needs.environment
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # every node has its environment already
}
STARTS = 3  # Ray gives its own processes 15 seconds to start, which a busy machine may exceed
STORE_BYTES = 200_000_000  # results are small; Ray would otherwise take a third of the memory


@dataclass(frozen=True)
class Needs:
    """What one run takes of a node: CPUs, GPUs, and the threads that it may use."""

    cpus: int
    gpus: float
    threads: int

    def environment(self) -> dict[str, str]:
        """Return the environment variables of a run."""
        passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        # Ray leaves a task without GPUs all of them to see
        hidden = {} if self.gpus else {"CUDA_VISIBLE_DEVICES": ""}
        return {**passed, **hidden, THREADS: str(self.threads)}


def choose_needs(
    runs: Sequence[NotebookRun], options: EngineOptions, nodes: Sequence[Mapping[str, float]]
) -> Needs:
    """Decide what a run takes.

    On a CPU the weights that a training ends with depend on the number of threads. A run gets
    the number that it would have in the local engine on the driver's machine, OMP_NUM_THREADS or
    torch's own, and as many CPUs; no more threads than the largest node has CPUs, unless
    OMP_NUM_THREADS asks for them. On a GPU they do not count: one CPU and one thread.

    Args:
        runs: The runs.
        options: GPUs of a run.
        nodes: "CPU" and "GPU" of each node.

    Raises:
        ValueError: If no node has what a run takes.
    """
    gpus = options.gpus_per_run
    if gpus is None:
        on_cpu = all(run.parameters.get("device") == "cpu" for run in runs)
        gpus = 0 if on_cpu or not any(node.get("GPU") for node in nodes) else 1
    given = os.environ.get(THREADS, "")
    if given.isdigit() and int(given):
        threads = int(given)
    elif gpus:
        threads = 1
    else:
        import torch

        largest = int(max((node.get("CPU", 0) for node in nodes), default=0))
        threads = max(1, min(torch.get_num_threads(), largest))
    needs = Needs(1 if gpus else threads, gpus, threads)
    if not any(n.get("CPU", 0) >= needs.cpus and n.get("GPU", 0) >= gpus for n in nodes):
        have = ", ".join(f"{n.get('CPU', 0):g} CPUs and {n.get('GPU', 0):g} GPUs" for n in nodes)
        raise ValueError(
            f"a run takes {needs.cpus} CPUs and {gpus:g} GPUs ({THREADS}, --gpus-per-run), and no "
            f"node of the Ray cluster has as many: its nodes have {have or 'nothing'}"
        )
    return needs


@contextmanager
def connected(address: str | None) -> Iterator[None]:
    """Connect to the cluster, or start one on this machine; undo what was done here, only."""
    address = address or os.environ.get("RAY_ADDRESS") or "local"
    os.environ.update(SETTINGS)  # read as Ray is imported
    if address == "local" and "RAY_AUTH_MODE" not in os.environ and "ray" not in sys.modules:
        # A password known to this run alone; Ray would keep one in the home folder. Ray asks for
        # it as it is imported: set later, its own processes would turn this one away.
        os.environ.update(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=secrets.token_hex(32))
    try:
        import ray
    except ImportError as error:
        raise ValueError(
            "the engine 'ray' needs Ray: './course experiment NAME --engine ray' installs it, "
            "and so does pip install -e '.[cluster]' -c constraints.txt"
        ) from error
    if ray.is_initialized():
        yield
        return
    _join(address)
    try:
        yield
    finally:
        ray.shutdown()


def _join(address: str) -> None:
    import ray

    own: dict[str, Any] = {}
    if address not in ("local", "auto"):
        _check_answers(address)
    if address == "local":
        own = {"object_store_memory": STORE_BYTES, "include_dashboard": False, **_allotted_cpus()}
    for attempt in range(STARTS if own else 1):
        try:
            ray.init(address, log_to_driver=False, logging_level=logging.WARNING, **own)
            return
        except Exception as error:  # Ray has no class of its own for what can go wrong here
            if own and attempt + 1 < STARTS:
                continue
            reason = " ".join(str(error).split()) or type(error).__name__
            hint = "" if own else " (if it has a password, set RAY_AUTH_MODE=token)"
            raise ValueError(
                f"the Ray cluster {address!r} cannot be used: {reason}{hint}"
            ) from error


def _check_answers(address: str) -> None:
    """Find out now whether somebody listens there; Ray takes five minutes to give up."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
    except (OSError, ValueError) as error:
        raise ValueError(
            f"no Ray cluster answers at {address!r} ({error}): give HOST:PORT as its "
            "'ray start --head' does, on one of its machines"
        ) from error


def _allotted_cpus() -> dict[str, int]:
    """Return `num_cpus` where a scheduler has given us fewer CPUs than there are."""
    if not hasattr(os, "sched_getaffinity"):
        return {}
    allotted = len(os.sched_getaffinity(0))
    return {"num_cpus": allotted} if allotted < (os.cpu_count() or 1) else {}
