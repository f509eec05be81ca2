"""Where data live, and how a file or folder comes to be there whole or not at all."""

from __future__ import annotations

import errno
import glob
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ENVIRONMENT = "DYNCONV_DATA"
PARTIAL = ".partial"
ABANDONED_AFTER = 3600.0  # seconds of silence; a live download gives up after one minute of it


class DataError(RuntimeError):
    """Data could not be had: says which file, what happened, and what to do about it.

    Attributes:
        path: the file or folder in question.
        reason: what happened.
        remedy: what to do about it.
    """

    def __init__(self, path: Path | str, reason: str, remedy: str) -> None:
        super().__init__(path, reason, remedy)
        self.path, self.reason, self.remedy = Path(path), reason, remedy

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}. What to do: {self.remedy}."


def data_root(root: str | os.PathLike[str] | None = None) -> Path:
    """Find the folder that holds the data sets; it need not exist yet.

    Args:
        root: the folder; without it the environment variable DYNCONV_DATA counts, and without
            that the user's cache folder.

    Returns:
        The folder's absolute path.
    """
    chosen = root if root is not None else os.environ.get(ENVIRONMENT) or None
    if chosen is None:
        from platformdirs import user_cache_path

        return user_cache_path("dynconv-lite", appauthor=False)
    return Path(chosen).expanduser().absolute()


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """Lend a fresh path beside `target`; what is put there becomes `target` in one step.

    If the block fails, what it wrote is removed. If its process is killed, what it wrote stays
    under a name that nobody reads, and a later call sweeps it away. Two processes at once write to
    different places; the last file, or the first folder, to be complete stays.

    Args:
        target: the file or folder to make.

    Yields:
        A path that does not exist yet, in the same folder.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    sweep(target)
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex}{PARTIAL}")
    try:
        yield partial
        _publish(partial, target)
    finally:
        _discard(partial)


def sweep(target: Path) -> None:
    """Remove what killed processes left beside `target`, sparing what may still be growing."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.*{PARTIAL}"):
        try:
            abandoned = time.time() - left.stat().st_mtime > ABANDONED_AFTER
        except FileNotFoundError:  # another process was faster
            continue
        if abandoned:
            _discard(left)


@contextmanager
def reported(path: Path, remedy: str) -> Iterator[None]:
    """Turn the operating system's errors in the block into a DataError about `path`."""
    try:
        yield
    except OSError as error:
        raise DataError(path, explain(error), remedy) from error


def explain(error: OSError) -> str:
    """Say in plain words what the operating system or the network complained of."""
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"no space is left on the disk{where}"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"this place may not be read or written{where}"
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return f"a file stands where a folder is needed{where}"
    return f"{type(error).__name__}: {error}"


def _publish(partial: Path, target: Path) -> None:
    if partial.is_dir():
        try:
            os.replace(partial, target)
        except OSError:
            if not target.is_dir():
                raise
            # Another process completed the same folder first; its content is the same.
    else:
        # Without this a power cut could leave the new name on a file whose content never arrived.
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(partial, target)


def _discard(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
