"""Checkpoints: where a training stands, kept so that no crash can take it away.

A checkpoint holds tensors, numbers and text in plain containers only, so that loading one runs
no code (`weights_only=True`). It is written to the side, flushed and moved into place; an older
one is deleted only once a newer one is there.
"""

import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import torch

from dynconv_lite.files import write_atomic

KEEP = 2  # the newest, and one to fall back to


class CheckpointError(RuntimeError):
    """A checkpoint cannot be read or does not belong to the run."""


class Checkpoints:
    """The checkpoints of one run, in a folder of their own.

    Args:
        folder: Where they are; made when the first is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def save(self, step: int, state: dict[str, Any]) -> Path:
        """Write the state after a step, and drop all but the newest `KEEP`.

        Args:
            step: Steps done.
            state: Tensors, numbers and text in dicts and lists.

        Returns:
            The file.

        Raises:
            OSError: If it cannot be written, as on a full disk; names it. Earlier checkpoints stay.
        """
        path = self.folder / f"step-{step:08d}.pt"
        buffer = io.BytesIO()
        torch.save(state, buffer)
        try:
            write_atomic(path, buffer.getvalue())
        except OSError as error:
            reason = error.strerror or type(error).__name__
            message = f"{reason}: a checkpoint cannot be written; the ones before it are kept"
            raise OSError(error.errno, message, str(path)) from error
        for old in self.files()[:-KEEP]:
            old.unlink(missing_ok=True)
        return path

    def load(self) -> dict[str, Any] | None:
        """Read the newest checkpoint.

        Returns:
            Its state, tensors on the CPU; None if there is no checkpoint.

        Raises:
            CheckpointError: If it cannot be read; names the file, and what to go on from.
        """
        files = self.files()
        if not files:
            return None
        newest = files[-1]
        try:
            return _read(newest)
        except Exception as error:  # damage can look like anything to a parser
            remedy = f"go on from {files[-2].name}" if files[:-1] else "start from the beginning"
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise CheckpointError(
                f"the checkpoint {newest} cannot be read ({reason}); delete it to {remedy}"
            ) from error

    def resume(
        self, belongs: Mapping[str, str], take_over: Callable[[dict[str, Any]], None]
    ) -> None:
        """Go on from the newest checkpoint, if there is one.

        Args:
            belongs: Entries of the state that tell whose it is, and what they are for this run.
            take_over: Sets everything to what a state says.

        Raises:
            CheckpointError: If it cannot be read, is of another run, or does not fit the program.
        """
        state = self.load()
        if state is None:
            return
        for name, ours in belongs.items():
            if state.get(name) != ours:
                raise CheckpointError(
                    f"the checkpoints in {self.folder} were made with {name} "
                    f"{state.get(name)!r}, and this run has {ours!r}; delete them to start anew"
                )
        try:
            take_over(state)
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise CheckpointError(
                f"the newest checkpoint in {self.folder} does not fit this version "
                f"of the program ({type(error).__name__}: {str(error).splitlines()[0]}); delete "
                "the checkpoints to start anew"
            ) from error

    def files(self) -> list[Path]:
        """List the checkpoints, oldest first; what an interrupted write left is not one."""
        return sorted(p for p in self.folder.glob("step-*.pt") if re.fullmatch(r"step-\d+", p.stem))

    def clear(self) -> None:
        """Delete all checkpoints and whatever interrupted writes have left."""
        for path in [*self.files(), *self.folder.glob(".step-*.tmp")]:
            path.unlink(missing_ok=True)
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            self.folder.rmdir()


def _read(path: Path) -> dict[str, Any]:
    with ZipFile(path) as bundle:
        damaged = bundle.testzip()  # torch itself does not look at the checksums
    if damaged is not None:
        raise ValueError(f"{damaged} in it is damaged")
    state = torch.load(path, map_location="cpu", weights_only=True)
    if not isinstance(state, dict):
        raise ValueError(f"it holds a {type(state).__name__}")
    return state
