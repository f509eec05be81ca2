"""A Ray cluster of three nodes, all of them processes of this machine."""

import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

STORE = 80_000_000  # bytes of shared memory a node; Ray takes no less
# A node of Ray is half a dozen Python processes, and one that does not answer within 15 seconds
# fails the node's start. On two busy cores that is not much, so they are kept light: compiled
# beforehand, and without a package that jsonschema takes a second and a half to import for a
# check that nothing here needs.
COMPILE = "import ray, ray.dashboard.utils as u; u.get_all_modules(u.DashboardAgentModule)"
LEFT_OUT = "rfc3987_syntax"


class Nodes:
    """Three nodes that take one run each."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        noticing = {"health_check_period_ms": 500, "agent_register_timeout_ms": 120_000}
        self.options: dict[str, Any] = {
            "num_cpus": 1,
            "object_store_memory": STORE,
            "include_dashboard": False,
            "include_log_monitor": False,
        }
        head = {"no_monitor": True, "_system_config": noticing}
        self.cluster = Cluster(initialize_head=True, head_node_args={**self.options, **head})
        self.others = [self.cluster.add_node(wait=False, **self.options) for _ in range(2)]
        self.cluster.wait_for_nodes(120)

    @property
    def address(self) -> str:
        return self.cluster.address

    def kernels(self, node: Any) -> list[psutil.Process]:
        """List the Jupyter kernels that work on a node."""
        (raylet,) = node.all_processes["raylet"]
        try:
            below = psutil.Process(raylet.process.pid).children(recursive=True)
            return [process for process in below if "ipykernel_launcher" in process.cmdline()]
        except psutil.Error:  # one has just ended
            return []

    def lose(self, node: Any) -> None:
        """Kill a node: no good-bye."""
        self.cluster.remove_node(node, allow_graceful=False)
        self.others.remove(node)


@pytest.fixture(scope="session", autouse=True)
def password() -> Iterator[None]:
    """Set the cluster's password before any test of this folder imports Ray, which keeps it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))
        yield


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    folder = Path(tempfile.mkdtemp(prefix="ray-"))  # a short name: sockets in it have long ones
    (folder / "ray").mkdir()
    (folder / "light").mkdir()
    (folder / "light" / f"{LEFT_OUT}.py").write_text("raise ImportError('left out')\n")
    started = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        pytest.importorskip("ray", reason="needs the extra `cluster`")
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        subprocess.run([sys.executable, "-c", COMPILE], capture_output=True, check=True)
        patch.setenv("RAY_TMPDIR", str(folder))
        patch.setenv("OMP_NUM_THREADS", "1")
        patch.setenv("PYTHONPATH", str(folder / "light"))
        try:
            started = Nodes()
            yield started
        finally:
            if started is not None:
                started.cluster.shutdown()
            shutil.rmtree(folder, ignore_errors=True)
