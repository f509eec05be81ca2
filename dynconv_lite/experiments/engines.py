"""Engines: what turns a list of notebook runs into executed notebooks and outcomes.

An engine takes the runs and yields one outcome each, in whatever order they finish. `local` is
papermill in this process, one run after another; `ray` spreads the runs over GPUs and machines.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Annotated, Literal

from pydantic import Field, FiniteFloat

from dynconv_lite.experiments.notebook import Outcome, RunBusy, execute_notebook
from dynconv_lite.experiments.notebook_run import NotebookRun
from dynconv_lite.experiments.records import Strict

LOOK_SECONDS = 1.0  # between two looks at runs that another process works on


class EngineOptions(Strict):
    """How an engine may use the machines.

    Attributes:
        gpus_per_run: GPUs, or the share of one, that a run gets; None for one where there are
            GPUs and none where there are not. `local` gives every run what the machine has.
        retries: How often a run is started again after its worker, node or kernel was lost.
        address: Of the cluster; None for the one that the environment names, or else a new one
            on this machine.
    """

    gpus_per_run: Annotated[FiniteFloat, Field(ge=0)] | None = None
    retries: Annotated[int, Field(ge=0)] = 3
    address: str | None = None


Event = Literal["started", "cell", "waiting"]
# Called in the driver's process: a run has started, one more of its code cells has been executed,
# or all that is left to do, this run first, is in the hands of another process.
Watch = Callable[[NotebookRun, Event], None]
Engine = Callable[[Sequence[NotebookRun], Watch, EngineOptions], Iterator[Outcome]]


def run_local(
    runs: Sequence[NotebookRun],
    watch: Watch,
    options: EngineOptions | None = None,
) -> Iterator[Outcome]:
    """Execute the runs one after another in this process; a failure does not stop the others.

    A run that another process works on goes to the end of the queue, and is waited for only when
    nothing else is left.

    Args:
        runs: What to execute.
        watch: Told what happens.
        options: Nothing in them matters here.

    Yields:
        One outcome per run, already on disk beside the executed notebook.
    """
    queue = deque(runs)
    passed_over = 0
    while queue:
        run = queue.popleft()
        watch(run, "started")
        try:
            outcome = execute_notebook(run, partial(_tell_cell, watch), wait=False)
        except RunBusy:
            queue.append(run)
            passed_over += 1
            if passed_over == len(queue):
                watch(queue[0], "waiting")
                time.sleep(LOOK_SECONDS)
                passed_over = 0
            continue
        passed_over = 0
        yield outcome


def run_ray(runs: Sequence[NotebookRun], watch: Watch, options: EngineOptions) -> Iterator[Outcome]:
    """Execute the runs as tasks of a Ray cluster; see `ray_engine`, which needs Ray."""
    from dynconv_lite.experiments import ray_engine

    return ray_engine.run_ray(runs, watch, options)


ENGINES: dict[str, Engine] = {"local": run_local, "ray": run_ray}


def _tell_cell(watch: Watch, run: NotebookRun) -> None:
    watch(run, "cell")
