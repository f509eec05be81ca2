"""Files that are either whole or not there: one atomic write for the whole library."""

import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]  # the repository: notebooks/, solutions/ and the packages


def write_atomic(path: Path, data: str | bytes) -> None:
    """Write a file so that a reader, or a crash, meets the old one or the new one, never a half.

    The data go to a temporary file in the same folder and reach the disk before the name is
    moved onto them; the folder is synchronised last, so that the new name survives a power cut.

    Args:
        path: The file to write; its folder is made if it is missing.
        data: Text (written as UTF-8) or bytes.
    """
    payload = data.encode("utf-8") if isinstance(data, str) else data
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes the file private; give it the permissions an ordinary write would have
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        error.filename = error.filename or str(path)  # a full disk does not say which file it was
        raise
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _umask() -> int:
    """Read the process's umask, which can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    """Flush a folder's entries to disk, where the system can open folders at all."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows cannot open a folder
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
