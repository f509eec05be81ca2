"""How far a run is, as its files say: done, under way, stopped, failed or not begun."""

from dataclasses import dataclass
from typing import Literal

from dynconv_lite.experiments.notebook import Outcome, finished_outcome
from dynconv_lite.experiments.notebook_run import NotebookRun
from dynconv_lite.experiments.records import Record, find_record

Word = Literal["done", "measured", "running elsewhere", "stopped", "failed", "broken", "to do"]


@dataclass(frozen=True)
class State:
    """How far a run is.

    Attributes:
        word: In a word. "measured": its record is there, but not its executed notebook.
        share: Of the work that is done, from 0 to 1.
        note: More about it, in a few words.
    """

    word: Word
    share: float = 0.0
    note: str = ""

    def __str__(self) -> str:
        return f"{self.word}{self.note and ' '}{self.note}"


def look_up(run: NotebookRun) -> State:
    """Say how far a run is; nothing is written and nothing is waited for."""
    places = run.places
    if places is None:
        return State("to do")
    try:
        if find_run_record(run) is not None:
            if finished_outcome(run):
                return State("done", 1.0)
            return State("measured", 1.0, "(its notebook is to be executed)")
    except ValueError as error:
        return State("broken", 0.0, f"({error})")
    share, _ = places.read_progress()
    percent = f"at {100 * share:.0f} %"
    if places.is_locked():
        return State("running elsewhere", share, percent)
    failure = _last_error(run)
    if failure is not None:
        return State("failed", share, f"({failure})")
    if share or places.checkpoints.is_dir():
        return State("stopped", share, percent)
    return State("to do")


def find_run_record(run: NotebookRun) -> Record | None:
    """Return a run's record, if there is one.

    Raises:
        ValueError: If it is broken.
    """
    if run.records is None or run.config_hash is None:
        return None
    return find_record(run.records, run.config_hash)


def _last_error(run: NotebookRun) -> str | None:
    try:
        return Outcome.model_validate_json(run.outcome_file.read_bytes()).error
    except (OSError, ValueError):
        return None
