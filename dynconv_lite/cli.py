"""The commands behind `./course`: open the course, run it, test it, keep it in order."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from dynconv_lite.files import ROOT

if TYPE_CHECKING:
    from dynconv_lite.experiments.engines import Outcome
    from dynconv_lite.experiments.plan import NotebookRun

app = typer.Typer(
    name="course",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
PYTEST = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout", "120", "--dist", "loadscope"]
LAB = [
    "--log-level=WARN",
    "--ServerApp.ip=127.0.0.1",
    f"--ServerApp.root_dir={ROOT}",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
]
Names = Annotated[list[str] | None, typer.Argument(metavar="NAME", show_default=False)]


class ProfileChoice(StrEnum):
    """The profiles, as the command line offers them."""

    SMOKE = "smoke"
    LAPTOP = "laptop"
    FULL = "full"


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
    _become("jupyterlab", [*command, str(path.relative_to(ROOT) if ROOT in path.parents else path)])


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

    Results go to runs/PROFILE: every chapter, solved, and every experiment of the profile. An
    experiment whose record is already there is not measured again; delete its record in
    runs/PROFILE/records to measure anew.
    """
    from dynconv_lite.course.environment import describe_environment
    from dynconv_lite.course.profiles import get_profile
    from dynconv_lite.experiments.plan import plan_runs
    from dynconv_lite.experiments.report import write_report

    try:
        runs = plan_runs(
            profile.value,
            out,
            only or [],
            root=ROOT,
            chapters="notebooks" if notebooks else "solutions",
            cell_timeout=get_profile(profile.value).cell_timeout,
        )
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--only") from error
    try:
        outcomes = _execute(runs)
    except KeyboardInterrupt:
        typer.echo(f"Stopped; what had finished is kept in {out / profile.value}.", err=True)
        raise typer.Exit(130) from None
    report = write_report(out, describe_environment())
    failed = sum(outcome.error is not None for outcome in outcomes)
    typer.echo(f"{len(outcomes) - failed} of {len(outcomes)} notebooks ran to their end.")
    typer.echo(f"Report: {report}")
    raise typer.Exit(1 if failed else 0)


def _execute(runs: "Sequence[NotebookRun]") -> "list[Outcome]":
    """Run everything behind one progress bar that counts cells; name failures as they come."""
    from tqdm import tqdm

    from dynconv_lite.experiments.engines import ENGINES

    outcomes: list[Outcome] = []
    names = [*(run.name for run in runs), "done"]
    style = {
        "bar_format": "{desc:<28.28} {percentage:3.0f}% |{bar}| {elapsed}, about {remaining} left",
        "smoothing": 0,  # cells differ too much for the pace of the last few to mean anything
        "dynamic_ncols": True,
    }
    with tqdm(total=sum(run.cells for run in runs), desc=names[0], **style) as bar:

        def advance(_: "NotebookRun") -> None:
            bar.update()

        for outcome in ENGINES["local"](runs, advance):
            outcomes.append(outcome)
            if outcome.error:
                bar.write(f"FAILED {outcome.name}, {outcome.error}", file=sys.stderr)
            bar.set_description_str(names[len(outcomes)], refresh=False)
            bar.update(sum(run.cells for run in runs[: len(outcomes)]) - bar.n)
    return outcomes


@app.command(context_settings=PASS_ON)
def test(context: typer.Context) -> None:
    """Run all tests.

    What you add goes to pytest: paths, -k WORD, -x and so on.
    """
    _need("pytest", "nbval", "xdist")
    given = context.args
    arguments = [*PYTEST, *([] if "--pdb" in given else ["-n", "2"])]
    sanitize = ROOT / "tests" / "nbval-sanitize.cfg"
    if sanitize.exists():
        arguments += ["--nbval-sanitize-with", str(sanitize)]
    if not any(Path(word.split("::")[0]).exists() for word in given if word[:1] != "-"):
        arguments += [name for name in ("tests", "solutions") if (ROOT / name).is_dir()]
    _become("pytest", [*arguments, *given])


@app.command()
def sync(
    names: Names = None,
    execute: Annotated[bool, typer.Option("--execute", help="Run the solutions first.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail on drift.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite your own work, too.")] = False,
) -> None:
    """Make notebooks/ from solutions/.

    NAME is a chapter or its number; by default all are made.
    """
    _need("nbgrader")
    from dynconv_lite.course import sync as source
    from dynconv_lite.course.tidy import NotebookError

    chosen = names or []
    try:
        paths = source.chapters(ROOT, chosen)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    try:
        if check:
            drifts = source.check(ROOT, chosen)
            for drift in drifts:
                typer.echo(f"{drift.path.relative_to(ROOT)} {drift.reason}")
            raise typer.Exit(1 if drifts else 0)
        for path in paths if execute else []:
            typer.echo(f"running {path.relative_to(ROOT)}")
            source.execute(path)
        if execute and not chosen:
            _write_cover()
        for path in source.sync(ROOT, chosen, force=force):
            typer.echo(f"wrote {path.relative_to(ROOT)}")
    except NotebookError as error:
        _stop(str(error))


def _write_cover() -> None:
    from dynconv_lite.course.plots.cover import draw_cover
    from dynconv_lite.files import write_atomic

    typer.echo("drawing results/cover.png")
    write_atomic(ROOT / "results" / "cover.png", draw_cover().png())


@app.command()
def lint() -> None:
    """Check style and types with ruff and mypy."""
    _need("ruff", "mypy")
    commands = (
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy", "dynconv_lite", "data_utils"],
    )
    codes = [subprocess.run([sys.executable, "-m", *c], cwd=ROOT).returncode for c in commands]
    raise typer.Exit(1 if any(codes) else 0)


@app.command()
def setup() -> None:
    """Say in one line what is installed."""
    from dynconv_lite.course.environment import describe_environment

    try:
        found = describe_environment()
    except (ImportError, RuntimeError) as error:
        _stop(f"the environment is broken ({error}); remove .venv and run ./course setup again")
    typer.echo(", ".join(f"{name} {value}" for name, value in found.items()))


def _become(module: str, arguments: list[str]) -> NoReturn:
    """Replace this process by `python -m module`, at the repository's root."""
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])


def _need(*modules: str) -> None:
    """Stop with one sentence if a module of the `dev` extra is missing."""
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        _stop(f"{', '.join(missing)} is not installed; './course test' installs the dev extra")


def _stop(message: str) -> NoReturn:
    typer.echo(f"Error: {message}", err=True)
    raise typer.Exit(1)
