"""The commands behind `./course`: open the course, run it, test it, keep it in order."""

import importlib.util
import math
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dynconv_lite.cli_compare import comparing
from dynconv_lite.cli_shared import (
    DeviceChoice,
    EngineChoice,
    ProfileChoice,
    become,
    refusing,
    stop,
)
from dynconv_lite.cli_upkeep import upkeep
from dynconv_lite.cli_upscale import upscaling
from dynconv_lite.files import ROOT

if TYPE_CHECKING:
    from dynconv_lite.experiments.engines import EngineOptions
    from dynconv_lite.experiments.notebook import Outcome
    from dynconv_lite.experiments.notebook_run import NotebookRun

app = typer.Typer(
    name="course",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
LAB = [
    "--log-level=WARN",
    "--ServerApp.ip=127.0.0.1",
    f"--ServerApp.root_dir={ROOT}",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
]


def main() -> None:
    """Run the command line; what a user can mend is one sentence, not a traceback."""
    from dynconv_lite.course.environment import command_environment

    os.environ.update(command_environment())
    app(prog_name="course")


@app.callback()
def course() -> None:
    """Convolutions, from a loop to a lookup table: a course to read, do and play with."""


@app.command()
def lab(
    notebook: Annotated[
        Path, typer.Option(help="The notebook to open.", show_default=False)
    ] = Path("notebooks/00_start_here.ipynb"),
    port: Annotated[int, typer.Option(help="The local port; the next free one if taken.")] = 8888,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
) -> None:
    """Open the course in JupyterLab.

    It listens on this machine only, behind a random token.
    """
    path = notebook if notebook.is_absolute() else ROOT / notebook
    if not path.is_file():
        raise typer.BadParameter(f"there is no notebook {notebook}", param_hint="--notebook")
    command = [*LAB, f"--ServerApp.port={port}", *([] if browser else ["--no-browser"])]
    if hasattr(os, "getuid") and os.getuid() == 0:
        command.append("--allow-root")  # Jupyter refuses root otherwise, as in a container
    become("jupyterlab", [*command, str(path.relative_to(ROOT) if ROOT in path.parents else path)])


@app.command()
def run(
    profile: Annotated[ProfileChoice, typer.Option(help="How much to compute.")] = (
        ProfileChoice.SMOKE
    ),
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="One chapter, number or experiment; may be repeated."),
    ] = None,
    out: Annotated[Path, typer.Option(help="The folder of results.")] = Path("runs"),
    notebooks: Annotated[
        bool, typer.Option("--notebooks", help="Run your own notebooks/, not solutions/.")
    ] = False,
) -> None:
    """Execute everything headlessly and write a report.

    Results go to runs/PROFILE: every chapter, solved, and every experiment, each of its methods
    with each of the profile's seeds. On two cores that is minutes in smoke and two hours or so in
    laptop; full takes days on a GPU. What is done is not done again; delete a record in
    runs/PROFILE/records to measure anew.
    """
    from dynconv_lite.course.profiles import get_profile
    from dynconv_lite.experiments.plan import plan_runs

    with refusing("--only"):
        runs = plan_runs(
            profile.value,
            out,
            only or [],
            root=ROOT,
            chapters="notebooks" if notebooks else "solutions",
            cell_timeout=get_profile(profile.value).cell_timeout,
        )
    outcomes = _execute(runs, out / profile.value)
    failed = sum(outcome.error is not None for outcome in outcomes)
    typer.echo(f"{len(outcomes) - failed} of {len(outcomes)} notebooks ran to their end.")
    _report(out)
    raise typer.Exit(1 if failed else 0)


