"""The commands that keep the course in order: test, sync, lint, setup."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from dynconv_lite.cli_shared import become, need, stop
from dynconv_lite.files import ROOT

upkeep = typer.Typer()
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
PYTEST = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout", "500", "--dist", "loadscope"]
Names = Annotated[list[str] | None, typer.Argument(metavar="NAME", show_default=False)]


@upkeep.command(context_settings=PASS_ON)
def test(context: typer.Context) -> None:
    """Run all tests.

    What you add goes to pytest: paths, -k WORD, -x and so on.
    """
    need("pytest", "nbval", "xdist")
    given = context.args
    arguments = [*PYTEST, *([] if "--pdb" in given else ["-n", "2"])]
    sanitize = ROOT / "tests" / "nbval-sanitize.cfg"
    if sanitize.exists():
        arguments += ["--nbval-sanitize-with", str(sanitize)]
    if not any(Path(word.split("::")[0]).exists() for word in given if word[:1] != "-"):
        arguments += [name for name in ("tests", "solutions") if (ROOT / name).is_dir()]
    become("pytest", [*arguments, *given])


@upkeep.command()
def sync(
    names: Names = None,
    execute: Annotated[bool, typer.Option("--execute", help="Run the solutions first.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail on drift.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite your own work, too.")] = False,
) -> None:
    """Make notebooks/ from solutions/.

    NAME is a chapter or its number; by default all are made.
    """
    need("nbgrader")
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
        stop(str(error))


def _write_cover() -> None:
    from dynconv_lite.course.plots.cover import draw_cover
    from dynconv_lite.files import write_atomic

    typer.echo("drawing results/cover.png")
    write_atomic(ROOT / "results" / "cover.png", draw_cover().png())


@upkeep.command()
def lint() -> None:
    """Check style and types with ruff and mypy."""
    need("ruff", "mypy")
    commands = (
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy", "dynconv_lite", "data_utils"],
    )
    codes = [subprocess.run([sys.executable, "-m", *c], cwd=ROOT).returncode for c in commands]
    raise typer.Exit(1 if any(codes) else 0)


@upkeep.command()
def setup() -> None:
    """Say in one line what is installed."""
    from dynconv_lite.course.environment import describe_environment

    try:
        found = describe_environment()
    except (ImportError, RuntimeError) as error:
        stop(f"the environment is broken ({error}); remove .venv and run ./course setup again")
    typer.echo(", ".join(f"{name} {value}" for name, value in found.items()))
