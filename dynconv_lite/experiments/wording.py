"""What the command line says about runs, in lines of plain text."""

from collections.abc import Sequence

from dynconv_lite.experiments.config import EXPERIMENTS, PROFILE_NAMES
from dynconv_lite.experiments.matrix import methods_of
from dynconv_lite.experiments.notebook import Outcome
from dynconv_lite.experiments.notebook_run import NotebookRun
from dynconv_lite.experiments.records import Record, record_name
from dynconv_lite.experiments.state import find_run_record, look_up


def label(run: NotebookRun) -> str:
    """Name a run in few words: a chapter, or an experiment's method and seed."""
    if run.config is None:
        return run.name
    return f"{run.config.get('method') or run.config['experiment']} seed {run.config['seed']}"


def duration(seconds: float) -> str:
    """Write a time as people say it: 4.2 s, 3 min 05 s, 2 h 10 min."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def headline(record: Record | None) -> str:
    """Return the number that an experiment is about, with its name; "" without a record."""
    if record is None:
        return ""
    final = record.metrics.final
    names = ["test_accuracy", *(entry.quantity for entry in record.published), *final]
    return next((f"{name} {final[name]:.4g}" for name in names if name in final), "")


def announce(run: NotebookRun, outcome: Outcome) -> str:
    """Say in one line how a run ended."""
    if outcome.error is not None:
        return f"FAILED {run.name}, {outcome.error}"
    when = "done before" if outcome.reused else duration(outcome.seconds)
    return f"{run.name}: {', '.join(filter(None, [headline(find_run_record(run)), when]))}"


def summarise(runs: Sequence[NotebookRun], outcomes: Sequence[Outcome]) -> list[str]:
    """Say in lines what was done, what had been done before, and what failed and why."""
    known = {run.name: run for run in runs}
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    before = [outcome for outcome in outcomes if outcome.error is None and outcome.reused]
    fresh = [outcome for outcome in outcomes if outcome.error is None and not outcome.reused]
    parts = ((fresh, "finished"), (before, "done before"), (failed, "failed"))
    counts = ", ".join(f"{len(part)} {word}" for part, word in parts if part)
    width = max((len(run.name) for run in runs), default=0)
    lines = [f"{len(runs)} runs: {counts}."]
    for outcome in [*before, *fresh]:
        when = "done before" if outcome.reused else duration(outcome.seconds)
        result = headline(find_run_record(known[outcome.name]))
        lines.append(f"  {outcome.name:<{width}}  {result:<22} {when}")
    for outcome in failed:
        lines.append(f"  {outcome.name:<{width}}  FAILED: {outcome.error}")
        lines.append(f"  {'':<{width}}  see {known[outcome.name].target}")
    return lines


def list_states(runs: Sequence[NotebookRun]) -> list[str]:
    """Say in lines how far every run is, by what configuration, and where its record belongs."""
    states = [look_up(run) for run in runs]
    counts = {state.word: 0 for state in states}
    for state in states:
        counts[state.word] += 1
    width = max(len(run.name) for run in runs)
    lines = []
    for run, state in zip(runs, states, strict=True):
        assert run.records is not None and run.config_hash is not None and run.experiment
        record = run.records / record_name(run.experiment, run.config_hash)
        lines.append(f"{run.name:<{width}}  {state}")
        lines.append(f"{'':<{width}}  config {run.config_hash[:12]}, record {record}")
    total = ", ".join(f"{count} {word}" for word, count in counts.items())
    return [*lines, f"{len(runs)} runs: {total}. Nothing was started."]


def list_experiments() -> list[str]:
    """Say in lines what experiments there are, with their methods and seeds."""
    lines = []
    for name, kind in EXPERIMENTS.items():
        lines.append(f"{name}: {(kind.__doc__ or '').splitlines()[0]}")
        if methods_of(name):
            lines.append(f"  methods: {', '.join(methods_of(name))}")
        seeds = (f"{p} {', '.join(map(str, kind.seeds[p]))}" for p in PROFILE_NAMES)
        lines.append(f"  seeds:   {'; '.join(seeds)}")
    return lines