@app.command()
def experiment(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The experiment; none lists them.")
    ] = None,
    profile: Annotated[ProfileChoice, typer.Option(help="How much to compute.")] = (
        ProfileChoice.SMOKE
    ),
    methods: Annotated[
        list[str] | None,
        typer.Option(metavar="A,B", help="Methods to compare; all by default."),
    ] = None,
    seeds: Annotated[
        list[str] | None,
        typer.Option(metavar="0-3", help="0,1 or 0-3; by default those of the profile."),
    ] = None,
    data: Annotated[str | None, typer.Option(help="The data set; by default the profile's.")] = (
        None
    ),
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="Change a field; may be repeated."),
    ] = None,
    engine: Annotated[EngineChoice, typer.Option(help="What executes the runs.")] = (
        EngineChoice.LOCAL
    ),
    gpus_per_run: Annotated[
        float | None,
        typer.Option(min=0, help="GPUs of a run under ray, such as 0.5; one by default, if any."),
    ] = None,
    device: Annotated[DeviceChoice, typer.Option(help="Where to compute.")] = DeviceChoice.AUTO,
    checkpoint_minutes: Annotated[
        float, typer.Option(min=0, help="How much of a training a crash may cost.")
    ] = 2.0,
    out: Annotated[Path, typer.Option(help="The folder of results.")] = Path("runs"),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List the runs and how far they are; start nothing.")
    ] = False,
) -> None:
    """Run an experiment: every method with every seed, each in a notebook of its own.

    A run that is done is not done again, and one that was stopped goes on from its last
    checkpoint: after Ctrl-C, a crash or a power cut, give the same command again. Values of --set
    are JSON, as in --set epochs=3 --set erf_epochs=[1,3].
    """
    from dynconv_lite.experiments.engines import EngineOptions
    from dynconv_lite.experiments.matrix import parse_changes, parse_seeds, parse_words, plan_matrix
    from dynconv_lite.experiments.wording import list_experiments, list_states, summarise

    if name is None:
        typer.echo("\n".join(list_experiments()))
        raise typer.Exit()
    if not math.isfinite(checkpoint_minutes):
        raise typer.BadParameter("must be a number", param_hint="--checkpoint-minutes")
    with refusing("--seeds"):
        numbers = parse_seeds(seeds or [])
    with refusing("--set"):
        changed = parse_changes(changes or [])
    with refusing():
        runs = plan_matrix(
            name,
            profile.value,
            methods=parse_words(methods or []),
            seeds=numbers,
            data=data,
            changes=changed,
            out=out,
            root=ROOT,
            device=device.value,
            checkpoint_minutes=checkpoint_minutes,
        )
    if dry_run:
        typer.echo("\n".join(list_states(runs)))
        raise typer.Exit()
    _require(engine, device, out)
    with refusing("--gpus-per-run"):
        options = EngineOptions(gpus_per_run=gpus_per_run)
    outcomes = _execute(runs, out / profile.value, engine, options)
    typer.echo("\n".join(summarise(runs, outcomes)))
    _report(out)
    raise typer.Exit(1 if any(outcome.error is not None for outcome in outcomes) else 0)


@app.command()
def results(
    add: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="First keep the records of runs, as runs/laptop."),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail on drift.")] = False,
) -> None:
    """Make the tables in results/ from the records in results/records."""
    from dynconv_lite.experiments.tables import add_records, check_tables, write_tables

    folder = ROOT / "results"
    if check:
        drifts = check_tables(folder)
        typer.echo("\n".join(drifts) or "The tables say what the records say.")
        raise typer.Exit(1 if drifts else 0)
    try:
        for path in add_records(add, folder) if add is not None else []:
            typer.echo(f"kept {path.name}")
        for path in write_tables(folder):
            typer.echo(f"wrote {path.relative_to(ROOT)}")
    except ValueError as error:
        stop(str(error))


def _require(engine: EngineChoice, device: DeviceChoice, out: Path) -> None:
    """Refuse, before anything starts, an engine, a device or a folder that cannot be used."""
    if engine is EngineChoice.RAY and importlib.util.find_spec("ray") is None:
        raise typer.BadParameter(
            "ray is not installed; './course experiment NAME --engine ray' installs it",
            param_hint="--engine",
        )
    if device is DeviceChoice.CUDA and engine is EngineChoice.LOCAL:
        from dynconv_lite.experiments.job import choose_device

        with refusing("--device"):
            choose_device(device.value)
    try:
        out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()
    except OSError as error:
        raise typer.BadParameter(
            f"cannot write to {out}: {error.strerror}", param_hint="--out"
        ) from error


def _execute(
    runs: "Sequence[NotebookRun]",
    folder: Path,
    engine: EngineChoice = EngineChoice.LOCAL,
    options: "EngineOptions | None" = None,
) -> "list[Outcome]":
    """Execute runs; an interrupt says what is kept."""
    from dynconv_lite.experiments.progress import execute

    try:
        return execute(runs, engine.value, options)
    except ValueError as error:  # the engine's: a cluster that does not answer, say
        raise typer.BadParameter(str(error), param_hint="--engine") from error
    except KeyboardInterrupt:
        typer.echo(
            f"Stopped; what had finished is kept in {folder}, and the same command goes on from "
            "there: a training from its last checkpoint.",
            err=True,
        )
        raise typer.Exit(130) from None


def _report(out: Path) -> None:
    from dynconv_lite.course.environment import describe_environment
    from dynconv_lite.experiments.report import write_report

    try:
        typer.echo(f"Report: {write_report(out, describe_environment())}")
    except OSError as error:
        stop(f"the report could not be written to {out}: {error.strerror}")


app.add_typer(comparing)
app.add_typer(upscaling)
app.add_typer(upkeep)
