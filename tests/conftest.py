"""What all tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Workers share the cores: one thread each. Set before torch is first imported.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# The same examples on every run and machine, however slow it is.
settings.register_profile("ci", derandomize=True, deadline=None, database=None)
settings.load_profile("ci")


@pytest.fixture(autouse=True)
def seeded() -> None:
    """Give every test the same random weights, whatever ran before it in its worker."""
    import torch

    torch.manual_seed(0)


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of real data sets, where this machine has one."""
    root = os.environ.get("DYNCONV_DATA")
    if not root or not Path(root).is_dir():
        pytest.skip("needs real data: DYNCONV_DATA names no folder")
    return Path(root)
