"""What the commands share: their choices, and how they refuse and end."""

import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import NoReturn

import typer

from dynconv_lite.files import ROOT


class EngineChoice(StrEnum):
    """The engines, as the command line offers them."""

    LOCAL = "local"
    RAY = "ray"


class DeviceChoice(StrEnum):
    """The devices, as the command line offers them."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


class ProfileChoice(StrEnum):
    """The profiles, as the command line offers them."""

    SMOKE = "smoke"
    LAPTOP = "laptop"
    FULL = "full"


@contextmanager
def refusing(option: str | None = None) -> Iterator[None]:
    """Turn what the library refuses into one sentence about an option, and exit code 2."""
    try:
        yield
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from error


def become(module: str, arguments: list[str]) -> NoReturn:
    """Replace this process by `python -m module`, at the repository's root."""
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])


def need(*modules: str) -> None:
    """Stop with one sentence if a module of the `dev` extra is missing."""
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        stop(f"{', '.join(missing)} is not installed; './course test' installs the dev extra")


def stop(message: str) -> NoReturn:
    """End with an error, said in one sentence."""
    typer.echo(f"Error: {message}", err=True)
    raise typer.Exit(1)
