"""Following many runs: one bar for all of them on a terminal, one line a run in a log."""

import sys
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from dynconv_lite.experiments.engines import ENGINES, EngineOptions, Event
from dynconv_lite.experiments.notebook import Outcome
from dynconv_lite.experiments.notebook_run import NotebookRun
from dynconv_lite.experiments.state import look_up
from dynconv_lite.experiments.wording import announce, label

LOOK_SECONDS = 1.0
BAR = "{desc} {percentage:3.0f}% |{bar}| {elapsed}, about {remaining} left"


def execute(
    runs: Sequence[NotebookRun], engine: str = "local", options: EngineOptions | None = None
) -> list[Outcome]:
    """Execute runs by an engine and show on standard error how far they are.

    Args:
        runs: What to execute.
        engine: A key of `ENGINES`.
        options: How the engine may use the machines.

    Returns:
        One outcome per run, in the order in which they ended.
    """
    outcomes = []
    with Progress(runs) as progress:
        for outcome in ENGINES[engine](runs, progress.watch, options or EngineOptions()):
            outcomes.append(outcome)
            progress.end(outcome)
    return outcomes


class Progress:
    """What a person is shown while runs are executed; a run's share of its work is the unit.

    Args:
        runs: All of them.
    """

    def __init__(self, runs: Sequence[NotebookRun]) -> None:
        from tqdm import tqdm

        self._runs = {run.name: run for run in runs}
        self._shares = {run.name: look_up(run).share for run in runs}
        self._cells = dict.fromkeys(self._runs, 0)
        self._running: dict[str, None] = {}  # in the order in which they were started
        self._ended: set[str] = set()
        self._waiting = False
        self._guard = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._width = max((len(label(run)) for run in runs), default=0) + len(", epoch 100 of 100")
        self._bar = tqdm(
            total=len(runs),
            initial=sum(self._shares.values()),  # not done now: says nothing about the pace
            bar_format=BAR,
            smoothing=0,  # runs differ too much for the pace of the last to mean anything
            dynamic_ncols=True,
            file=sys.stderr,
            disable=None,  # that is, where standard error is no terminal
        )

    def __enter__(self) -> Self:
        if not self._bar.disable:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._bar.close()

    def watch(self, run: NotebookRun, event: Event) -> None:
        """Take note of what an engine tells."""
        with self._guard:
            self._waiting = event == "waiting"
            if event == "started":
                self._running[run.name] = None
            elif event == "waiting":
                self._running.clear()
            elif run.kind == "chapter":
                self._cells[run.name] += 1
                self._shares[run.name] = min(1.0, self._cells[run.name] / run.cells)

    def end(self, outcome: Outcome) -> None:
        """Take note of a run's end and announce it."""
        with self._guard:
            self._ended.add(outcome.name)
            self._running.pop(outcome.name, None)
            if outcome.reused and not self._bar.disable:
                self._bar.initial += 1 - self._shares[outcome.name]
            self._shares[outcome.name] = 1.0
            position = f"[{len(self._ended)}/{len(self._runs)}]"
        line = f"{position} {announce(self._runs[outcome.name], outcome)}"
        self._bar.write(line, file=sys.stderr)
        sys.stderr.flush()
        if not self._bar.disable:
            self._draw()

    def _follow(self) -> None:
        while not self._stop.is_set():
            self._draw()
            self._stop.wait(LOOK_SECONDS)

    def _draw(self) -> None:
        with self._guard:
            texts = {}
            for name, run in self._runs.items():
                if run.places is None or name in self._ended:
                    continue
                share, texts[name] = run.places.read_progress()
                # the file is gone once the record is there, and a run never goes back for good
                self._shares[name] = max(self._shares[name], share)
            self._bar.n = sum(self._shares.values())
            self._bar.set_description_str(f"{self._describe(texts):<{self._width}}", refresh=False)
            self._bar.refresh()

    def _describe(self, texts: dict[str, str]) -> str:
        """Say what is going on, of several runs the one that was started last."""
        if self._waiting:
            return "waiting for another process"
        if not self._running:
            return "done" if len(self._ended) == len(self._runs) else "starting"
        last = next(reversed(self._running))
        count = len(self._running)
        words = (
            f"{count} at once; {label(self._runs[last])}" if count > 1 else label(self._runs[last])
        )
        return f"{words}, {texts[last]}" if texts.get(last) else words
