"""The Ray engine: every run is a task, on as many GPUs and machines as a Ray cluster has.

Ray chooses where a run goes, gives it its GPU, and starts it again when its worker or its node is
lost. What a task does is `execute_notebook`, as in the local engine. All nodes are to see the same
checkout under the same path; where they also share the folder of results, a run that is started
again goes on from its last checkpoint. A task returns all files that count, so that the driver
can write those that it does not find on its own disk.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from dynconv_lite.experiments.engines import LOOK_SECONDS, EngineOptions, Watch
from dynconv_lite.experiments.notebook import Outcome, execute_notebook, finished_outcome
from dynconv_lite.experiments.notebook_run import NotebookRun
from dynconv_lite.experiments.ray_cluster import choose_needs, connected
from dynconv_lite.experiments.records import Record, Strict, find_record, write_record
from dynconv_lite.files import write_atomic


class LostKernel(RuntimeError):
    """A kernel died under a run, which Ray then starts again; holds the outcome as JSON."""


class Finished(Strict):
    """What a task returns: the run's outcome, its record as JSON, its executed notebook."""

    outcome: Outcome
    record: str | None = None
    notebook: str | None = None


def run_ray(runs: Sequence[NotebookRun], watch: Watch, options: EngineOptions) -> Iterator[Outcome]:
    """Execute the runs as tasks of a Ray cluster; a failure does not stop the others.

    Args:
        runs: What to execute.
        watch: Told that a run has started, once its progress is to be seen from here.
        options: The cluster, the GPUs of a run, and how often a run is started again.

    Yields:
        One outcome per run, in the order in which they finish, on disk beside the notebook.

    Raises:
        ValueError: If Ray is not installed, the cluster does not answer, or no node of it can
            take a run.
    """
    todo = []
    for run in runs:
        done = finished_outcome(run)
        if done is None:
            todo.append(run)
        else:
            watch(run, "started")
            yield done.model_copy(update={"reused": True})
    if todo:
        with connected(options.address):
            yield from _drain(todo, watch, options)


def _drain(runs: Sequence[NotebookRun], watch: Watch, options: EngineOptions) -> Iterator[Outcome]:
    import ray

    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    needs = choose_needs(runs, options, nodes)
    task = ray.remote(_work).options(
        num_cpus=needs.cpus,
        num_gpus=needs.gpus,
        max_retries=options.retries,
        retry_exceptions=[LostKernel],
    )
    environment = needs.environment()
    pending = {task.remote(run, environment): run for run in runs}
    begun = datetime.now(UTC)
    started: set[str] = set()

    def tell(run: NotebookRun) -> None:
        if run.name not in started:
            started.add(run.name)
            watch(run, "started")

    try:
        while pending:
            ready, _ = ray.wait(list(pending), timeout=LOOK_SECONDS)
            for run in pending.values():
                if _moves(run, begun):
                    tell(run)
            for reference in ready:
                run = pending.pop(reference)
                tell(run)
                yield _keep(run, _collect(run, reference, begun))
    finally:
        for reference in pending:
            ray.cancel(reference, force=True)


def _work(run: NotebookRun, environment: Mapping[str, str]) -> Finished:
    """Execute a run on the node where this is called; the kernel inherits the environment."""
    os.environ.update(environment)
    outcome = execute_notebook(run, lambda _: None)
    if outcome.kernel_died:
        raise LostKernel(outcome.model_dump_json())
    record = notebook = None
    if run.records is not None and run.config_hash is not None and outcome.error is None:
        found = find_record(run.records, run.config_hash)
        record = found.model_dump_json() if found else None
    if run.target.exists():
        notebook = run.target.read_text(encoding="utf-8")
    return Finished(outcome=outcome, record=record, notebook=notebook)


def _collect(run: NotebookRun, reference: Any, begun: datetime) -> Finished:
    """Return a task's result, or what became of it."""
    import ray

    try:
        return ray.get(reference)
    except ray.exceptions.RayError as error:
        cause = getattr(error, "cause", None) or error
        if isinstance(cause, LostKernel):
            return Finished(outcome=Outcome.model_validate_json(str(cause)))
        reason = " ".join(f"{type(cause).__name__}: {cause}".split())
    now = datetime.now(UTC).replace(microsecond=0)
    outcome = Outcome(
        name=run.name,
        kind=run.kind,
        profile=run.profile,
        seconds=round((datetime.now(UTC) - begun).total_seconds(), 2),
        finished=now,
        error=reason,
    )
    return Finished(outcome=outcome)


def _keep(run: NotebookRun, finished: Finished) -> Outcome:
    """Write what is not on this disk, as where nodes do not share the folder of results."""
    outcome = finished.outcome
    text = outcome.model_copy(update={"reused": False}).model_dump_json(indent=1) + "\n"
    try:
        if finished.record and run.records and not find_record(run.records, str(run.config_hash)):
            write_record(Record.model_validate_json(finished.record), run.records)
        if not run.outcome_file.exists() or run.outcome_file.read_text(encoding="utf-8") != text:
            if finished.notebook is not None:
                write_atomic(run.target, finished.notebook)
            write_atomic(run.outcome_file, text)
    except (OSError, ValueError) as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        return outcome.model_copy(update={"error": outcome.error or reason})
    return outcome


def _moves(run: NotebookRun, since: datetime) -> bool:
    """Tell whether a run has reported progress since a time."""
    if run.places is None:
        return False
    try:
        return run.places.progress.stat().st_mtime >= since.timestamp()
    except OSError:
        return False
