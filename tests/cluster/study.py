"""A small study for the cluster's tests: a notebook that trains, and leaves a mark as it starts."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil
from nbformat.v4 import new_code_cell, new_notebook, writes

from dynconv_lite.experiments.matrix import plan_matrix
from dynconv_lite.experiments.notebook_run import NotebookRun

PATIENCE = 240  # seconds; the tests wait for what happens, and this is only for what never does
PARAMETERS = """
profile = "smoke"
method = "baseline"
seed = 0
changes = {}
out = ""
device = "auto"
checkpoint_minutes = 2.0
"""
RUN = """
import os
from pathlib import Path

mark = f"{method}-{seed}-{os.environ['OMP_NUM_THREADS']}-{os.getpid()}"
Path(out).parent.joinpath("starts", mark).touch()

from dynconv_lite.experiments import config_for, run

config = config_for("jitter", profile, seed, method=method, **changes)
record = run(config, out, device=device, checkpoint_minutes=checkpoint_minutes)
print(record.weights_sha256)
"""
# each step has a checkpoint of its own: long enough to be killed in
SMALL = {
    "train_size": 192,
    "batch_size": 8,
    "test_size": 50,
    "width": 4,
    "epochs": 2,
    "erf_epochs": [2],
    "erf_images": 2,
    "erf_size": 32,
}
STEPS = 48  # two epochs of 192 / 8


def plan(
    folder: Path,
    methods: Sequence[str],
    seeds: Sequence[int] = (0,),
    *,
    checkpoint_minutes: float = 0,
    **changes: object,
) -> list[NotebookRun]:
    """Plan runs of a notebook that is made in the folder, with results in `folder/runs`."""
    notebooks = folder / "notebooks" / "experiments"
    notebooks.mkdir(parents=True, exist_ok=True)
    (folder / "runs" / "smoke" / "starts").mkdir(parents=True, exist_ok=True)
    cells = [new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}), new_code_cell(RUN)]
    for number, cell in enumerate(cells):
        cell.id = f"cell{number}"
    (notebooks / "jitter.ipynb").write_text(writes(new_notebook(cells=cells)))
    return plan_matrix(
        "jitter",
        "smoke",
        methods=methods,
        seeds=seeds,
        changes={**SMALL, **changes},
        out=folder / "runs",
        root=folder,
        device="cpu",
        checkpoint_minutes=checkpoint_minutes,
    )


def starts(run: NotebookRun) -> int:
    """Count the kernels that have started on a run."""
    method, seed = run.parameters["method"], run.parameters["seed"]
    return len(list(run.target.parent.glob(f"starts/{method}-{seed}-1-*")))


def is_training(run: NotebookRun, kernel: psutil.Process) -> bool:
    """Tell whether a kernel is in the first half of a training, and has saved."""
    places = run.places
    assert places is not None
    try:
        held = {file.path for file in kernel.open_files()}
    except psutil.Error:
        return False
    saved = [int(path.stem.partition("-")[2]) for path in places.checkpoints.glob("step-*.pt")]
    return str(places.locked) in held and 0 < max(saved, default=0) < STEPS / 2


def wait_for(what: Callable[[], Any]) -> Any:
    """Wait until a question has an answer."""
    deadline = time.monotonic() + PATIENCE
    while not (answer := what()):
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.2)
    return answer


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended, reaped or not."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def kill(process: psutil.Process) -> None:
    os.kill(process.pid, 9)
