"""Engines: what turns a list of notebook runs into executed notebooks and outcomes.

An engine takes the runs and yields one outcome each, in whatever order they finish. `local` is
papermill in this process, one run after another.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from dynconv_lite.experiments.config import ProfileName
from dynconv_lite.experiments.plan import NotebookRun
from dynconv_lite.experiments.records import Strict
from dynconv_lite.files import write_atomic

ANSI = re.compile(r"\x1b\[[0-9;]*m")


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
    """

    name: str
    kind: Literal["chapter", "experiment"]
    profile: ProfileName
    seconds: float
    finished: datetime
    error: str | None = None
    traceback: str = ""


OnCell = Callable[[NotebookRun], None]
Engine = Callable[[Sequence[NotebookRun], OnCell], Iterator[Outcome]]


def run_local(runs: Sequence[NotebookRun], on_cell: OnCell) -> Iterator[Outcome]:
    """Execute the runs one after another in this process; a failure does not stop the others.

    Args:
        runs: What to execute.
        on_cell: Called after each executed code cell.

    Yields:
        One outcome per run, already on disk beside the executed notebook.
    """
    for run in runs:
        # an old outcome must not speak for a run that is cut short
        run.outcome_file.unlink(missing_ok=True)
        run.target.parent.mkdir(parents=True, exist_ok=True)
        start = time.perf_counter()
        error, traceback = _execute(run, on_cell)
        outcome = Outcome(
            name=run.name,
            kind=run.kind,
            profile=run.profile,
            seconds=round(time.perf_counter() - start, 2),
            finished=datetime.now(UTC).replace(microsecond=0),
            error=error,
            traceback=traceback,
        )
        write_atomic(run.outcome_file, outcome.model_dump_json(indent=1) + "\n")
        yield outcome


ENGINES: dict[str, Engine] = {"local": run_local}


def load_outcomes(folder: Path) -> list[Outcome]:
    """Read the outcomes in a folder of executed notebooks, chapters before experiments."""
    found = [
        Outcome.model_validate_json(path.read_bytes())
        for path in sorted(Path(folder).glob("*.outcome.json"))
    ]
    return sorted(found, key=lambda outcome: (outcome.kind, outcome.name))


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
            execution_timeout=run.cell_timeout,
            kernel_manager_class=OwnKernelManager,
            shutdown_kernel="immediate",  # nothing is left to say goodbye to, and Ctrl-C is quiet
            on_cell_executed=executed,
        )
    except PapermillExecutionError as error:
        line = next((line for line in error.source.splitlines() if line.strip()), "")
        where = f"cell In [{error.exec_count}] ({line.strip()[:60]!r})"
        trace = ANSI.sub("", "\n".join(error.traceback))
        return f"{where}: {error.ename}: {error.evalue}", trace
    except Exception as error:  # a dead kernel, a timeout, a broken file: the others still run
        return f"{type(error).__name__}: {error}", ""
    return None, ""
