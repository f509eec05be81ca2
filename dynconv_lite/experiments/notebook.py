"""One notebook run: executed by papermill, its outcome written beside it.

Every engine ends here, on whatever machine it puts the run. An executed notebook and its outcome
belong to whoever holds the run's lock, so that two drivers never write into each other's files.
"""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from dynconv_lite.experiments.config import ProfileName
from dynconv_lite.experiments.notebook_run import NotebookRun
from dynconv_lite.experiments.records import Strict, find_record
from dynconv_lite.files import write_atomic

ANSI = re.compile(r"\x1b\[[0-9;]*m")
KERNEL_START_SECONDS = 180  # a kernel is slow to start where many start at once

OnCell = Callable[[NotebookRun], None]


class RunBusy(RuntimeError):
    """Another process is working on the run."""


class Outcome(Strict):
    """How a notebook run ended.

    Attributes:
        name: As of the run.
        kind: As of the run.
        profile: As of the run.
        seconds: Wall time, kernel start included.
        finished: When it ended, UTC.
        error: One line that names the cell and the error, or None if all went well.
        traceback: The error's traceback as plain text, if there was one.
        reused: Whether nothing was executed because all was there already; a file never says so.
    """

    name: str
    kind: Literal["chapter", "experiment"]
    profile: ProfileName
    seconds: float
    finished: datetime
    error: str | None = None
    traceback: str = ""
    reused: bool = False

    @property
    def kernel_died(self) -> bool:
        """Whether the kernel was lost, which is no fault of what it ran: worth another try."""
        return (self.error or "").startswith("DeadKernelError")


def execute_notebook(run: NotebookRun, on_cell: OnCell, *, wait: bool = True) -> Outcome:
    """Execute a run and write its outcome, unless it is an experiment that is done.

    Whatever goes wrong becomes the outcome's error; only an interrupt is raised.

    Args:
        run: What to execute.
        on_cell: Called after each executed code cell.
        wait: Whether to wait where another process works on the run.

    Returns:
        The outcome; for an experiment that was done before, the one that is on disk.

    Raises:
        RunBusy: If another process works on the run, and `wait` is False.
    """
    from filelock import FileLock, Timeout

    start = time.perf_counter()
    try:
        run.lock_file.parent.mkdir(parents=True, exist_ok=True)
        # the file stays: one that others wait for must not be replaced by a new one
        with FileLock(run.lock_file, timeout=-1 if wait else 0):
            done = finished_outcome(run)
            if done is not None:
                return done.model_copy(update={"reused": True})
            places = run.places
            if not wait and places is not None and places.is_locked():
                raise RunBusy(f"{run.name} is being worked on by another process")
            return _execute_and_note(run, on_cell, start)
    except Timeout as error:
        raise RunBusy(f"{run.name} is being worked on by another process") from error
    except OSError as error:  # no room or no right to write; the other runs may have both
        return _outcome(run, start, _one_line(error))


def finished_outcome(run: NotebookRun) -> Outcome | None:
    """Return the outcome of an experiment of which nothing is left to do.

    Its record is there, its notebook was executed to the end, and that notebook is still made of
    the cells of its source.

    Returns:
        The outcome on disk, or None if there is something to do; a chapter always has.
    """
    if run.config_hash is None or run.records is None:
        return None
    try:
        if find_record(run.records, run.config_hash) is None:
            return None
        outcome = Outcome.model_validate_json(run.outcome_file.read_bytes())
        whole = _sources(run.target) == _sources(run.source)
    except (OSError, ValueError, AttributeError, KeyError):  # missing or broken: do it again
        return None
    return outcome if whole and outcome.error is None else None


def load_outcomes(folder: Path) -> list[Outcome]:
    """Read the outcomes in a folder of executed notebooks, chapters before experiments."""
    found = [
        Outcome.model_validate_json(path.read_bytes())
        for path in sorted(Path(folder).glob("*.outcome.json"))
    ]
    return sorted(found, key=lambda outcome: (outcome.kind, outcome.name))


def _execute_and_note(run: NotebookRun, on_cell: OnCell, start: float) -> Outcome:
    # an old outcome must not speak for a run that is cut short
    run.outcome_file.unlink(missing_ok=True)
    run.target.parent.mkdir(parents=True, exist_ok=True)
    error, traceback = _execute(run, on_cell)
    if error is None:
        error = _missing_record(run)
    outcome = _outcome(run, start, error, traceback)
    with suppress(OSError):  # on a full disk the outcome lives on in the report of this command
        write_atomic(run.outcome_file, outcome.model_dump_json(indent=1) + "\n")
    return outcome


def _outcome(run: NotebookRun, start: float, error: str | None, traceback: str = "") -> Outcome:
    return Outcome(
        name=run.name,
        kind=run.kind,
        profile=run.profile,
        seconds=round(time.perf_counter() - start, 2),
        finished=datetime.now(UTC).replace(microsecond=0),
        error=error,
        traceback=traceback,
    )


def _execute(run: NotebookRun, on_cell: OnCell) -> tuple[str | None, str]:
    """Run one notebook by papermill.

    Returns:
        The error's one line and its traceback; None and "" if all went well.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from dynconv_lite.experiments.kernel import OwnKernelManager

    def executed(**_: Any) -> None:
        on_cell(run)

    try:
        papermill.execute_notebook(
            run.source,
            run.target,
            parameters=run.parameters,
            kernel_name="python3",  # whatever a learner's editor has written into the file
            language="python",
            cwd=run.source.parent,  # as in JupyterLab
            progress_bar=False,
            start_timeout=KERNEL_START_SECONDS,
            execution_timeout=run.cell_timeout,
            kernel_manager_class=OwnKernelManager,
            shutdown_kernel="immediate",  # nothing is left to say goodbye to, and Ctrl-C is quiet
            on_cell_executed=executed,
        )
    except PapermillExecutionError as error:
        line = next((line for line in error.source.splitlines() if line.strip()), "")
        where = f"cell In [{error.exec_count}] ({line.strip()[:60]!r})"
        trace = ANSI.sub("", "\n".join(error.traceback))
        return f"{where}: {error.ename}: {' '.join(str(error.evalue).split())}", trace
    except Exception as error:  # a dead kernel, a timeout, a broken file: the others still run
        return _one_line(error), ""
    return None, ""


def _missing_record(run: NotebookRun) -> str | None:
    """Return what is wrong if an experiment's notebook ran to its end and left no record."""
    if run.config_hash is None or run.records is None:
        return None
    try:
        found = find_record(run.records, run.config_hash)
    except ValueError as error:
        return _one_line(error)
    return None if found else "the notebook ran to its end and left no record of this configuration"


def _one_line(error: Exception) -> str:
    text = " ".join(f"{type(error).__name__}: {error}".split())
    if text.startswith("DeadKernelError"):
        text += " (killed by hand, or by the system for want of memory)"
    return text


def _sources(notebook: Path) -> list[str]:
    """Return the text of a notebook's cells, without the one that papermill adds."""
    import nbformat

    return [
        cell.source
        for cell in nbformat.read(notebook, as_version=4).cells
        if "injected-parameters" not in cell.metadata.get("tags", [])
    ]
