"""Unpack a downloaded archive: nothing outside its folder, and whole or not at all."""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from .download import need_space
from .root import DataError, reported, staged

BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError)


def extract(archive: Path, target: Path, inside: str, remedy: str) -> Path:
    """Unpack one folder of an archive to `target`, and delete the archive.

    Args:
        archive: a .zip, or a .tar compressed in any way.
        target: the folder to make.
        inside: the archive's folder whose content becomes `target`'s.
        remedy: what a reader can do if it fails, for the error message.

    Returns:
        The target's path.

    Raises:
        DataError: if the archive is broken or unsafe, lacks that folder, or there is no room.
    """
    again = f"delete {archive} and run again; otherwise {remedy}"
    if target.is_dir():  # another process was faster
        return target
    with reported(target, remedy), staged(target) as partial:
        partial.mkdir()
        try:
            unpack = _unzip if zipfile.is_zipfile(archive) else _untar
            unpack(archive, partial, f"{inside}/")
        except BROKEN as error:
            raise DataError(archive, f"the archive is broken ({error})", again) from error
        except ValueError as error:
            raise DataError(archive, str(error), again) from error
    archive.unlink(missing_ok=True)
    return target


def _unzip(archive: Path, folder: Path, prefix: str) -> None:
    with zipfile.ZipFile(archive) as bundle:
        entries = [e for e in bundle.infolist() if e.filename.startswith(prefix)]
        for entry in entries:
            entry.filename = entry.filename[len(prefix) :]
        _check_names([entry.filename for entry in entries], prefix)
        need_space(folder, sum(entry.file_size for entry in entries))
        for entry in entries:
            if entry.filename:
                bundle.extract(entry, folder)


def _untar(archive: Path, folder: Path, prefix: str) -> None:
    with tarfile.open(archive) as ball:
        members = [m for m in ball.getmembers() if m.name.startswith(prefix)]
        for member in members:
            member.name = member.name[len(prefix) :]
            if not (member.isfile() or member.isdir()):
                raise ValueError(f"{member.name} in it is neither a file nor a folder")
        _check_names([member.name for member in members], prefix)
        need_space(folder, sum(member.size for member in members))
        if hasattr(tarfile, "data_filter"):  # every Python but 3.11.0 to 3.11.3
            ball.extraction_filter = tarfile.data_filter
        ball.extractall(folder, members)


def _check_names(names: list[str], prefix: str) -> None:
    if not names:
        raise ValueError(f"it has no folder {prefix}")
    for name in names:
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in name:
            raise ValueError(f"it would write outside its folder ({prefix}{name})")
